"""Repeated and concurrent deliveries: the same TwiML byte for byte, and nothing is done twice. On both databases."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.actions.tiny import Tiny, heard, running
from tests.channels.webhooks import SID, addresses, fields, post, stored
from tests.doubles.phone import Phone


@pytest.fixture
def tiny(tmp_path: Path, url: str) -> Iterator[Tiny]:
    with running(tmp_path, url) as started:
        yield started


def at_once(works: list[Callable[[], httpx.Response]]) -> list[bytes]:
    """What each of these deliveries was answered, all let go at the same moment."""
    gate = threading.Barrier(len(works))

    def one(work: Callable[[], httpx.Response]) -> bytes:
        gate.wait()
        answer = work()
        assert answer.status_code == 200
        return answer.content

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def whole_call(phone: Phone) -> None:
    """Language, an explanation, an entry, a person, and the end."""
    phone.ring(call_sid=SID)
    for keys in ("1", "1", "1", "#", "2", "123#", "1", "0"):
        phone.press(keys)
    phone.stay_silent()
    phone.hang_up()
    assert phone.errors == []


@pytest.mark.parametrize("chaos", ["deliver_twice", "deliver_concurrently"])
def test_a_call_whose_every_delivery_comes_twice_leaves_what_any_call_leaves(tiny: Tiny, chaos: str) -> None:
    phone = tiny.phone(strict=True)
    setattr(phone, chaos, True)
    whole_call(phone)
    assert [turn.n for turn in tiny.turns(SID)] == list(range(1, 11))
    assert [stored(tiny, table) for table in ("callers", "calls", "turns", "requests")] == [1, 1, 10, 1]
    call = tiny.call(SID)
    assert call is not None
    assert (call.ended_how, call.ended_node) == ("passed_on", "noted")


def test_ten_deliveries_of_a_new_call_at_once_are_one_call(tiny: Tiny) -> None:
    answers = at_once([lambda: post(tiny, "/twilio/voice")] * 10)
    assert len(set(answers)) == 1
    assert [stored(tiny, table) for table in ("callers", "calls", "turns")] == [1, 1, 1]


def test_ten_deliveries_of_one_key_at_once_are_one_turn_and_one_request(tiny: Tiny) -> None:
    phone = tiny.phone()
    phone.ring(call_sid=SID)
    phone.press("1")
    keys, _ = addresses(phone)
    answers = at_once([lambda: post(tiny, keys, fields(Digits="0"))] * 10)
    assert len(set(answers)) == 1
    assert b"/audio/aa/noted/" in answers[0]
    assert [stored(tiny, table) for table in ("turns", "requests")] == [3, 1]


def test_of_keys_and_silence_that_race_for_a_turn_one_wins_and_all_get_its_answer(tiny: Tiny) -> None:
    phone = tiny.phone()
    phone.ring(call_sid=SID)
    phone.press("1")
    keys, silence = addresses(phone)
    works: list[Callable[[], httpx.Response]] = [
        lambda: post(tiny, keys, fields(Digits="1")),
        lambda: post(tiny, silence, fields()),
        lambda: post(tiny, keys, fields(Digits="6")),
    ] * 3
    assert len(set(at_once(works))) == 1
    assert [turn.n for turn in tiny.turns(SID)] == [1, 2, 3]


def test_another_key_for_an_answered_turn_gets_the_first_key_s_answer(tiny: Tiny) -> None:
    phone = tiny.phone()
    phone.ring(call_sid=SID)
    phone.press("1")
    keys, silence = addresses(phone)
    first = post(tiny, keys, fields(Digits="0")).content
    assert post(tiny, keys, fields(Digits="1")).content == first
    assert post(tiny, silence, fields()).content == first
    assert stored(tiny, "requests") == 1


def test_a_repeated_first_delivery_is_the_first_turn_again_also_later(tiny: Tiny) -> None:
    first = post(tiny, "/twilio/voice").content
    assert post(tiny, "/twilio/voice").content == first
    tiny.clock.now += 3600
    assert post(tiny, "/twilio/voice").content == first
    assert [stored(tiny, table) for table in ("calls", "turns")] == [1, 1]


def test_a_repeated_delivery_of_keyed_digits_is_answered_the_same(tiny: Tiny) -> None:
    phone = tiny.phone()
    phone.deliver_twice = True
    phone.ring("anonymous", call_sid=SID)
    phone.press("1")
    phone.press("0")
    phone.press("0639980003")
    assert heard(phone)[0] == "aa/entry.heard"
    phone.press("1")
    assert [request.number for request in tiny.requests(SID)] == ["+33639980003"]


def test_saying_the_current_turn_again_counts_nothing(tiny: Tiny) -> None:
    phone = tiny.phone()
    phone.ring(call_sid=SID)
    phone.press("1")
    now = addresses(phone)[0].split("/2/")[0] + "/now"
    assert post(tiny, now).content == post(tiny, now).content == phone.documents[-1].body
    assert stored(tiny, "turns") == 2


def test_the_fallback_s_redirect_says_the_current_turn_of_an_answer_that_was_lost(tiny: Tiny) -> None:
    # B1: "15 s total hard limit on call webhooks … → fallback URL if set"
    phone = tiny.phone()
    phone.ring(call_sid=SID)
    phone.press("1")
    phone.lose_answer()
    phone.press("0")
    assert heard(phone)[0] == "aa/noted"
    assert stored(tiny, "requests") == 1
    phone.press("1")
    assert heard(phone)[0] == "aa/main"
    assert [turn.n for turn in tiny.turns(SID)] == [1, 2, 3, 4]
