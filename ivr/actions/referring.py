"""What the outside answers when a caller needs an office: where they live, and which place is the right one.

Where somebody lives is among the secrets: it never travels in an address and is in no log. What nobody knows is said
to be unknown; only a place that is known to be competent is called the right one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ivr.actions import referring_hours
from ivr.actions.knowledge import Answerer, Asked
from ivr.actions.referring_lookup import Home, Table, answer, differ, home_of, homes
from ivr.directory.choosing import Chosen
from ivr.directory.clocks import zone_of
from ivr.directory.offices import OFFICES, Office
from ivr.engine.inputs import Known, Unavailable
from ivr.engine.state import State
from ivr.engine.turn import Value
from ivr.errors import BadSetting
from ivr.store import given, places
from ivr.store.database import Transaction
from ivr.store.given import NewGiven
from ivr.store.places import Place

OFFICE = "office"
"""The value that says what the caller needs."""
AREA, CODE, UNDECIDED = "area", "area_code", "area_open"
"""Secrets: where they live, the digits by which they said so, and, while the digits mean several communes of which
the first stands for all, for which office that was found to be all the same."""
NO_OFFICE = "-"
"""Of an undecided area: it was found to be all the same for none yet."""

NAME, ADDRESS, PHONE, NEXT_PLACES = "place_name", "place_address", "place_phone", "place_list"
SURE, NEAR, SOME = "place_sure", "place_near", "place_some"
"""Values: it is the right one, one of the nearest that we know, or just one of the département."""
MORE, NTH, ID = "place_more", "place_n", "place_id"
SECRETS = (NAME, ADDRESS, PHONE, NEXT_PLACES)
VALUES = (SURE, NEAR, SOME, MORE, NTH, ID, *referring_hours.TODAY_AND_NEXT, *referring_hours.WEEK)


@dataclass(frozen=True, slots=True)
class Referrals:
    """What referrals depend on: the table of communes, which is only loaded when somebody needs it."""

    communes: Callable[[], Table]

    @property
    def table(self) -> Table | None:
        """None where it was never made."""
        try:
            return self.communes()
        except BadSetting:
            return None


Answer = Callable[[Referrals, Asked, Transaction], Known | Unavailable]


def bound(referrals: Referrals, answers: Mapping[str, Answer]) -> dict[str, Answerer]:
    """One answerer a kind. While the database is away there is nothing to know."""

    def with_database(answer: Answer) -> Answerer:
        return lambda asked: Unavailable() if asked.tx is None else answer(referrals, asked, asked.tx)

    return {kind: with_database(answer) for kind, answer in answers.items()}


def answerers(referrals: Referrals) -> dict[str, Answerer]:
    """What is asked about places."""
    return bound(referrals, {"places": first_place, "next_place": next_place, "place_hours": week})


def first_place(referrals: Referrals, asked: Asked, tx: Transaction) -> Known | Unavailable:
    """visit, write, or address where nobody knows which; none where no place may be given."""
    office, home = office_of(asked.state), _home(referrals, asked, tx)
    if office is None:
        return Unavailable()
    chosen = () if home is None else answer(tx, office, home, asked.now)
    return _told(asked, tx, 0, chosen)


def next_place(_: Referrals, asked: Asked, tx: Transaction) -> Known:
    """The same of the next one that may be given; none after the last."""
    nth = asked.state.values.get(NTH)
    chosen = tuple(map(_chosen, asked.state.secrets.get(NEXT_PLACES, "").split()))
    if not isinstance(nth, int) or nth + 1 >= len(chosen):
        return Known("none", {MORE: None})
    return _told(asked, tx, nth + 1, chosen)


def week(_: Referrals, asked: Asked, tx: Transaction) -> Known:
    """known, with the values hours_1 to hours_7; unknown."""
    id = asked.state.values.get(ID)
    place = places.get(tx, id) if isinstance(id, int) else None
    values = referring_hours.week(None if place is None else referring_hours.certain(place))
    return Known("known" if any(values.values()) else "unknown", values)


def office_of(state: State) -> Office | None:
    """What the caller needs."""
    return OFFICES.get(str(state.values.get(OFFICE)))


def undecided(referrals: Referrals, asked: Asked, tx: Transaction) -> tuple[Home, ...]:
    """Where the caller may live, when that is not known and makes a difference for the office; else empty."""
    office, secrets, table = office_of(asked.state), asked.state.secrets, referrals.table
    if office is None or table is None or secrets.get(UNDECIDED, office.id) == office.id:
        return ()
    where = homes(table.at(secrets.get(CODE, "")), table)
    return where if differ(tx, office, where, asked.now) else ()


def _home(referrals: Referrals, asked: Asked, tx: Transaction) -> Home | None:
    """Where it matters and is not known, only the département counts, if at least that is certain."""
    area = asked.state.secrets.get(AREA)
    if area is None:
        return None
    where = undecided(referrals, asked, tx)
    if not where:
        return home_of(area, referrals.table)
    departements = {home.departement for home in where}
    return Home(departements.pop()) if len(departements) == 1 else None


def _told(asked: Asked, tx: Transaction, nth: int, chosen: tuple[Chosen, ...]) -> Known:
    """The place, noted as given. One that vanished meanwhile is passed over."""
    for at, one in enumerate(chosen[nth:], nth):
        place = places.get(tx, one.id)
        if place is not None and place.gone_at is None:
            given.add(tx, NewGiven(asked.line.call_id, place.id, str(asked.state.values.get(OFFICE)), asked.now))
            values = _values(place, one, at, asked.now) | {MORE: 1 if at + 1 < len(chosen) else None}
            return Known(_case(place), values, {**_secrets(place), NEXT_PLACES: " ".join(map(_entry, chosen))})
    return Known("none", dict.fromkeys(VALUES), dict.fromkeys(SECRETS))


def _case(place: Place) -> str:
    return "address" if place.visit is None else "visit" if place.visit else "write"


def _values(place: Place, one: Chosen, nth: int, now: float) -> dict[str, Value | None]:
    local = datetime.fromtimestamp(now, ZoneInfo(zone_of(place.departement)))
    return {
        **dict.fromkeys(VALUES),
        SURE: 1 if one.sure else None,
        NEAR: 1 if one.near else None,
        SOME: None if one.sure or one.near else 1,
        NTH: nth,
        ID: place.id,
        **referring_hours.now_and_next(referring_hours.certain(place), local, place.departement),
    }


def _secrets(place: Place) -> dict[str, str | None]:
    town = f"{place.postal_code} {place.city}".strip()
    address = ", ".join(part for part in (place.street, place.extra, town) if part)
    return {NAME: place.name, ADDRESS: address, PHONE: place.phone or None}


def _entry(one: Chosen) -> str:
    return f"{one.id}{'s' if one.sure else 'n' if one.near else '-'}"


def _chosen(entry: str) -> Chosen:
    return Chosen(int(entry[:-1]), entry[-1] == "s", entry[-1] == "n")
