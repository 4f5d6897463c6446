"""The one look-up behind every referral: from where somebody lives to the places that may be told to them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from ivr.directory.choosing import Candidate, Chosen, kilometres, ranked
from ivr.directory.clocks import zone_of
from ivr.directory.communes import Commune, Found
from ivr.directory.offices import KINDS, Office, Rule
from ivr.store import lookup
from ivr.store.database import Transaction
from ivr.store.lookup import Nearby
from ivr.store.place_list import folded

MOST = 6
"""More places are not told one after the other."""
DOOR_KM = 0.2
"""One address is not the same point in all sources."""


class Table(Protocol):
    """The table of communes."""

    def at(self, keyed: str) -> Found:
        """What these digits may mean."""

    def commune(self, insee: str) -> Commune | None:
        """The commune of this code."""

    def departement(self, code: str) -> str | None:
        """The name of a département."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody lives, as far as they said: a commune, before its parent, or only a département."""

    departement: str
    communes: tuple[str, ...] = ()
    name: str = ""

    @property
    def area(self) -> str:
        """The text that stands for it."""
        return f"c:{self.communes[0]}" if self.communes else f"d:{self.departement}"

    @property
    def areas(self) -> tuple[str, ...]:
        """For whom a place may be competent so that it is for them; the closest first."""
        return (*(f"c:{insee}" for insee in self.communes), f"d:{self.departement}")

    @property
    def zone(self) -> ZoneInfo:
        """Whose clock the offices there go by."""
        return ZoneInfo(zone_of(self.departement))


def homes(found: Found, table: Table) -> tuple[Home, ...]:
    """What keyed digits may mean."""
    if found.kind == "communes":
        return tuple(_of_commune(commune) for commune in found.communes)
    return tuple(Home(code, name=table.departement(code) or code) for code in found.departements)


def home_of(area: str, table: Table | None) -> Home:
    """What `Home.area` stood for. Without the table of communes nobody knows whose part a commune is."""
    kind, code = area.split(":", 1)
    if kind == "d":
        return Home(code)
    known = None if table is None else table.commune(code)
    return Home(code[: 3 if code.startswith(("97", "98")) else 2], (code,)) if known is None else _of_commune(known)


def answer(tx: Transaction, office: Office, home: Home, now: float) -> tuple[Chosen, ...]:
    """The places that may be told, the right one first; empty where nobody knows."""
    rows: list[Nearby] = []
    if office.rule is not Rule.NEAREST:
        rows = lookup.competent(tx, office.kinds, home.areas)
    elsewhere = not rows and office.rule is not Rule.COMPETENT
    here = lookup.point(tx, home.communes, KINDS) if elsewhere or len(rows) > 1 else None
    if elsewhere:
        insee = home.communes[0] if home.communes else None
        rows = lookup.in_departement(tx, office.kinds, home.departement, here, insee)
    tellable = {row.id: row for row in rows if row.tellable}
    local = datetime.fromtimestamp(now, home.zone)
    chosen = ranked(office, _candidates(rows, home), here, local, home.departement)
    if elsewhere and chosen and chosen[0].sure and lookup.doubted(tx, office.kinds, home.areas, chosen[0].id):
        chosen = (replace(chosen[0], sure=False),)
    return _once(office, chosen, tellable)[:MOST]


def _once(office: Office, chosen: Iterable[Chosen], rows: Mapping[int, Nearby]) -> tuple[Chosen, ...]:
    """Two sources may have the same office; what helps beside another one under its own name is no double."""
    own_name = office.rule is Rule.NEAREST and not office.soonest
    found: list[Chosen] = []
    told: dict[tuple[str, str], list[Nearby]] = {}
    for one, row in ((one, rows[one.id]) for one in chosen if one.id in rows):
        before = told.setdefault((_plain(row.address), _plain(row.name) if own_name else ""), [])
        if not row.address or not any(_at_one_door(row, other) for other in before):
            found.append(one)
            before.append(row)
    return tuple(found)


def _at_one_door(row: Nearby, one: Nearby) -> bool:
    """As far as anybody knows."""
    return row.at is None or one.at is None or kilometres(row.at, one.at) < DOOR_KM


def _plain(text: str) -> str:
    return "".join(sign for sign in folded(text) if sign.isalnum())


def differ(tx: Transaction, office: Office, where: Iterable[Home], now: float) -> bool:
    """Whether it matters in which of these somebody lives: what they would be told first is not the same."""
    first: tuple[Chosen, ...] | None = None
    for home in where:
        told = answer(tx, office, home, now)[:1]
        if first is not None and _said(told) != _said(first):
            return True
        first = told
    return False


def _said(told: tuple[Chosen, ...]) -> list[tuple[int, bool]]:
    return [(one.id, one.sure) for one in told]


def _candidates(rows: Iterable[Nearby], home: Home) -> Iterator[Candidate]:
    for row in rows:
        yield Candidate(
            id=row.id,
            kind=row.kind,
            name=row.name,
            visit=row.visit,
            at=row.at,
            hours=row.hours,
            same_commune=row.insee is not None and row.insee in home.communes,
            competent=row.area is not None,
        )


def _of_commune(commune: Commune) -> Home:
    parent = () if commune.parent is None else (commune.parent,)
    return Home(commune.departement, (commune.insee, *parent), commune.name)
