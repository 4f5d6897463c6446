"""How long each class of data is kept, in one table; every night a job each forgets what is older.

docs/privacy.md shows this table to everybody. A term is a setting, in days.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from ivr.actions import copies
from ivr.actions.jobs import Handler, Job, Kind
from ivr.actions.messages import recording_id
from ivr.actions.schedule import Daily
from ivr.carrier.protocol import CallRef, RecordingRef, TextRef
from ivr.store import forgetting, forgetting_takes
from ivr.store.database import Database, Transaction
from ivr.store.forgetting import Cut, Keys, Old
from ivr.store.vault import Vault

DAY = 86_400
LEASE = 1800.0
"""Seconds for one class; what is left after a backlog of years is forgotten by the next one."""
FIRST, APART = time(4, 0), 3
"""When the first class is forgotten, and minutes between two."""
SPREAD = 1.0
"""Seconds between two deletions at the telephone company: what is urgent must find a free worker."""
TELEPHONE = "twilio"
"""The channel whose calls the telephone company keeps."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One class of data: the job that forgets it, the setting that says when, and what happens to it, for people."""

    kind: str
    setting: str
    what: str
    since: str
    then: str


RULES = (
    Rule(
        "forget-messages",
        "keep_messages",
        "Voice messages",
        "the sound came",
        "The file is deleted. That there was a message, when, and how long it was stays.",
    ),
    Rule(
        "forget-numbers",
        "keep_numbers",
        "Number, answers and code of a request; what was pressed and said in the call in which it was made",
        "the request was done or closed",
        "Emptied. Language, topic, times, outcome and who dealt with it stay as figures.",
    ),
    Rule(
        "forget-callers",
        "keep_numbers",
        "Callers: number, language, first and last call; what was pressed, said and heard in their calls",
        "the last call, if no request is open",
        "Deleted or emptied, and no call leads to them any more.",
    ),
    Rule(
        "forget-copies",
        "keep_carrier",
        "The telephone company's rows of calls from and to callers and aidants, with any recordings, and of texts",
        "the call began, the text was asked for",
        "Deleted there by jobs that are repeated until the company agrees; its ids are forgotten here. "
        "A recording of a message goes as soon as we have it.",
    ),
    Rule(
        "forget-turns",
        "keep_turns",
        "What was pressed, said and heard in every other call, with numbers that were keyed",
        "the call began",
        "Emptied, and the call leads to nobody: no caller, no id of the telephone company. "
        "Times, places in the menus and how it went stay as figures.",
    ),
    Rule("forget-notes", "keep_notes", "Notes of the staff", "the request was done or closed", "Deleted."),
    Rule(
        "forget-texts",
        "keep_texts",
        "Text messages: number and words",
        "they were asked for",
        "Emptied, and they lead to no call. What kind it was, when it was sent and how it ended stays as figures.",
    ),
    Rule(
        "forget-refusals",
        "keep_blocked",
        "Numbers that want no text messages",
        "they said so",
        "Deleted: who then asks for a text on the phone gets one.",
    ),
    Rule("forget-tallies", "keep_tallies", "How often a number rang or asked", "that day", "Deleted."),
    Rule("forget-blocked", "keep_blocked", "Blocked numbers and why", "they were blocked", "Deleted: unblocked."),
    Rule(
        "forget-takes",
        "keep_takes",
        "Voices of the staff: recordings that were withdrawn or failed the checks and that callers never heard; "
        "files that were sent and that nobody matched with a text",
        "they were withdrawn, recorded or sent",
        "The sound is deleted. Who recorded which text when, and what the checks found, stays.",
    ),
    Rule(
        "forget-audit",
        "keep_audit",
        "The audit of what the staff did and saw (ids, no number)",
        "it was done",
        "Deleted.",
    ),
)


@dataclass(frozen=True, slots=True)
class House:
    """Where what is to be forgotten lies; `days` are the terms by setting, `has_carrier` whether calls leave copies."""

    database: Database
    vault: Vault
    zone: ZoneInfo
    clock: Callable[[], float]
    days: Mapping[str, int]
    has_carrier: bool


