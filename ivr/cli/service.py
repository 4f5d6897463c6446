"""Commands that set the helpline up and run it."""

import contextlib
import sys
from pathlib import Path

import click

from ivr import preflight, preflight_directory, preflight_speech, staffing
from ivr.app import application
from ivr.app import worker as make_worker
from ivr.cli.common import explained, joined_parts, made_ready, need_tables
from ivr.directory import making
from ivr.observing import log_as_json, shown_at
from ivr.server import serve_forever
from ivr.web.assets import gather
from ivr.worker import work_until_told


@click.command()
def run() -> None:
    """Sets up the database and the sounds, then takes calls: everything a trial needs."""
    with explained():
        joined = joined_parts()
        joined.database.migrate()
        made = made_ready(joined)
        click.echo(preflight.welcome(joined, made))
        if hint := preflight_directory.hint(joined):
            click.echo(f"{hint}\n")
        if entry := staffing.trial_entry(joined):
            click.echo(f"The staff's pages, once and only for you: {entry}\n")
        log_as_json()
        serve_forever(application(joined), joined.settings)


@click.command()
def serve() -> None:
    """Takes calls; the database is migrated and a release made before (`ivr migrate`, `ivr prepare`)."""
    with explained():
        joined = joined_parts()
        log_as_json()
        need_tables(joined)
        joined.shelf.current()  # without a release it is refused here, where an operator reads why
        serve_forever(application(joined), joined.settings)


@click.command()
def worker() -> None:
    """Does what is due outside of calls, until told to stop; many may run, beside servers or alone."""
    with explained():
        joined = joined_parts()
        log_as_json()
        need_tables(joined)
        with contextlib.ExitStack() as beside:
            if joined.settings.worker_metrics:
                beside.enter_context(shown_at(joined.settings.worker_metrics, joined.figures.registry))
            work_until_told(make_worker(joined))


@click.command()
def migrate() -> None:
    """Brings the database's tables to this version."""
    with explained():
        joined = joined_parts()
        joined.database.migrate()
        click.echo(f"database at revision {joined.database.current_revision()}")


@click.command()
def prepare() -> None:
    """Checks the content, makes every missing sound and publishes the release; running servers take it up."""
    with explained():
        made = made_ready(joined_parts())
        click.echo(preflight.summary(made))


@click.command()
@click.option("--content", is_flag=True, help="only menus, texts and facts")
@click.option("--online", is_flag=True, help="also asks the telephone company")
def check(content: bool, online: bool) -> None:
    """Says what is configured, what is missing and what that costs; names every mistake in the content."""
    with explained():
        joined = joined_parts()
        report = preflight.content_report(joined)
        if not content:
            more = [*preflight_directory.report(joined), *preflight_speech.report(joined)]
            report = [*preflight.settings_report(joined), *report, *more]
        if online:
            report = [*preflight.online_report(joined), *report]
        for line in report:
            click.echo(str(line))
        sys.exit(any(line.wrong for line in report))


@click.command("assets")
@click.option("--from", "packages", default="node_modules", type=click.Path(path_type=Path), show_default=True)
def take_assets(packages: Path) -> None:
    """Takes styles, scripts, icons and fonts out of the npm packages; makes the postal codes and the map's outlines."""
    with explained():
        click.echo(f"{gather(packages)} files for the pages")
        click.echo(f"{len(making.make(packages))} tables for the directory")
