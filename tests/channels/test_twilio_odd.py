"""Garbage, old and foreign addresses: a spoken way on or a 4xx, never a 500."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.channels.twilio.parse import call_id
from ivr.store.database import Database
from tests.actions.tiny import OTHER, PUBLIC, TOKEN, Tiny, heard, running
from tests.channels.webhooks import SID, addresses, fields, post
from tests.doubles.phone import Phone
from tests.doubles.signer import signature
from tests.doubles.twiml import read


@pytest.fixture
def tiny(tmp_path: Path, sqlite_url: str) -> Iterator[Tiny]:
    with running(tmp_path, sqlite_url) as started:
        yield started


@pytest.fixture
def phone(tiny: Tiny) -> Phone:
    """A call that stands in the first page of an explanation, at its third turn."""
    ringing = tiny.phone(strict=True)
    ringing.ring(call_sid=SID)
    ringing.press("1")
    ringing.press("1")
    return ringing


def sounds(body: bytes) -> list[str]:
    """What a document plays, as language/name."""
    gather = read("text/xml", body)[0]
    return ["/".join(verb.text.split("/")[-3:-1]) for verb in gather.children]


def place(address: str) -> str:
    """The sealed place in an address."""
    return address.rsplit("s=", 1)[1]


def test_garbage_for_a_place_leads_to_where_the_call_stands(
    tiny: Tiny, phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    keys, _ = addresses(phone)
    for sealed in (
        "",
        "x",
        "é",
        place(keys)[:-1],
        place(keys) + "A",
        place(keys).swapcase(),
        "%00",
        "=" * 9,
        "A" * 30_000,
    ):
        answer = post(tiny, keys.replace(place(keys), quote(sealed, safe="%=")), fields(Digits="0"))
        assert (answer.status_code, sounds(answer.content)) == (200, ["aa/tale.1"])
    assert [turn.n for turn in tiny.turns(SID)] == [1, 2, 3]
    assert tiny.requests(SID) == []
    logged = [record for record in caplog.records if record.message == "a turn's address was not ours"]
    assert {(record.turn, len(record.call)) for record in logged} == {(3, 24)}  # type: ignore[attr-defined]


def test_a_place_of_another_turn_or_call_is_not_believed(tiny: Tiny, phone: Phone) -> None:
    other = tiny.phone()
    other.ring(OTHER, call_sid="CA-other")
    other.press("2")
    other.press("0")
    keys, theirs = addresses(phone)[0], addresses(other)[0]
    for address in (
        keys.replace("/3/", "/2/"),
        keys.replace("/3/", "/900000/"),
        keys.replace(place(keys), place(theirs)),
    ):
        answer = post(tiny, address, fields(Digits="1"))
        assert (answer.status_code, sounds(answer.content)) == (200, ["aa/tale.1"])
    assert len(tiny.turns(SID)) == 3


def test_without_any_place_a_call_that_nobody_knows_begins(tiny: Tiny) -> None:
    answer = post(tiny, f"{PUBLIC}/twilio/call/{call_id(SID)}/5/keys", fields(Digits="1"))
    assert (answer.status_code, sounds(answer.content)[0]) == (200, "aa/start")
    assert [turn.n for turn in tiny.turns(SID)] == [1]


def test_an_old_turn_is_answered_as_it_was_byte_for_byte(tiny: Tiny, phone: Phone) -> None:
    first, second, third = phone.documents
    silence = second.body.decode().rsplit("<Redirect", 1)[1]
    assert "/2/silence" in silence
    for keys in ("1", "0", "5", "12345"):
        again = post(tiny, second.url, fields(Digits=keys))
        assert again.content == second.body
    assert post(tiny, third.url, fields(Digits="2")).content == third.body
    assert post(tiny, first.url).content == first.body
    assert [turn.n for turn in tiny.turns(SID)] == [1, 2, 3]


def test_a_call_older_than_the_database_goes_on_and_is_logged(tiny: Tiny, phone: Phone) -> None:
    database: Database = tiny.parts.database
    with database.transaction() as tx:
        for table in ("requests", "turns", "calls"):
            tx.connection.exec_driver_sql(f"DELETE FROM {table}")
    phone.stay_silent()
    assert heard(phone) == ["aa/tale.2"]
    call = tiny.call(SID)
    assert call is not None
    assert call.external_id == SID
    phone.press("0")
    assert heard(phone)[0] == "aa/noted"
    assert len(tiny.requests(SID)) == 1


@pytest.mark.parametrize("digits", ["", "w", "x" * 60_000, "9" * 60_000, "\x00", "٣", "é\u202e", "#" * 300])
def test_odd_digits_are_answered_with_something_spoken(tiny: Tiny, phone: Phone, digits: str) -> None:
    answer = post(tiny, addresses(phone)[0], fields(Digits=digits))
    assert (answer.status_code, bool(sounds(answer.content))) == (200, True)


def test_bytes_that_are_no_text_are_answered(tiny: Tiny) -> None:
    sent = (("CallSid", SID), ("From", "\ufffd\ufffd"))  # what is left of them is what is signed
    headers = {
        "X-Twilio-Signature": signature(TOKEN, f"{PUBLIC}/twilio/voice", sent),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answer = tiny.client.post("/twilio/voice", content=b"CallSid=" + SID.encode() + b"&From=%ff%fe", headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "number", ["anonymous", "", "+266696687", "sip:x@y", "3639", "+33" + "9" * 3000, "\u202e", "0"]
)
def test_whoever_rings_with_whatever_number_is_answered(tiny: Tiny, number: str) -> None:
    answer = post(tiny, "/twilio/voice", fields(From=number))
    assert (answer.status_code, sounds(answer.content)[0]) == (200, "aa/start")


NAMES = st.sampled_from(
    ["Digits", "From", "CallStatus", "SpeechResult", "RecordingUrl", "DialBridged", "ErrorUrl", "ErrorCode", "To"]
)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["completed", "failed", "1", "#", "*0", "0612", "http://[", f"{PUBLIC}/twilio/call/a/now?n=9&l=aa"]
    ),
)
PARTS = st.one_of(
    st.sampled_from(["keys", "entry", "silence", "recorded", "transferred", "now", "0", "1", "2", "3", "999999"]),
    st.text(alphabet="abz09._~-%", max_size=12).map(lambda text: quote(text, safe="")),
)
SLOW = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def addressed(draw: st.DrawFn) -> tuple[str, str, str]:
    """The end of a turn's address: path, query without the place, and a place (None: the right one)."""
    n, what = draw(PARTS), draw(PARTS)
    path = draw(st.sampled_from([f"{n}/{what}", "now", f"3/{what}"]))
    digits = draw(st.one_of(st.none(), st.integers(-5, 10**8)))
    sealed = draw(st.one_of(st.just("REAL"), st.text(max_size=30).map(quote)))
    return path, f"n={n}&l=aa" + ("" if digits is None else f"&d={digits}"), sealed


