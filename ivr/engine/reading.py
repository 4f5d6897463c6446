"""From the plain data of menu files to nodes. What cannot be read becomes a mistake with its place; nothing raises."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ivr.engine.menu import (
    Cancel,
    Connect,
    End,
    Entry,
    Goto,
    Language,
    Line,
    Menu,
    Message,
    Node,
    Only,
    Option,
    Placed,
    Question,
    Request,
    Route,
    Say,
    SendText,
    Steps,
)


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing that is wrong in the content: where, and what; `warning` does not stop a release."""

    file: str
    line: int
    where: str  # node or prompt id
    what: str
    language: str = ""
    warning: bool = False

    def __str__(self) -> str:
        """One line, as compilers print it."""
        place = " ".join(part for part in (self.where, self.language) if part)
        return f"{self.file}:{self.line}: {place}: {'warning: ' if self.warning else ''}{self.what}"


PLACED = ("digits", "number", "moment", "hours", "speech")
"""How a value can be said."""


class Unreadable(Exception):
    """A field is missing or of the wrong shape; the message says which."""


@dataclass(frozen=True, slots=True)
class Source:
    """A tree as it lay in its file."""

    file: str
    tree: str
    nodes: Mapping[str, Mapping[str, Any]]
    lines: Mapping[str, int]  # node id -> line
    review: str | None = None


