"""The command line: `ivr run`, `ivr check`, `ivr phone` and the rest."""

import contextlib
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from ivr import preflight, staffing
from ivr.actions import releases
from ivr.actions.releases import Made
from ivr.actions.staff import Person
from ivr.app import Parts, application, parts
from ivr.app import worker as make_worker
from ivr.carrier.twilio import Account, Numbers, Webhooks
from ivr.channels.terminal import shell
from ivr.channels.terminal.parse import typed_ahead
from ivr.errors import BadContent, BadSetting, HelplineError
from ivr.numbers import understand
from ivr.observing import log_as_json
from ivr.release import drawing
from ivr.server import serve_forever
from ivr.settings import Settings, load
from ivr.store import jobs as stored_jobs
from ivr.store import staff as accounts
from ivr.store.erasure import erase
from ivr.store.rotation import rotate
from ivr.web.assets import gather
from ivr.worker import work_until_told


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """What the helpline raises on purpose is for people: printed, without a trace."""
    try:
        yield
    except HelplineError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@click.group()
def main() -> None:
    """Hamrah, the helpline."""


@main.command()
def run() -> None:
    """Sets up the database and the sounds, then takes calls: everything a trial needs."""
    with _explained():
        joined = _joined()
        joined.database.migrate()
        made = _prepare(joined)
        click.echo(preflight.welcome(joined, made))
        if entry := staffing.trial_entry(joined):
            click.echo(f"The staff's pages, once and only for you: {entry}\n")
        log_as_json()
        serve_forever(application(joined), joined.settings)


@main.command()
def serve() -> None:
    """Takes calls; the database is migrated and a release made before (`ivr migrate`, `ivr prepare`)."""
    with _explained():
        joined = _joined()
        log_as_json()
        _need_tables(joined)
        joined.shelf.current()  # without a release it is refused here, where an operator reads why
        serve_forever(application(joined), joined.settings)


@main.command()
def worker() -> None:
    """Does what is due outside of calls, until told to stop; many may run, beside servers or alone."""
    with _explained():
        joined = _joined()
        log_as_json()
        _need_tables(joined)
        work_until_told(make_worker(joined))


@main.command()
def migrate() -> None:
    """Brings the database's tables to this version."""
    with _explained():
        joined = _joined()
        joined.database.migrate()
        click.echo(f"database at revision {joined.database.current_revision()}")


@main.command()
def prepare() -> None:
    """Checks the content, makes every missing sound and publishes the release; running servers take it up."""
    with _explained():
        made = _prepare(_joined())
        click.echo(preflight.summary(made))


@main.command()
@click.option("--content", is_flag=True, help="only menus, texts and facts")
@click.option("--online", is_flag=True, help="also asks the telephone company")
def check(content: bool, online: bool) -> None:
    """Says what is configured, what is missing and what that costs; names every mistake in the content."""
    with _explained():
        joined = _joined()
        report = preflight.content_report(joined)
        if not content:
            report = [*preflight.settings_report(joined), *report]
        if online:
            report = [*preflight.online_report(joined), *report]
        for line in report:
            click.echo(str(line))
        sys.exit(any(line.wrong for line in report))


@main.command()
@click.option("--from", "caller", default="+33639980000", show_default=True, help="your number, or `anonymous`")
@click.option("--keys", "typed", help="plays the call without asking: 1,2,silence,1,...")
@click.option("--sound/--no-sound", default=None, help="on by default where you type and a player is installed")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="writes the call as a scenario")
def phone(caller: str, typed: str | None, sound: bool | None, save: Path | None) -> None:
    """Rings the helpline from this terminal, also while a server is running."""
    with _explained():
        joined = _joined()
        _make_ready(joined)
        keys = None if typed is None else typed_ahead(typed)
        shell.run(joined.calls, joined.sounds.path, shell.Options(caller, keys, sound, save), click.echo)


@main.command("map")
@click.argument("tree", required=False)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="a folder for one page a tree")
def draw_map(tree: str | None, out: Path | None) -> None:
    """Draws the menu trees as Mermaid flowcharts: TREE (`overview` is the main menu) or all of them."""
    with _explained():
        settings = _settings()
        content = drawing.read(settings.menus_dir, settings.prompts_dir)
        if out is None:
            click.echo(drawing.printed(content, tree), nl=False)
        else:
            drawing.write(content, tree, out)


@main.group()
def keys() -> None:
    """The keys that encrypt numbers."""


@keys.command("rotate")
def rotate_keys() -> None:
    """Re-encrypts everything under IVR_SECRET_KEY; then IVR_OLD_SECRET_KEYS may be forgotten."""
    with _explained():
        joined = _joined()
        rotated = rotate(joined.database)
        click.echo(f"re-encrypted: {rotated.callers} callers, {rotated.turns} turns, {rotated.requests} requests")
        click.echo(f"re-encrypted: {accounts.rotate(joined.database)} accounts of staff")
        click.echo(f"re-encrypted: {stored_jobs.rotate(joined.database)} jobs")


@main.group()
def staff() -> None:
    """The people who work here."""


@staff.command("add")
@click.argument("email")
@click.option("--name", prompt=True)
@click.option("--role", "roles", multiple=True, default=tuple(staffing.ADMIN), show_default=True)
def add_staff(email: str, name: str, roles: tuple[str, ...]) -> None:
    """Makes an account, such as the first admin's, and prints the one link with which its owner chooses a password."""
    with _explained():
        link = staffing.invitation(_joined(), Person(email, name, frozenset(roles)))
        click.echo(f"works once, for a week: {link}")