@SLOW
@given(more=st.dictionaries(NAMES, TEXTS, max_size=5), end=addressed())
def test_whatever_is_posted_to_a_turn_with_a_good_signature_is_never_an_error_of_ours(
    tiny: Tiny, phone: Phone, more: dict[str, str], end: tuple[str, str, str]
) -> None:
    keys, _ = addresses(phone)
    path, query, sealed = end
    sealed = place(keys) if sealed == "REAL" else sealed
    answer = post(tiny, f"{keys.split('/3/')[0]}/{path}?{query}&s={sealed}", fields(**more))
    assert answer.status_code in (200, 400, 403, 404), answer.text
    if answer.status_code == 200:
        read("text/xml", answer.content)


@SLOW
@given(
    path=st.sampled_from(["voice", "status", "fallback"]),
    more=st.dictionaries(NAMES, TEXTS, max_size=6),
    sid=st.one_of(st.just(SID), st.text(max_size=30)),
)
def test_whatever_is_posted_elsewhere_with_a_good_signature_is_never_an_error_of_ours(
    tiny: Tiny, phone: Phone, path: str, more: dict[str, str], sid: str
) -> None:
    answer = post(tiny, f"/twilio/{path}", fields(sid, **more))
    assert answer.status_code in (200, 204, 400), answer.text
    if answer.status_code == 200:
        read("text/xml", answer.content)
