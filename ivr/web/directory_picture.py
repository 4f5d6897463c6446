"""The directory as a picture: places on outlines, those that lie together as one circle with their number.

However many places there are, a picture has as many circles as its grid has cells at most.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import hypot, log2

from ivr.directory import outlines
from ivr.directory.outlines import MAINLAND, Territory
from ivr.store.place_list import Point

WIDTH = 1000.0
CELL = 40.0
"""Units of the picture: what lies nearer together is one circle."""
INSET, GAP, NAME = 150.0, 14.0, 30.0
ALWAYS = frozenset({"971", "972", "973", "974", "976"})
"""The overseas territories that have an inset even when it is empty."""
NEAREST = 25.0
"""Units of the mainland: no département is looked at from nearer than that."""

DOT = 8.0
"""The radius of a place."""

TOUCHING = 26.0
"""Units between the middles of two heaps that are drawn as one."""

LABEL = 24.0
"""The height of a town's name; seven times that is room enough for its width."""

Cell = tuple[int, int]
Heap = list[tuple[float, float, Point]]
Link = Callable[[Sequence[Point]], str]


@dataclass(frozen=True, slots=True)
class Land:
    """Where the outline of a territory stands; `name` is written under an inset."""

    code: str
    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A circle: one place, or several with their number."""

    x: float
    y: float
    r: float
    count: int
    label: str
    address: str
    town: str


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a town beside its places."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn, in units of the picture; `shown` is how many places that is."""

    height: float
    lands: list[Land]
    marks: list[Mark]
    labels: list[Label]
    shown: int


@dataclass(frozen=True, slots=True)
class View:
    """A territory at a place and a scale of the picture."""

    territory: Territory
    x: float
    y: float
    scale: float
    named: bool

    def land(self) -> Land:
        """Its outline."""
        one = self.territory
        return Land(
            one.code,
            one.name if self.named else "",
            round(self.x, 1),
            round(self.y, 1),
            round(one.width * self.scale, 1),
            round(one.height * self.scale, 1),
        )

    def x_y(self, point: Point) -> tuple[float, float]:
        """Where a place is in the picture."""
        one = self.territory
        across, down = one.across * self.scale, one.down * self.scale
        return self.x + (point.lon - one.west) * across, self.y + (one.north - point.lat) * down


def picture(points: Iterable[Point], departement: str, link: Link) -> Picture:
    """The places on the whole of France, or on one département; `link` says where a circle leads."""
    held = _sorted(points)
    views, height = _near(held, departement) if departement else _whole(held)
    marks: list[Mark] = []
    shown = 0
    for view in views:
        here = held.get(view.territory.code, [])
        marks += _marks(view, here, link)
        shown += len(here)
    labels = _labels(marks) if departement else []
    return Picture(round(height, 1), [view.land() for view in views], marks, labels, shown)


def _sorted(points: Iterable[Point]) -> dict[str, list[Point]]:
    """By territory; what is in none is on no picture."""
    territories = outlines.load()
    held: dict[str, list[Point]] = {}
    for point in points:
        code = next((one.code for one in territories if one.holds(point.lat, point.lon)), None)
        if code is not None:
            held.setdefault(code, []).append(point)
    return held


def _whole(held: dict[str, list[Point]]) -> tuple[list[View], float]:
    """The mainland, and below it a row or two of insets."""
    mainland, *overseas = outlines.load()
    views = [View(mainland, 0, 0, WIDTH / mainland.width, named=False)]
    top, left = mainland.height * WIDTH / mainland.width + GAP, GAP
    for one in overseas:
        if one.code not in ALWAYS and one.code not in held:
            continue
        if left + INSET > WIDTH:
            top, left = top + INSET + NAME + GAP, GAP
        views.append(View(one, left, top, INSET / max(one.width, one.height), named=True))
        left += INSET + GAP
    return views, top + INSET + NAME


def _near(held: dict[str, list[Point]], departement: str) -> tuple[list[View], float]:
    """A territory overseas as a whole; of the mainland what holds the places."""
    territory = next((one for one in outlines.load() if one.code == departement), outlines.load()[0])
    if territory.code != MAINLAND:
        scale = WIDTH / max(territory.width, territory.height)
        return [View(territory, 0, 0, scale, named=False)], territory.height * scale
    spots = [territory.x_y(point.lat, point.lon) for point in held.get(MAINLAND, [])]
    if not spots:
        return _whole(held)
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    side = max(max(xs) - min(xs), max(ys) - min(ys), NEAREST) * 1.15
    scale = WIDTH / side
    left, top = (min(xs) + max(xs) - side) / 2, (min(ys) + max(ys) - side) / 2
    return [View(territory, -left * scale, -top * scale, scale, named=False)], WIDTH


def _marks(view: View, points: Iterable[Point], link: Link) -> list[Mark]:
    cells: dict[Cell, Heap] = {}
    for point in points:
        x, y = view.x_y(point)
        cells.setdefault((int(x // CELL), int(y // CELL)), []).append((x, y, point))
    return [_mark(cell, link) for cell in _apart(cells)]


def _apart(cells: dict[Cell, Heap]) -> Iterable[Heap]:
    """What the edge of a cell divides is one circle again: a small heap joins a larger one that it would touch."""
    standing: dict[Cell, tuple[float, float]] = {}
    for cell in sorted(cells, key=lambda cell: len(cells[cell]), reverse=True):
        x, y = _middle(cells[cell])
        beside = [(cell[0] + across, cell[1] + down) for across in (-1, 0, 1) for down in (-1, 0, 1)]
        near = [(hypot(x - at[0], y - at[1]), one) for one in beside if (at := standing.get(one))]
        away, nearest = min(near, default=(CELL, cell))
        if away < TOUCHING:
            cells[nearest].extend(cells.pop(cell))
        else:
            standing[cell] = x, y
    return cells.values()


def _middle(heap: Heap) -> tuple[float, float]:
    return sum(one[0] for one in heap) / len(heap), sum(one[1] for one in heap) / len(heap)


def _mark(heap: Heap, link: Link) -> Mark:
    count = len(heap)
    x, y = _middle(heap)
    radius = DOT if count == 1 else min(CELL / 2, 12 + log2(count) * 0.9)
    points = [point for _, _, point in heap]
    label, town = points[0].name if count == 1 else "", points[0].city
    return Mark(round(x, 1), round(y, 1), round(radius, 1), count, label, link(points), town)


def _labels(marks: Iterable[Mark]) -> list[Label]:
    """One a town, where there is room for it; the towns with the most places first."""
    found: list[Label] = []
    for mark in sorted(marks, key=lambda mark: mark.count, reverse=True):
        y = mark.y + mark.r + LABEL / 2
        crowded = any(one.text == mark.town or _touch(one, mark.x, y) for one in found)
        if mark.town and not crowded:
            found.append(Label(mark.x, round(y, 1), mark.town))
    return found


def _touch(label: Label, x: float, y: float) -> bool:
    return abs(label.x - x) < LABEL * 7 and abs(label.y - y) < LABEL
