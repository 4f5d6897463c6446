"""Commands for the directory: bringing official sets of places in, and what is there."""

import sys
from datetime import UTC, datetime

import click

from ivr.actions import importing
from ivr.actions.importing_source import wish
from ivr.app import Parts
from ivr.cli.common import explained, joined_parts, need_tables
from ivr.directory.importing.formats import FORMATS
from ivr.directory.importing.known import KNOWN
from ivr.refreshing import importer
from ivr.store import imports
from ivr.store.imports import Set

MB = 1_000_000


@click.group()
def directory() -> None:
    """The directory of offices that callers are sent to."""


@directory.command("import")
@click.argument("source")
@click.option("--as", "format", type=click.Choice(list(FORMATS)), help="the format, where it cannot be seen")
@click.option("--source", "name", help="what the set is called, for a table that is none of the known sets")
@click.option("--force", is_flag=True, help="also where the source has shrunk by half, or is what was imported last")
def bring(source: str, format: str | None, name: str | None, force: bool) -> None:
    """Imports a set: SOURCE is the name of a known one (`ivr directory list`), an https address or a file."""
    with explained():
        joined = joined_parts()
        need_tables(joined)
        wanted = wish(source, format, name, force)
        bar = _Bar(wanted.source)
        outcome = importing.run(importer(joined.settings, joined.database, joined.clock, bar.show), wanted)
        for line in outcome.report:
            click.echo(f"{wanted.source}: {line}")
        sys.exit(outcome.state == imports.REFUSED)


@directory.command("list")
def show() -> None:
    """Lists the sets: what is there of each, of which date, and how the last import ended."""
    with explained():
        joined = joined_parts()
        need_tables(joined)
        with joined.database.reading() as tx:
            there = {one.source: one for one in imports.sets(tx)}
        for one in there.values():
            for line in _about(one, joined):
                click.echo(line)
        for name, known in KNOWN.items():
            if name not in there:
                click.echo(f"{name}: not imported ({known.what}; {known.licence}): `ivr directory import {name}`")


def _about(one: Set, joined: Parts) -> list[str]:
    counted = [
        f"{count} {what}"
        for count, what in ((one.places, "places"), (one.gone, "gone"), (one.areas, "areas"), (one.points, "communes"))
        if count
    ]
    lines = [f"{one.source}: {', '.join(counted) or 'nothing'}{f', of {one.date}' if one.date else ''}"]
    if one.tried:
        at = datetime.fromtimestamp(one.tried.finished_at, UTC).astimezone(joined.settings.zone)
        lines.append(f"    last import {at:%Y-%m-%d %H:%M}: {one.tried.state}, from {one.tried.origin}")
        if one.tried.state in (imports.REFUSED, imports.FAILED):
            lines.append(f"    {one.tried.report[0]}")
    return lines


class _Bar:
    """How much of a file has come, where somebody watches."""

    def __init__(self, name: str) -> None:
        self._name, self._shown = name, -1

    def show(self, here: int, of: int | None) -> None:
        """Draws it anew with every megabyte."""
        if here // MB != self._shown and sys.stderr.isatty():
            self._shown = here // MB
            whole = "" if of is None else f" of {of / MB:.0f}"
            click.echo(f"\r{self._name}: {self._shown}{whole} MB", nl=here == of, err=True)
