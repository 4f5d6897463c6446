"""How long a returning caller listens, and how often they choose, until they are told something.

A caller rings, hears each menu up to their option and each page to its end, and waits for the next page. A leaf is
where something has been told and the caller chooses what comes next.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from ivr.engine.content import DAYS, PARTS, Content
from ivr.engine.graph import live_answers, spoken_next, targets
from ivr.engine.menu import Goto, Line, Menu, Node, Placed, Route, Say, Steps
from ivr.engine.say import every, lines, said
from ivr.engine.turn import Variant

Lengths = Mapping[tuple[str, str, Variant], float]
"""Seconds of each sound, by (language, prompt, wording)."""

Answers = Mapping[str, str]
Given = tuple[tuple[str, str], ...]
Way = tuple[str, Answers, float, int]
"""Where it leads, with which answers, what is listened to before, and how many menu choices it takes."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Something that is told: the seconds from the pick-up to its end, and the menu choices on that way."""

    tree: str
    node: str
    seconds: float
    choices: int


SECONDS = {"speech": 5.0, "hours": 8.0}
"""About so long are a name with its street, and two days with two spans."""


def longest(lengths: Lengths, language: str, item: Line) -> float:
    """A moment is mostly within the week; how long digits and numbers are is not known here."""
    if isinstance(item, Placed):
        parts = [max(longest(lengths, language, name) for name in names) for names in (DAYS, PARTS)]
        return sum(parts) if item.kind == "moment" else SECONDS.get(item.kind, 0.0)
    return max(lengths.get((language, item, variant), 0.0) for variant in (Variant.FULL, Variant.DOUBT))


