"""Commands that show what callers meet: a phone, a map."""

from pathlib import Path

import click

from ivr.app import Parts
from ivr.channels.terminal import shell
from ivr.channels.terminal.parse import typed_ahead
from ivr.cli.common import explained, joined_parts, made_ready, need_tables, read_settings
from ivr.errors import BadContent
from ivr.release import drawing


@click.command()
@click.option("--from", "caller", default="+33639980000", show_default=True, help="your number, or `anonymous`")
@click.option("--keys", "typed", help="plays the call without asking: 1,2,silence,1,...")
@click.option("--sound/--no-sound", default=None, help="on by default where you type and a player is installed")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="writes the call as a scenario")
def phone(caller: str, typed: str | None, sound: bool | None, save: Path | None) -> None:
    """Rings the helpline from this terminal, also while a server is running."""
    with explained():
        joined = joined_parts()
        _make_ready(joined)
        keys = None if typed is None else typed_ahead(typed)
        shell.run(joined.calls, joined.sounds.path, shell.Options(caller, keys, sound, save), click.echo)


@click.command("map")
@click.argument("tree", required=False)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="a folder for one page a tree")
def draw_map(tree: str | None, out: Path | None) -> None:
    """Draws the menu trees as Mermaid flowcharts: TREE (`overview` is the main menu) or all of them."""
    with explained():
        settings = read_settings()
        content = drawing.read(settings.menus_dir, settings.prompts_dir)
        if out is None:
            click.echo(drawing.printed(content, tree), nl=False)
        else:
            drawing.write(content, tree, out)


def _make_ready(joined: Parts) -> None:
    """A trial that was never run gets its tables and its sounds; production is never changed by a phone call."""
    if not joined.database.is_current():
        if joined.settings.production:
            need_tables(joined)
        click.echo("The database is new or older than this version: its tables are made.", err=True)
        joined.database.migrate()
    try:
        joined.shelf.current()
    except BadContent:
        click.echo("No release has been made yet: sounds are made, once; this takes a minute.", err=True)
        made_ready(joined)
