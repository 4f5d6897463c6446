"""Commands for whoever writes and reviews what callers hear."""

from pathlib import Path

import click

from ivr.actions import releases
from ivr.cli.common import explained, joined_parts, read_settings
from ivr.engine.content import Content
from ivr.engine.pace import Pace
from ivr.release import comparing, drawing, pacing


@click.group()
def prompts() -> None:
    """What callers hear."""


@prompts.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default="prompts.html", show_default=True)
def compare(out: Path) -> None:
    """Writes a page with every text in all languages, side by side with the facts they tell and their sources."""
    with explained():
        out.write_text(comparing.compared(_content()), encoding="utf-8")
        click.echo(f"{out}: open it in a browser")


@prompts.command()
def facts() -> None:
    """Lists every fact with the prompts that speak it."""
    with explained():
        for line in comparing.listed(_content()):
            click.echo(line)


@prompts.command()
def seconds() -> None:
    """Lists how long a returning caller listens to the end of each explanation, in the published release."""
    with explained():
        release = joined_parts().shelf.current()
        lengths = releases.lengths_of(release.content, release.sounds)
        for tongue in release.content.tongues:
            for line in pacing.listed(Pace(release.content, tongue.code, lengths), tongue.code):
                click.echo(line)


def _content() -> Content:
    settings = read_settings()
    return drawing.read(settings.menus_dir, settings.prompts_dir)
