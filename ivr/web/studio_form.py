"""A text as its form holds it, out of an entry of texts.yaml and back; and the versions that others wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.actions import studio
from ivr.engine.content import Fact, prompt_keys
from ivr.engine.say import CHOOSE
from ivr.engine.turn import Variant
from ivr.store import staff as accounts
from ivr.store import wordings
from ivr.store.database import Transaction
from ivr.store.wordings import Wording
from ivr.web import studio_words
from ivr.web.forms import Form
from ivr.web.studio_places import Here

OURS = frozenset({*Variant, "tts", "reviewed"})
"""What the form holds of an entry, and what a new text makes void: nobody has read it yet."""


@dataclass(frozen=True, slots=True)
class Field:
    """A wording in the form, and how the placeholder voice should read it."""

    name: str
    text: str
    spelled: str


@dataclass(frozen=True, slots=True)
class Edited:
    """A text as the form holds it; `seen` is the newest version that its author saw, 0 for none."""

    fields: list[Field]
    seen: int
    marks: list[str]

    @property
    def spelled(self) -> bool:
        """Whether the placeholder voice is told anything."""
        return any(field.spelled for field in self.fields)

    @property
    def parts(self) -> list[tuple[str, str]]:
        """Each wording that is there, with its label."""
        return [(studio_words.WORDINGS[field.name], field.text) for field in self.fields if field.text]


@dataclass(frozen=True, slots=True)
class Version:
    """A version that somebody wrote."""

    who: str | None
    at: float
    parts: list[tuple[str, str]]


def entry(here: Here) -> Mapping[str, Any]:
    """The text as it stands now with its draft, as in texts.yaml."""
    found = here.written.entry(*here.text)
    return found if isinstance(found, Mapping) else {"full": found}


def filled(form: Form, before: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of texts.yaml that the form says, with what the form does not hold as it was before."""
    words = {name.value: text for name in Variant if (text := _text(form, name)) or name is Variant.FULL}
    spelled = {name.value: text for name in Variant if (text := _text(form, f"tts-{name}"))}
    kept = {name: value for name, value in before.items() if name not in OURS}
    return kept | words | ({"tts": spelled} if spelled else {})


def written(tx: Transaction, here: Here) -> Edited | None:
    """The text as it stands now, to be edited; None for digits and numbers."""
    return None if here.prompt is None else edited(here, entry(here), last(tx, here))


def edited(here: Here, entry: Mapping[str, Any], seen: int) -> Edited:
    """An entry of texts.yaml as the form holds it."""
    spelled = entry.get("tts") or {}
    told = {"full": spelled} if isinstance(spelled, str) else spelled
    fields = [Field(name.value, str(entry.get(name) or ""), str(told.get(name) or "")) for name in Variant]
    return Edited(fields, seen, _marks(here))


def last(tx: Transaction, here: Here) -> int:
    """The newest version of the text, 0 when nobody changed it."""
    return wordings.last(tx, *here.text)


def newest(tx: Transaction, here: Here) -> Version | None:
    """What was written last."""
    found = wordings.of_prompt(tx, *here.text)
    return _version(tx, here, found[0]) if found else None


def draft(tx: Transaction, here: Here) -> Version | None:
    """What was written last, where it was never published."""
    found = studio.drafts(tx).get((here.tongue.code, here.prompt or ""))
    return None if found is None else _version(tx, here, found)


def facts(here: Here) -> list[Fact]:
    """What the text tells, as the facts say it."""
    known = here.written.content.facts
    text = here.tongue.texts.get(here.prompt or "")
    return [known[name] for name in (() if text is None else text.facts) if name in known]


def _marks(here: Here) -> list[str]:
    """What may stand in braces in this text."""
    content, prompt = here.written.content, here.prompt or ""
    named = [fact.id for fact in facts(here) if fact.value is not None]
    return [*(["key"] if prompt == CHOOSE or prompt in prompt_keys(content) else []), *named]


def _text(form: Form, name: str) -> str:
    return form.one(name).replace("\r\n", "\n").strip()


def _version(tx: Transaction, here: Here, version: Wording) -> Version:
    author = None if version.staff_id is None else accounts.find(tx, version.staff_id)
    return Version(None if author is None else author.name, version.at, edited(here, version.entry, version.id).parts)
