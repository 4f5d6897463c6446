"""What is written but not offered: whoever is led to a parked node goes on behind it, and nobody hears of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ivr.engine.menu import Language, Menu, Node, Only, Option, Question, Route, Say, Steps

Parked = Mapping[str, str | None]
"""Node -> the node that comes instead; None: options that lead to it are not there."""

LEADS = ("to", "then", "otherwise", "silence", "give_up", "missed", "unavailable")


def offered(written: Mapping[str, Node], parked: Parked) -> dict[str, Node]:
    """The nodes as callers meet them."""
    there = {id: node for id, node in written.items() if id not in parked}
    unasked = _asked(written.values()) - _asked(there.values())
    around = _Around(parked, frozenset(unasked))
    return {id: around.node(node) for id, node in there.items()}


def _asked(nodes: Iterable[Node]) -> set[str]:
    return {node.remember for node in nodes if isinstance(node, Menu) and node.remember is not None}


@dataclass(frozen=True, slots=True)
class _Around:
    """Leads past what is parked; where nothing comes instead, the lead stays as it is, for the checks to name."""

    parked: Parked
    unasked: frozenset[str]  # answers that only parked questions remember

    def node(self, node: Node) -> Node:
        led = {name: to for name in LEADS if (to := getattr(node, name, None)) is not None}
        changed: dict[str, Any] = {name: self._lead(to) for name, to in led.items()}
        match node:
            case Menu():
                kept = (option for option in node.options if self._instead(option.to) is not None)
                changed["options"] = tuple(self._option(option) for option in kept)
            case Language():
                changed["other"] = self._option(node.other)
            case Steps():
                changed["pages"] = tuple(self._say(page) for page in node.pages)
            case Route() | Question():
                changed["cases"] = {case: self._lead(to) for case, to in node.cases.items()}
            case _:
                pass
        return replace(node, say=self._say(node.say), **changed)

    def _option(self, option: Option) -> Option:
        return replace(option, to=self._lead(option.to))

    def _say(self, say: Say) -> Say:
        return tuple(item for item in say if not (isinstance(item, Only) and item.value and item.needs in self.unasked))

    def _lead(self, id: str) -> str:
        return self._instead(id) or id

    def _instead(self, id: str) -> str | None:
        for _ in self.parked:
            to = self.parked.get(id, id)
            if to is None:
                return None
            id = to
        return id
