"""Where the caller lives: by digits, by one of several names, or as they let us remember it.

Nothing is remembered of a phone that others use, and nothing of it is said there.
"""

from ivr.actions import wishes
from ivr.actions.knowledge import CALLBACK_NUMBER, KEYED, Answerer, Asked
from ivr.actions.referring import (
    AREA,
    CODE,
    NO_OFFICE,
    UNDECIDED,
    Referrals,
    bound,
    office_of,
    undecided,
)
from ivr.actions.referring_lookup import Home, differ, homes
from ivr.directory.offices import Rule
from ivr.engine.inputs import Known, Unavailable
from ivr.engine.turn import Value
from ivr.store import callers, lookup, requests
from ivr.store.database import Transaction
from ivr.store.requests import SHARED

KEYED_AREA = "keyed_area"
"""The secret under which a caller keys a postal code or a département."""
REMEMBERED = "area_remembered"
"""The value that says that it is from an earlier call."""
WHICH, PAGE, ANOTHER_PAGE = "which", "which_page", "which_more"
"""The answer to several names, the page they are on, and the value that says that there is another."""
CHOICES = tuple(f"w{n}" for n in range(1, 7))
NAMES = tuple(f"which_{n}" for n in range(1, 7))
"""Secrets: the names of a page."""
KEEP, YES = "keep_area", "yes"
"""The answer, and the option, that lets us remember it."""
ANOTHERS = "area_of_another"
"""The value that says that the area is where another person lived: it tells nothing of the caller."""
SEVERAL, ONE = "several", "one"
"""What is remembered of digits: whether they mean several communes, of which the first stands for all."""
SHARED_PHONE = (wishes.PHONE, "text_phone")
"""Answers that say whose the phone is."""


def answerers(referrals: Referrals) -> dict[str, Answerer]:
    """What is asked about where the caller lives."""
    return bound(
        referrals,
        {
            "where": where,
            "area": area,
            "which_more": next_names,
            "which_chosen": chosen,
            "may_remember": may_remember,
            "remember_area": remember,
            "forget_area": forget,
        },
    )


def where(referrals: Referrals, asked: Asked, tx: Transaction) -> Known:
    """known in this call, or remembered; which, where it is one of several and makes a difference now; unknown.

    nowhere, where no such office is in the directory: nobody keys a code in vain.
    """
    office = office_of(asked.state)
    if office is not None and not lookup.anywhere(tx, office.kinds, office.rule is Rule.COMPETENT):
        return Known("nowhere")
    if _of_another(asked) or ANOTHERS in asked.state.values:
        same = _of_another(asked) and ANOTHERS in asked.state.values
        return Known("known") if same else _as_if_new(asked, tx)
    if AREA in asked.state.secrets:
        several = undecided(referrals, asked, tx)
        if several:
            return _names(several, 0)
        return Known("known", secrets=_all_the_same(asked))
    return _as_if_new(asked, tx)


def _as_if_new(asked: Asked, tx: Transaction) -> Known:
    """remembered from an earlier call, or unknown; what this call knows is of somebody else."""
    number = None if _of_another(asked) else _theirs(asked, tx)
    kept = None if number is None else callers.area(tx, number)
    if kept is None:
        return Known("unknown", {REMEMBERED: None, ANOTHERS: None}, dict.fromkeys((AREA, CODE, UNDECIDED)))
    area, code, mark = kept.split()
    secrets = {AREA: area, CODE: code, UNDECIDED: NO_OFFICE if mark == SEVERAL else None}
    return Known("remembered", {REMEMBERED: 1, ANOTHERS: None}, secrets)


def area(referrals: Referrals, asked: Asked, tx: Transaction) -> Known | Unavailable:
    """found; which of several, where that makes a difference; wrong: what was keyed is gone."""
    table, office = referrals.table, office_of(asked.state)
    if table is None:
        return Unavailable()
    code = asked.state.secrets.get(KEYED_AREA, "")
    found = homes(table.at(code), table)
    if not found:
        return Known("wrong", _no_names(), dict.fromkeys((KEYED_AREA, AREA, CODE, UNDECIDED, *NAMES)))
    if office is not None and differ(tx, office, found, asked.now):
        return _names(found, 0, {KEYED_AREA: None, AREA: None, CODE: code, UNDECIDED: None})
    several = NO_OFFICE if office is None else office.id
    return _found(asked, found[0], several if len(found) > 1 else None)


