"""The week of those who call back, and the days on which nobody does: coordinators write it, aidants read it."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from starlette.responses import Response

from ivr.actions import hours, shifts
from ivr.actions.refusals import Reason, Refused
from ivr.store import shifts as stored
from ivr.store import staff as accounts
from ivr.store.database import Transaction
from ivr.web import access
from ivr.web.ask import Ask
from ivr.web.door import Page

DAYS = range(7)
TIME = r"(\d{1,2})(?:\s*[:hH.]\s*(\d{2})?)?"
SPAN = re.compile(rf"{TIME}\s*[-–—]\s*{TIME}")
BETWEEN = re.compile(r"[\s,;،/]*")
DONE = ("saved", "closed", "opened")

Spans = list[tuple[str, str]]


def show(ask: Ask) -> Response:
    """Everybody's week, and the closed days ahead."""
    done = ask.query.one("done")
    return _page(ask, done=done if done in DONE else "")


def change(ask: Ask) -> Response:
    """Somebody's week is what was typed."""
    typed = [ask.form.one(f"day-{day}") for day in DAYS]
    id = access.number(ask.request.path_params["id"])
    try:
        week = [spans(text, str(day)) for day, text in enumerate(typed)]
        with ask.writing() as tx:
            shifts.replace(tx, id, week, ask.deed)
    except Refused as problem:
        return _page(ask, 422, problem=problem, typed={id: typed})
    return ask.go("/shifts?done=saved")


def close(ask: Ask) -> Response:
    """Nobody is there on a day."""
    day, note = ask.form.one("date"), ask.form.one("note")
    try:
        with ask.writing() as tx:
            shifts.close(tx, day, note, ask.deed, _today(ask))
    except Refused as problem:
        return _page(ask, 422, problem=problem, closing=(day, note))
    return ask.go("/shifts?done=closed")


def open_again(ask: Ask) -> Response:
    """The day is like every other one of its name."""
    with ask.writing() as tx:
        shifts.open_again(tx, ask.request.path_params["day"], ask.deed)
    return ask.go("/shifts?done=opened")


def spans(text: str, day: str = "") -> Spans:
    """What was typed, such as "9h-12h30, 13:30-17:30"; Refused names the day when it is no list of spans."""
    found: Spans = []
    at = 0
    while at < len(text):
        at = _end(BETWEEN, text, at)
        if at == len(text):
            break
        span = SPAN.match(text, at)
        if span is None:
            raise Refused(Reason.BAD_SPAN, day)
        found.append((_clock(span[1], span[2]), _clock(span[3], span[4])))
        at = span.end()
    return found


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()


def _clock(hour: str, minute: str | None) -> str:
    """Whatever figures it was typed in."""
    return f"{int(hour):02}:{int(minute or 0):02}"


def _page(ask: Ask, status: int = 200, **more: Any) -> Response:
    with ask.reading() as tx:
        found = _values(ask, tx)
    known: dict[str, Any] = {"typed": {}, "closing": ("", ""), **found}
    return ask.page("shifts.html", status, **(known | more))


def _values(ask: Ask, tx: Transaction) -> dict[str, Any]:
    people = [one for one in accounts.everybody(tx) if one.disabled_at is None and one.roles & access.DESK]
    every = stored.everybody(tx)
    monday = _today(ask) - timedelta(days=_today(ask).weekday())
    week = [monday + timedelta(days=day) for day in DAYS]
    return {
        "people": people,
        "weeks": {
            one.id: [[(s.starts, s.ends) for s in every if (s.staff_id, s.weekday) == (one.id, day)] for day in DAYS]
            for one in people
        },
        "opening": [
            [(start.strftime("%H:%M"), end.strftime("%H:%M")) for start, end in _usual(ask, day)] for day in DAYS
        ],
        "days": [ask.language.weekday(day) for day in week],
        "weekday": _today(ask).weekday(),
        "today": _today(ask).isoformat(),
        "closed": {date.fromisoformat(day): note for day, note in stored.closed(tx, _today(ask).isoformat()).items()},
        "may_write": ask.visitor.may(access.COORDINATORS),
        "spoken": ask.site.spoken(),
    }


def _usual(ask: Ask, day: int) -> Any:
    """The opening hours of a weekday, whether or not this week's is a holiday."""
    usual = {"week": ask.site.release().raw["hours"].get("week")}
    return hours.spans(usual, date(2024, 1, 1) + timedelta(days=day))  # a Monday


def _today(ask: Ask) -> date:
    return datetime.fromtimestamp(ask.now, ask.site.zone).date()


PAGES = (
    Page("/shifts", access.DESK, show),
    Page("/shifts/closed", access.COORDINATORS, None, close),
    Page("/shifts/closed/{day}/open", access.COORDINATORS, None, open_again),
    Page("/shifts/{id}", access.COORDINATORS, None, change),
)
