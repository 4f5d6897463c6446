"""The directory as pages list it: searched by words, what somebody should look at, points of a map."""

import json
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, select

from ivr.store import place_edits, places
from ivr.store.database import Transaction
from ivr.store.directory_tables import given, place_proposals
from ivr.store.directory_tables import places as table
from ivr.store.places import Place
from ivr.store.proposals import State

MAY_BE_ACCENTED = frozenset("aceinouy")
POINT = (
    *(table.c.id, table.c.name, table.c.lat, table.c.lon),
    *(table.c.departement, table.c.postal_code, table.c.city),
)
SEARCHED = (table.c.name, table.c.postal_code, table.c.city, table.c.street, table.c.extra)


class Look(StrEnum):
    """What somebody should look at."""

    DISAGREES = "disagrees"  # the source says something new against a correction
    PROPOSED = "proposed"
    LOST = "lost"  # gone, and callers were given it
    UNCHECKED = "unchecked"
    NOWHERE = "nowhere"  # without coordinates
    BY_MAIL = "by-mail"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which places: every word stands in name or address. Gone ones are shown only where a look asks for them."""

    words: str = ""
    kind: str = ""
    departement: str = ""
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the places that fit, and how many do."""

    rows: list[Place]
    count: int


@dataclass(frozen=True, slots=True)
class Point:
    """Where a place is."""

    id: int
    name: str
    lat: float
    lon: float
    departement: str | None
    postal_code: str
    city: str


OPEN = exists(
    select(place_proposals.c.id).where(
        place_proposals.c.place_id == table.c.id, place_proposals.c.state == State.OPEN.value
    )
)
WAS_GIVEN = exists(select(given.c.id).where(given.c.place_id == table.c.id))
THERE: ColumnElement[bool] = table.c.gone_at.is_(None)
GONE: ColumnElement[bool] = table.c.gone_at.is_not(None)
LOOKS: dict[Look, tuple[ColumnElement[bool], ...]] = {
    Look.PROPOSED: (OPEN,),
    Look.LOST: (GONE, WAS_GIVEN),
    Look.UNCHECKED: (THERE, table.c.verified_at.is_(None)),
    Look.NOWHERE: (THERE, table.c.lat.is_(None)),
    Look.BY_MAIL: (THERE, table.c.visit.is_(False)),
    Look.GONE: (GONE,),
}


def search(tx: Transaction, wanted: Wanted, page: int = 0, size: int = 50) -> Found:
    """A page (from 0) of the places that fit, by name; accents and capitals do not count."""
    begin, words = page * size, folded(wanted.words).split()
    if words:
        ids = [row.id for row in _with_words(tx, wanted, words)]
        total, ids = len(ids), ids[begin : begin + size]
    else:
        total = count(tx, wanted)
        some = _fitting(tx, select(table.c.id), wanted).order_by(table.c.name, table.c.id)
        ids = list(tx.execute(some.offset(begin).limit(size)).scalars())
    found = places.of_ids(tx, ids)
    return Found([found[id] for id in ids], total)


def points(tx: Transaction, wanted: Wanted) -> list[Point]:
    """Where the places that fit are; one whose coordinates nobody knows is on no map."""
    words = folded(wanted.words).split()
    if words:
        return [Point(*row[: len(POINT)]) for row in _with_words(tx, wanted, words) if row.lat is not None]
    query = _fitting(tx, select(*POINT), wanted)
    return [Point(*row) for row in tx.execute(query.where(table.c.lat.is_not(None)).order_by(table.c.id))]


def to_look_at(tx: Transaction, wanted: Wanted) -> dict[Look, int]:
    """How many places of this kind and département there are to look at, for each reason."""
    return {look: count(tx, replace(wanted, look=look, words="")) for look in Look}


def count(tx: Transaction, wanted: Wanted) -> int:
    """How many places fit, whatever the words."""
    return int(tx.execute(_fitting(tx, select(func.count()).select_from(table), wanted)).scalar_one())


def departements(tx: Transaction) -> list[str]:
    """Those that places are in."""
    query = select(table.c.departement).where(table.c.departement.is_not(None)).distinct()
    return list(tx.execute(query.order_by(table.c.departement)).scalars())


def licences(tx: Transaction) -> dict[str, set[str]]:
    """Under which licences each set came."""
    found: dict[str, set[str]] = {}
    for source, licence in tx.execute(select(table.c.source, table.c.licence).where(table.c.licence != "").distinct()):
        found.setdefault(source, set()).add(licence)
    return found


def folded(text: str) -> str:
    """Without accents and capitals."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _fitting(tx: Transaction, query: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    if wanted.look is Look.DISAGREES:
        query = query.where(table.c.id.in_(_disagreeing(tx)))
    else:
        query = query.where(*(LOOKS[wanted.look] if wanted.look else (THERE,)))
    if wanted.kind:
        query = query.where(table.c.kind == wanted.kind)
    if wanted.departement:
        query = query.where(table.c.departement == wanted.departement)
    return query


def _disagreeing(tx: Transaction) -> list[int]:
    """What people corrected is little: it is read, not asked of the database."""
    query = select(table.c.id, table.c.imported, table.c.corrected).where(
        THERE, table.c.corrected.is_not(None), table.c.imported.is_not(None)
    )
    rows = tx.execute(query)
    return [row.id for row in rows if place_edits.moved(json.loads(row.imported), json.loads(row.corrected))]


def _with_words(tx: Transaction, wanted: Wanted, words: list[str]) -> list[Any]:
    """Neither database folds accents: what it finds with any letter in their place is looked at again."""
    columns = (*POINT, *SEARCHED[3:])
    query = _fitting(tx, select(*columns), wanted).order_by(table.c.name, table.c.id)
    text: ColumnElement[str] = literal("")
    for column in SEARCHED:
        text = text + " " + column
    for word in words:
        query = query.where(text.ilike(_pattern(word), escape="\\"))
    said = (
        (row, folded(" ".join((row.name, row.postal_code, row.city, *row[len(POINT) :])))) for row in tx.execute(query)
    )
    return [row for row, text in said if all(word in text for word in words)]


def _pattern(word: str) -> str:
    letters = ("_" if letter in MAY_BE_ACCENTED else _plain(letter) for letter in word)
    return f"%{''.join(letters)}%"


def _plain(letter: str) -> str:
    return f"\\{letter}" if letter in "\\%_" else letter
