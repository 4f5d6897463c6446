"""What a caller chose, in the words of the menus: the phone's texts as those who call back read them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ivr.engine.content import PLACEHOLDER, Content, Tongue, prompts_of, say_value
from ivr.engine.menu import Goto, Language, Menu, Node, Option, Question, Route
from ivr.engine.turn import Variant
from ivr.web.catalogues import Language as PageLanguage

KEY = re.compile(r"[\s,،:;]*[^\s,،:;]*(?:\s[^,،:;]*)?\{key\}.*$")
"""The end of a text that names its key, ", press {key}."; what stands before it names the choice."""

ASKS = ("?", "؟")


@dataclass(frozen=True, slots=True)
class Answer:
    """A question that the caller was asked, and what they chose."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Teller:
    """The menus, in one language of the phone."""

    content: Content
    tongue: Tongue

    def topic(self, topic: str) -> str:
        """What the option that leads to this topic alone is called; the topic's own name when no option does."""
        options = [option for node in self.content.nodes.values() for option in _options(node) if option.topic]
        for option in options:
            others = {other.topic for other in options if other.say == option.say}
            if others == {topic}:
                return self._choice(option) or topic
        return topic

    def path(self, nodes: Iterable[str]) -> list[str]:
        """What was chosen on the way through these nodes, in order; not the answers, nor how to be called back."""
        found: list[str] = []
        passed: list[Node] = []
        for id in nodes:
            node = self.content.nodes.get(id)
            if node is None or node.tree == self._asking:
                continue
            option = self._leading(passed, id)
            label = self._choice(option) if option else ""
            if label and label not in found:
                found.append(label)
            passed.append(node)
        return found

    @property
    def _asking(self) -> str:
        """The tree in which a callback is asked for: what is said there is on the card already."""
        person = self.content.nodes.get(self.content.roles.person)
        return "" if person is None else person.tree

    def answers(self, given: Mapping[str, str], path: Iterable[str] = ()) -> list[Answer]:
        """Every question with its answer, both in words, as it was asked on this path where several trees ask it.

        What is no question of a menu is left out.
        """
        return list(self._answers(given, set(path)))

    def _answers(self, given: Mapping[str, str], path: set[str]) -> Iterator[Answer]:
        for name, id in given.items():
            asked = sorted(self._choices(name), key=lambda choice: choice[0].id not in path)
            for node, option in asked:
                words = " ".join(filter(None, map(self._question, prompts_of(node.say))))
                if option.id == id and words:
                    yield Answer(words, self._choice(option) or id)
                    break

    def _choices(self, name: str) -> Iterator[tuple[Menu, Option]]:
        for node in self.content.nodes.values():
            if isinstance(node, Menu) and node.remember == name and node.tree != self._asking:
                yield from ((node, option) for option in node.options)

    def _leading(self, passed: list[Node], id: str) -> Option | None:
        for node in reversed(passed):
            for option in _options(node) if getattr(node, "remember", None) is None else ():
                if id in _reached(self.content, option.to):
                    return option
        return None

    def _choice(self, option: Option) -> str:
        prompt = next(prompts_of(option.say), "")
        short, full = self._wording(prompt, Variant.SHORT), self._wording(prompt, Variant.FULL)
        return next((label for words in (short, full) if (label := KEY.sub("", words).strip(" ."))), "")

    def _question(self, prompt: str) -> str:
        short = self._wording(prompt, Variant.SHORT)
        return short if short.rstrip().endswith(ASKS) else self._wording(prompt, Variant.FULL)

    def _wording(self, prompt: str, variant: Variant) -> str:
        text = self.tongue.texts.get(prompt)
        words = text.wordings.get(variant, "") if text else ""
        return PLACEHOLDER.sub(self._value, words)

    def _value(self, found: re.Match[str]) -> str:
        fact = self.content.facts.get(found[1])
        return found[0] if fact is None else say_value(fact, self.tongue)


def teller(content: Content, page: PageLanguage, spoken: Iterable[str] = ()) -> Teller:
    """The menus in the phone's language that is nearest to the page's: its own, else one the reader speaks."""
    known = {tongue.code: tongue for tongue in content.tongues}
    wanted = (page.code, page.locale.language, *spoken)
    return Teller(content, next((known[code] for code in wanted if code in known), content.tongues[0]))


def _options(node: Node) -> tuple[Option, ...]:
    if isinstance(node, Menu):
        return node.options
    return (node.other,) if isinstance(node, Language) else ()


def _reached(content: Content, target: str) -> set[str]:
    """The nodes at which an option can arrive: its own, and those behind what asks or says nothing."""
    found: set[str] = set()
    ahead = [target]
    while ahead:
        id = ahead.pop()
        node = content.nodes.get(id)
        if node is None or id in found:
            continue
        found.add(id)
        match node:
            case Route():
                ahead += [*node.cases.values(), node.otherwise]
            case Question():
                ahead += [*node.cases.values(), node.unavailable]
            case Goto():
                ahead.append(node.to)
            case _:
                pass  # here the caller hears something
    return found
