"""Commands about the people who work here and the people who call."""

import click

from ivr import staffing
from ivr.actions.staff import Person
from ivr.cli.common import explained, joined_parts
from ivr.errors import BadSetting
from ivr.numbers import understand
from ivr.store.erasure import erase


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
    """Forgets one person: asks for the number, so that it stays out of the shell's history."""
    with explained():
        joined = joined_parts()
        number = understand(click.prompt("Number to forget"), joined.settings.production)
        if number.e164 is None:
            raise BadSetting("this is no phone number that could have called")
        with joined.database.transaction() as tx:
            gone = erase(tx, number.e164)
        click.echo(f"erased: {gone.callers} callers, {gone.calls} calls, {gone.turns} turns, {gone.requests} requests")