class Pace:
    """One caller of one language on their fastest ways."""

    def __init__(self, content: Content, language: str, lengths: Lengths) -> None:
        self._content, self._language, self._lengths = content, language, lengths
        self._longest: dict[Line, float] = {}
        self._live = live_answers(content.nodes)
        person = content.nodes.get(content.roles.person)
        self._person = None if person is None else person.tree

    def leaves(self) -> list[Leaf]:
        """Every leaf that can be reached, in the order of the trees."""
        missing = {node.id: node for node in leaves(self._content)}
        told: dict[str, Leaf] = {}
        for node, seconds, choices, answers in self._arrivals():
            if missing.pop(node.id, None) is not None:
                told[node.id] = Leaf(node.tree, node.id, seconds + self._told(node, answers), choices)
            if not missing:
                break
        return [told[node.id] for node in leaves(self._content) if node.id in told]

    def first_facts(self) -> dict[str, float]:
        """For each tree that explains something: seconds until its first fact has been told."""
        outside, nodes = _outside(self._content), self._content.nodes.values()
        trees = {node.tree for node in nodes if node.tree not in outside and self._explains(node)}
        first: dict[str, float] = {}
        for node, arrival, _, answers in self._arrivals():
            if len(first) == len(trees) and arrival > max(first.values(), default=0.0):
                break
            length = None if node.tree in outside else self._to_a_fact(node, answers)
            if length is not None:
                first[node.tree] = min(arrival + length, first.get(node.tree, arrival + length))
        return first

    def _told(self, node: Node, answers: Answers) -> float:
        """All of an explanation, or a menu's own words."""
        return self._pages(node, answers) if isinstance(node, Steps) else self._hear(node.say, answers)

    def _to_a_fact(self, node: Node, answers: Answers) -> float | None:
        """Up to the end of the first prompt that tells a fact; None where none does. Options are no news."""
        length = 0.0
        for page in range(len(node.pages) if isinstance(node, Steps) else 1):
            for item in said(lines(node, page) if isinstance(node, Steps) else node.say, answers):
                length += self._lasts(item)
                if isinstance(item, str) and self._tells(item):
                    return length
            length += self._content.limits.page_silence
        return None

    def _explains(self, node: Node) -> bool:
        """Whether any fact is told here, whatever the caller answered."""
        says = [lines(node, page) for page in range(len(node.pages))] if isinstance(node, Steps) else [node.say]
        return any(isinstance(item, str) and self._tells(item) for say in says for item in every(say))

    def _tells(self, prompt: str) -> bool:
        return any(tongue.texts[prompt].facts for tongue in self._content.tongues if prompt in tongue.texts)

    def _arrivals(self) -> Iterator[tuple[Node, float, int, Answers]]:
        """Each node with the seconds and menu choices to it and the answers given by then, the soonest first."""
        met: set[str] = set()
        done: set[tuple[str, Given]] = set()
        queue: list[tuple[float, int, str, Given]] = [(0.0, 0, self._content.roles.welcome_back, ())]
        while queue:
            seconds, choices, id, given = heappop(queue)
            node = self._content.nodes.get(id)
            if node is None or (id, given) in done or node.tree == self._person:
                continue
            done.add((id, given))
            if id not in met:
                met.add(id)
                yield node, seconds, choices, dict(given)
            for to, answers, listened, chosen in self._ways(node, dict(given)):
                heappush(queue, (seconds + listened, choices + chosen, to, self._kept(to, answers)))

    def _kept(self, to: str, answers: Answers) -> Given:
        live = self._live.get(to, frozenset())
        return tuple(sorted((name, answer) for name, answer in answers.items() if name in live))

    def _ways(self, node: Node, answers: Answers) -> Iterator[Way]:
        match node:
            case Menu():
                yield from self._options(node, answers)
            case Steps():
                yield node.then, answers, self._pages(node, answers), 0
            case Route():
                yield node.cases.get(answers.get(node.by, ""), node.otherwise), answers, 0.0, 0
            case Goto():
                yield node.to, {**answers, **dict(node.values)}, self._hear(node.say, answers), 0
            case _:
                yield from ((to, answers, self._hear(node.say, answers), 0) for _, to in targets(node))

    def _options(self, menu: Menu, answers: Answers) -> Iterator[Way]:
        heard = self._hear(menu.say, answers)
        for option in menu.options:
            heard += self._hear(option.say, answers)
            if menu.remember is None:
                yield option.to, answers, heard, 1
            else:
                yield option.to, {**answers, menu.remember: option.id}, heard, 0
        if menu.silence is not None:
            yield menu.silence, answers, heard + self._content.limits.menu_silence, 0

    def _pages(self, steps: Steps, answers: Answers) -> float:
        pages = range(len(steps.pages))
        return sum(self._hear(lines(steps, page), answers) + self._content.limits.page_silence for page in pages)

    def _hear(self, say: Say, answers: Answers) -> float:
        return sum(self._lasts(item) for item in said(say, answers))

    def _lasts(self, item: Line) -> float:
        if item not in self._longest:
            self._longest[item] = longest(self._lengths, self._language, item)
        return self._longest[item]


def leaves(content: Content) -> list[Node]:
    """Explanations that end where the caller chooses what comes next; menus with a person, to which a key leads."""
    nodes, outside = content.nodes, _outside(content)
    keyed = {
        id for node in nodes.values() if isinstance(node, Menu) for o in node.options for id in spoken_next(nodes, o.to)
    }
    return [node for node in nodes.values() if node.tree not in outside and _is_leaf(content, node, node.id in keyed)]


def _outside(content: Content) -> set[str]:
    """The trees that explain nothing by themselves: the frame, and the one of the person."""
    return {content.nodes[id].tree for id in (content.roles.person, content.roles.main) if id in content.nodes}


def _is_leaf(content: Content, node: Node, keyed: bool) -> bool:
    if isinstance(node, Steps):
        after = [content.nodes[id] for id in spoken_next(content.nodes, node.then)]
        return any(isinstance(menu, Menu) and _ends_here(content, menu) for menu in after)
    return isinstance(node, Menu) and keyed and _offers_a_person(content, node)


def _ends_here(content: Content, menu: Menu) -> bool:
    return menu.remember is None or _offers_a_person(content, menu)


def _offers_a_person(content: Content, menu: Menu) -> bool:
    return any(option.to == content.roles.person for option in menu.options)
