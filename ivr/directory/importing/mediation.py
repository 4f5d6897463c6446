"""Places of digital help, in the standard of the Cartographie nationale: labels such as Aidants Connect become tags."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ivr.directory.hours import from_osm
from ivr.directory.importing import cleaning
from ivr.directory.importing.places import Maker, Raw
from ivr.directory.importing.tables import rows, table
from ivr.directory.record import Bad, BadSource, Item, Refused, Told

COLUMNS = {
    "source_id": "id",
    "name": "nom",
    "street": "adresse",
    "extra": "complement_adresse",
    "postal_code": "code_postal",
    "city": "commune",
    "insee": "code_insee",
    "lat": "latitude",
    "lon": "longitude",
    "phone": "telephone",
    "email": "courriels",
    "website": "site_web",
    "note": "presentation_resume",
    "record_updated": "date_maj",
}
NEEDED = ("id", "nom", "commune", "code_postal", "adresse", "date_maj")
LABELS = ("dispositif_programmes_nationaux", "formations_labels", "autres_formations_labels", "typologie")
FRANCE_SERVICES = "France Services"
TAGS_MOST = 20


def read(path: Path, told: Told) -> Iterator[Item]:
    """The places; those of France services have their own set."""
    found = table(path)
    if not found.has(NEEDED):
        raise BadSource(f"it lacks the columns {', '.join(name for name in NEEDED if name not in found.columns)}")
    maker = Maker(told)
    for number, row, wrong in rows(found, told):
        labels = _labels(row)
        if FRANCE_SERVICES in labels or "RFS" in labels:
            told.left_out["France services, which have their own set"] += 1
            continue
        try:
            if wrong:
                raise Bad(wrong)
            yield maker.record(_raw(row, labels))
        except Bad as bad:
            yield Refused(f"line {number}", str(bad), row.get("id", "").strip())
        told.date = max(told.date, cleaning.day(row.get("date_maj")) or "")


def _labels(row: Mapping[str, str]) -> list[str]:
    found = (part.strip() for column in LABELS for part in row.get(column, "").split("|"))
    return [label for label in found if label][:TAGS_MOST]


def _raw(row: Mapping[str, str], labels: list[str]) -> Raw:
    parsed = from_osm(row.get("horaires", ""))
    values = {ours: row.get(theirs, "") for ours, theirs in COLUMNS.items()}
    return Raw({**values, "kind": "digital_help", "hours_note": parsed.note}, True, parsed.hours, labels)
