"""A spoken call through the real engine: every word of it is judged as what the caller meant by it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.actions import listening, speech_report
from ivr.actions.listening import SOON, Next, Window, asks_back, next_of, understood
from ivr.app import Parts
from ivr.engine.inputs import Input, Pressed, Said
from ivr.engine.menu import Entry
from ivr.store import listened
from ivr.store.listened import Span
from tests.actions import tiny
from tests.actions.tiny import Clock


@pytest.fixture
def joined(tmp_path: Path, sqlite_url: str) -> Iterator[Parts]:
    made = tiny.joined(tmp_path, sqlite_url, Clock())
    yield made
    made.database.dispose()


def by(input: Input) -> tuple[str, str]:
    match input:
        case Said(words):
            return listening.VOICE, words
        case Pressed():
            return listening.KEY, ""
        case _:
            return listening.NONE, ""


def talk(joined: Parts, *said: Input) -> None:
    """One call; each window as a live line notes it: the turn that asked, what came, the result of the turn after."""
    line, clock = tiny.line(), joined.clock
    answer = joined.calls.arrive(line)
    for input in said:
        clock.now += 3  # type: ignore[attr-defined]
        after = joined.calls.answer(line, answer.n, answer.token, input)
        means, words = by(input)
        turn, outcome = answer.turn, after.turn.result.value
        sure = 0.9 if words else None
        window = Window(
            line.call_id, answer.n, turn.node, turn.language, 5, means, words, sure, outcome, 0.5, 0.4, clock()
        )
        listening.store(joined.database, window)
        answer = after
    joined.calls.ended(line)


def told(joined: Parts) -> dict[str, str]:
    """What became of each word that was said once."""
    book = joined.shelf.current().book
    entries = {id for id, node in book.nodes.items() if isinstance(node, Entry)}
    with joined.database.reading() as tx:
        found = list(listened.words(tx, Span(0.0, SOON)))
    return {heard.words: _judged(heard.course, entries) for heard in found}


def _judged(course: listened.Course, entries: set[str]) -> str:
    then = next_of(course, entries)
    asked = "asked back, " if asks_back(course, entries) else ""
    return f"{'' if understood(course) else 'missed, '}{asked}{then.value if isinstance(then, Next) else 'open'}"


def test_each_word_of_a_call_is_judged(joined: Parts) -> None:
    talk(
        joined,
        Said("aa option aa"),
        Said("aa yes"),
        Said("aa option a"),
        Said("aa back"),
        Said("aa person"),
        Said("aa no"),
        Said("aa nonsense"),
        Pressed("2"),
        Said("aa-key1 aa-key2"),
        Said("aa-thirty aa-key9 aa-key4"),
        Said("aa again"),
        Pressed("2"),
    )
    assert told(joined) == {
        "aa option aa": "asked back, accepted",
        "aa yes": "accepted",
        "aa option a": "corrected",
        "aa back": "accepted",
        "aa person": "asked back, corrected",
        "aa no": "repeated",
        "aa nonsense": "missed, repeated",
        "aa-key1 aa-key2": "accepted",
        "aa-thirty aa-key9 aa-key4": "asked back, repeated",
        "aa again": "accepted",
    }


def test_who_is_never_understood_gives_up(joined: Parts) -> None:
    talk(joined, Pressed("1"), Pressed("0"), Said("aa mumble"), Said("aa nonsense"), Pressed("5"))
    assert told(joined) == {"aa mumble": "missed, repeated", "aa nonsense": "missed, gave_up"}
    with joined.database.reading() as tx:
        found = speech_report.report(tx, 0.0, None, joined.shelf.current().book)
    assert (found.total.counts["gave_up"], found.total.counts["missed"]) == (1, 2)
