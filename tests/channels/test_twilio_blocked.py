"""A blocked number is turned away before its call is answered; nobody else is, whatever happens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.actions import blocklist
from ivr.actions.audit import HELPLINE, Deed
from ivr.channels.twilio import render
from ivr.numbers import understand
from tests.actions.tiny import CALLER, OTHER, Tiny, heard, running
from tests.channels.webhooks import SID, fields, post, stored
from tests.databases import PostgresServer, opened
from tests.doubles.twiml import read

REJECT = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'


@pytest.fixture
def tiny(tmp_path: Path, url: str) -> Iterator[Tiny]:
    with running(tmp_path, url) as started:
        yield started


def block(tiny: Tiny, number: str = CALLER) -> int:
    with tiny.parts.database.transaction() as tx:
        return blocklist.block(tx, understand(number, production=False), "why", Deed(HELPLINE, tiny.clock.now))


def test_a_rejection_is_the_first_verb_and_the_only_one() -> None:
    # B3: "Reject reason rejected|busy; only as first verb avoids answer/billing; ends busy/no-answer."
    assert render.reject() == REJECT
    assert [verb.name for verb in read("text/xml", render.reject().encode())] == ["Reject"]


def test_a_blocked_number_is_rejected_and_its_call_leaves_nothing(tiny: Tiny) -> None:
    block(tiny)
    answer = post(tiny, "/twilio/voice")
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/xml")
    assert answer.text == REJECT
    assert post(tiny, "/twilio/voice").text == REJECT
    assert post(tiny, "/twilio/status", fields(CallStatus="busy")).status_code == 204
    assert (stored(tiny, "calls"), stored(tiny, "callers"), stored(tiny, "turns")) == (0, 0, 0)


def test_on_the_phone_it_is_not_answered(tiny: Tiny) -> None:
    block(tiny)
    phone = tiny.phone(strict=True)
    phone.ring(call_sid=SID)
    assert phone.errors == []
    assert (phone.call.ended, phone.call.status) == ("rejected", "no-answer")
    assert heard(phone) == []


@pytest.mark.parametrize("spelled", [CALLER, "0" + CALLER[3:], f"sip:{CALLER}@sip.example.org"])
def test_a_number_is_blocked_however_it_is_spelled(tiny: Tiny, spelled: str) -> None:
    block(tiny)
    assert post(tiny, "/twilio/voice", fields(From=spelled)).text == REJECT


@pytest.mark.parametrize("ringing", [OTHER, "anonymous", "", "112"])
def test_everybody_else_is_answered(tiny: Tiny, ringing: str) -> None:
    block(tiny)
    assert "<Gather" in post(tiny, "/twilio/voice", fields(From=ringing)).text


def test_who_is_unblocked_is_answered_again(tiny: Tiny) -> None:
    id = block(tiny)
    with tiny.parts.database.transaction() as tx:
        blocklist.unblock(tx, id, Deed(HELPLINE, tiny.clock.now))
    assert "<Gather" in post(tiny, "/twilio/voice").text


def test_a_call_that_has_begun_goes_on(tiny: Tiny) -> None:
    phone = tiny.phone(strict=True)
    phone.ring(call_sid=SID)
    block(tiny)
    phone.press("1")
    assert phone.call.ended is None
    assert heard(phone)[0] == "aa/main"


def test_a_delivery_that_nobody_signed_does_not_learn_who_is_blocked(tiny: Tiny) -> None:
    block(tiny)
    for number in (CALLER, OTHER):
        assert post(tiny, "/twilio/voice", fields(From=number), signed="no").status_code == 403


def test_while_the_database_is_away_everybody_is_answered(tmp_path: Path, postgres_server: PostgresServer) -> None:
    with opened(postgres_server.url) as database:
        database.migrate()
    with running(tmp_path, postgres_server.url) as tiny:
        block(tiny)
        assert post(tiny, "/twilio/voice").text == REJECT
        postgres_server.stop()
        assert "<Gather" in post(tiny, "/twilio/voice").text
