"""Admins' texts: each edit is a version laid over texts.yaml, held to the same rules as the file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivr.actions.audit import Deed, What, note
from ivr.actions.overlay import STUDIO
from ivr.actions.refusals import Reason, Refused
from ivr.actions.studio import Studio, Texts, files, standing_texts, texts_of, written
from ivr.engine.check import check
from ivr.engine.reading import Mistake
from ivr.store import wordings
from ivr.store.database import Transaction
from ivr.store.wordings import NewWording

LONGEST = 4000
"""Characters of a wording: minutes, and nobody listens that long."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A text as it would stand in texts.yaml: `full`, `short`, `doubt`, `tts`, `facts`; `seen` is the newest version
    that its author saw, 0 when there was none."""

    entry: Mapping[str, Any]
    seen: int


@dataclass(frozen=True, slots=True)
class Checked:
    """An edit of (language, prompt) that breaks no rule; `under` is what stands in texts.yaml."""

    spot: tuple[str, str]
    entry: Mapping[str, Any]
    seen: int
    under: Mapping[str, Any] | str


class BadText(Refused):
    """A text that breaks a rule."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        super().__init__(Reason.BAD_TEXT, "full")
        said = (f"{each.where} ({each.language}): {each.what}" for each in mistakes)
        self.sentences = tuple(dict.fromkeys(said))
        """Which rules, in English, as `ivr check` says it."""


def checked(studio: Studio, spot: tuple[str, str], edit: Edit) -> Checked:
    """The edit held to the rules, which takes long: not to be called in a transaction that writes. What is published
    is checked once more. Refused: no such text, somebody else was quicker; BadText."""
    language, prompt = spot
    under = files(studio)["languages"].get(language, {}).get("texts", {}).get(prompt)
    if under is None:
        raise Refused(Reason.NO_SUCH_PROMPT)
    entry = tidied(edit.entry)
    if too_long := list(_too_long(spot, entry)):
        raise BadText(too_long)
    with studio.database.reading() as tx:
        last, standing = wordings.last(tx, language, prompt), texts_of(standing_texts(tx))
    if last != edit.seen:
        raise Refused(Reason.EDITED_MEANWHILE)
    before = set(_mistakes(studio, standing))
    if new := [each for each in _mistakes(studio, {**standing, spot: entry}) if each not in before]:
        raise BadText(new)
    return Checked(spot, entry, edit.seen, under)


def write(tx: Transaction, checked: Checked, deed: Deed) -> int:
    """The edit as a version; its id. Refused when somebody else was quicker."""
    language, prompt = checked.spot
    new = NewWording(language, prompt, checked.entry, checked.under, deed.actor.staff_id, deed.now)
    id = wordings.add(tx, new, checked.seen)
    if id is None:
        raise Refused(Reason.EDITED_MEANWHILE)
    note(tx, deed, What.WORDING_WRITTEN, f"wording/{id}", language=language, prompt=prompt)
    return id


def tidied(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Without fields that say nothing, and without blanks around words."""
    kept = {name: _tidied(value) for name, value in entry.items()}
    return {name: value for name, value in kept.items() if value not in (None, "", {}, [])}


def _tidied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tidied(value)
    return value.strip() if isinstance(value, str) else value


def _too_long(spot: tuple[str, str], entry: Mapping[str, Any]) -> Iterator[Mistake]:
    language, prompt = spot
    spelled = entry.get("tts")
    for words in (*entry.values(), *(spelled.values() if isinstance(spelled, Mapping) else ())):
        if isinstance(words, str) and len(words) > LONGEST:
            yield Mistake(f"{STUDIO}/{language}", 1, prompt, f"longer than {LONGEST} characters", language)


def _mistakes(studio: Studio, texts: Texts) -> list[Mistake]:
    return [each for each in check(written(studio, texts).content, studio.today()) if not each.warning]
