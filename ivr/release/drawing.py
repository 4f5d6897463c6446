"""Menu trees as Mermaid flowcharts and as SVG pictures, drawn from the nodes that the engine runs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ivr.engine.content import Content
from ivr.engine.menu import (
    RETURN,
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
from ivr.errors import BadContent
from ivr.release.files import read_folders
from ivr.release.parse import parse
from ivr.release.pictures import OVERVIEW, pictures
from ivr.release.ways import arrows, groups

SHAPES: Mapping[type[Node], tuple[str, str, str]] = {
    Language: ("([", "])", "language choice"),
    Menu: ("[", "]", "menu or question"),
    Steps: ("(", ")", "explanation in pages"),
    Entry: ("[/", "/]", "keyed digits"),
    Message: (">", "]", "spoken message"),
    Connect: ("[\\", "\\]", "transfer"),
    Route: ("{", "}", "route by an answer"),
    Question: ("{{", "}}", "question to the outside"),
    Goto: ("((", "))", "into another tree"),
    Request: ("[(", ")]", "request for a person, stored"),
    Cancel: ("[/", "\\]", "request taken back"),
    SendText: ("[\\", "/]", "text message, stored"),
    End: ("(((", ")))", "last words"),
}
"""Mermaid's brackets around each kind of node, and what the kind is."""

ELSEWHERE = ("[[", "]]")
"""The brackets of a node of another tree."""

HEAD = "flowchart TD"
STUBS = "classDef elsewhere stroke-dasharray: 4"


def read(menus: Path, prompts: Path) -> Content:
    """The authors' files as content; BadContent when one of them cannot be read."""
    raw, mistakes = read_folders(menus, prompts)
    content = parse(raw)
    wrong = [str(mistake) for mistake in (*mistakes, *content.mistakes) if not mistake.warning]
    if wrong:
        raise BadContent("\n".join(wrong))
    return content


def charts(content: Content) -> dict[str, str]:
    """A chart for each tree by its name, and `overview`: the main menu and the trees behind it."""
    trees = dict.fromkeys(node.tree for node in content.nodes.values())
    drawn = {tree: _chart(content, [n for n in content.nodes.values() if n.tree == tree]) for tree in trees}
    return {OVERVIEW: _chart(content, groups(content)), **drawn}


def pages(content: Content) -> dict[str, str]:
    """Each tree as a picture and as a page with its chart, by file name; README.md lists them and explains them."""
    drawn = charts(content)
    return (
        {"README.md": _index(content, drawn)}
        | {f"{name}.svg": picture for name, picture in pictures(content).items()}
        | {
            f"{name}.md": f"# {name}\n\n{_notice(content, name)}\n\n![{name}]({name}.svg)\n\n{fenced(chart)}"
            for name, chart in drawn.items()
            if name != OVERVIEW
        }
    )


def printed(content: Content, tree: str | None) -> str:
    """One chart, or every chart behind its name; BadContent when there is no such tree."""
    drawn = charts(content)
    if tree is None:
        return "\n".join(f"%% {name}\n{chart}" for name, chart in drawn.items())
    if tree not in drawn:
        raise BadContent(f"there is no tree `{tree}`: one of {', '.join(drawn)}")
    return drawn[tree]


def write(content: Content, tree: str | None, folder: Path) -> None:
    """Writes the pages, or one tree's page, into a folder; BadContent when there is no such tree."""
    made = pages(content)
    if tree is not None:
        made = {name: page for name, page in made.items() if name in (f"{tree}.md", f"{tree}.svg")}
        if not made:
            raise BadContent(f"there is no tree `{tree}` to write a page for")
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in made.items():
        (folder / name).write_text(page, encoding="utf-8")


def fenced(chart: str) -> str:
    """A chart as a block that Markdown viewers draw."""
    return f"```mermaid\n{chart}```\n"


def _chart(content: Content, nodes: Sequence[Node]) -> str:
    inside = {node.id for node in nodes}
    lines = [HEAD, *(_shape(node) for node in nodes)]
    stubs: dict[str, None] = {}
    for node in nodes:
        for target, label, free in arrows(node, content):
            lines.append(f"{_id(node.id)} {_line(free)}|{_quoted(label)}| {_id(target)}")
            if target not in inside:
                stubs[target] = None
    lines += [f"{_id(stub)}{ELSEWHERE[0]}{_quoted(stub)}{ELSEWHERE[1]}:::elsewhere" for stub in stubs]
    return "\n    ".join([*lines, *([STUBS] if stubs else [])]) + "\n"


def _shape(node: Node) -> str:
    opened, closed, _ = SHAPES[type(node)]
    return f"{_id(node.id)}{opened}{_quoted(node.id)}{closed}"


def _line(free: bool) -> str:
    return "-->" if free else "-.->"


def _id(node: str) -> str:
    """A name that Mermaid takes: some words, such as `end`, are its own, and it reads dots and dashes as its signs."""
    return "n_" + node.replace("-", "__").replace(".", "_")


def _quoted(text: str) -> str:
    return '"' + text.replace("#", "#35;").replace('"', "#quot;") + '"'


def _notice(content: Content, tree: str) -> str:
    files = ", ".join(f"`{source.file}`" for source in content.sources if source.tree == tree)
    return f"Drawn by `ivr map` from {files}; never edited by hand. [All trees and what the shapes mean](README.md)"


def _index(content: Content, drawn: Mapping[str, str]) -> str:
    count = {tree: sum(node.tree == tree for node in content.nodes.values()) for tree in drawn}
    trees = "\n".join(f"- [{tree}]({tree}.md): {count[tree]} nodes" for tree in drawn if tree != OVERVIEW)
    shapes = "\n".join([f"    {_id(kind.__name__)}{a}{_quoted(what)}{b}" for kind, (a, b, what) in SHAPES.items()])
    return f"""# The menu trees

Drawn by `ivr map` from the data that runs; never edited by hand.

{trees}

## The main menu and the trees behind it

![{OVERVIEW}]({OVERVIEW}.svg)

## Reading a picture

A box is a node, with its id and kind; a row is a way on, with the key and the option's id, or why it goes on. A solid
arrow is the caller's choice, a dotted one needs none. An arrow is drawn where a box is met first; any other way names
where it leads. Blue tells something, yellow waits for the caller, green ends or passes on.

## Reading a chart

{fenced(drawn[OVERVIEW])}
A node shows its id. A solid arrow is the caller's choice, with the key and the option's id; a dotted one needs no
choice: silence, the end of an explanation, an answer from outside. A dashed node with double sides stands in another
tree; `{RETURN}` goes back to where the tree was entered. Not drawn, because they are the same everywhere: `0` a person,
`7` by text where a node offers it, `9` again, `*` back, `#` main menu.

{fenced(f"{HEAD}{chr(10)}{shapes}{chr(10)}")}"""
