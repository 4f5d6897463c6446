"""Commands about what is stored: keys and jobs."""

from datetime import datetime

import click

from ivr.actions import dead_jobs
from ivr.actions.audit import HELPLINE, Deed
from ivr.cli.common import explained, joined_parts
from ivr.errors import BadSetting
from ivr.store import blocklist, listenings, text_refusals, texts
from ivr.store import jobs as stored_jobs
from ivr.store import staff as accounts
from ivr.store.rotation import rotate


@click.group()
def keys() -> None:
    """The keys that encrypt numbers."""


@keys.command("rotate")
def rotate_keys() -> None:
    """Re-encrypts everything under IVR_SECRET_KEY; then IVR_OLD_SECRET_KEYS may be forgotten."""
    with explained():
        joined = joined_parts()
        rotated = rotate(joined.database)
        click.echo(f"re-encrypted: {rotated.callers} callers, {rotated.turns} turns, {rotated.requests} requests")
        click.echo(f"re-encrypted: {listenings.rotate(joined.database)} windows that listened")
        click.echo(f"re-encrypted: {accounts.rotate(joined.database)} accounts of staff")
        click.echo(f"re-encrypted: {stored_jobs.rotate(joined.database)} jobs")
        click.echo(f"re-encrypted: {blocklist.rotate(joined.database)} blocked numbers")
        click.echo(f"re-encrypted: {texts.rotate(joined.database)} text messages")
        click.echo(f"re-encrypted: {text_refusals.rotate(joined.database)} numbers that want none")
        click.echo(f"re-encrypted: {joined.vault.rotate()} voice messages")
        click.echo(f"re-encrypted: {joined.studio.vault.rotate()} recordings of the studio")


@click.group()
def jobs() -> None:
    """What is to be done outside of calls."""


@jobs.command("list")
def list_jobs() -> None:
    """Says how many jobs there are, and names the dead: those that a person must decide on."""
    with explained():
        joined = joined_parts()
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
    with explained():
        joined = joined_parts()
        with joined.database.transaction() as tx:
            found = dead_jobs.retry(tx, job, Deed(HELPLINE, joined.clock()), looked=True)
        _say(found, job, "is tried again")


@jobs.command("settle")
@click.argument("job", type=int)
def settle_job(job: int) -> None:
    """Takes a dead job off the list: it did happen, or is not wanted any more."""
    with explained():
        joined = joined_parts()
        with joined.database.transaction() as tx:
            found = dead_jobs.settle(tx, job, Deed(HELPLINE, joined.clock()))
        _say(found, job, "is settled")


def _say(found: bool, job: int, what: str) -> None:
    if not found:
        raise BadSetting(f"there is no dead job {job}")
    click.echo(f"job {job} {what}")