def kinds(house: House) -> dict[str, Kind]:
    """A kind of job for each class; done twice or cut short it does no harm."""
    return {rule.kind: Kind(_handler(house, rule), repeats=True, lease=LEASE) for rule in RULES}


def recurring(zone: ZoneInfo) -> tuple[Daily, ...]:
    """Each class once a night, one after the other."""
    first = FIRST.hour * 60 + FIRST.minute
    minutes = (first + number * APART for number in range(len(RULES)))
    return tuple(Daily(rule.kind, time(*divmod(minute, 60)), zone) for rule, minute in zip(RULES, minutes, strict=True))


def _handler(house: House, rule: Rule) -> Handler:
    work = WORK[rule.kind]

    def handle(_: Job) -> None:
        now = house.clock()
        work(house, Cut(now - house.days[rule.setting] * DAY, now))

    return handle


Work = Callable[[House, Cut], int]


def _rows(old: Old) -> Work:
    return lambda house, cut: forgetting.forget(house.database, old, cut)


def _tallies(house: House, cut: Cut) -> int:
    """Days are counted where the helpline lives."""
    days = house.days["keep_tallies"]
    day = datetime.fromtimestamp(cut.now, house.zone).date() - timedelta(days=days)
    return forgetting.forget(house.database, forgetting.TALLIES, replace(cut, before=day.isoformat()))


def _voices(house: House, cut: Cut) -> int:
    return sum(
        forgetting.forget(house.database, old, cut) for old in (forgetting_takes.TAKES, forgetting_takes.UNMATCHED)
    )


def _messages(house: House, cut: Cut) -> int:
    """File first, row second: a row without its sound is forgotten the next time."""

    def forget(tx: Transaction, keys: Keys, cut: Cut) -> int:
        sounds = forgetting.sounds(tx, keys, cut)
        for sound in sounds:
            if sound.file is not None:
                house.vault.remove(sound.file)
            recording = recording_id(sound.ref) if sound.ref is not None else None
            if recording is not None and house.has_carrier:
                copies.delete_copies(tx, RecordingRef(recording), cut.now)
        forgetting.forget_sounds(tx, [sound.id for sound in sounds])
        return len(sounds)

    return forgetting.forget(house.database, Old(forgetting.MESSAGES, forget), cut)


def _copies(house: House, cut: Cut) -> int:
    """Without a telephone company nothing is there to delete."""
    if not house.has_carrier:
        return 0
    asked = 0

    def ask(tx: Transaction, refs: Sequence[CallRef | TextRef]) -> int:
        nonlocal asked
        for ref in refs:
            copies.delete_copies(tx, ref, cut.now, after=asked * SPREAD)
            asked += 1
        return len(refs)

    def of_calls(tx: Transaction, keys: Keys, _: Cut) -> int:
        return ask(tx, list(map(CallRef, forgetting.take_call_refs(tx, keys, TELEPHONE))))

    def of_dials(tx: Transaction, keys: Keys, _: Cut) -> int:
        return ask(tx, list(map(CallRef, forgetting.take_dial_refs(tx, keys))))

    def of_texts(tx: Transaction, keys: Keys, _: Cut) -> int:
        return ask(tx, list(map(TextRef, forgetting.take_text_refs(tx, keys))))

    of_both = Old(forgetting.old_calls(TELEPHONE), of_calls), Old(forgetting.OLD_DIALS, of_dials)
    classes = (*of_both, Old(forgetting.OLD_TEXTS, of_texts))
    return sum(forgetting.forget(house.database, old, cut) for old in classes)


WORK: Mapping[str, Work] = {
    "forget-messages": _messages,
    "forget-numbers": _rows(forgetting.NUMBERS),
    "forget-callers": _rows(forgetting.CALLERS),
    "forget-turns": _rows(forgetting.TURNS),
    "forget-notes": _rows(forgetting.NOTES),
    "forget-copies": _copies,
    "forget-texts": _rows(forgetting.TEXTS),
    "forget-refusals": _rows(forgetting.REFUSALS),
    "forget-tallies": _tallies,
    "forget-blocked": _rows(forgetting.BLOCKED),
    "forget-takes": _voices,
    "forget-audit": _rows(forgetting.AUDIT),
}
