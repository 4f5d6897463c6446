"""What every command shares: settings, the joined parts, errors said for people."""

import contextlib
import os
import sys
from collections.abc import Iterator

import click

from ivr.actions import standing
from ivr.actions.releases import Made
from ivr.app import Parts, parts
from ivr.errors import BadSetting, HelplineError
from ivr.settings import Settings, load


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """What the helpline raises on purpose is for people: printed, without a trace."""
    try:
        yield
    except HelplineError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


def read_settings() -> Settings:
    """What the environment says; BadSetting names what is wrong."""
    return load(os.environ)


def joined_parts() -> Parts:
    """Everything joined, nothing started."""
    return parts(read_settings())


def need_tables(joined: Parts) -> None:
    """BadSetting unless the database is of this version."""
    if not joined.database.is_current():
        raise BadSetting("the database's tables are not those of this version: run `ivr migrate`")


def made_ready(joined: Parts) -> Made:
    """Makes every missing sound, with a bar that shows how far it is, and publishes the release."""
    bar = _Bar()
    made = standing.ready(joined.studio, bar.show)
    bar.close()
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
