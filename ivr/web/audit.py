"""The audit, for admins: who did what, newest first."""

from typing import Any

from starlette.responses import Response

from ivr.store import audit
from ivr.store import staff as accounts
from ivr.store.audit import Filter
from ivr.web import access
from ivr.web.ask import Ask
from ivr.web.door import Page

SIZE = 50


def show(ask: Ask) -> Response:
    """A page of entries that fit the filter."""
    query = ask.query
    who, before = query.one("who"), query.one("before")
    wanted = Filter(
        staff_id=access.number(who) if who else None,
        what=query.one("what")[:50],
        about=query.one("about").strip()[:100],
        before=access.number(before) if before else None,
    )
    with ask.reading() as tx:
        rows = audit.page(tx, wanted, SIZE + 1)
        whats, members = audit.whats(tx), accounts.everybody(tx)
    names = {f"staff/{member.id}": member.name for member in members}
    more = rows[SIZE - 1].id if len(rows) > SIZE else None
    shown: dict[str, Any] = {"rows": rows[:SIZE], "wanted": wanted, "more": more, "whats": whats}
    return ask.page("audit.html", members=members, names=names, **shown)


PAGES = (Page("/audit", access.ADMINS, show),)
