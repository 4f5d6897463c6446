"""La Poste's list of postal codes: where each commune lies."""

from collections.abc import Iterator
from pathlib import Path

from ivr.directory.importing import cleaning
from ivr.directory.importing.tables import rows, table
from ivr.directory.record import Bad, BadSource, Item, Point, Refused, Told

CODE, PLACES = "code_commune_insee", ("coordonnees_gps", "_geopoint")


def read(path: Path, told: Told) -> Iterator[Item]:
    """A point a commune; it stands there once for each of its postal codes."""
    found, seen = table(path), set[str]()
    columns = {name.lower(): name for name in found.columns}
    placed = next((columns[name] for name in PLACES if name in columns), None)
    if CODE not in columns or placed is None:
        raise BadSource(f"it lacks the columns {CODE} and {PLACES[0]}")
    for number, row, wrong in rows(found, told):
        try:
            if wrong:
                raise Bad(wrong)
            insee = cleaning.insee(row[columns[CODE]])
            lat, _, lon = row[placed].partition(",")
            here = cleaning.coordinates(lat, lon)
        except Bad as bad:
            yield Refused(f"line {number}", str(bad))
            continue
        if insee and here and insee not in seen:
            seen.add(insee)
            yield Point(insee, *here)
        elif not here:
            told.left_out["without coordinates"] += 1
