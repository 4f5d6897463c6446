"""What the studio says of findings, takes, publications and marks: for no engineers. English is the key."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal

from ivr.actions.coverage import Mark
from ivr.store.publications import Kind
from ivr.store.publications import State as Publication
from ivr.store.takes import Source, State
from ivr.voice.findings import Code
from ivr.web.catalogues import APART, TOGETHER, Language
from ivr.web.desk_words import length
from ivr.web.sentences import _

__all__ = ["DONE", "FINDINGS", "finding", "findings", "length"]

FINDINGS: Mapping[Code, tuple[str, str]] = {
    Code.UNREADABLE: (
        _("This file cannot be played: it is broken or empty."),
        _("Save the recording once more and send it again."),
    ),
    Code.NOT_AUDIO: (
        _("This is no sound file, whatever its name says."),
        _("Send a recording: WAV, MP3, M4A, AAC, OGG, Opus, WebM, FLAC, AMR or 3GP."),
    ),
    Code.VIDEO: (
        _("This is a film."),
        _("Send the sound alone."),
    ),
    Code.SILENT: (
        _("Nobody is to be heard."),
        _("Look whether the right microphone was chosen and switched on, and record it again."),
    ),
    Code.TOO_SHORT: (
        _("Only %(seconds)s seconds of voice are left."),
        _("Record it again, and speak the whole text."),
    ),
    Code.TOO_LONG: (
        _("It lasts longer than %(minutes)s minutes."),
        _("Send one file for each text, without what stands before and after it."),
    ),
    Code.TOO_QUIET: (
        _("The voice is very quiet (%(lufs)s LUFS): made louder, its noise is louder too."),
        _("Go nearer to the microphone, or set it to be louder, and record it again."),
    ),
    Code.CLIPPED: (
        _("The voice was too loud for the microphone: it crackles (%(flat)s thousandths of the time)."),
        _("Go a hand further from the microphone, or set it to be quieter, and record it again."),
    ),
    Code.NOISY: (
        _("There is noise behind the voice: it is only %(snr)s decibels louder than the room."),
        _("Close windows and doors, switch off what hums, and record it again."),
    ),
    Code.CUT_START: (
        _("The recording begins in the middle of a word."),
        _("Begin to speak half a second after the recording has begun."),
    ),
    Code.CUT_END: (
        _("The recording ends in the middle of a word."),
        _("Wait half a second after the last word before you stop."),
    ),
    Code.PAUSE_INSIDE: (
        _("There is a pause of %(pause)s seconds in the middle: callers would take it for the end."),
        _("Record it again in one go."),
    ),
    Code.LONG_FOR_TEXT: (
        _("It lasts %(seconds)s seconds; about %(expected)s were to be expected for this text."),
        _("Listen whether something is said twice, or something that does not belong here."),
    ),
    Code.SHORT_FOR_TEXT: (
        _("It lasts only %(seconds)s seconds; about %(expected)s were to be expected for this text."),
        _("Listen whether a part of the text is missing."),
    ),
    Code.SAME_AS: (
        _("This is the same sound as that of “%(name)s” (%(language)s)."),
        _("Listen to both: one of them was probably sent under the wrong name."),
    ),
    Code.SAYS_ELSE: (
        _("A machine that listened to it understood something else than this text."),
        _("Listen whether it says what stands here. The machine is often wrong."),
    ),
}
"""What each fault is, and what to do about it."""

STATES: Mapping[State, str] = {
    State.WAITING: _("being checked"),
    State.GOOD: _("waiting for approval"),
    State.DOUBTFUL: _("doubtful"),
    State.BAD: _("failed"),
    State.APPROVED: _("approved"),
    State.WITHDRAWN: _("withdrawn"),
    State.FORGOTTEN: _("deleted: its time was over"),
}
SOURCES: Mapping[Source, str] = {
    Source.BROWSER: _("recorded in the browser"),
    Source.UPLOAD: _("a file that was sent"),
    Source.TELEPHONE: _("recorded by telephone"),
    Source.BUNDLE: _("out of a bundle"),
}
PUBLICATIONS: Mapping[Publication, str] = {
    Publication.PLANNED: _("planned"),
    Publication.MADE: _("published"),
    Publication.REFUSED: _("refused"),
    Publication.CANCELLED: _("cancelled"),
}
WORDINGS: Mapping[str, str] = {
    "full": _("Full text"),
    "short": _("Short text"),
    "doubt": _("Text for when a fact is doubtful"),
}
WORDING_HINTS: Mapping[str, str] = {
    "full": _("What callers hear the first time."),
    "short": _("What they hear when they come here again. Without it, they hear the full text."),
    "doubt": _("What they hear instead while a fact in it is doubtful or out of date."),
}
MARKS: Mapping[Mark, str] = {
    Mark.UNAPPROVED: _("waiting for approval"),
    Mark.DOUBTFUL: _("doubtful"),
    Mark.FAILING: _("failed a check"),
    Mark.STALE: _("text changed since the recording"),
    Mark.UNPUBLISHED: _("approved, not published"),
    Mark.DRAFT: _("new text, not published"),
    Mark.BELOW: _("changed in the files since"),
    Mark.CHECKING: _("being checked"),
    Mark.RECORDED: _("recorded"),
    Mark.PLACEHOLDER: _("placeholder voice"),
    Mark.NOTHING: _("not heard yet"),
}
"""What is to be said of a sound, first what somebody has to do; one can look for each."""
ICONS: Mapping[Mark, str] = {
    Mark.RECORDED: "circle-check",
    Mark.STALE: "history",
    Mark.PLACEHOLDER: "hourglass",
    Mark.NOTHING: "calendar-off",
    Mark.CHECKING: "clock",
    Mark.FAILING: "alert-triangle",
    Mark.DOUBTFUL: "help",
    Mark.UNAPPROVED: "hand-stop",
    Mark.UNPUBLISHED: "calendar-event",
    Mark.DRAFT: "message",
    Mark.BELOW: "refresh",
}
VERSIONS: Mapping[Kind, str] = {Kind.TAKE: _("recording %(id)s"), Kind.WORDING: _("text, version %(id)s")}
FROM_FILES: Mapping[Kind, str] = {
    Kind.TAKE: _("the sound that came with the program"),
    Kind.WORDING: _("the text that came with the program"),
}
DONE: Mapping[str, str] = {
    "written": _("Kept as a new version. Callers hear it when it is published."),
    "overruled": _("Kept: it is good all the same."),
    "approved": _("Approved. It can be published now."),
    "again": _("It is checked once more; the result appears here by itself."),
    "withdrawn": _("Withdrawn: nobody can publish it."),
    "published": _("It is being published; within a minute new calls hear it."),
    "planned": _("It is planned; until then callers hear what they hear now."),
    "cancelled": _("Cancelled: it is not going to be published."),
    "received": _("Received. It is checked and treated now; the result appears here by itself."),
}
"""What a page says after a deed; the word stands in the address."""
NAMES = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in words; `grave` ones cannot be overruled."""

    says: str
    advice: str
    grave: bool


def findings(language: Language, report: Mapping[str, Any] | None) -> list[Told]:
    """What a take's report says, the gravest first; a code that we do not know goes by its own name."""
    found = [] if report is None else report.get("findings", [])
    told = [finding(language, entry["code"], entry.get("values", {})) for entry in found]
    return sorted(told, key=lambda one: not one.grave)


def finding(language: Language, code: str, values: Mapping[str, float | str]) -> Told:
    """One finding in words."""
    if code not in set(Code):
        return Told(code, "", grave=True)
    says, advice = FINDINGS[Code(code)]
    shown = {name: f"{APART}{value(language, values.get(name, '–'))}{TOGETHER}" for name in NAMES.findall(says)}
    return Told(_filled(language.say(says), shown), language.say(advice), Code(code).level == "error")


def value(language: Language, value: float | str) -> str:
    """A figure as its reader writes it."""
    return value if isinstance(value, str) else format_decimal(value, format="#,##0.#", locale=language.locale)


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    return NAMES.sub(lambda found: values.get(found[1], found[0]), sentence)
