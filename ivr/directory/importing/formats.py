"""The formats by name, and which one a file is in."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ivr.directory.importing import dila, france_services, hexasmal, justice, mediation, plain
from ivr.directory.importing.tables import table
from ivr.directory.record import BadSource, Item, Told

Read = Callable[[Path, Told], Iterator[Item]]

FORMATS: Mapping[str, Read] = {
    "csv": plain.read,
    "dila": dila.read,
    "france-services": france_services.read,
    "mediation-numerique": mediation.read,
    "justice": justice.read_courts,
    "justice-communes": justice.read_communes,
    "laposte": hexasmal.read,
}
"""`csv` is a table with our own columns, of any set; each other one is the format of the known set of that name."""

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "csv": plain.NEEDED,
    "mediation-numerique": mediation.NEEDED,
    "justice": (*justice.KEYS, justice.COURTS["name"]),
    "justice-communes": (justice.COMMUNE, justice.COURT),
}


def detected(path: Path) -> str:
    """The name of the format, by what is in the file; BadSource where none of ours fits."""
    with path.open("rb") as opened:
        head = opened.read(4096)
    if not head.strip():
        raise BadSource("it is empty")
    if head.startswith(b"BZh") or re.match(rb"(?:\xef\xbb\xbf)?\s*[{\[]", head):
        return "dila"
    if re.match(rb"(?:\xef\xbb\xbf)?\s*<", head):
        raise BadSource("it is a web page, not a set of data")
    found = table(path)
    if france_services.names(found):
        return "france-services"
    if hexasmal.CODE in {name.lower() for name in found.columns}:
        return "laposte"
    for name, needed in _COLUMNS.items():
        if found.has(needed):
            return name
    raise BadSource("its columns are not those of any format that we know: `--as` names one")
