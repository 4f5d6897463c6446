"""Tiny books in made-up languages: a frame that every call needs, and the nodes a test is about."""

import copy
from collections.abc import Mapping
from typing import Any

from ivr.engine.content import Content, book, prompt_keys, written_prompts
from ivr.engine.menu import Book
from ivr.engine.sms_text import FRAME as FILLED_IN
from ivr.release.files import Raw
from ivr.release.parse import parse

Nodes = dict[str, dict[str, Any]]

ROLES = {
    "start": "start",
    "welcome_back": "main",
    "main": "main",
    "person": "person",
    "goodbye": "goodbye",
    "trouble": "trouble",
}
FRAME: Nodes = {
    "start": {
        "kind": "language",
        "then": "main",
        "other": {"key": 6, "id": "other", "to": "person", "topic": "tongue"},
    },
    "main": {"kind": "menu", "options": [{"key": 1, "id": "one", "to": "first"}]},
    "goodbye": {"kind": "end", "how": "silent"},
    "trouble": {"kind": "menu", "options": [{"key": 1, "id": "restart", "to": "main"}]},
}
PERSON: Nodes = {
    "person": {"kind": "request", "then": "noted", "unavailable": "sorry"},
    "noted": {"kind": "menu", "options": [{"key": 1, "id": "go-on", "to": "main"}]},
    "sorry": {"kind": "menu", "options": [{"key": 1, "id": "hear-on", "to": "main"}]},
}
MENU: dict[str, Any] = {"kind": "menu", "options": [{"key": 1, "id": "top", "to": "main"}]}


def menu(*targets: str, **more: Any) -> dict[str, Any]:
    """A menu whose keys 1, 2, 3 lead to these nodes, under ids a, b, c."""
    options = [{"key": n + 1, "id": "abcdef"[n], "to": target} for n, target in enumerate(targets)]
    return {"kind": "menu", "options": options, **more}


def raw(first: Nodes | None = None, *, languages: tuple[str, ...] = ("aa",), **more: Any) -> Raw:
    """The plain data of a book that passes every check. `first` is the tree the main menu's key 1 leads into."""
    nodes = {"first": MENU} if first is None else first
    trees = [_tree("frame", {**FRAME, **_taken(nodes, FRAME)}), _tree("person", {**PERSON, **_taken(nodes, PERSON)})]
    own = {id: node for id, node in nodes.items() if id not in FRAME and id not in PERSON}
    data = {
        "helpline": {**ROLES, **more.get("roles", {}), "limits": more.get("limits", {})},
        "facts": more.get("facts", {}),
        "hours": {},
        "trees": [*trees, {**_tree("tree", own), "removed": more.get("removed", {}), "parked": more.get("parked", {})}],
        "languages": {code: language(code, n + 1) for n, code in enumerate(languages)},
        "lines": {"facts": {id: n + 10 for n, id in enumerate(more.get("facts", {}))}},
    }
    data = copy.deepcopy(data)
    add_texts(data, more.get("texts", {}))
    add_messages(data, more.get("sms", {}))
    for code in languages:
        data["languages"][code]["words"] = {**_ways(data, languages, code), **more.get("words", {})}
    return data


def _ways(data: Raw, languages: tuple[str, ...], code: str) -> dict[str, list[str]]:
    """A way to say each option: "aa option top" in the language aa."""
    nodes = [node for tree in data["trees"] for node in tree["nodes"].values()]
    options = [
        option for node in nodes for option in (*node.get("options", ()), *([node["other"]] if "other" in node else []))
    ]
    return {id: [f"{code} option {id}"] for id in (*languages, *(option["id"] for option in options))}


def _tree(name: str, nodes: Nodes) -> Raw:
    lines = {id: n + 3 for n, id in enumerate(nodes)}
    return {"tree": name, "source": "doc", "nodes": nodes, "file": f"menus/{name}.yaml", "lines": lines}


def _taken(nodes: Nodes, frame: Nodes) -> Nodes:
    return {id: node for id, node in nodes.items() if id in frame}


def language(code: str, order: int) -> Raw:
    """A language whose keys are called key0 … and that has no texts yet."""
    keys = {key: f"{code}-key{key}" for key in "0123456789*#"}
    commands = {name: [f"{code} {name}"] for name in ("person", "again", "back", "main", "next", "text")}
    about = {
        "name": code.upper(),
        "direction": "ltr",
        "order": order,
        "digits": "0123456789",
        "keys": keys,
        "yes": [f"{code} yes"],
        "no": [f"{code} no"],
        "numbers": {"39": [f"{code}-thirty {code}-key9"], "30": [f"{code}-thirty"]},
        "globals": commands,
    }
    return {"language": about, "texts": {}, "words": {}, "lines": {}}


def add_texts(data: Raw, given: Mapping[str, Any]) -> None:
    """Gives each language a full and a short wording of all that is said, and the texts a test has of its own."""
    made = parse(data)
    keys = {prompt: " {key}" if len(found) == 1 else "" for prompt, found in prompt_keys(made).items()}
    prompts = list(dict.fromkeys([*written_prompts(made), *given]))
    for code, about in data["languages"].items():
        about["texts"] = {id: _wordings(f"{code} {id}", keys.get(id, "")) for id in prompts} | dict(given)
        about["lines"] = {id: n + 1 for n, id in enumerate(prompts)}


def _wordings(words: str, key: str) -> dict[str, str]:
    return {"full": f"{words}{key}", "short": f"{words} short{key}"}


def content(first: Nodes | None = None, **more: Any) -> Content:
    """The content of `raw`."""
    return parse(raw(first, **more))


def make_book(first: Nodes | None = None, **more: Any) -> Book:
    """The book of `raw`, whether or not it passes the checks."""
    return book(content(first, **more))


def add_messages(data: Raw, given: Mapping[str, Any]) -> None:
    """Gives each language every text message that a menu sends, where any can be sent."""
    nodes = [node for tree in data["trees"] for node in tree["nodes"].values()]
    offered = [str(node["text"]) for node in nodes if "text" in node]
    for about in data["languages"].values() if "text" in data["helpline"] else ():
        about["sms"] = dict.fromkeys([*offered, *FILLED_IN], "what is sent") | dict(given)
