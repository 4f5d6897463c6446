"""Forgetting one person, for admins: type the number, see what would go, say so once more, watch the rest go."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from starlette.responses import Response

from ivr.actions import erasing
from ivr.actions.audit import What, note
from ivr.actions.erasing import Company, Preview
from ivr.actions.refusals import Reason, Refused
from ivr.numbers import understand
from ivr.store.database import Transaction
from ivr.store.jobs import DEAD, DONE, RUNNING, WAITING
from ivr.web import access
from ivr.web.ask import Ask
from ivr.web.door import Page
from ivr.web.sentences import _

KINDS: Mapping[str, str] = {
    "callers": _("Entries of the caller"),
    "calls": _("Calls"),
    "turns": _("Steps in these calls"),
    "requests": _("Requests to be called back"),
    "messages": _("Voice messages"),
    "notes": _("Notes on these requests"),
    "dials": _("Attempts to call back"),
    "blocked": _("Blocks of the number"),
    "tallies": _("Daily counts"),
    "texts": _("Text messages"),
    "refusals": _("That no text messages are wanted"),
}
"""What goes, in the order in which it is shown."""
COMPANY: Mapping[str, str] = {
    Company.NONE: _("No telephone company is configured: nothing was asked of it."),
    Company.ASKED: _("The telephone company was asked which calls it knows, and is told to delete them."),
    Company.AWAY: _("The telephone company did not answer. Erase again later, so that it deletes what only it knows."),
}
TOKEN = re.compile(r"[0-9a-f]{16}")


def show(ask: Ask) -> Response:
    """An empty form."""
    return _page(ask)


def erase(ask: Ask) -> Response:
    """Shows what would go; what was seen and confirmed is erased."""
    number = understand(ask.form.one("number"), ask.site.production).e164
    if number is None:
        return _page(ask, problem=Refused(Reason.BAD_NUMBER, "number"))
    if ask.form.one("sure") == "yes":
        return ask.go(f"/erase/{ask.site.eraser.erase(number, ask.deed).token}")
    found = ask.site.eraser.look(number)
    with ask.writing() as tx:
        note(tx, ask.deed, What.PERSON_LOOKED_UP, "erasure")
    return _page(ask, number, found)


def show_report(ask: Ask) -> Response:
    """What was erased, and how far the telephone company is."""
    with ask.reading() as tx:
        return ask.page("erased.html", **_report(tx, ask.request.path_params["token"]))


def values(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """The same, renewed while somebody watches."""
    access.admit(ask.visitor, access.ADMINS)
    return _report(tx, ask.query.one("token"))


def _page(ask: Ask, number: str = "", found: Preview | None = None, problem: Refused | None = None) -> Response:
    counts = {} if found is None else _shown(asdict(found.counts))
    typed = ask.form.one("number")
    shown = {"number": number, "found": found, "counts": counts, "typed": typed, "problem": problem}
    return ask.page("erase.html", 422 if problem else 200, **shown)


def _report(tx: Transaction, token: str) -> dict[str, Any]:
    found = erasing.report(tx, token) if TOKEN.fullmatch(token) else None
    if found is None:
        raise access.NotThere
    told, states = found
    left, dead = states.get(WAITING, 0) + states.get(RUNNING, 0), states.get(DEAD, 0)
    return {
        "token": token,
        "told": told,
        "counts": _shown(told),
        "company": COMPANY[str(told["company"])],
        "left": left,
        "dead": dead,
        "version": f"{left}.{dead}.{states.get(DONE, 0)}",
    }


def _shown(numbers: Mapping[str, Any]) -> dict[str, int]:
    return {label: int(numbers[name]) for name, label in KINDS.items() if numbers[name]}


PAGES = (
    Page("/erase", access.ADMINS, show, erase),
    Page("/erase/{token}", access.ADMINS, show_report),
)
