"""Admins' texts: each edit is a version laid over texts.yaml, held to the same rules as the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.actions.audit import Deed, What, note
from ivr.actions.refusals import Reason, Refused
from ivr.actions.studio import Studio, Texts, files, standing_texts, texts_of, written
from ivr.engine.check import check
from ivr.engine.reading import Mistake
from ivr.store import wordings
from ivr.store.database import Transaction
from ivr.store.wordings import NewWording


@dataclass(frozen=True, slots=True)
class Edit:
    """A text as it would stand in texts.yaml: `full`, `short`, `doubt`, `tts`, `facts`; `seen` is the newest version
    that its author saw, 0 when there was none."""

    entry: Mapping[str, Any]
    seen: int


class BadText(Refused):
    """A text that breaks a rule; `sentences` say which, in English, as `ivr check` does."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        super().__init__(Reason.BAD_TEXT, "full")
        self.sentences = sentences


def write(tx: Transaction, studio: Studio, spot: tuple[str, str], edit: Edit, deed: Deed) -> int:
    """A version of (language, prompt); its id. Refused: somebody else was quicker; BadText: then nothing is kept."""
    language, prompt = spot
    under = files(studio)["languages"].get(language, {}).get("texts", {}).get(prompt)
    if under is None:
        raise Refused(Reason.NO_SUCH_PROMPT)
    if wordings.last(tx, language, prompt) != edit.seen:
        raise Refused(Reason.EDITED_MEANWHILE)
    entry = tidied(edit.entry)
    _check(tx, studio, {spot: entry})
    new = NewWording(language, prompt, entry, under, deed.actor.staff_id, deed.now)
    id = wordings.add(tx, new, edit.seen)
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


def _check(tx: Transaction, studio: Studio, texts: Texts) -> None:
    """BadText when there are mistakes with the text that are not there without it."""
    standing = texts_of(standing_texts(tx))
    before = set(_mistakes(studio, standing))
    new = [each for each in _mistakes(studio, {**standing, **texts}) if each not in before]
    if new:
        raise BadText(tuple(dict.fromkeys(f"{each.where} ({each.language}): {each.what}" for each in new)))


def _mistakes(studio: Studio, texts: Texts) -> list[Mistake]:
    return [each for each in check(written(studio, texts).content, studio.today()) if not each.warning]
