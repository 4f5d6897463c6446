"""A whole call to every leaf of every tree, tests/calls/leaves/*.yaml: the same keys and prompts in each language.

`python -m tests.leaves --rewrite` walks the shortest way to each leaf, plays it and writes down what was heard; read
the difference before you keep it. What a leaf is: ivr/engine/pace.py.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path

import yaml

from ivr.app import Parts
from ivr.channels.terminal.saved import Scenario, Step, Stored
from ivr.engine.menu import Node, Steps
from ivr.engine.pace import leaves
from tests.crawling import SILENCE, Map, Move
from tests.helpline import MONDAY_MORNING, helpline, prepared
from tests.scenarios import CALLS, by_terminal, remember

FOLDER = CALLS / "leaves"
FROM_OUTSIDE = {"referral", "text"}
"""Trees whose ways depend on what the outside answers: tests/calls has whole calls through them."""
HEAD = """# A call to every leaf of the tree {tree}: what a returning caller does and hears, the same in each language.
# Written by `python -m tests.leaves --rewrite`.
"""


@dataclass(frozen=True, slots=True)
class LeafCall:
    """A call that ends at a leaf; what is heard without its language."""

    leaf: str
    ended: str
    steps: tuple[Step, ...]


def file_of(tree: str) -> Path:
    return FOLDER / f"{tree}.yaml"


@cache
def trees() -> dict[str, tuple[Node, ...]]:
    """The leaves of each tree, as the authors wrote them."""
    found = (node for node in leaves(prepared().release.content) if node.tree not in FROM_OUTSIDE)
    return {tree: tuple(nodes) for tree, nodes in groupby(found, lambda node: node.tree)}


@cache
def whole_map() -> Map:
    return Map(prepared().release.book)


def load(file: Path) -> list[LeafCall]:
    calls = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [LeafCall(leaf, call["ended"], tuple(_step(step) for step in call["steps"])) for leaf, call in calls.items()]


def dump(tree: str, calls: Sequence[LeafCall]) -> str:
    """A line a step."""
    lines = [HEAD.format(tree=tree)]
    for call in calls:
        lines += [f"{call.leaf}:", f"  ended: {call.ended}", "  steps:"]
        lines += [f"    - {{do: {step.do}{_came(step)}}}" for step in call.steps]
    return "\n".join(lines) + "\n"


def played(joined: Parts, language: str, calls: Sequence[LeafCall]) -> Iterator[tuple[LeafCall, Stored]]:
    """The same calls as they go in a language, each by another caller."""
    for n, call in enumerate(calls):
        caller = f"+3363998{n:04}"
        scenario = Scenario(call.leaf, caller, MONDAY_MORNING, language, call.steps, Stored(""))
        remember(joined, scenario)
        steps, kept = by_terminal(joined, scenario)
        yield LeafCall(call.leaf, kept.ended, tuple(_spoken(step, language) for step in steps)), kept


def ways(tree: str) -> list[LeafCall]:
    """The shortest call to each leaf; nobody knows yet what is heard."""
    map, calls = whole_map(), []
    for leaf in trees()[tree]:
        moves = map.way(map.main, lambda move, leaf=leaf: ends_at(leaf, move))  # type: ignore[misc]
        does = [SILENCE if move.does == SILENCE else f"press {move.does}" for move in moves]
        calls.append(LeafCall(leaf.id, "", tuple(Step(do) for do in ("ring", *does, "hang up"))))
    return calls


def ends_at(leaf: Node, move: Move) -> bool:
    """Whether this move comes to a menu, or leaves an explanation behind its last page."""
    if isinstance(leaf, Steps):
        return move.start.node == leaf.id and move.to.node != leaf.id
    return move.to.node == leaf.id


def _spoken(step: Step, language: str) -> Step:
    assert all(name.startswith(f"{language}/") for name in step.hears), f"{step.hears} in {language}"
    return replace(step, hears=tuple(name.removeprefix(f"{language}/") for name in step.hears))


def _came(step: Step) -> str:
    if step.then is None:
        return ""
    return f", node: {step.node}, hears: [{', '.join(step.hears)}], then: {step.then}"


def _step(data: dict[str, str]) -> Step:
    return Step(data["do"], data.get("node"), tuple(data.get("hears", ())), data.get("then"))


def rewrite(language: str) -> None:
    """Writes down what happens in one language; the test says whether it is the same in the others."""
    FOLDER.mkdir(exist_ok=True)
    for tree in trees():
        with tempfile.TemporaryDirectory() as folder:
            joined = helpline(Path(folder))
            calls = [call for call, _ in played(joined, language, ways(tree))]
            joined.database.dispose()
        file_of(tree).write_text(dump(tree, calls), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--rewrite"]:
        sys.exit(__doc__)
    rewrite(prepared().release.book.languages[0])
