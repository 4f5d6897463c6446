"""Commands that carry a studio's texts and recordings from one helpline to another."""

from collections.abc import Iterable
from pathlib import Path

import click

from ivr.actions import bringing, bundle
from ivr.actions.audit import HELPLINE, Deed
from ivr.actions.bringing import Brought
from ivr.actions.studio import Spot
from ivr.cli.common import explained, joined_parts, need_tables

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("studio")
def studio() -> None:
    """Texts and recordings of the studio."""


@studio.command("export")
@click.argument("file", type=FILE)
def take_out(file: Path) -> None:
    """Writes every text version and every good recording into FILE, a zip archive."""
    with explained():
        joined = joined_parts()
        need_tables(joined)
        made = bundle.export(joined.studio, file)
        live = sum(take.published for take in made.takes)
        click.echo(f"{file}: {len(made.texts)} texts, {len(made.takes)} recordings, {live} of them heard by callers")
        click.echo("It is not encrypted: the voices in it are those of your staff.")


@studio.command("import")
@click.argument("file", type=FILE)
@click.option("--publish", is_flag=True, help="has callers hear what they heard there, as far as it was approved there")
def bring_in(file: Path, publish: bool) -> None:
    """Brings in what FILE holds and is not here yet; texts that somebody edited here stay as they are."""
    with explained():
        joined = joined_parts()
        need_tables(joined)
        deed = Deed(HELPLINE, joined.clock())
        brought = bringing.bring(joined.studio, file, deed)
        click.echo(f"{brought.texts} texts and {brought.takes} recordings are new, {brought.known} were here already")
        _say(brought)
        if publish:
            published = bringing.publish(joined.studio, file, deed)
            _list("not approved here, since the checks found something", published.doubtful)
            _list("not published, since it was made for other words than those of here", published.stale)
            number = published.publication
            click.echo("nothing to publish" if number is None else f"publication {number}: new calls hear it")
        else:
            click.echo(
                "Recordings are checked by a running server or worker; then approve and publish them at /studio."
            )


def _say(brought: Brought) -> None:
    _list("not known here, left out", brought.unknown)
    _list("edited here too, left as they are", brought.kept)
    for (language, prompt), why in sorted(brought.refused.items()):
        click.echo(f"refused: {prompt} ({language}): {why}")


def _list(what: str, spots: Iterable[Spot]) -> None:
    found = [f"{name} ({language})" for language, name in sorted(spots)]
    if found:
        click.echo(f"{what}: {', '.join(found)}")
