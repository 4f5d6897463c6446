"""The command line: `ivr run`, `ivr check`, `ivr phone` and the rest."""

import datetime
import sys
from pathlib import Path

import click

from ivr.engine.check import check as check_content
from ivr.release.files import read_folders
from ivr.release.parse import parse


@click.group()
def main() -> None:
    """Hamrah, the helpline."""


@main.command()
@click.option("--content", is_flag=True, help="only the menus, texts and facts")
def check(content: bool) -> None:
    """Says what is configured, what is missing and what that costs; names every mistake in the content."""
    raw, mistakes = read_folders(Path("menus"), Path("prompts"))
    mistakes += check_content(parse(raw), datetime.date.today().isoformat())
    for mistake in mistakes:
        print(mistake)
    sys.exit(any(not mistake.warning for mistake in mistakes))
