"""What can be wrong in the text messages (sms.yaml), one small function a mistake."""

from collections.abc import Callable, Iterator

from ivr.engine.checked import Checked
from ivr.engine.content import PLACEHOLDER, Text, Tongue
from ivr.engine.menu import Goto
from ivr.engine.reading import Mistake
from ivr.engine.say import TEXT_OF
from ivr.engine.sms import LONGEST, length, strange
from ivr.engine.sms_text import FRAME, filled
from ivr.engine.turn import Variant

MOST_PARTS = 6
"""More of them cost much, and some phones lose one."""


def _offered(c: Checked) -> set[str]:
    """Every text message that a menu leads to; none where no menu sends any."""
    if c.content.roles.text is None:
        return set()
    nodes = c.content.written.values()
    keys = {node.text for node in nodes if node.text is not None}
    return keys | {value for node in nodes if isinstance(node, Goto) for name, value in node.values if name == TEXT_OF}


def _ids(c: Checked) -> set[str]:
    """Every text message that some language has or some menu offers, and those that any of them needs."""
    found = {id for tongue in c.content.tongues for id in tongue.sms} | _offered(c)
    return {*found, *FRAME} if found else found


def _missing(c: Checked) -> Iterator[Mistake]:
    for id in _ids(c):
        for tongue in c.content.tongues:
            if id not in tongue.sms:
                yield Mistake(_file(tongue), 1, id, f"no text message `{id}`", tongue.code)


def _unused(c: Checked) -> Iterator[Mistake]:
    offered = _offered(c)
    for tongue in c.content.tongues:
        for text in tongue.sms.values():
            if text.id not in offered and text.id not in FRAME:
                yield _at(tongue, text, "no menu offers this text message", warning=True)


def _empty(c: Checked) -> Iterator[Mistake]:
    for tongue in c.content.tongues:
        for text in tongue.sms.values():
            for variant, words in text.wordings.items():
                if not words.strip() and text.id not in FRAME:
                    yield _at(tongue, text, f"the {variant} wording is empty")


def _placeholders(c: Checked) -> Iterator[Mistake]:
    for tongue in c.content.tongues:
        for text in tongue.sms.values():
            with_value = {name for name in text.facts if name in c.content.facts and c.content.facts[name].value}
            allowed = FRAME.get(text.id, with_value)
            for words in text.wordings.values():
                for name in sorted(set(PLACEHOLDER.findall(words)) - allowed):
                    what = "nothing that is known here" if text.id in FRAME else "no value of a fact it names"
                    yield _at(tongue, text, f"{{{name}}} is {what}")


def _facts(c: Checked) -> Iterator[Mistake]:
    for tongue in c.content.tongues:
        for text in tongue.sms.values():
            for name in text.facts:
                if name not in c.content.facts:
                    yield _at(tongue, text, f"tells the fact `{name}`, which does not exist")
            told = [c.content.facts[name] for name in text.facts if name in c.content.facts]
            uncertain = [fact.id for fact in told if fact.doubt or fact.valid_until is not None]
            if uncertain and Variant.DOUBT not in text.wordings:
                yield _at(tongue, text, f"no `doubt` wording, but {', '.join(uncertain)} may be doubtful")


def _same_facts(c: Checked) -> Iterator[Mistake]:
    for tongue in c.content.tongues[1:]:
        first = c.content.tongues[0]
        for text in tongue.sms.values():
            if text.id in first.sms and set(first.sms[text.id].facts) != set(text.facts):
                yield _at(tongue, text, f"names other facts than its text in {first.code}")


def _lengths(c: Checked) -> Iterator[Mistake]:
    for tongue in c.content.tongues:
        for text in tongue.sms.values():
            for variant, words in text.wordings.items():
                body = filled(c.content, tongue, words)
                if len(body) > LONGEST:
                    yield _at(tongue, text, f"the {variant} wording has {len(body)} signs, more than {LONGEST}")
                elif length(body).parts > MOST_PARTS:
                    yield _at(tongue, text, _long(variant, body), warning=True)


def _long(variant: Variant, body: str) -> str:
    odd = strange(body)
    because = f", because of {odd}" if 0 < len(odd) <= MOST_PARTS else ""
    return f"the {variant} wording is {length(body).parts} text messages long{because}"


def _file(tongue: Tongue) -> str:
    return f"prompts/{tongue.code}/sms.yaml"


def _at(tongue: Tongue, text: Text, what: str, *, warning: bool = False) -> Mistake:
    return Mistake(_file(tongue), text.line, text.id, what, tongue.code, warning)


CHECKS: tuple[Callable[[Checked], Iterator[Mistake]], ...] = (
    _missing,
    _unused,
    _empty,
    _placeholders,
    _facts,
    _same_facts,
    _lengths,
)
