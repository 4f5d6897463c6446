"""Menu trees as SVG pictures: what each box says of its node."""

from collections.abc import Mapping

from ivr.engine.content import Content
from ivr.engine.menu import (
    Cancel,
    Connect,
    End,
    Entry,
    Goto,
    Language,
    Menu,
    Message,
    Node,
    Question,
    Request,
    Route,
    SendText,
    Steps,
)
from ivr.release.svg import picture
from ivr.release.svg_layout import Arrow, Box
from ivr.release.ways import arrows, groups

KINDS: Mapping[type[Node], tuple[str, str]] = {
    Language: ("language", "ask"),
    Menu: ("menu", "ask"),
    Steps: ("steps", "tell"),
    Entry: ("digits", "ask"),
    Message: ("message", "ask"),
    Connect: ("transfer", "end"),
    Route: ("route", "way"),
    Question: ("ask", "way"),
    Goto: ("goto", "way"),
    Request: ("request", "end"),
    Cancel: ("cancel", "end"),
    SendText: ("text", "end"),
    End: ("end", "end"),
}
"""What a box of an SVG picture says of its node, and how it looks."""

OVERVIEW = "overview"


def pictures(content: Content) -> dict[str, str]:
    """An SVG picture of each tree by its name, and `overview`, in which each tree behind the menus has a box."""
    trees: dict[str, list[Box]] = {node.tree: [] for node in content.nodes.values()}
    for node in content.nodes.values():
        trees[node.tree].append(_box(node, content))
    menus = [_box(node, content) for node in groups(content)]
    behind = dict.fromkeys(way.to for box in menus for way in box.ways)
    stubs = [Box(id, "", "elsewhere") for id in behind if id not in {box.id for box in menus}]
    return {OVERVIEW: picture([*menus, *stubs], OVERVIEW)} | {
        tree: picture(boxes, tree) for tree, boxes in trees.items()
    }


def _box(node: Node, content: Content) -> Box:
    kind, style = KINDS[type(node)]
    if isinstance(node, Menu) and node.remember is not None:
        kind = f"question {node.remember}"
    if isinstance(node, Route):
        kind = f"route {node.by}"
    return Box(node.id, kind, style, tuple(Arrow(label, to, free) for to, label, free in arrows(node, content)))
