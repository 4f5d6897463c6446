"""The ways on from a node as a drawing shows them, those to the same target as one."""

from collections.abc import Iterable, Iterator

from ivr.engine.content import Content
from ivr.engine.graph import chosen, unchosen
from ivr.engine.menu import Goto, Language, Menu, Node

Arrow = tuple[str, str, bool]
"""(target, label, whether the caller chooses it)"""


def groups(content: Content) -> list[Node]:
    """The main menu and all that is reached from it without leaving its tree."""
    main = content.nodes[content.roles.main]
    found = {main.id: main}
    open_ends = [main]
    while open_ends:
        for target, _, _ in arrows(open_ends.pop(0), content):
            node = content.nodes.get(target)
            if node is not None and node.tree == main.tree and node.id not in found:
                found[node.id] = node
                open_ends.append(node)
    return list(found.values())


def arrows(node: Node, content: Content) -> list[Arrow]:
    """The ways on, those to the same target as one arrow."""
    merged: dict[tuple[str, bool], list[str]] = {}
    for free, ways in ((True, _keyed(node, content)), (False, _by_itself(node))):
        for label, target in ways:
            merged.setdefault((target, free), []).append(label)
    return [(target, ", ".join(labels), free) for (target, free), labels in merged.items()]


def _keyed(node: Node, content: Content) -> Iterable[tuple[str, str]]:
    match node:
        case Menu():
            return [(f"{option.key} {option.id}", option.to) for option in node.options]
        case Language():
            return _languages(node, content)
        case _:
            return chosen(node)


def _by_itself(node: Node) -> Iterable[tuple[str, str]]:
    """A way into another tree shows with which values."""
    if not isinstance(node, Goto) or not node.values:
        return unchosen(node)
    given = ", ".join(f"{name} {value}" for name, value in node.values)
    return [(f"{why} with {given}" if to == node.to else why, to) for why, to in unchosen(node)]


def _languages(node: Language, content: Content) -> Iterator[tuple[str, str]]:
    for key, tongue in enumerate(content.tongues, start=1):
        yield f"{key} {tongue.code}", node.then
    yield f"{node.other.key} {node.other.id}", node.other.to
