"""Where the boxes of a picture stand: none on another, and nothing in the way of an arrow."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LETTER = 7.25
"""Width of a letter of the typeface, which is as wide for each."""

LINE, PAD, GAP, ALLEY = 18, 8, 18, 56
"""Height of a row; room around a box's text, between boxes of a column, and between columns."""

FEW = 2
"""So many boxes behind one are few."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way on: what the caller does or why it goes on, where to, and whether the caller chooses it."""

    label: str
    to: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Box:
    """A node: its id, its kind in a word, a style (tell, ask, way, end or elsewhere), and its ways on."""

    id: str
    kind: str
    style: str
    ways: tuple[Arrow, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """The upper left corner of a box, and its width."""

    x: float
    y: float
    width: float


class Layout:
    """Where each box stands: to the right of the box by which it is met first, or below it.

    Where one or two boxes follow, the one with most behind it stands below: a long chain goes down, not out of sight.
    """

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.boxes: Mapping[str, Box] = {box.id: box for box in boxes}
        self._parent: dict[str, str | None] = {}
        for box in boxes:
            if box.id not in self._parent:
                self._meet(box.id)
        self._children: dict[str | None, list[str]] = {}
        for id, parent in self._parent.items():
            self._children.setdefault(parent, []).append(id)
        self._below = self._heaviest()
        self._column: dict[str, int] = {}
        for id, parent in self._parent.items():
            self._column[id] = 0 if parent is None else self._column[parent] + (self._below.get(parent) != id)
        self._starts = self._column_starts()
        self.places: dict[str, Place] = {}
        top = float(GAP)
        for root in self._children.get(None, []):
            top += self._put(root, top)

    def size(self) -> tuple[float, float]:
        """Of the whole picture."""
        right = max(place.x + place.width for place in self.places.values())
        bottom = max(place.y + height(self.boxes[id]) for id, place in self.places.items())
        return right + GAP, bottom + GAP

    def is_arrow(self, box: Box, way: Arrow) -> bool:
        """Whether this way is the one by which its target is met first."""
        return self._parent.get(way.to) == box.id

    def is_below(self, box: Box, way: Arrow) -> bool:
        """Whether this arrow goes down."""
        return self._below.get(box.id) == way.to

    def reference(self, box: Box, way: Arrow) -> str:
        """What a row says of where its way leads; nothing beside an arrow to the right."""
        if not self.is_arrow(box, way):
            return f"→ {way.to}"
        return "↓" if self.is_below(box, way) else ""

    def _meet(self, root: str) -> None:
        self._parent[root] = None
        queue = deque([root])
        while queue:
            id = queue.popleft()
            for way in self.boxes[id].ways:
                if way.to in self.boxes and way.to not in self._parent:
                    self._parent[way.to] = id
                    queue.append(way.to)

    def _heaviest(self) -> dict[str, str]:
        behind = dict.fromkeys(self._parent, 1)
        for id, parent in reversed(self._parent.items()):
            if parent is not None:
                behind[parent] += behind[id]
        few = {id: next for id, next in self._children.items() if id is not None and len(next) <= FEW}
        return {id: max(next, key=lambda child: behind[child]) for id, next in few.items()}

    def _column_starts(self) -> list[float]:
        widest: dict[int, float] = {}
        for id, column in self._column.items():
            widest[column] = max(widest.get(column, 0.0), self._width(self.boxes[id]))
        starts = [float(GAP)]
        for column in range(len(widest)):
            starts.append(starts[-1] + widest[column] + ALLEY)
        return starts

    def _width(self, box: Box) -> float:
        rows = [f"{box.id}  {box.kind}", *(f"{way.label}  {self.reference(box, way)}" for way in box.ways)]
        return max(len(row) for row in rows) * LETTER + 2 * PAD

    def _put(self, id: str, top: float) -> float:
        """Places a box and all behind it from `top` on; the height that they take."""
        self.places[id] = Place(self._starts[self._column[id]], top, self._width(self.boxes[id]))
        below = self._below.get(id)
        beside = 0.0
        for child in self._children.get(id, []):
            if child != below:
                beside += self._put(child, top + beside)
        taken = max(beside, height(self.boxes[id]) + GAP)
        return taken if below is None else taken + self._put(below, top + taken)


def height(box: Box) -> float:
    """Of a box with its rows."""
    return LINE * (1 + len(box.ways)) + PAD