@staff.command("link")
@click.argument("email")
def link_staff(email: str) -> None:
    """Prints a new link for an account: for an admin who forgot the password and has no colleague."""
    with _explained():
        click.echo(f"works once: {staffing.renewed(_joined(), email)}")


@main.command("assets")
@click.option("--from", "packages", default="node_modules", type=click.Path(path_type=Path), show_default=True)
def take_assets(packages: Path) -> None:
    """Takes the pages' styles, scripts, icons and fonts out of the installed npm packages."""
    with _explained():
        click.echo(f"{gather(packages)} files for the pages")


@main.group()
def callers() -> None:
    """The people who call."""


@callers.command("erase")
def erase_caller() -> None:
    """Forgets one person: asks for the number, so that it stays out of the shell's history."""
    with _explained():
        joined = _joined()
        number = understand(click.prompt("Number to forget"), joined.settings.production)
        if number.e164 is None:
            raise BadSetting("this is no phone number that could have called")
        with joined.database.transaction() as tx:
            gone = erase(tx, number.e164)
        click.echo(f"erased: {gone.callers} callers, {gone.calls} calls, {gone.turns} turns, {gone.requests} requests")


@main.group()
def jobs() -> None:
    """What is to be done outside of calls."""


@jobs.command("list")
def list_jobs() -> None:
    """Says how many jobs there are, and names the dead: those that a person must decide on."""
    with _explained():
        joined = _joined()
        with joined.database.reading() as tx:
            now, dead = stored_jobs.counts(tx, joined.clock()), stored_jobs.dead(tx)
        click.echo(f"{now.waiting} waiting, {now.running} running, {now.dead} dead")
        for job in dead:
            at = datetime.fromtimestamp(job.finished_at, joined.settings.zone).isoformat(" ", "minutes")
            click.echo(f"{job.id}  {at}  {job.kind}  {job.key}  attempts: {job.attempts}  {job.last_error}")


@jobs.command("retry")
@click.argument("job", type=int)
def retry_job(job: int) -> None:
    """Does a dead job again. If it "may have happened", look first: nobody knows whether this makes it twice."""
    with _explained():
        joined = _joined()
        with joined.database.transaction() as tx:
            found = stored_jobs.retry(tx, job, joined.clock())
        _say(found, job, "is tried again")


@jobs.command("settle")
@click.argument("job", type=int)
def settle_job(job: int) -> None:
    """Takes a dead job off the list: it did happen, or is not wanted any more."""
    with _explained():
        with _joined().database.transaction() as tx:
            found = stored_jobs.settle(tx, job)
        _say(found, job, "is settled")


def _say(found: bool, job: int, what: str) -> None:
    if not found:
        raise BadSetting(f"there is no dead job {job}")
    click.echo(f"job {job} {what}")


@main.group()
def twilio() -> None:
    """The telephone line."""


@twilio.command("setup")
def setup_twilio() -> None:
    """Makes the number post to this helpline, and reads back that it does."""
    with _explained():
        settings = _settings()
        if not (settings.has_twilio and settings.twilio_number and settings.twilio_auth_token):
            raise BadSetting("TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_NUMBER are needed")
        base = f"{settings.public_url}/twilio"
        wanted = Webhooks(f"{base}/voice", f"{base}/fallback", f"{base}/status")
        token = settings.twilio_auth_token.get_secret_value()
        found = Numbers(Account(settings.twilio_account_sid, token, settings.twilio_api_url)).set_webhooks(
            settings.twilio_number, wanted
        )
        if found != wanted:
            raise BadSetting(f"the provider kept other addresses: {found}")
        click.echo(f"the number now posts to {wanted.voice}, {wanted.fallback} and {wanted.status}")


def _settings() -> Settings:
    return load(os.environ)


def _joined() -> Parts:
    return parts(_settings())


def _need_tables(joined: Parts) -> None:
    if not joined.database.is_current():
        raise BadSetting("the database's tables are not those of this version: run `ivr migrate`")


def _make_ready(joined: Parts) -> None:
    """A trial that was never run gets its tables and its sounds; production is never changed by a phone call."""
    if not joined.database.is_current():
        if joined.settings.production:
            _need_tables(joined)
        click.echo("The database is new or older than this version: its tables are made.", err=True)
        joined.database.migrate()
    try:
        joined.shelf.current()
    except BadContent:
        click.echo("No release has been made yet: sounds are made, once; this takes a minute.", err=True)
        _prepare(joined)


def _prepare(joined: Parts) -> Made:
    bar = _Bar()
    made = releases.prepare(joined.folders, joined.sounds, joined.today(), bar.show)
    bar.close()
    releases.publish(made, joined.shelf)
    return made


class _Bar:
    """A progress bar that appears only when there is something to wait for."""

    def __init__(self) -> None:
        self._shown = -1

    def show(self, done: int, of: int) -> None:
        """Draws the bar when another hundredth is done."""
        part = done * 100 // of
        if part != self._shown and sys.stderr.isatty():
            self._shown = part
            click.echo(f"\rsounds {'█' * (part // 4):<25} {done}/{of}", nl=False, err=True)

    def close(self) -> None:
        """Ends the line."""
        if self._shown >= 0:
            click.echo(err=True)
