"""What an aidant has at hand while calling back, by topic: menus/guides.yaml.

Its sentences are keys of the pages' catalogues.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivr.engine.content import PLACEHOLDER, SHORT_NUMBER, Content, Fact
from ivr.engine.reading import Mistake

FILE = "menus/guides.yaml"

Guides = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence; `values` stand in its places, `doubtful` when what it says may have changed."""

    say: str
    values: Mapping[str, str]
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines under a title."""

    title: str
    lines: tuple[Line, ...]


def title(guides: Guides, topic: str) -> str | None:
    """What a topic is called; None when the file does not know it."""
    found = guides.get("topics", {}).get(topic)
    return None if found is None else str(found["title"])


def parts(guides: Guides, facts: Mapping[str, Fact], topic: str, today: str) -> list[Part]:
    """What is at hand for a topic on this day (ISO)."""
    names = guides.get("topics", {}).get(topic, {}).get("parts", ())
    return [_part(guides.get("parts", {})[name], facts, today) for name in names]


def sentences(guides: Guides) -> set[str]:
    """Every sentence of the file, to be translated."""
    found = {str(entry["title"]) for entry in guides.get("topics", {}).values()}
    for part in guides.get("parts", {}).values():
        found |= {str(part["title"]), *(_say(line) for line in part["lines"])}
    return found


def check(guides: Guides, content: Content) -> Iterator[Mistake]:
    """What is wrong in the file, and a warning for each topic of a menu that it does not name."""
    parts, topics = guides.get("parts", {}), guides.get("topics", {})
    if not isinstance(parts, Mapping) or not isinstance(topics, Mapping) or set(guides) - {"parts", "topics"}:
        yield Mistake(FILE, 1, "", "must hold `parts` and `topics`")
        return
    for name, part in parts.items():
        yield from _wrong_part(name, part, content)
    for name, topic in topics.items():
        if not isinstance(topic, Mapping) or not isinstance(topic.get("title"), str):
            yield Mistake(FILE, 1, name, "a topic must have a `title`")
        elif unknown := [part for part in topic.get("parts", ()) if part not in parts]:
            yield Mistake(FILE, 1, name, f"no such part: {', '.join(map(str, unknown))}")
    for name in sorted(_topics(content) - set(topics)) if topics else ():
        yield Mistake(FILE, 1, name, "the menus have this topic, and the guides do not name it", warning=True)


def _part(part: Mapping[str, Any], facts: Mapping[str, Fact], today: str) -> Part:
    return Part(part["title"], tuple(_line(line, facts, today) for line in part["lines"]))


def _line(line: Any, facts: Mapping[str, Fact], today: str) -> Line:
    more = line if isinstance(line, Mapping) else {}
    told = [facts[name] for name in more.get("facts", ()) if name in facts]
    old = any(fact.doubt or (fact.valid_until is not None and fact.valid_until < today) for fact in told)
    values = {fact.id: _shown(fact) for fact in told}
    return Line(_say(line), values, bool(more.get("doubt")) or old)


def _shown(fact: Fact) -> str:
    """A value as it is read; a phone number in pairs."""
    value = fact.value or ""
    paired = fact.speak == "digits" and len(value) > SHORT_NUMBER
    return " ".join(value[at : at + 2] for at in range(0, len(value), 2)) if paired else value


def _say(line: Any) -> str:
    return str(line["say"] if isinstance(line, Mapping) else line)


def _wrong_part(name: str, part: Any, content: Content) -> Iterator[Mistake]:
    if not isinstance(part, Mapping) or not isinstance(part.get("title"), str) or not part.get("lines"):
        yield Mistake(FILE, 1, name, "a part must have a `title` and `lines`")
        return
    for line in part["lines"]:
        more = line if isinstance(line, Mapping) else {"say": line}
        if not isinstance(more.get("say"), str) or set(more) - {"say", "facts", "doubt"}:
            yield Mistake(FILE, 1, name, f"a line is a sentence, or `say`, `facts` and `doubt`: {line}")
            continue
        told = more.get("facts") or ()
        for fact in [*told, *PLACEHOLDER.findall(more["say"])]:
            if fact not in content.facts:
                yield Mistake(FILE, 1, name, f"no such fact: {fact}")
        for fact in set(PLACEHOLDER.findall(more["say"])) - set(told):
            yield Mistake(FILE, 1, name, f"`{fact}` is said and must stand under `facts`")


def _topics(content: Content) -> set[str]:
    nodes = content.nodes.values()
    options = (option for node in nodes for option in getattr(node, "options", ()))
    found = {node.topic for node in nodes} | {option.topic for option in options}
    return {topic for topic in found if topic}
