"""Every mistake a release can hold, one small function each; the same at start, in `ivr check` and in tests."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ivr.engine.content import PLACEHOLDER, Content, Text, Tongue, node_prompts, prompt_keys
from ivr.engine.graph import reachable, roots, silent_cycle, targets
from ivr.engine.menu import RETURN, Base, End, Entry, Language, Menu, Node, Request, Route, Steps
from ivr.engine.reading import Mistake
from ivr.engine.say import SYSTEM, lines
from ivr.engine.turn import Variant

MENU_SECONDS = 20.0
PAGE_SECONDS = 25.0
BUILT_IN_ANSWERS: Mapping[str, frozenset[str]] = {
    "first_call": frozenset({"yes", "no"}),
    "requested": frozenset({"yes"}),
}
MOMENTS = (
    "moment.today",
    "moment.tomorrow",
    *(f"weekday.{day}" for day in range(1, 8)),
    *(f"month.{month}" for month in range(1, 13)),
    *(f"part.{part}" for part in ("morning", "afternoon", "evening")),
)
"""What is said of a moment; every language must have each of these."""


ROLE_KINDS: Mapping[str, type[Base]] = {"start": Language, "main": Menu, "goodbye": End}
"""What the engine relies on: `*` at the main menu leads to the start, and the goodbye ends."""

OPTION_KEYS = frozenset("123456")


@dataclass(frozen=True, slots=True)
class Checked:
    """What is checked: the content, today's date where the helpline lives, and how long each sound is, once known."""

    content: Content
    today: str
    seconds: Mapping[tuple[str, str, Variant], float] | None = None  # (language, prompt, wording)
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # node -> (file, line)

    def at(self, node: Base, what: str, language: str = "", *, warning: bool = False) -> Mistake:
        """A mistake at a node."""
        file, line = self.places.get(node.id, ("menus", 1))
        return Mistake(file, line, node.id, what, language, warning)

    def in_text(self, tongue: Tongue, text: Text, what: str, *, warning: bool = False) -> Mistake:
        """A mistake in a text."""
        return Mistake(f"prompts/{tongue.code}/texts.yaml", text.line, text.id, what, tongue.code, warning)


def check(
    content: Content, today: str, seconds: Mapping[tuple[str, str, Variant], float] | None = None
) -> list[Mistake]:
    """All mistakes, by file and line; those that are only warnings are marked."""
    places = {id: (s.file, s.lines.get(id, 1)) for s in content.sources for id in s.nodes}
    checked = Checked(content, today, seconds, places)
    found = set(content.mistakes)
    for look in CHECKS:
        found.update(look(checked))
    return sorted(found)


def _unknown_targets(c: Checked) -> Iterator[Mistake]:
    for node in c.content.nodes.values():
        for by, target in targets(node):
            if target != RETURN and target not in c.content.nodes:
                yield c.at(node, f"`{by}` leads to `{target}`, which does not exist")


def _roles(c: Checked) -> Iterator[Mistake]:
    for role in ("start", "welcome_back", "main", "person", "goodbye", "trouble"):
        id = getattr(c.content.roles, role)
        if id not in c.content.nodes:
            yield Mistake("menus/helpline.yaml", 1, role, f"`{id}` does not exist")
        kind = ROLE_KINDS.get(role)
        node = c.content.nodes.get(id)
        if kind is not None and node is not None and not isinstance(node, kind):
            yield c.at(node, f"the {role} must be a node of kind {kind.__name__.lower()}")


def _unreachable(c: Checked) -> Iterator[Mistake]:
    found = reachable(c.content.nodes, roots(c.content.roles), c.content.roles.main)
    for node in c.content.nodes.values():
        if node.id not in found:
            yield c.at(node, "no caller can come here")


def _keys(c: Checked) -> Iterator[Mistake]:
    for node in c.content.nodes.values():
        if not isinstance(node, Menu):
            continue
        keys = [option.key for option in node.options]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield c.at(node, f"two options on key {key}")
        for key in keys:
            if key not in OPTION_KEYS:
                yield c.at(node, f"key {key}: options use 1 to 6, the other keys belong to the helpline")
        ids = [option.id for option in node.options]
        if len(set(ids)) < len(ids):
            yield c.at(node, "two options with the same id")


def _language_keys(c: Checked) -> Iterator[Mistake]:
    taken = {str(n + 1) for n in range(len(c.content.tongues))}
    for node in c.content.nodes.values():
        if not isinstance(node, Language):
            continue
        if node.other.key in taken:
            yield c.at(node, f"key {node.other.key} of `{node.other.id}` is the key of a language")
        elif node.other.key not in OPTION_KEYS:
            yield c.at(node, f"key {node.other.key}: options use 1 to 6, the other keys belong to the helpline")


