"""The order in which a script is read out: as the menus lead to it from the welcome on, a tree after the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.engine.content import Content, node_prompts, spoken_prompts
from ivr.engine.graph import roots, targets
from ivr.engine.menu import Node
from ivr.engine.turn import Variant
from ivr.release.release import sound_name


@dataclass(frozen=True, slots=True)
class Spoken:
    """A prompt's wording, or a digit or number; `tree` and `node` say where it is heard first, empty for no menu."""

    name: str
    prompt: str
    wording: Variant = Variant.FULL
    tree: str = ""
    node: str = ""


def reading_order(content: Content, words: Mapping[tuple[str, str], str], language: str) -> list[Spoken]:
    """All that has words in this language; what no menu says comes last."""
    found = {spoken.name: spoken for spoken in _prompts(content)}
    rest = (Spoken(name, name) for code, name in words if code == language and name not in found)
    return [spoken for spoken in (*found.values(), *rest) if (language, spoken.name) in words]


def _prompts(content: Content) -> Iterator[Spoken]:
    met = _nodes(content)
    trees = list(dict.fromkeys(node.tree for node in met))
    places: dict[str, Node | None] = {}
    for node in sorted(met, key=lambda node: trees.index(node.tree)):
        for prompt in node_prompts(node):
            places.setdefault(prompt, node)
    for prompt in spoken_prompts(content):
        places.setdefault(prompt, None)
    for prompt, place in places.items():
        tree, id = ("", "") if place is None else (place.tree, place.id)
        yield from (Spoken(sound_name(prompt, wording), prompt, wording, tree, id) for wording in Variant)


def _nodes(content: Content) -> list[Node]:
    """Every node that callers can come to, each before what its options lead to."""
    found: dict[str, Node] = {}
    ahead = [*reversed(roots(content.roles))]
    while ahead:
        id = ahead.pop()
        if id in found or id not in content.nodes:
            continue
        found[id] = content.nodes[id]
        ahead += [to for _, to in reversed(targets(content.nodes[id]))]
    return [*found.values()]
