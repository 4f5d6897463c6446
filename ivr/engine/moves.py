"""Going from node to node: through the silent ones, to the next that speaks, listens or asks."""

from typing import assert_never

from ivr.engine.inputs import LeftOff
from ivr.engine.menu import (
    RETURN,
    Cancel,
    Connect,
    End,
    Entry,
    Goto,
    Language,
    Listening,
    Menu,
    Message,
    Node,
    Question,
    Request,
    Route,
    SendText,
    Steps,
)
from ivr.engine.say import TEXT_KEY, TEXT_OF
from ivr.engine.state import Left
from ivr.engine.turn import (
    Ask,
    CallbackCancelled,
    CallbackRequested,
    Ending,
    Listen,
    Record,
    TextRequested,
    Transfer,
    Variant,
)
from ivr.engine.walk import Walk

GLOBAL_KEYS = "09*#"
RECORDING = "recording"
LINE = "line"
"""Kinds of Ask by which a message or a transfer learns whether the outside can do it."""


def enter(walk: Walk, target: str) -> Ending:
    """Goes to `target` and on through silent nodes; says where it arrives and returns what the call waits for."""
    for _ in range(len(walk.book.nodes) + len(walk.stack) + 1):
        node = resolve(walk, target)
        page = _page_left(walk, node) if target == RETURN else 0
        walk.trail = _before(walk, node)
        walk.place(node, page)
        step = _arrive(walk, node)
        if not isinstance(step, str):
            return step
        target = step
    return walk.over_limit()  # a cycle without a caller's choice: `check` refuses such a book


def go_on(walk: Walk, left_off: LeftOff) -> Ending:
    """The place where an earlier call was cut off; what was answered in this call counts more."""
    walk.answers = {**left_off.answers, **walk.answers}
    walk.topic, walk.stack = left_off.topic, left_off.stack
    walk.place(walk.book.node(left_off.node), left_off.page)
    return present(walk, Variant.FULL)


def resolve(walk: Walk, target: str) -> Node:
    """The node a target names; `return` is where the sub-tree was entered, else the main menu."""
    if target == RETURN:
        target = walk.stack[-1] if walk.stack else walk.book.roles.main
        walk.stack = walk.stack[:-1]
    return walk.book.node(target)


def _page_left(walk: Walk, node: Node) -> int:
    return next((page for id, page, _ in walk.trail if id == node.id), 0)


def _before(walk: Walk, node: Node) -> tuple[Left, ...]:
    for place, (id, _, _) in enumerate(walk.trail):
        if id == node.id:
            return walk.trail[:place]
    return walk.trail


def _arrive(walk: Walk, node: Node) -> Ending | str:
    match node:
        case Language() | Menu() | Steps() | Entry():
            return present(walk, Variant.FULL)
        case Message():
            return _ask(walk, RECORDING)
        case Connect():
            return _ask(walk, LINE, ("to", node.target))
        case Question():
            walk.say_node(Variant.FULL)
            return _ask(walk, node.ask)
        case End():
            walk.say_node(Variant.FULL)
            return walk.hang_up(node.how)
        case Route() | Goto() | Request() | Cancel() | SendText():
            return _silent(walk, node)
    assert_never(node)


def _silent(walk: Walk, node: Route | Goto | Request | Cancel | SendText) -> str:
    walk.say_node(Variant.FULL)
    match node:
        case Route():
            return node.cases.get(walk.chosen(node.by), node.otherwise)
        case Goto():
            for name, value in node.values:
                walk.learn(name, value)
            if node.then is not None:
                come_back(walk, node.then)
            return node.to
        case Request():
            return _request(walk, node)
        case Cancel():
            return _cancel(walk, node)
        case SendText():
            return _send_text(walk, node)
    assert_never(node)


def come_back(walk: Walk, id: str) -> None:
    """The next `return` leads to this node."""
    walk.stack = (*walk.stack, id)[-walk.book.limits.back :]


def _request(walk: Walk, node: Request) -> str:
    if not walk.context.storing:
        return node.unavailable
    walk.facts.append(CallbackRequested(walk.topic or "general", not node.unfinished))
    walk.answers = {**walk.answers, "requested": "begun" if node.unfinished else "yes"}
    return node.then


def _cancel(walk: Walk, node: Cancel) -> str:
    if not walk.context.storing:
        return node.unavailable
    walk.facts.append(CallbackCancelled())
    walk.answers = {name: value for name, value in walk.answers.items() if name != "requested"}
    return node.then


def _send_text(walk: Walk, node: SendText) -> str:
    what = walk.values.get(TEXT_OF)
    if not walk.context.storing or not isinstance(what, str):
        return node.unavailable
    walk.facts.append(TextRequested(what, walk.stack[-1] if walk.stack else node.id))
    return node.then


def _ask(walk: Walk, kind: str, *args: tuple[str, str]) -> Ask:
    walk.asking = kind
    return Ask(kind, args)


def present(walk: Walk, wanted: Variant) -> Ending:
    """Says the current node in this wording and waits for the caller."""
    if walk.asking is not None:
        return Ask(walk.asking, (("to", walk.node.target),) if isinstance(walk.node, Connect) else ())
    if not isinstance(walk.node, Listening):
        return enter(walk, walk.node.id)
    walk.say_node(wanted)
    return listen(walk)


def listen(walk: Walk) -> Ending:
    """What the current node waits for, without a word."""
    node, limits = walk.node, walk.book.limits
    assert isinstance(node, Listening), "no call rests at a silent node"
    common = TEXT_KEY + GLOBAL_KEYS if walk.offers_text() else GLOBAL_KEYS
    match node:
        case Menu():
            options = walk.options(node)
            keys = "".join(option.key for option in options)
            return Listen(keys + common, limits.menu_silence, words=tuple(option.id for option in options))
        case Language():
            keys = "".join(str(n + 1) for n in range(len(walk.book.languages))) + node.other.key
            return Listen(keys + GLOBAL_KEYS, limits.menu_silence, words=(*walk.book.languages, node.other.id))
        case Steps():
            wait = limits.menu_silence if walk.offered else limits.page_silence  # a person may be asked back here
            return Listen("1" + common, wait)
        case Entry():
            return _listen_entry(walk, node)
        case Message():
            return Record(node.seconds)
        case Connect():
            return Transfer(node.target, node.seconds)
    assert_never(node)


def _listen_entry(walk: Walk, node: Entry) -> Listen:
    limits = walk.book.limits
    if walk.confirming:
        return Listen("12" + GLOBAL_KEYS, limits.menu_silence, words=("yes", "no"))
    left = node.most - len(walk.secrets.get("entry", ""))
    return Listen("0123456789*#", limits.entry_silence, digits=left, entry=True)
