"""Where a node can lead: by the caller's choice, and without it."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from ivr.engine.menu import (
    RETURN,
    Cancel,
    Connect,
    Entry,
    Goto,
    Language,
    Menu,
    Message,
    Node,
    Only,
    Question,
    Request,
    Roles,
    Route,
    SendText,
    Steps,
)


def chosen(node: Node) -> Iterator[tuple[str, str]]:
    """(what the caller does, target) for each thing a caller can do here beside the helpline's own keys."""
    match node:
        case Menu():
            yield from ((option.key, option.to) for option in node.options)
        case Language():
            yield "language", node.then
            yield node.other.key, node.other.to
        case Entry():
            yield "digits", node.then
        case Message() | Connect():
            yield "then", node.then
        case _:
            return


def unchosen(node: Node) -> Iterator[tuple[str, str]]:
    """(why, target) for each way on that needs no choice of the caller."""
    match node:
        case Menu():
            yield from _impatient(node)
        case Steps():
            yield "end", node.then
        case Message() | Connect():
            yield from _unserved(node)
        case Route():
            yield from node.cases.items()
            yield "otherwise", node.otherwise
        case Question():
            yield from node.cases.items()
            yield "unavailable", node.unavailable
        case Request() | Cancel() | SendText():
            yield "stored", node.then
            yield "unavailable", node.unavailable
        case Goto():
            yield from (("goto", node.to), *((("then", node.then),) if node.then is not None else ()))
        case _:
            return


def _impatient(menu: Menu) -> Iterator[tuple[str, str]]:
    ways = (("silence", menu.silence), ("give up", menu.give_up))
    return ((why, target) for why, target in ways if target is not None)


def _unserved(node: Message | Connect) -> Iterator[tuple[str, str]]:
    yield ("silence", node.then) if isinstance(node, Message) else ("missed", node.missed)
    yield "unavailable", node.unavailable


def targets(node: Node) -> list[tuple[str, str]]:
    """Every way on from a node."""
    return [*chosen(node), *unchosen(node)]


def roots(roles: Roles) -> tuple[str, ...]:
    """The nodes that the engine goes to by itself."""
    by_text = () if roles.text is None else (roles.text,)
    return (roles.start, roles.welcome_back, roles.main, roles.person, roles.goodbye, roles.trouble, *by_text)


def returns(nodes: Mapping[str, Node], main: str) -> tuple[str, ...]:
    """Where `return` can lead."""
    return (main, *(node.then for node in nodes.values() if isinstance(node, Goto) and node.then is not None))


def reachable(nodes: Mapping[str, Node], starts: tuple[str, ...], main: str) -> set[str]:
    """Every node that some caller can come to from these."""
    found: set[str] = set()
    open_ends = [start for start in starts if start in nodes]
    back = returns(nodes, main)
    while open_ends:
        id = open_ends.pop()
        if id in found:
            continue
        found.add(id)
        for _, target in targets(nodes[id]):
            wanted = back if target == RETURN else (target,)
            open_ends += [next_id for next_id in wanted if next_id in nodes]
    return found


def silent_cycle(nodes: Mapping[str, Node], main: str) -> list[str]:
    """The nodes of one cycle that a silent caller would never leave; empty when there is none."""
    back = returns(nodes, main)
    graph = {id: [to for to in _unchosen_ids(node, back) if to in nodes] for id, node in nodes.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        cycle: list[str] = found.args[1][:0:-1]
        start = cycle.index(next(id for id in nodes if id in cycle))
        return [*cycle[start:], *cycle[:start]]
    return []


def _unchosen_ids(node: Node, back: tuple[str, ...]) -> Iterator[str]:
    for _, target in unchosen(node):
        yield from back if target == RETURN else (target,)


def spoken_next(nodes: Mapping[str, Node], target: str) -> frozenset[str]:
    """The nodes that speak first behind a target, whichever way the routes before them take."""
    found: set[str] = set()
    open_ends, met = [target], set[str]()
    while open_ends:
        id = open_ends.pop()
        node = nodes.get(id)
        if node is None or id in met:
            continue
        met.add(id)
        if isinstance(node, Goto):
            open_ends.append(node.to)
        elif isinstance(node, Route):
            open_ends += [to for _, to in unchosen(node)]
        else:
            found.add(id)
    return frozenset(found)


def live_answers(nodes: Mapping[str, Node]) -> dict[str, frozenset[str]]:
    """For each node the answers by which anything from there on goes, before they are asked for anew."""
    live = dict.fromkeys(nodes, frozenset[str]())
    changed = True
    while changed:
        changed = False
        for node in reversed([*nodes.values()]):  # they stand in the order of a call, and this goes against it
            after = _live_at(node, live)
            changed = changed or after != live[node.id]
            live[node.id] = after
    return live


def _live_at(node: Node, live: Mapping[str, frozenset[str]]) -> frozenset[str]:
    given = {node.remember} if isinstance(node, Menu) else set()
    behind = {answer for _, to in chosen(node) for answer in live.get(to, frozenset())} - given
    silent = {answer for _, to in unchosen(node) for answer in live.get(to, frozenset())} - _learned(node)
    says = (*node.say, *(item for page in (node.pages if isinstance(node, Steps) else ()) for item in page))
    looked_at = {item.needs for item in says if isinstance(item, Only)} | (
        {node.by} if isinstance(node, Route) else set()
    )
    return frozenset(behind | silent | looked_at)


def _learned(node: Node) -> set[str]:
    return {name for name, _ in node.values} if isinstance(node, Goto) else set()