def next_names(referrals: Referrals, asked: Asked, _: Transaction) -> Known | Unavailable:
    """which, with the next names; none after the last."""
    several, page = _several(referrals, asked), asked.state.values.get(PAGE)
    if several is None or not isinstance(page, int):
        return Unavailable()
    if (page + 1) * len(NAMES) >= len(several):
        return Known("none", _no_names(), dict.fromkeys(NAMES))
    return _names(several, page + 1)


def chosen(referrals: Referrals, asked: Asked, _: Transaction) -> Known | Unavailable:
    """found; wrong, where there is no such name."""
    several, page = _several(referrals, asked), asked.state.values.get(PAGE)
    said = asked.state.answers.get(WHICH)
    if several is None or not isinstance(page, int) or said not in CHOICES:
        return Known("wrong", _no_names())
    at = page * len(NAMES) + CHOICES.index(said)
    if at >= len(several):
        return Known("wrong", _no_names())
    return _found(asked, several[at], None)


def may_remember(_: Referrals, asked: Asked, tx: Transaction) -> Known:
    """ask, where it can be remembered, is not yet, and nobody asked in this call; no."""
    number, said = _theirs(asked, tx), _kept(asked)
    if number is None or said is None or KEEP in asked.state.answers or callers.find(tx, number) is None:
        return Known("no")
    return Known("no" if callers.area(tx, number) == said else "ask")


def remember(_: Referrals, asked: Asked, tx: Transaction) -> Known:
    """kept, where the caller agreed and nobody else uses this phone; no."""
    number, said = _theirs(asked, tx), _kept(asked)
    if number is None or said is None or asked.state.answers.get(KEEP) != YES:
        return Known("no")
    return Known("kept" if callers.remember_area(tx, number, said) else "no")


def forget(_: Referrals, asked: Asked, tx: Transaction) -> Known:
    """done: neither this call nor the next one knows it."""
    if asked.line.number.e164 is not None:
        callers.forget_area(tx, asked.line.number.e164)
    gone = {REMEMBERED: None, ANOTHERS: None, **_no_names()}
    return Known("done", gone, dict.fromkeys((AREA, CODE, UNDECIDED, KEYED_AREA, *NAMES)))


def _theirs(asked: Asked, tx: Transaction) -> str | None:
    """The number that rings, unless it is not, or not only, the caller's."""
    state, number = asked.state, asked.line.number.e164
    elsewhere = CALLBACK_NUMBER in state.secrets or KEYED in state.values
    if number is None or elsewhere or any(state.answers.get(name) == SHARED for name in SHARED_PHONE):
        return None
    return None if any(row.phone == SHARED for row in requests.history(tx, number)) else number


def _kept(asked: Asked) -> str | None:
    """What is remembered: where, by which digits, and whether these mean several communes."""
    secrets = asked.state.secrets
    if AREA not in secrets or CODE not in secrets or ANOTHERS in asked.state.values:
        return None
    return f"{secrets[AREA]} {secrets[CODE]} {SEVERAL if UNDECIDED in secrets else ONE}"


def _all_the_same(asked: Asked) -> dict[str, str | None]:
    office = office_of(asked.state)
    return {UNDECIDED: office.id} if UNDECIDED in asked.state.secrets and office is not None else {}


def _several(referrals: Referrals, asked: Asked) -> tuple[Home, ...] | None:
    table, code = referrals.table, asked.state.secrets.get(CODE)
    return None if table is None or code is None else homes(table.at(code), table)


def _names(several: tuple[Home, ...], page: int, secrets: dict[str, str | None] | None = None) -> Known:
    begin = page * len(NAMES)
    some = [home.name for home in several[begin : begin + len(NAMES)]]
    names = {**dict.fromkeys(NAMES), **dict(zip(NAMES, some, strict=False))}
    more = 1 if begin + len(NAMES) < len(several) else None
    return Known("which", {WHICH: None, PAGE: page, ANOTHER_PAGE: more}, {**(secrets or {}), **names})


def _no_names() -> dict[str, Value | None]:
    return dict.fromkeys((WHICH, PAGE, ANOTHER_PAGE))


def _found(asked: Asked, home: Home, several: str | None) -> Known:
    code = asked.state.secrets.get(KEYED_AREA) or asked.state.secrets[CODE]
    secrets = {AREA: home.area, CODE: code, UNDECIDED: several, **dict.fromkeys((KEYED_AREA, *NAMES))}
    return Known("found", {REMEMBERED: None, ANOTHERS: 1 if _of_another(asked) else None, **_no_names()}, secrets)


def _of_another(asked: Asked) -> bool:
    office = office_of(asked.state)
    return office is not None and office.of_another
