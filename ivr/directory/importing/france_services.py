"""France services as ANCT lists them: with the columns of 2024, or those of 2021."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ivr.directory.hours import from_france_services
from ivr.directory.importing import cleaning
from ivr.directory.importing.places import Maker, Raw
from ivr.directory.importing.tables import Table, rows, table
from ivr.directory.record import Bad, BadSource, Item, Refused, Told

NOW = {
    "source_id": "id_fs",
    "departement": "insee_dep",
    "name": "lib_fs",
    "street": "adresse",
    "extra": "complement_adresse",
    "insee": "insee_com",
    "postal_code": "code_postal",
    "city": "lib_com",
    "lat": "latitude",
    "lon": "longitude",
    "email": "mail",
    "phone": "telephone",
}
BEFORE = {
    **NOW,
    "source_id": "MATRICULE",
    "departement": "DEPARTEMENT",
    "name": "lib_france_services",
    "street": "ADRESSE",
    "extra": "COMPLEMENT.D.ADRESSE",
    "lat": "LATITUDE",
    "lon": "LONGITUDE",
    "email": "CONTACT.MAIL",
    "phone": "TELEPHONE",
}
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi")
MOVING = "itinerant"


def names(found: Table) -> Mapping[str, str] | None:
    """The columns of the year in which the file was made; None where it is another kind of file."""
    for columns in (NOW, BEFORE):
        if found.has(columns[name] for name in ("source_id", "name", "postal_code", "lat", "lon")):
            return columns
    return None


def read(path: Path, told: Told) -> Iterator[Item]:
    """The places, each with its hours."""
    found = table(path)
    columns = names(found)
    if columns is None:
        raise BadSource("it does not have the columns of a list of France services")
    maker = Maker(told)
    for number, row, wrong in rows(found, told):
        id = row.get(columns["source_id"], "").strip()
        try:
            if wrong:
                raise Bad(wrong)
            yield maker.record(_raw(row, columns))
        except Bad as bad:
            yield Refused(f"line {number}", str(bad), id)


def _raw(row: Mapping[str, str], columns: Mapping[str, str]) -> Raw:
    parsed = from_france_services({day: row.get(f"h_{day}", "") for day in DAYS})
    values = {ours: row.get(theirs, "") for ours, theirs in columns.items()}
    shape = cleaning.text(row.get("format_fs") or row.get("FORMAT_FS"))
    tags = [tag for tag in (cleaning.text(row.get("type_fs")), shape) if tag]
    moves = shape.lower().startswith(("bus", "itin")) or row.get("ITINERANCE", "").strip().lower() in (
        "oui",
        "1",
        "true",
    )
    more = {"kind": "france_services", "hours_note": parsed.note, "note": row.get("commentaire", "")}
    # a bus is not at its address all day: where it stops is in the comment only
    visit = None if moves else True
    return Raw({**values, **more}, visit=visit, hours=parsed.hours, tags=[*tags, MOVING] if moves else tags)
