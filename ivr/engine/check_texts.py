"""What can be wrong in the texts, the facts and the lengths of sounds, one small function a mistake."""

from collections.abc import Callable, Iterator

from ivr.engine.checked import Checked
from ivr.engine.content import (
    PLACEHOLDER,
    Content,
    Text,
    prompt_keys,
    prompts_of,
    spoken_prompts,
    written_prompts,
)
from ivr.engine.menu import Line, Menu, Node, Only, Placed, Steps
from ivr.engine.pace import Lengths, longest
from ivr.engine.reading import Mistake
from ivr.engine.say import lines
from ivr.engine.turn import Variant

MENU_SECONDS = 20.0
PAGE_SECONDS = 25.0
NAME_SECONDS = 1.5
"""About so long is a name that can be chosen."""


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


def _missing_texts(c: Checked) -> Iterator[Mistake]:
    for prompt, node in written_prompts(c.content).items():
        for tongue in c.content.tongues:
            if prompt not in tongue.texts:
                what = f"no text `{prompt}`"
                file = f"prompts/{tongue.code}/texts.yaml"
                yield c.at(node, what, tongue.code) if node else Mistake(file, 1, prompt, what, tongue.code)


def _unused_texts(c: Checked) -> Iterator[Mistake]:
    spoken = written_prompts(c.content)
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


def _named_keys(c: Checked) -> Iterator[Mistake]:
    for node in c.content.written.values():
        for option in node.options if isinstance(node, Menu) else ():
            for tongue in c.content.tongues:
                texts = [tongue.texts[prompt] for prompt in prompts_of(option.say) if prompt in tongue.texts]
                if texts and not any(_names_its_key(text) for text in texts):
                    yield c.in_text(tongue, texts[-1], f"does not name the key of option `{option.id}` of {node.id}")


def _names_its_key(text: Text) -> bool:
    return all("{key}" in words for words in text.wordings.values())


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
        told = {name for text in (*tongue.texts.values(), *tongue.sms.values()) for name in text.facts}
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
                length = _length(c.seconds, tongue.code, node, page)
                if length > limit:
                    place = f"page {page + 1} lasts" if isinstance(node, Steps) else "lasts"
                    yield c.at(node, f"{place} {length:.0f} s, more than {limit:.0f}", tongue.code, warning=True)


def _length(seconds: Lengths, language: str, node: Node, page: int) -> float:
    """All that one caller can hear: of what is said for different answers to one question, the longest."""
    length, instead = 0.0, dict[str, float]()
    for item in lines(node, page):
        said = item.say if isinstance(item, Only) else (item,)
        some = sum(_told(seconds, language, node, line) for line in said)
        if isinstance(item, Only) and item.value is not None:
            instead[item.needs] = max(some, instead.get(item.needs, 0.0))
        else:
            length += some
    return length + sum(instead.values())


def _told(seconds: Lengths, language: str, node: Node, line: Line) -> float:
    name = isinstance(node, Menu) and isinstance(line, Placed) and line.kind == "speech"
    return NAME_SECONDS if name else longest(seconds, language, line)


CHECKS: tuple[Callable[[Checked], Iterator[Mistake]], ...] = (
    _languages,
    _missing_texts,
    _unused_texts,
    _placeholders,
    _one_key_a_prompt,
    _named_keys,
    _empty_texts,
    _doubtful_wordings,
    _unknown_facts,
    _same_facts,
    _unspoken_facts,
    _due_for_review,
    _missing_sounds,
    _too_long,
)