class Fields:
    """The fields of one node; each is taken once, and what is left over is unknown."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._left = dict(data)

    def text(self, name: str, default: str | None = None) -> str:
        """A required text, unless there is a default."""
        value = self._left.pop(name, default)
        if value is None:
            raise Unreadable(f"`{name}` is missing")
        return _text(name, value)

    def maybe(self, name: str) -> str | None:
        """A text that may be absent."""
        value = self._left.pop(name, None)
        return None if value is None else _text(name, value)

    def number(self, name: str) -> int:
        """A required positive whole number."""
        value = self._left.pop(name, None)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise Unreadable(f"`{name}` must be a whole number from 1")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """True or false."""
        value = self._left.pop(name, default)
        if not isinstance(value, bool):
            raise Unreadable(f"`{name}` must be true or false")
        return value

    def items(self, name: str) -> Sequence[Any]:
        """A required list that is not empty."""
        value = self._left.pop(name, None)
        if not isinstance(value, list) or not value:
            raise Unreadable(f"`{name}` must be a list")
        return value

    def table(self, name: str) -> dict[str, Any]:
        """A required mapping that is not empty; its keys become texts (yes and no are not truth values here)."""
        value = self._left.pop(name, None)
        if not isinstance(value, dict) or not value:
            raise Unreadable(f"`{name}` must be a mapping")
        return {key_text(key): entry for key, entry in value.items()}

    def left(self) -> list[str]:
        """Names that no one took."""
        return sorted(self._left)

    def has(self, name: str) -> bool:
        """Whether the field is there and not taken yet."""
        return name in self._left


def _text(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unreadable(f"`{name}` must be a text")
    return str(value)


def key_text(key: object) -> str:
    """YAML reads a bare yes or no as a truth value: as an answer it is a word."""
    return {True: "yes", False: "no"}[key] if isinstance(key, bool) else str(key)


def read(sources: Sequence[Source]) -> tuple[dict[str, Node], list[Mistake]]:
    """All nodes that can be read, and a mistake for each that cannot."""
    nodes: dict[str, Node] = {}
    mistakes: list[Mistake] = []
    for source in sources:
        for id, data in source.nodes.items():
            line = source.lines.get(id, 1)
            if id in nodes:
                mistakes.append(Mistake(source.file, line, id, "this node id is used twice"))
                continue
            try:
                node, unknown = read_node(id, source.tree, data)
            except Unreadable as wrong:
                mistakes.append(Mistake(source.file, line, id, str(wrong)))
                continue
            nodes[id] = node
            mistakes += [Mistake(source.file, line, id, f"unknown field `{name}`") for name in unknown]
    return nodes, mistakes


def read_node(id: str, tree: str, data: object) -> tuple[Node, list[str]]:
    """One node and the names of its unknown fields; Unreadable when it is none."""
    if not isinstance(data, Mapping):
        raise Unreadable("a node must be a mapping")
    fields = Fields(data)
    kind = fields.text("kind")
    maker = KINDS.get(kind)
    if maker is None:
        raise Unreadable(f"unknown kind `{kind}`: one of {', '.join(sorted(KINDS))}")
    default: Say = () if kind in SILENT else (id,)
    base = {
        "id": id,
        "tree": tree,
        "say": read_say(fields.items("say")) if fields.has("say") else default,
        "topic": fields.maybe("topic"),
        "text": fields.maybe("text"),
    }
    return maker(base, fields), fields.left()


def read_say(items: Sequence[Any]) -> Say:
    """A list of prompt ids, placed values, and what depends on a value."""
    return tuple(_only(item) if isinstance(item, dict) and "needs" in item else _line(item) for item in items)


def _only(item: Mapping[str, Any]) -> Only:
    fields = Fields(item)
    needs, value = _answer(fields.table("needs")) if isinstance(item["needs"], dict) else (fields.text("needs"), None)
    only = Only(needs, _lines(fields.items("say")), value)
    if fields.left():
        raise Unreadable(f"unknown field `{fields.left()[0]}` beside `needs`")
    return only


def _answer(needed: Mapping[str, Any]) -> tuple[str, str]:
    if len(needed) != 1:
        raise Unreadable("`needs` is one name, or one name with its value")
    ((name, value),) = needed.items()
    return name, key_text(value)


def _lines(items: Sequence[Any]) -> tuple[Line, ...]:
    return tuple(_line(item) for item in items)


def _line(item: object) -> Line:
    if isinstance(item, str):
        return item
    if isinstance(item, dict) and len(item) == 1:
        kind, name = next(iter(item.items()))
        if kind in PLACED and isinstance(name, str):
            return Placed(kind, name)
    values = ", ".join(f"{{{kind}: x}}" for kind in PLACED)
    raise Unreadable(f"`say` holds prompt ids and values ({values}), not {item!r}")


def _option(node: str, data: object) -> Option:
    if not isinstance(data, dict):
        raise Unreadable("an option must be a mapping of key, id and to")
    fields = Fields(data)
    id = fields.text("id")
    said = _lines(fields.items("say")) if fields.has("say") else (fields.text("prompt", f"{node}.{id}"),)
    option = Option(
        key=fields.text("key"),
        id=id,
        to=fields.text("to"),
        say=said,
        topic=fields.maybe("topic"),
        needs=fields.maybe("needs"),
        sure=fields.flag("sure") if fields.has("sure") else None,
    )
    if fields.left():
        raise Unreadable(f"unknown field `{fields.left()[0]}` in option `{id}`")
    return option


def _options(base: Mapping[str, Any], fields: Fields) -> tuple[Option, ...]:
    return tuple(_option(base["id"], data) for data in fields.items("options"))


def _cases(fields: Fields) -> dict[str, str]:
    return {case: str(target) for case, target in fields.table("cases").items()}


def _language(base: Mapping[str, Any], fields: Fields) -> Node:
    then, other = fields.text("then"), _option(base["id"], fields.table("other"))
    if other.needs is not None:
        raise Unreadable(f"option `{other.id}` is always there: it can need nothing")
    return Language(**base, then=then, other=other)


def _menu(base: Mapping[str, Any], fields: Fields) -> Node:
    return Menu(**base, **_choice(base, fields))


def _question(base: Mapping[str, Any], fields: Fields) -> Node:
    remember, private = fields.text("remember"), fields.flag("private")
    return Menu(**base, **_choice(base, fields), remember=remember, private=private)


def _choice(base: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    silence, give_up = fields.maybe("silence"), fields.maybe("give_up")
    return {"options": _options(base, fields), "silence": silence, "give_up": give_up, "sure": fields.flag("sure")}


def _steps(base: Mapping[str, Any], fields: Fields) -> Node:
    pages = tuple(read_say(page if isinstance(page, list) else [page]) for page in fields.items("pages"))
    return Steps(**base, pages=pages, then=fields.text("then"))


def _entry(base: Mapping[str, Any], fields: Fields) -> Node:
    return Entry(
        **base,
        remember=fields.text("remember"),
        least=fields.number("least"),
        most=fields.number("most"),
        then=fields.text("then"),
        private=fields.flag("private"),
        confirm=fields.flag("confirm", default=True),
    )


def _message(base: Mapping[str, Any], fields: Fields) -> Node:
    seconds = fields.number("seconds")
    return Message(**base, seconds=seconds, then=fields.text("then"), unavailable=fields.text("unavailable"))


def _connect(base: Mapping[str, Any], fields: Fields) -> Node:
    target, seconds = fields.text("target"), fields.number("seconds")
    then, unavailable = fields.text("then"), fields.text("unavailable")
    missed = fields.text("missed", unavailable)
    return Connect(**base, target=target, seconds=seconds, then=then, missed=missed, unavailable=unavailable)


def _route(base: Mapping[str, Any], fields: Fields) -> Node:
    return Route(**base, by=fields.text("by"), cases=_cases(fields), otherwise=fields.text("otherwise"))


def _ask(base: Mapping[str, Any], fields: Fields) -> Node:
    return Question(**base, ask=fields.text("ask"), cases=_cases(fields), unavailable=fields.text("unavailable"))


def _goto(base: Mapping[str, Any], fields: Fields) -> Node:
    values = fields.table("with") if fields.has("with") else {}
    learned = tuple((name, _text(f"with: {name}", value)) for name, value in values.items())
    if not all(value for _, value in learned):
        raise Unreadable("`with` holds an empty value")
    return Goto(**base, to=fields.text("to"), then=fields.maybe("then"), values=learned)


def _request(base: Mapping[str, Any], fields: Fields) -> Node:
    then, unavailable = fields.text("then"), fields.text("unavailable")
    return Request(**base, then=then, unavailable=unavailable, unfinished=fields.flag("unfinished"))


def _cancel(base: Mapping[str, Any], fields: Fields) -> Node:
    return Cancel(**base, then=fields.text("then"), unavailable=fields.text("unavailable"))


def _send_text(base: Mapping[str, Any], fields: Fields) -> Node:
    return SendText(**base, then=fields.text("then"), unavailable=fields.text("unavailable"))


def _end(base: Mapping[str, Any], fields: Fields) -> Node:
    return End(**base, how=fields.text("how", "finished"))


KINDS: dict[str, Callable[[Mapping[str, Any], Fields], Node]] = {
    "language": _language,
    "menu": _menu,
    "question": _question,
    "steps": _steps,
    "digits": _entry,
    "message": _message,
    "transfer": _connect,
    "route": _route,
    "ask": _ask,
    "goto": _goto,
    "request": _request,
    "cancel": _cancel,
    "text": _send_text,
    "end": _end,
}
"""What each `kind` of a menu file becomes."""

SILENT = frozenset({"steps", "route", "ask", "goto", "request", "cancel", "text"})
"""Kinds that say nothing of their own unless told."""
