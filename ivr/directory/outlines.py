"""The map's outlines: metropolitan France and each overseas territory, a picture of its own, on which places are put.

One formula for all, an equirectangular projection: x = (lon - west) * across, y = (north - lat) * down. `across` is
`down` times the cosine of the middle latitude, so that shapes look as they are in the middle of their picture.
"""

import gzip
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ivr.directory.communes import MADE
from ivr.errors import BadSetting

FILE = "outlines.json.gz"
MISSING = "The map's outlines are missing: run `npm ci` and then `ivr assets` (`make run` does both)."
MAINLAND = "metropole"


@dataclass(frozen=True)
class Territory:
    """A picture: `path` is for an SVG of `width` by `height` units. The code is a département's, or MAINLAND."""

    code: str
    name: str
    south: float
    west: float
    north: float
    east: float
    across: float
    down: float
    path: str

    @property
    def width(self) -> float:
        """In units of the picture."""
        return round((self.east - self.west) * self.across, 1)

    @property
    def height(self) -> float:
        """In units of the picture."""
        return round((self.north - self.south) * self.down, 1)

    @property
    def view_box(self) -> str:
        """For the SVG element."""
        return f"0 0 {self.width:g} {self.height:g}"

    def x_y(self, lat: float, lon: float) -> tuple[float, float]:
        """Where in the picture a point is."""
        return round((lon - self.west) * self.across, 1), round((self.north - lat) * self.down, 1)

    def holds(self, lat: float, lon: float) -> bool:
        """Whether a point is within the picture: on land or a little way off."""
        return self.south <= lat <= self.north and self.west <= lon <= self.east


@cache
def load(path: Path = MADE / FILE) -> tuple[Territory, ...]:
    """All of them, metropolitan France first; BadSetting where set-up has not made them."""
    try:
        made = json.loads(gzip.decompress(path.read_bytes()))
    except FileNotFoundError:
        raise BadSetting(MISSING) from None
    except (OSError, EOFError, ValueError):
        raise BadSetting(f"{path} cannot be read. Remove it and run `ivr assets`.") from None
    return tuple(Territory(**one) for one in made["territories"])