def _way_to_a_person(c: Checked) -> Iterator[Mistake]:
    person = c.content.nodes.get(c.content.roles.person)
    if person is None:
        return
    found = reachable(c.content.nodes, (person.id,), c.content.roles.main)
    if not any(isinstance(c.content.nodes[id], Request) for id in found):
        yield c.at(person, "no way to a person: no request can be reached from here")


def _silent_cycles(c: Checked) -> Iterator[Mistake]:
    cycle = silent_cycle(c.content.nodes, c.content.roles.main)
    if cycle:
        yield c.at(c.content.nodes[cycle[0]], f"a silent caller would never leave: {' → '.join([*cycle, cycle[0]])}")


def _routes(c: Checked) -> Iterator[Mistake]:
    given = answers(c.content)
    for node in c.content.nodes.values():
        if not isinstance(node, Route):
            continue
        if node.by not in given:
            yield c.at(node, f"no question remembers `{node.by}`")
            continue
        values = given[node.by]
        for case in node.cases:
            if values is not None and case not in values:
                yield c.at(node, f"`{case}` is no answer of `{node.by}`")


def answers(content: Content) -> dict[str, frozenset[str] | None]:
    """Every answer name with its possible values; None where digits are keyed."""
    given = dict(BUILT_IN_ANSWERS)
    for node in content.nodes.values():
        if isinstance(node, Menu) and node.remember is not None:
            given[node.remember] = given.get(node.remember, frozenset()) | {option.id for option in node.options}
    keyed = {node.remember for node in content.nodes.values() if isinstance(node, Entry) and not node.private}
    return {**given, **dict.fromkeys(keyed)}


def _entries(c: Checked) -> Iterator[Mistake]:
    for node in c.content.nodes.values():
        if isinstance(node, Entry) and node.least > node.most:
            yield c.at(node, f"at least {node.least} digits but at most {node.most}")
        if isinstance(node, Entry) and node.remember == "entry":
            yield c.at(node, "`entry` is the name of the digits being keyed: remember them under another")


def _removed(c: Checked) -> Iterator[Mistake]:
    for old, new in c.content.removed.items():
        if old in c.content.nodes:
            yield c.at(c.content.nodes[old], "named as removed, but it is here")
        elif c.content.last_successor(old) is None:
            yield Mistake("menus", 1, old, f"its successor `{new}` does not exist")


def _languages(c: Checked) -> Iterator[Mistake]:
    if not c.content.tongues:
        yield Mistake("prompts", 1, "", "no language")
    for tongue in c.content.tongues:
        file = f"prompts/{tongue.code}/language.yaml"
        missing = sorted(set("0123456789*#") - set(tongue.keys))
        if missing:
            yield Mistake(file, 1, "keys", f"no word for key {' '.join(missing)}", tongue.code)
        if len(tongue.digits) != 10:
            yield Mistake(file, 1, "digits", "must be ten figures, zero first", tongue.code)
        if [other.order for other in c.content.tongues].count(tongue.order) > 1:
            yield Mistake(file, 1, "order", f"another language has {tongue.order} too", tongue.code)


def spoken_prompts(content: Content) -> dict[str, Node | None]:
    """Every prompt a caller can hear, with a node that says it (None: the engine itself)."""
    spoken: dict[str, Node | None] = dict.fromkeys((*SYSTEM, *MOMENTS))
    for node in content.nodes.values():
        spoken |= {prompt: node for prompt in node_prompts(node) if prompt not in spoken}
    return spoken


def _missing_texts(c: Checked) -> Iterator[Mistake]:
    for prompt, node in spoken_prompts(c.content).items():
        for tongue in c.content.tongues:
            if prompt not in tongue.texts:
                what = f"no text `{prompt}`"
                file = f"prompts/{tongue.code}/texts.yaml"
                yield c.at(node, what, tongue.code) if node else Mistake(file, 1, prompt, what, tongue.code)


def _unused_texts(c: Checked) -> Iterator[Mistake]:
    spoken = spoken_prompts(c.content)
    for tongue in c.content.tongues:
        for text in tongue.texts.values():
            if text.id not in spoken:
                yield c.in_text(tongue, text, "no menu says this text", warning=True)


def _placeholders(c: Checked) -> Iterator[Mistake]:
    keys = prompt_keys(c.content)
    for tongue in c.content.tongues:
        for text in tongue.texts.values():
            allowed = {name for name in text.facts if _value_of(c.content, name) is not None}
            if text.id in keys or text.id == "language.choose":
                allowed.add("key")
            for words in (*text.wordings.values(), *text.spelled.values()):
                for name in sorted(set(PLACEHOLDER.findall(words)) - allowed):
                    yield c.in_text(tongue, text, f"{{{name}}} is neither a key here nor a value of a fact it names")


