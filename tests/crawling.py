"""A map of the menus, made from the book alone and not by the engine, and the calls that walk every way on it.

A spot is where a caller can stand: a node, a page, and the answers that a route or a page can still look at from there.
A move is what a caller does there. A move that leaves the trees (to a person, to a goodbye) ends its call.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ivr.engine.graph import chosen as chosen_ways
from ivr.engine.graph import unchosen as silent_ways
from ivr.engine.menu import Book, Goto, Language, Listening, Menu, Node, Only, Question, Request, Route, Steps
from ivr.engine.say import lines, said
from ivr.engine.turn import Variant
from ivr.release.release import sound_name

SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a caller stands; `answers` are those by which a route further on may go before they are asked anew."""

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
Way = tuple[str, int, str, str, int]
"""What a move is to somebody who looks at the menus: from which node and page, by which key, to which node and page."""


def way_of(move: Move) -> Way:
    """The same for all answers that make no difference to this move."""
    to = move.to
    return move.start.node, move.start.page, move.does, to.node, to.page if isinstance(to, Spot) else 0


class Map:
    """Every spot that a caller can come to from the main menu, and every move from it."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.person = book.node(book.roles.person).tree
        self.live = self._live()
        self.main = Spot(book.roles.main)
        self.moves: dict[Spot, list[Move]] = {}
        waiting = [self.main]
        while waiting:
            spot = waiting.pop()
            if spot not in self.moves:
                self.moves[spot] = list(self._moves(spot))
                waiting += [move.to for move in self.moves[spot] if isinstance(move.to, Spot)]
        self.numbers = {spot: number for number, spot in enumerate(self.moves)}
        """A spot is slow to look up, and ways are looked for often."""
        self.steps = [[(move, self.numbers.get(move.to)) for move in moves] for moves in self.moves.values()]

    def every_move(self) -> list[Move]:
        return [move for moves in self.moves.values() for move in moves]

    def standing(self) -> list[Spot]:
        """One spot for each node and page."""
        return list({(spot.node, spot.page): spot for spot in self.moves}.values())

    def says(self, spot: Spot, doubtful: Callable[[str], bool]) -> list[str]:
        """Names of the sounds that are said there."""
        return [
            sound_name(prompt, Variant.DOUBT if doubtful(prompt) else Variant.FULL)
            for prompt in said(lines(self.book.node(spot.node), spot.page), dict(spot.answers))
            if isinstance(prompt, str)
        ]

    def way(self, start: Spot, wanted: Callable[[Move], bool]) -> Call:
        """The fewest moves from a spot up to one that is wanted; none when there is no such move."""
        first = self.numbers[start]
        before: dict[int, tuple[int, Move] | None] = {first: None}
        queue = deque([first])
        while queue:
            spot = queue.popleft()
            for move, to in self.steps[spot]:
                if wanted(move):
                    return [*_back(before, spot), move]
                if to is not None and to not in before:
                    before[to] = spot, move
                    queue.append(to)
        return []

    def choices(self) -> dict[Spot, int]:
        """The least number of menu choices to each spot; turning a page or answering a question is none."""
        found = {self.main: 0}
        queue = deque([self.main])
        while queue:
            spot = queue.popleft()
            node = self.book.node(spot.node)
            cost = int(isinstance(node, Menu) and node.remember is None)
            for move in self.moves[spot]:
                if isinstance(move.to, Spot) and found[spot] + cost < found.get(move.to, len(self.moves)):
                    found[move.to] = found[spot] + cost
                    (queue.append if cost else queue.appendleft)(move.to)
        return found

    def _moves(self, spot: Spot) -> Iterator[Move]:
        node = self.book.node(spot.node)
        if isinstance(node, Steps):
            does = "1" if spot.page % 2 else SILENCE  # the same thing in an explanation
            last = spot.page + 1 == len(node.pages)
            answers = dict(spot.answers)
            to = self._lead(node.then, answers, None) if last else Spot(node.id, spot.page + 1, spot.answers)
            yield Move(spot, does, to)
            return
        assert isinstance(node, Menu), f"{node.id}: a map of menus and explanations has no {type(node).__name__}"
        for option in node.options:
            answers = dict(spot.answers) | ({node.remember: option.id} if node.remember is not None else {})
            yield Move(spot, option.key, self._lead(option.to, answers, option.topic or node.topic))
        if node.silence is not None:
            yield Move(spot, SILENCE, self._lead(node.silence, dict(spot.answers), None))

    def _lead(self, target: str, answers: dict[str, str], topic: str | None) -> Spot | Outside:
        """Through the nodes without a word."""
        node = self.book.nodes[target]
        if node.tree == self.person or not self._stays(node):
            return Outside(node.id, topic)
        if isinstance(node, Route):
            return self._lead(node.cases.get(answers.get(node.by, ""), node.otherwise), answers, topic)
        if isinstance(node, Goto):
            return self._lead(node.to, answers, topic)
        return Spot(node.id, 0, self._kept(node, answers))

    def _kept(self, node: Node, answers: dict[str, str]) -> tuple[tuple[str, str], ...]:
        return tuple(sorted((name, answer) for name, answer in answers.items() if name in self.live[node.id]))

    def _live(self) -> dict[str, frozenset[str]]:
        """For each node the answers that a route from there on goes by, before the caller is asked for them again."""
        live = dict.fromkeys(self.book.nodes, frozenset[str]())
        found = True
        while found:
            found = False
            for node in reversed([*self.book.nodes.values()]):
                after = self._live_after(node, live)
                found = found or after != live[node.id]
                live[node.id] = after
        return live

    def _live_after(self, node: Node, live: dict[str, frozenset[str]]) -> frozenset[str]:
        if node.tree == self.person:
            return frozenset()
        chosen: frozenset[str] = frozenset().union(*(live.get(to, frozenset()) for _, to in chosen_ways(node)))
        silent: frozenset[str] = frozenset().union(*(live.get(to, frozenset()) for _, to in silent_ways(node)))
        given = {node.remember} if isinstance(node, Menu) else set()
        return (chosen - given) | silent | self._looked_at(node)

    def _looked_at(self, node: Node) -> frozenset[str]:
        if isinstance(node, Route):
            return frozenset({node.by})
        says = (*node.say, *(item for page in getattr(node, "pages", ()) for item in page))
        return frozenset(item.needs for item in says if isinstance(item, Only))

    def _stays(self, node: Node) -> bool:
        return isinstance(node, Listening | Route | Goto) and not isinstance(node, Language | Question | Request)


def _back(before: dict[int, tuple[int, Move] | None], spot: int) -> Call:
    way: Call = []
    while (step := before[spot]) is not None:
        spot, move = step
        way.append(move)
    return way[::-1]


class _Left:
    """The moves that no call has made yet, nor another one that is the same way."""

    def __init__(self, map: Map) -> None:
        self.same: dict[Way, list[Move]] = {}
        for move in map.every_move():
            self.same.setdefault(way_of(move), []).append(move)
        self.stay = {id(move): isinstance(move.to, Spot) for move in map.every_move()}

    def stays(self, move: Move) -> bool:
        return self.stay.get(id(move), False)

    def leaves(self, move: Move) -> bool:
        return not self.stay.get(id(move), True)

    def without(self, moves: Call) -> Call:
        for move in moves:
            for other in self.same[way_of(move)]:
                self.stay.pop(id(other), None)
        return moves


def calls(map: Map, most: int) -> list[Call]:
    """Calls from the main menu, of about `most` moves at most, that together go every way."""
    left = _Left(map)
    made: list[Call] = []
    while left.stay:
        call: Call = []
        spot = map.main
        while len(call) < most and (more := map.way(spot, left.stays)):
            call += left.without(more)
            spot = _end(more)
        made.append([*call, *left.without(map.way(spot, left.leaves))])
    return made


def _end(call: Call) -> Spot:
    to = call[-1].to
    assert isinstance(to, Spot)
    return to
