"""Where a caller lives, from the digits they key: a table of postal codes made at set-up (ivr/directory/making.py)."""

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from ivr.errors import BadSetting

MADE = Path(__file__).parent / "made"
TABLE = "communes.json.gz"
MISSING = "The table of postal codes is missing: run `npm ci` and then `ivr assets` (`make run` does both)."

CORSICA = "20"
OVERSEAS = ("97", "98")
"""What a postal code begins with where its département has three digits."""


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today, or an arrondissement of Paris, Lyon or Marseille: then `parent` is the city."""

    insee: str
    name: str
    departement: str
    arrondissement: str | None  # the area of a sous-préfecture: none overseas where there are none
    parent: str | None
    postal_codes: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What keyed digits mean: some communes and all their départements, only départements, or nothing."""

    kind: Literal["communes", "departements", "unknown"]
    communes: tuple[Commune, ...] = ()
    departements: tuple[str, ...] = ()


UNKNOWN = Found("unknown")


@dataclass(frozen=True)
class Communes:
    """The whole table, in memory."""

    about: str
    by_insee: Mapping[str, Commune]
    by_code: Mapping[str, tuple[Commune, ...]]
    names: Mapping[str, str]
    seats: Mapping[str, str]

    def at(self, keyed: str) -> Found:
        """Two or three digits are a département, five a postal code; a CEDEX or unknown code is its département."""
        if not re.fullmatch(r"[0-9]{2,5}", keyed) or len(keyed) == 4:
            return UNKNOWN
        if len(keyed) < 5:
            return self._only(keyed)
        communes = self.by_code.get(keyed)
        if communes is None:
            return self._only(keyed[: 3 if keyed.startswith(OVERSEAS) else 2])
        return Found("communes", communes, tuple(sorted({one.departement for one in communes})))

    def _only(self, digits: str) -> Found:
        codes = ("2A", "2B") if digits == CORSICA else (digits,)
        known = tuple(code for code in codes if code in self.names)
        return Found("departements", departements=known) if known else UNKNOWN

    def commune(self, insee: str) -> Commune | None:
        """The commune with this INSEE code; one that became part of another is not there."""
        return self.by_insee.get(insee)

    def departement(self, code: str) -> str | None:
        """Its name."""
        return self.names.get(code)

    def departements(self) -> tuple[str, ...]:
        """Every code, overseas collectivities too, in order."""
        return tuple(self.names)

    def seat(self, arrondissement: str) -> str | None:
        """The commune (INSEE) in which the sous-préfecture of this area is."""
        return self.seats.get(arrondissement)


@cache
def load(path: Path = MADE / TABLE) -> Communes:
    """The table that set-up made; BadSetting where it is missing."""
    try:
        made = json.loads(gzip.decompress(path.read_bytes()))
    except FileNotFoundError:
        raise BadSetting(MISSING) from None
    except (OSError, EOFError, ValueError):
        raise BadSetting(f"{path} cannot be read. Remove it and run `ivr assets`.") from None
    by_insee: dict[str, Commune] = {}
    by_code: dict[str, list[Commune]] = {}
    for insee, name, departement, arrondissement, parent, codes in made["communes"]:
        one = Commune(insee, name, departement, arrondissement or None, parent or None, tuple(codes.split()))
        by_insee[insee] = one
        for code in one.postal_codes:
            by_code.setdefault(code, []).append(one)
    held = {code: tuple(communes) for code, communes in by_code.items()}
    return Communes(made["about"], by_insee, held, made["departements"], made["seats"])
