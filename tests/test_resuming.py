"""Whoever was cut off a short while ago may go on where they were; nobody hears of another's call."""

from pathlib import Path

import pytest

from ivr.actions.sealing import open_token
from ivr.app import Parts
from ivr.channels.terminal.phone import TerminalPhone
from ivr.errors import StorageAway
from ivr.store import callers, calls, requests
from ivr.store.calls import NewCall
from ivr.store.requests import NewRequest, Wish
from tests.store.places import put
from tests.test_dialogue import LANGUAGES, NOW, NUMBER, OTHER, Handset, line

DOCUMENTS = ("1", "1", "1", "1", "1", "1")
"""Main menu, permit, refugee, a first card, online, and into an explanation."""


class Clock:
    """Monday morning, until it is set on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def cut_off(joined: Parts, language: str = LANGUAGES[0], *steps: str, caller: str = NUMBER) -> Handset:
    """Somebody's call that ended in the middle."""
    handset = Handset(joined, caller, language).does(*(steps or DOCUMENTS))
    handset.hangs_up()
    return handset


def answered(joined: Parts, handset: Handset) -> dict[str, str]:
    """What this call knows of its caller."""
    answer = handset.answer
    return dict(open_token(joined.database.keyring, answer.call_id, answer.n, answer.token).state.answers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_place_is_offered_and_the_call_goes_on_there(language: str, tmp_path: Path) -> None:
    with line(tmp_path) as joined:
        before = cut_off(joined, language)
        again = Handset(joined, NUMBER, language)
        assert (again.node, again.hears[0]) == ("resume.offer", "welcome-back")
        again.does("1")
        assert (again.node, again.hears) == (before.node, before.hears)
        assert again.answer.turn.language == language


def test_the_answers_of_the_call_before_count_again(tmp_path: Path) -> None:
    with line(tmp_path) as joined:
        before = answered(joined, cut_off(joined))
        assert before.pop("first_call") == "yes"
        assert before
        assert answered(joined, Handset(joined).does("1")) == {**before, "first_call": "no"}


def test_the_start_is_one_key_or_a_silence_away(tmp_path: Path) -> None:
    with line(tmp_path) as joined:
        cut_off(joined)
        assert Handset(joined).does("2").node == "main"
        cut_off(joined, LANGUAGES[0], "2", *DOCUMENTS)
        assert Handset(joined).does("silence").node == "main"


def test_where_they_were_is_not_said_before_they_ask_for_it(tmp_path: Path) -> None:
    with line(tmp_path) as joined:
        cut_off(joined)
        assert {name.split(".")[0] for name in Handset(joined).hears} == {"welcome-back", "resume"}


@pytest.mark.parametrize(("seconds", "node"), [(30 * 60, "resume.offer"), (30 * 60 + 1, "main")])
def test_half_an_hour_later_nobody_is_asked(seconds: int, node: str, tmp_path: Path) -> None:
    clock = Clock()
    with line(tmp_path, clock=clock) as joined:
        cut_off(joined)
        clock.now += seconds
        assert Handset(joined).node == node


@pytest.mark.parametrize("phone", ["shared", "unknown"])
def test_on_a_phone_that_others_use_nothing_is_offered(phone: str, tmp_path: Path) -> None:
    with line(tmp_path) as joined:
        cut_off(joined)
        with joined.database.transaction() as tx:
            calls.log_call(tx, NewCall("other", "twilio", "other", None, "", NOW))
            requests.put(tx, NewRequest("other", None, NUMBER, "general", {}, NOW, Wish(LANGUAGES[0], phone)))
        assert Handset(joined).node == "main"


def test_another_number_and_a_withheld_one_are_offered_nothing(tmp_path: Path) -> None:
    with line(tmp_path) as joined:
        cut_off(joined)
        with joined.database.transaction() as tx:
            callers.remember_language(tx, callers.meet(tx, OTHER, NOW).id, LANGUAGES[0])
        assert Handset(joined, OTHER).node == "main"
        cut_off(joined, caller="anonymous")
        assert TerminalPhone(joined.calls, "anonymous").ring().turn.node == "welcome"


@pytest.mark.parametrize("steps", [("9",), ("0", "1", "1"), (*DOCUMENTS, "0", "1", "1", "3", "2", "2")])
def test_the_frame_and_the_dialogue_with_a_person_are_no_places_to_go_on_from(
    steps: tuple[str, ...], tmp_path: Path
) -> None:
    with line(tmp_path) as joined:
        cut_off(joined, LANGUAGES[0], *steps)
        assert Handset(joined).node == "main"


PLACE = ("3", "1", "1", "1", "2", "1", "2", "1", "1", "4")
"""Main menu, online, a procedure that one cannot do alone, learning it, and from there to the address of a place."""


@pytest.mark.parametrize("keyed", [(), ("75011", "1")], ids=["nothing yet", "where they live"])
def test_who_was_cut_off_on_the_way_to_an_address_goes_on_where_they_asked_for_it(
    keyed: tuple[str, ...], tmp_path: Path
) -> None:
    with line(tmp_path) as joined:
        with joined.database.transaction() as tx:
            put(tx, kind="france_services", departement="99")
        asked = cut_off(joined, LANGUAGES[0], *PLACE, *keyed)
        assert asked.node.startswith("referral.")
        again = Handset(joined).does("1")
        assert again.node == "procedure.learn.menu"
        assert again.does("4").node == "referral.code"


def test_whoever_has_chosen_another_language_since_starts_at_the_start(tmp_path: Path) -> None:
    with line(tmp_path) as joined:
        cut_off(joined)
        with joined.database.transaction() as tx:
            callers.remember_language(tx, callers.meet(tx, NUMBER, NOW).id, LANGUAGES[1])
        assert Handset(joined, NUMBER, LANGUAGES[1]).node == "main"


def test_a_line_that_never_told_the_end_is_no_reason_to_start_again(tmp_path: Path) -> None:
    with line(tmp_path) as joined:
        before = Handset(joined).does(*DOCUMENTS)
        assert Handset(joined).does("1").node == before.node


def test_only_the_latest_call_counts(tmp_path: Path) -> None:
    clock = Clock()
    with line(tmp_path, clock=clock) as joined:
        cut_off(joined)
        clock.now += 60
        cut_off(joined, LANGUAGES[0], "2", "9")
        clock.now += 60
        assert Handset(joined).node == "main"


def test_the_same_call_goes_on_the_same_way_when_a_delivery_is_repeated(tmp_path: Path) -> None:
    with line(tmp_path) as joined:
        cut_off(joined)
        again = Handset(joined).does("1")
        stored = joined.calls.now(again.phone.line)
        assert (stored.turn.node, stored.turn.pieces) == (again.answer.turn.node, again.answer.turn.pieces)


def test_without_the_database_the_call_begins_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with line(tmp_path) as joined:
        cut_off(joined)
        again = Handset(joined)

        def away(*_: object) -> None:
            raise StorageAway("gone")

        monkeypatch.setattr(joined.database, "transaction", away)
        monkeypatch.setattr(joined.database, "reading", away)
        assert again.does("1").node == "main"