def _value_of(content: Content, fact: str) -> str | None:
    return content.facts[fact].value if fact in content.facts else None


def _one_key_a_prompt(c: Checked) -> Iterator[Mistake]:
    for prompt, keys in prompt_keys(c.content).items():
        if len(keys) < 2:
            continue
        for tongue in c.content.tongues:
            text = tongue.texts.get(prompt)
            if text is not None and any("{key}" in words for words in text.wordings.values()):
                yield c.in_text(tongue, text, f"one text cannot name the keys {' and '.join(sorted(keys))}")


def _empty_texts(c: Checked) -> Iterator[Mistake]:
    for tongue in c.content.tongues:
        for text in tongue.texts.values():
            for variant, words in text.wordings.items():
                if not words.strip():
                    yield c.in_text(tongue, text, f"the {variant} wording is empty")


def _doubtful_wordings(c: Checked) -> Iterator[Mistake]:
    for tongue in c.content.tongues:
        for text in tongue.texts.values():
            told = [c.content.facts[name] for name in text.facts if name in c.content.facts]
            uncertain = [fact.id for fact in told if fact.doubt or fact.valid_until is not None]
            if uncertain and Variant.DOUBT not in text.wordings:
                yield c.in_text(tongue, text, f"no `doubt` wording, but {', '.join(uncertain)} may be doubtful")


def _unknown_facts(c: Checked) -> Iterator[Mistake]:
    for tongue in c.content.tongues:
        for text in tongue.texts.values():
            for name in text.facts:
                if name not in c.content.facts:
                    yield c.in_text(tongue, text, f"speaks the fact `{name}`, which does not exist")


def _same_facts(c: Checked) -> Iterator[Mistake]:
    for tongue in c.content.tongues[1:]:
        first = c.content.tongues[0]
        for text in tongue.texts.values():
            if text.id in first.texts and set(first.texts[text.id].facts) != set(text.facts):
                yield c.in_text(tongue, text, f"names other facts than its text in {first.code}")


def _unspoken_facts(c: Checked) -> Iterator[Mistake]:
    for tongue in c.content.tongues:
        told = {name for text in tongue.texts.values() for name in text.facts}
        for fact in c.content.facts.values():
            if fact.id not in told:
                yield Mistake("menus/facts.yaml", fact.line, fact.id, "no text speaks this fact", tongue.code, True)


def _due_for_review(c: Checked) -> Iterator[Mistake]:
    for source in c.content.sources:
        if source.review is not None and source.review < c.today:
            yield Mistake(source.file, 1, source.tree, f"due for review since {source.review}", "", True)
    for fact in c.content.facts.values():
        if fact.valid_until is not None and fact.valid_until < c.today:
            yield Mistake("menus/facts.yaml", fact.line, fact.id, f"expired on {fact.valid_until}", "", True)


def _missing_sounds(c: Checked) -> Iterator[Mistake]:
    if c.seconds is None:
        return
    spoken = spoken_prompts(c.content)
    for tongue in c.content.tongues:
        for text in tongue.texts.values():
            for variant in text.wordings if text.id in spoken else ():
                if (tongue.code, text.id, variant) not in c.seconds:
                    yield c.in_text(tongue, text, f"no sound for the {variant} wording")


def _too_long(c: Checked) -> Iterator[Mistake]:
    if c.seconds is None:
        return
    for node in c.content.nodes.values():
        limit = MENU_SECONDS if isinstance(node, Menu) else PAGE_SECONDS
        for tongue in c.content.tongues:
            for page in range(len(node.pages) if isinstance(node, Steps) else 1):
                length = sum(_longest(c.seconds, tongue.code, item) for item in lines(node, page))
                if length > limit:
                    place = f"page {page + 1} lasts" if isinstance(node, Steps) else "lasts"
                    yield c.at(node, f"{place} {length:.0f} s, more than {limit:.0f}", tongue.code, warning=True)


def _longest(seconds: Mapping[tuple[str, str, Variant], float], language: str, item: object) -> float:
    wordings = (Variant.FULL, Variant.DOUBT)
    return max(seconds.get((language, item, variant), 0.0) for variant in wordings) if isinstance(item, str) else 0.0


CHECKS: tuple[Callable[[Checked], Iterator[Mistake]], ...] = (
    _unknown_targets,
    _roles,
    _unreachable,
    _keys,
    _language_keys,
    _way_to_a_person,
    _silent_cycles,
    _routes,
    _entries,
    _removed,
    _languages,
    _missing_texts,
    _unused_texts,
    _placeholders,
    _one_key_a_prompt,
    _empty_texts,
    _doubtful_wordings,
    _unknown_facts,
    _same_facts,
    _unspoken_facts,
    _due_for_review,
    _missing_sounds,
    _too_long,
)
"""One function a mistake; `check` runs them all."""
