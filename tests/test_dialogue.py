"""The dialogue for a callback as a whole: cut off anywhere, rung twice at once, without the database, at random."""

import json
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ivr.actions.calls import Answer
from ivr.actions.sealing import open_payload, open_token
from ivr.actions.sounds import played
from ivr.actions.wishes import GRACE, is_unfinished
from ivr.app import Parts
from ivr.channels.terminal.phone import TerminalPhone
from ivr.engine.inputs import HungUp, Input, Known, Pressed, Recorded, StayedSilent, Unavailable
from ivr.engine.state import dumps, wire
from ivr.engine.turn import HangUp, Prompt, Record
from ivr.errors import StorageAway
from ivr.settings import load as settings
from ivr.store import calls as stored_calls
from ivr.store import requests
from ivr.store.calls import NewCall
from ivr.store.database import Transaction
from ivr.store.requests import NewRequest, Request, Status, Wish
from tests import scenarios
from tests.actions.desks import bring, hire
from tests.actions.tiny import with_answerers
from tests.doubles.phone import Phone
from tests.helpline import MONDAY_MORNING, at, client, helpline, phone, prepared
from tests.scenarios import CODE, load

NUMBER, OTHER = "+33639980001", "+33639980002"
NOW = at(MONDAY_MORNING)()
LANGUAGES = prepared().release.book.languages


@contextmanager
def line(tmp: Path, url: str = "", *, recording: bool = True, **environ: str) -> Iterator[Parts]:
    """A helpline where messages can be recorded and codes are known."""
    joined = with_answerers(
        helpline(tmp, database_url=url, **environ),
        recording=lambda asked: Known("yes") if recording and asked.tx is not None else Unavailable(),
        code=lambda asked: Known("made", secrets={"code": CODE}) if asked.tx is not None else Unavailable(),
    )
    try:
        yield joined
    finally:
        joined.database.dispose()


class Handset:
    """Rings in one language and skips the help; what is done in words is done."""

    def __init__(self, joined: Parts, caller: str = NUMBER, language: str = LANGUAGES[0]) -> None:
        self.phone = TerminalPhone(joined.calls, caller)
        self.answer: Answer = self.phone.ring()
        if self.answer.turn.language is None:
            self.does(str(LANGUAGES.index(language) + 1), "#")

    def does(self, *steps: str) -> "Handset":
        for step in steps:
            known: Mapping[str, Input] = {
                "silence": StayedSilent(),
                "record": Recorded("RE1"),
                "record nothing": Recorded(None),
            }
            following = self.phone.do(known.get(step, Pressed(step)), self.answer)
            assert following is not None
            self.answer = following
        return self

    def hangs_up(self) -> None:
        self.phone.do(HungUp(), self.answer)

    @property
    def node(self) -> str:
        return self.answer.turn.node

    @property
    def hears(self) -> list[str]:
        return [sound.name for sound in played(self.answer.release, self.answer.turn.pieces)]


def of(joined: Parts, number: str = NUMBER) -> list[Request]:
    with joined.database.reading() as tx:
        return requests.history(tx, number)[::-1]


def open_ones(joined: Parts, number: str = NUMBER) -> list[Request]:
    with joined.database.reading() as tx:
        return requests.of_number(tx, number)


OWN = ("0", "1", "1", "3", "2", "1", "record")
SHARED = ("0", "1", "2", "silence", "silence", "3", "1", "2")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", [OWN, SHARED], ids=["own", "shared"])
def test_whoever_is_cut_off_after_the_number_is_called_all_the_same(
    way: tuple[str, ...], language: str, tmp_path: Path
) -> None:
    with line(tmp_path) as joined:
        for cut in range(1, len(way) + 1):
            number = f"+3363998{cut:04}"
            Handset(joined, number, language).does(*way[:cut]).hangs_up()
            found = of(joined, number)
            if cut < 2:
                assert found == []
                continue
            (request,) = found
            finished = cut == len(way)
            assert is_unfinished(request) is not finished
            assert request.phone == ("unknown" if cut == 2 else "own" if way is OWN else "shared")
            assert request.code == (CODE if way is SHARED and cut > 2 else None)
            assert request.due_at == (request.due_at if finished else NOW + GRACE)
            assert (request.window is not None) is finished
            assert (request.created_at, request.language, request.status) == (NOW, language, Status.WAITING)


