"""What a source says: places, for which areas they are competent, where communes lie, and what was refused of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ivr.errors import BadInput

KINDS = frozenset(
    {
        "prefecture",
        "sous_prefecture",
        "cpam",
        "caf",
        "msa",
        "carsat",
        "tribunal_administratif",
        "tribunal_judiciaire",
        "tribunal_proximite",
        "france_services",
        "digital_help",
        "ofii",
        "legal_aid",
        "association",
    }
)
"""The kinds of places that callers are sent to."""


class BadSource(BadInput):
    """A whole file that is not taken; the message says what is wrong with it."""


class Bad(BadInput):
    """One row that is not taken, or one value of it."""


@dataclass(frozen=True, slots=True)
class Record:
    """A place as a source has it, cleaned; the fields are the columns of the same names."""

    source_id: str
    kind: str
    name: str
    street: str = ""
    extra: str = ""
    postal_code: str = ""
    city: str = ""
    insee: str | None = None
    departement: str | None = None
    visit: bool | None = None
    lat: float | None = None
    lon: float | None = None
    phone: str = ""
    email: str = ""
    website: str = ""
    hours: Any = None  # in the canonical form of ivr/directory/hours.py
    hours_note: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    record_updated: str | None = None
    licence: str = ""  # empty: that of the set


@dataclass(frozen=True, slots=True)
class Area:
    """A place is competent for `c:INSEE` or `d:département`."""

    area: str
    kind: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Point:
    """Where a commune lies."""

    insee: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken; with `source_id`, the place that we know of stays as it was."""

    where: str
    why: str
    source_id: str = ""


Item = Record | Area | Point | Refused


@dataclass(slots=True)
class Told:
    """What a reader says beside its items: the date of the set (ISO), remarks, and how much of what was left out."""

    date: str = ""
    remarks: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
