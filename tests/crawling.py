"""A map of the menus, made from the book alone and not by the engine, and the calls that walk every way on it.

A spot is where a caller can stand: a node, a page, and the answers that routes look at. A move is what a caller does
there. A move that leaves the trees (to a person, to a goodbye) ends its call.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ivr.engine.menu import Book, Goto, Language, Listening, Menu, Node, Question, Request, Route, Steps
from ivr.engine.say import lines
from ivr.engine.turn import Variant
from ivr.release.release import sound_name

SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a caller stands; `answers` are those that some route goes by."""

    node: str
    page: int = 0
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outside:
    """The node by which a move leaves the map, and what a request for a person would be about (None: as before)."""

    node: str
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A key, or silence, and where it leads."""

    start: Spot
    does: str
    to: Spot | Outside


Call = list[Move]


class Map:
    """Every spot that a caller can come to from the main menu, and every move from it."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.routed = {node.by for node in book.nodes.values() if isinstance(node, Route)}
        self.main = Spot(book.roles.main)
        self.moves: dict[Spot, list[Move]] = {}
        waiting = [self.main]
        while waiting:
            spot = waiting.pop()
            if spot not in self.moves:
                self.moves[spot] = list(self._moves(spot))
                waiting += [move.to for move in self.moves[spot] if isinstance(move.to, Spot)]

    def every_move(self) -> list[Move]:
        return [move for moves in self.moves.values() for move in moves]

    def says(self, spot: Spot, doubtful: Callable[[str], bool]) -> list[str]:
        """Names of the sounds that are said there."""
        return [
            sound_name(prompt, Variant.DOUBT if doubtful(prompt) else Variant.FULL)
            for prompt in lines(self.book.node(spot.node), spot.page)
            if isinstance(prompt, str)
        ]

    def way(self, start: Spot, wanted: Callable[[Move], bool]) -> Call:
        """The fewest moves from a spot up to one that is wanted; none when there is no such move."""
        before: dict[Spot, Move | None] = {start: None}
        queue = deque([start])
        while queue:
            spot = queue.popleft()
            for move in self.moves[spot]:
                if wanted(move):
                    return [*_back(before, spot), move]
                if isinstance(move.to, Spot) and move.to not in before:
                    before[move.to] = move
                    queue.append(move.to)
        return []

    def choices(self) -> dict[Spot, int]:
        """The least number of menu choices to each spot; turning a page is none."""
        found = {self.main: 0}
        queue = deque([self.main])
        while queue:
            spot = queue.popleft()
            cost = int(isinstance(self.book.node(spot.node), Menu))
            for move in self.moves[spot]:
                if isinstance(move.to, Spot) and found[spot] + cost < found.get(move.to, len(self.moves)):
                    found[move.to] = found[spot] + cost
                    queue.append(move.to)
        return found

    def _moves(self, spot: Spot) -> Iterator[Move]:
        node = self.book.node(spot.node)
        if isinstance(node, Steps):
            does = "1" if spot.page % 2 else SILENCE  # the same thing in an explanation
            last = spot.page + 1 == len(node.pages)
            to = self._lead(node.then, spot.answers, None) if last else Spot(node.id, spot.page + 1, spot.answers)
            yield Move(spot, does, to)
            return
        assert isinstance(node, Menu), f"{node.id}: a map of menus and explanations has no {type(node).__name__}"
        for option in node.options:
            answers = self._answered(spot, node, option.id)
            yield Move(spot, option.key, self._lead(option.to, answers, option.topic or node.topic))
        if node.silence is not None:
            yield Move(spot, SILENCE, self._lead(node.silence, spot.answers, None))

    def _answered(self, spot: Spot, node: Menu, option: str) -> tuple[tuple[str, str], ...]:
        if node.remember not in self.routed or node.remember is None:
            return spot.answers
        return tuple(sorted({**dict(spot.answers), node.remember: option}.items()))

    def _lead(self, target: str, answers: tuple[tuple[str, str], ...], topic: str | None) -> Spot | Outside:
        """Through the nodes without a word; whoever comes to the main menu will be asked again."""
        node = self.book.nodes[target]
        if node.tree == self.book.node(self.book.roles.person).tree or not self._stays(node):
            return Outside(node.id, topic)
        if isinstance(node, Route):
            return self._lead(node.cases.get(dict(answers).get(node.by, ""), node.otherwise), answers, topic)
        if isinstance(node, Goto):
            return self._lead(node.to, answers, topic)
        return Spot(node.id, 0, () if node.id == self.book.roles.main else answers)

    def _stays(self, node: Node) -> bool:
        return isinstance(node, Listening | Route | Goto) and not isinstance(node, Language | Question | Request)


def _back(before: dict[Spot, Move | None], spot: Spot) -> Call:
    way: Call = []
    while (move := before[spot]) is not None:
        way.append(move)
        spot = move.start
    return way[::-1]


def calls(map: Map, most: int) -> list[Call]:
    """Calls from the main menu, of about `most` moves at most, that together make every move."""
    left = set(map.every_move())
    made: list[Call] = []

    def stays(move: Move) -> bool:
        return move in left and isinstance(move.to, Spot)

    def leaves(move: Move) -> bool:
        return move in left and isinstance(move.to, Outside)

    while left:
        call: Call = []
        spot = map.main
        while len(call) < most and (more := map.way(spot, stays)):
            call += more
            left.difference_update(more)
            spot = _end(more)
        last = map.way(spot, leaves)
        left.difference_update(last)
        made.append([*call, *last])
    return made


def _end(call: Call) -> Spot:
    to = call[-1].to
    assert isinstance(to, Spot)
    return to
