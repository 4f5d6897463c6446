"""A place in an address: sealed, the same bytes for the same place, bound to its turn, never a keyed number."""

from dataclasses import replace

import pytest

from ivr.actions.sealing import Place, open_payload, open_token, payload, token
from ivr.engine.state import State
from ivr.engine.turn import Listen, Prompt, Result, Turn, When
from ivr.errors import Forged
from ivr.store.crypto import Keyring
from tests.databases import KEY, OLD_KEY

RING = Keyring(KEY)
STATE = State(
    "enter",
    1000.5,
    language="aa",
    page=2,
    trail=(("main", 0, 0), ("tale", 1, 0)),
    stack=("main",),
    answers={"status": "refugee"},
    values={"opens": When("2026-11-25", "morning"), "n": 3},
)
PLACE = Place("ab12", 7, "r1", STATE)
SECRET = Place("ab12", 7, "r1", replace(STATE, secrets={"entry": "0639980003"}))
TURN = Turn("enter", "aa", (Prompt("enter", "aa"),), Listen("1", 8.0), Result.CHOSE)


def test_a_place_comes_back_as_it_was() -> None:
    assert open_token(RING, "ab12", 7, token(RING, PLACE)) == PLACE
    adrift = replace(PLACE, adrift=True)
    assert open_token(RING, "ab12", 7, token(RING, adrift)) == adrift


def test_the_same_place_is_the_same_text_and_says_nothing() -> None:
    sealed = token(RING, PLACE)
    assert sealed == token(Keyring(KEY), PLACE) != token(RING, replace(PLACE, n=8))
    assert sealed.replace("-", "").replace("_", "").isalnum()
    assert "enter" not in sealed


@pytest.mark.parametrize(("call", "n"), [("ab12", 8), ("ab13", 7), ("ab1", 27), ("", 0)])
def test_a_place_is_bound_to_its_call_and_turn(call: str, n: int) -> None:
    with pytest.raises(Forged):
        open_token(RING, call, n, token(RING, PLACE))


def test_another_key_opens_nothing_and_an_old_key_still_does() -> None:
    old = token(Keyring(OLD_KEY), PLACE)
    with pytest.raises(Forged):
        open_token(RING, "ab12", 7, old)
    assert open_token(Keyring(KEY, [OLD_KEY]), "ab12", 7, old) == PLACE


def test_keyed_numbers_stay_behind_and_the_address_says_so() -> None:
    opened = open_token(RING, "ab12", 7, token(RING, SECRET))
    assert (opened.lacks_secrets, dict(opened.state.secrets)) == (True, {})
    assert len(token(RING, SECRET)) < len(token(RING, PLACE)) + 12  # the flag, not the digits


def test_the_store_keeps_everything() -> None:
    place, turn = open_payload("ab12", 7, payload(SECRET, TURN, "pressed 3"))
    assert (place, turn) == (SECRET, TURN)
    place, _ = open_payload("ab12", 7, payload(PLACE, TURN, "silent"))
    assert place == PLACE
