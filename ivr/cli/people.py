"""Commands about the people who work here and the people who call."""

from collections.abc import Iterator
from dataclasses import asdict

import click

from ivr import staffing
from ivr.actions.audit import HELPLINE, Deed
from ivr.actions.erasing import Company, Erasure
from ivr.actions.staff import Person
from ivr.cli.common import explained, joined_parts
from ivr.errors import BadSetting
from ivr.numbers import understand


@click.group()
def staff() -> None:
    """The people who work here."""


@staff.command("add")
@click.argument("email")
@click.option("--name", prompt=True)
@click.option("--role", "roles", multiple=True, default=tuple(staffing.ADMIN), show_default=True)
def add_staff(email: str, name: str, roles: tuple[str, ...]) -> None:
    """Makes an account, such as the first admin's, and prints the one link with which its owner chooses a password."""
    with explained():
        link = staffing.invitation(joined_parts(), Person(email, name, frozenset(roles)))
        click.echo(f"works once, for a week: {link}")


@staff.command("link")
@click.argument("email")
def link_staff(email: str) -> None:
    """Prints a new link for an account: for an admin who forgot the password and has no colleague."""
    with explained():
        click.echo(f"works once: {staffing.renewed(joined_parts(), email)}")


@click.group()
def callers() -> None:
    """The people who call."""


@callers.command("erase")
def erase_caller() -> None:
    """Forgets one person, here and at the telephone company: asks for the number, to keep it out of the history."""
    with explained():
        joined = joined_parts()
        number = understand(click.prompt("Number to forget"), joined.settings.production)
        if number.e164 is None:
            raise BadSetting("this is no phone number that could have called")
        made = joined.eraser.erase(number.e164, Deed(HELPLINE, joined.clock()))
        click.echo("erased: " + ", ".join(f"{n} {name}" for name, n in asdict(made.counts).items()))
        for line in _rest(made):
            click.echo(line)


def _rest(made: Erasure) -> Iterator[str]:
    """What else is to be known, and done."""
    if made.written:
        yield f"taken out of {made.written} notes on others"
    if made.others:
        yield f"{made.others} requests for other numbers, made in these calls, stay: erase those numbers too if wanted"
    if made.copies:
        yield f"the telephone company is asked to delete {made.copies} copies: `ivr jobs list` tells what it refuses"
    if made.company is Company.AWAY:
        yield "the telephone company does not answer: erase again later, so that it deletes what only it knows"
    if made.going_on:
        yield f"{made.going_on} calls are going on: erase again when they are over"
