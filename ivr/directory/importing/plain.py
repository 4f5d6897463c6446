"""A table of places with our own columns, in any order: what an association or a helper makes by hand."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ivr.directory.hours import from_listing
from ivr.directory.importing import cleaning
from ivr.directory.importing.places import Maker, Raw
from ivr.directory.importing.tables import rows, table
from ivr.directory.record import Area, Bad, BadSource, Item, Refused, Told

NEEDED = ("kind", "name", "source_id")
PLACES = {
    "source_id": "source_id",
    "kind": "kind",
    "name": "name",
    "street": "address_1",
    "extra": "address_2",
    "postal_code": "postal_code",
    "city": "city",
    "departement": "departement",
    "insee": "insee_code",
    "lat": "lat",
    "lon": "lon",
    "phone": "phone",
    "email": "email",
    "website": "website",
    "note": "note",
    "record_updated": "record_updated",
    "licence": "licence",
}
"""Our names, and the columns of the table."""

VISIT = {"yes": True, "no": False, "oui": True, "non": False}


def read(path: Path, told: Told) -> Iterator[Item]:
    """The places, and in `covers` for what they are competent."""
    found = table(path)
    if not found.has(NEEDED):
        raise BadSource(f"it lacks the columns {', '.join(name for name in NEEDED if name not in found.columns)}")
    maker = Maker(told)
    for number, row, wrong in rows(found, told):
        id = row.get("source_id", "")
        try:
            if wrong:
                raise Bad(wrong)
            yield from _items(maker, row)
        except Bad as bad:
            yield Refused(f"line {number}", str(bad), id.strip())
        told.date = max(told.date, cleaning.day(row.get("source_date")) or "")


def _items(maker: Maker, row: Mapping[str, str]) -> list[Item]:
    parsed = from_listing(row.get("opening_hours", ""))
    values = {ours: row.get(theirs, "") for ours, theirs in PLACES.items()}
    raw = Raw({**values, "hours_note": parsed.note}, _visit(row), parsed.hours)
    areas = [_area(code) for code in row.get("covers", "").split("|") if code.strip()]
    record = maker.record(raw)
    return [record, *(Area(area, record.kind, record.source_id) for area in dict.fromkeys(areas))]


def _visit(row: Mapping[str, str]) -> bool | None:
    """What the column says, else the note; a street alone says nothing."""
    said = row.get("visit", "").strip().lower()
    if said and said not in VISIT:
        raise Bad(f"visit is “{said[:40]}”, not yes or no")
    if said:
        return VISIT[said]
    note = row.get("note", "").lower()
    if "postal (mailing) address" in note or note.startswith("postal address"):
        return False
    return True if note.startswith("physical address") else None


def _area(code: str) -> str:
    found = code.strip().upper()
    if len(found) == 5:
        return f"c:{cleaning.insee(found)}"
    return f"d:{cleaning.departement(found)}"