def test_nothing_is_promised_before_all_is_stored(tmp_path: Path) -> None:
    with line(tmp_path) as joined:
        handset = Handset(joined)
        for step in OWN[:-1]:
            assert not {"person.noted", "person.already"} & set(handset.does(step).hears)
        assert "person.noted" in handset.does(OWN[-1]).hears
        assert not is_unfinished(of(joined)[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_that_ends_with_the_call_is_kept_with_the_request(language: str, tmp_path: Path) -> None:
    with line(tmp_path) as joined, client(joined) as http:
        handset = phone(http)
        handset.ring(NUMBER)
        for keys in (str(LANGUAGES.index(language) + 1), "#", *OWN[:-1]):
            handset.press(keys)
        assert handset.waiting == "record"
        handset.hang_up(recorded=30)
        (request,) = of(joined)
        assert (is_unfinished(request), request.woman) == (False, True)
        with joined.database.reading() as tx:
            ((of_request,),) = tx.connection.exec_driver_sql("SELECT request_id FROM messages").fetchall()
        assert of_request == request.id


def test_of_many_calls_at_once_from_one_number_there_is_one_request(tmp_path: Path, url: str) -> None:
    callers = 8
    with line(tmp_path, url, recording=False, IVR_MOST_REQUESTS="99") as joined:
        gate = threading.Barrier(callers)

        def ring(seed: int) -> str:
            handset = Handset(joined)
            gate.wait()
            pace = random.Random(seed)
            for step in ("0", "1", "1", "1", "1"):
                if pace.random() < 0.3:
                    handset.answer = joined.calls.now(handset.phone.line)
                if not handset.node.startswith(("person.status", "person.noted")):
                    handset.does(step)
            return handset.node

        with ThreadPoolExecutor(callers) as pool:
            nodes = list(pool.map(ring, range(callers)))
        assert set(nodes) <= {"person.noted-open", "person.status"}
        assert "person.noted-open" in nodes
        (request,) = open_ones(joined)
        assert (request.person, request.phone, is_unfinished(request)) == (1, "own", False)
        assert len(of(joined)) == 1


@pytest.mark.parametrize(
    ("with_a_request", "without"),
    [("again-without-code", "shared-phone"), ("again-wrong-code", "code-of-nobody")],
)
@pytest.mark.parametrize("language", ["dari", "french"])
def test_on_a_shared_phone_the_words_are_the_same_whether_or_not_there_is_a_request(
    language: str, with_a_request: str, without: str
) -> None:
    one, other = (load(scenarios.CALLS / f"{name}-{language}.yaml") for name in (with_a_request, without))
    for step, twin in zip(one.steps, other.steps, strict=True):
        assert (step.do, step.node, step.then) == (twin.do, twin.node, twin.then)
        assert [said for said in step.hears if "digits" not in said] == [
            said for said in twin.hears if "digits" not in said
        ]


def test_after_too_many_requests_nobody_learns_whose_they_were(tmp_path: Path) -> None:
    with line(tmp_path, recording=False, IVR_MOST_REQUESTS="1") as joined:
        Handset(joined).does("0", "1", "2", "silence", "silence", "1", "1").hangs_up()
        again = Handset(joined).does("0", "1")
        assert again.node == "person.too-many"
        assert again.does("*", "3", CODE).node == "person.status"  # whoever has the code may still change it
        assert len(of(joined)) == 1


def test_while_somebody_is_calling_the_caller_is_told_so_and_may_still_ask_for_somebody_else(tmp_path: Path) -> None:
    with line(tmp_path, recording=False) as joined:
        Handset(joined).does("0", "1", "1", "1", "1").hangs_up()
        with joined.database.transaction() as tx:
            bring(tx, of(joined)[0].id, Status.DIALLING, hire(tx, LANGUAGES[0]))
        again = Handset(joined).does("0")
        assert again.node == "person.busy"
        again.does("4", "1", "silence", "silence", "6", "1").hangs_up()
        first, second = of(joined)
        assert (first.status, second.person, second.phone) == (Status.DIALLING, 2, "shared")


def test_a_request_that_is_taken_up_in_the_same_moment_is_not_said_to_be_taken_back(tmp_path: Path) -> None:
    with line(tmp_path, recording=False) as joined:
        Handset(joined).does("0", "1", "1", "1", "1").hangs_up()
        again = Handset(joined).does("0", "3")
        with joined.database.transaction() as tx:
            bring(tx, of(joined)[0].id, Status.DIALLING, hire(tx, LANGUAGES[0]))
        assert again.does("1").node == "person.busy"
        assert [request.status for request in of(joined)] == [Status.DIALLING]


# --- without the database


@contextmanager
def outage(joined: Parts, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def away(*_: object) -> None:
        raise StorageAway("away")

    with monkeypatch.context() as patched:
        patched.setattr(joined.database, "transaction", away)
        patched.setattr(joined.database, "reading", away)
        yield


def test_without_the_database_nothing_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with line(tmp_path) as joined:
        handset = Handset(joined)
        with outage(joined, monkeypatch):
            assert handset.does("0").node == "person.unavailable"
        assert handset.does("*", "0").node == "person.confirm"


@pytest.mark.parametrize("caller", [NUMBER, "anonymous"])
@pytest.mark.parametrize("steps", range(2, 6))
def test_what_is_said_without_the_database_is_true(
    caller: str, steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = ("1", "2", "silence", "silence", "1", "1")
    with line(tmp_path, recording=False) as joined:
        handset = Handset(joined, caller).does("0")
        if caller == "anonymous":
            handset.does("0639980001")
        handset.does(*way[: steps - 1])
        with outage(joined, monkeypatch):
            while handset.node not in ("person.partly-noted", "person.more"):
                handset.does("1")
            assert handset.node == "person.partly-noted"
        handset.does("0")
        lost = caller == "anonymous"  # with the number that was keyed
        assert (handset.node == "person.partly-noted") is lost
        (request,) = of(joined)
        assert request.number == NUMBER
        assert request.phone == ("shared" if steps > 2 else "unknown" if lost else "own")


def test_a_keyed_number_that_is_lost_is_never_replaced_by_the_one_that_rings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with line(tmp_path, recording=False) as joined:
        handset = Handset(joined, OTHER).does("0", "2", "0639980001", "1", "1", "1")
        with outage(joined, monkeypatch):
            handset.does("9")
        assert handset.does("1").node == "person.partly-noted"
        assert of(joined, OTHER) == []
        assert [request.phone for request in of(joined)] == ["own"]


# --- what travels


def test_neither_number_nor_code_travels_in_an_address(tmp_path: Path) -> None:
    with line(tmp_path, recording=False) as joined, client(joined) as http:
        handset = phone(http)
        handset.ring("anonymous")
        for keys in ("1", "#", "0", "0639980001", "1", "2", "1", "1", "1", "1"):
            handset.press(keys)
        seen = 0
        for address in places(handset):
            path = urlsplit(address).path.split("/")
            place = open_token(
                joined.database.keyring, path[3], int(path[4]), parse_qs(urlsplit(address).query)["s"][0]
            )
            written = json.dumps(wire(place.state)) + dumps(wire(place.state)).decode()
            assert not [digits for digits in ("639980001", CODE) if digits in written]
            seen += 1
        assert seen == 10
        assert not [address for address in places(handset) if "639980001" in address]


def places(handset: Phone) -> list[str]:
    """Every address that a document asked to be called back at."""
    urls = [sent.webhook.url for sent in handset.requests]
    return [url for url in urls if "/twilio/call/" in url and "s=" in url]


def test_a_repeated_delivery_says_the_same_code(tmp_path: Path) -> None:
    with client(helpline(tmp_path)) as http:
        handset = phone(http)
        handset.ring(NUMBER)
        for keys in ("1", "#", "0", "1", "2"):
            handset.press(keys)
        first, again = handset.repeat_last()
        assert b"digit." in first
        assert first == again


def test_a_message_is_said_to_be_kept_as_long_as_it_is_by_default() -> None:
    kept = prepared().release.content.facts["message.kept"].value
    assert kept == str(settings({}).keep_messages)


# --- at random


@dataclass(frozen=True)
class Shape:
    """What of a request must not change without proof."""

    phone: str
    window: object
    code: str | None
    status: Status
    woman: bool
    topic: str


def shape(request: Request) -> Shape:
    return Shape(request.phone, request.window, request.code, request.status, request.woman, request.topic)


def promised(tx: Transaction, number: str, wish: Wish, person: int = 1) -> None:
    id = f"old-{number}-{person}"
    stored_calls.log_call(tx, NewCall(id, "twilio", id, None, "r", NOW))
    requests.put(tx, NewRequest(id, None, number, "permit", {}, NOW - 3600, wish, person))


STEPS = [*"0123456*#", "silence", "0639980001", "0639980002", CODE, "1111", "record", "1", "1", "1"]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_a_caller_does_nobody_else_s_request_is_told_or_changed(seed: int, tmp_path: Path) -> None:
    """The caller rings from OTHER; NUMBER has a request of its owner's phone and one on a code."""
    rng = random.Random(seed)
    steps = [step for step in STEPS if step != CODE]
    with line(tmp_path, IVR_MOST_REQUESTS="99") as joined:
        with joined.database.transaction() as tx:
            promised(tx, NUMBER, Wish("aa", "own", window=("2026-11-25", "morning"), due_at=NOW, due_until=NOW + 9))
            promised(tx, NUMBER, Wish("aa", "shared", code=CODE, woman=True), 2)
        before = {request.id: shape(request) for request in of(joined)}
        for _ in range(4):
            handset = Handset(joined, rng.choice([OTHER, "anonymous"])).does("0")
            for _ in range(25):
                if isinstance(handset.answer.turn.ending, HangUp):
                    break
                handset.does(_fitting(handset, rng.choice(steps)))
                if handset.node in ("person.status", "person.busy"):
                    assert not keyed(joined, handset)
                    assert handset.phone.line.number.e164 == OTHER
                check_open(joined)
        after = {request.id: shape(request) for request in of(joined)}
        assert {id: after[id] for id in before} == before


def _fitting(handset: Handset, step: str) -> str:
    """Messages are spoken where they are asked for, keys pressed elsewhere."""
    if isinstance(handset.answer.turn.ending, Record):
        return "record" if step == "record" else "silence"
    return "silence" if step == "record" else step


def keyed(joined: Parts, handset: Handset) -> bool:
    """Whether the number that the call is about was keyed."""
    with joined.database.reading() as tx:
        last = stored_calls.latest(tx, handset.phone.line.call_id)
    assert last is not None
    place, _ = open_payload(last.call_id, last.n, last.payload)
    return "callback_number" in place.state.secrets


def check_open(joined: Parts) -> None:
    for number in (NUMBER, OTHER):
        persons = [request.person for request in open_ones(joined, number)]
        assert len(persons) == len(set(persons))


@pytest.mark.parametrize("seed", range(6))
def test_whoever_rings_again_and_again_has_one_request_as_long_as_it_is_open(seed: int, tmp_path: Path) -> None:
    """Their own phone, answers at random, cut off at random."""
    rng = random.Random(seed)
    with line(tmp_path, IVR_MOST_REQUESTS="99") as joined:
        for _ in range(8):
            handset = Handset(joined).does("0")
            for _ in range(rng.randrange(1, 9)):
                if isinstance(handset.answer.turn.ending, HangUp):
                    break
                handset.does(_own(handset, rng))
            handset.hangs_up()
            assert len(open_ones(joined)) <= 1
        created = {request.created_at for request in of(joined)}
        assert created <= {NOW}


def _own(handset: Handset, rng: random.Random) -> str:
    """Somebody alone with their phone: never another number or another person."""
    choices: Mapping[str, Callable[[], str]] = {
        "person.confirm": lambda: "1",
        "person.phone": lambda: "1",
        "person.status": lambda: rng.choice("123"),
        "person.record": lambda: rng.choice(["record", "silence"]),
    }
    return choices.get(handset.node, lambda: rng.choice([*"0126", "silence"]))()


def test_a_request_that_is_changed_keeps_its_place_its_topic_and_its_story(tmp_path: Path) -> None:
    with line(tmp_path, recording=False) as joined:
        with joined.database.transaction() as tx:
            promised(tx, NUMBER, Wish(LANGUAGES[0], "own", woman=True))
        Handset(joined).does("1", "0", "2", "3").hangs_up()
        (request,) = of(joined)
        assert (request.created_at, request.woman, request.phone) == (NOW - 3600, True, "own")
        assert request.window == ("2026-11-24", "morning")
        assert request.topic == "permit"


def test_a_call_that_is_cut_off_takes_nothing_back_that_was_finished(tmp_path: Path) -> None:
    with line(tmp_path, recording=False) as joined:
        Handset(joined).does("0", "silence", "silence", "silence").hangs_up()
        (before,) = of(joined)
        assert (before.phone, before.due_at, is_unfinished(before)) == ("unknown", NOW, False)
        Handset(joined).does("0", "1").hangs_up()
        assert of(joined) == [before]
        Handset(joined).does("0", "1", "1", "1", "1").hangs_up()
        (after,) = of(joined)
        assert (after.id, after.phone) == (before.id, "own")


def test_a_new_request_holds_the_way_and_the_answers_but_not_those_of_the_dialogue(tmp_path: Path) -> None:
    with line(tmp_path, recording=False) as joined:
        Handset(joined).does("1", "1", "0", "1", "1", "1", "1").hangs_up()
        (request,) = of(joined)
        assert request.topic == "permit"
        assert request.details["answers"] == {"first_call": "yes", "status": "refugee"}
        assert request.details["path"][-3:] == ["person.when", "person.with", "person.noted-open"]


def test_who_goes_on_by_keys_is_not_told_to_speak(tmp_path: Path) -> None:
    with line(tmp_path) as joined:
        calls, rung = joined.calls, TerminalPhone(joined.calls, NUMBER).line
        first = calls.arrive(rung, speech=True)
        assert "speech.hint" in {piece.id for piece in first.turn.pieces if isinstance(piece, Prompt)}
        again = calls.now(rung, first.n, first.token)
        assert not [piece for piece in again.turn.pieces if isinstance(piece, Prompt) and "speech" in piece.id]
        assert again.turn.node == first.turn.node
        place = open_token(joined.database.keyring, again.call_id, again.n, again.token)
        assert "speech" not in place.state.values
