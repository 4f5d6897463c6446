"""The webhook that tells what became of a text: signed, tolerant, and the database may be away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.actions import text_sending
from ivr.channels.twilio.texts import report
from ivr.errors import BadInput, StorageAway
from ivr.store.texts import State
from tests.channels.webhooks import post
from tests.texting import Texts, house

SENT = (("MessageSid", "SM1"), ("MessageStatus", "delivered"), ("NewParameter", "x"))


@pytest.fixture
def texts(tmp_path: Path, sqlite_url: str) -> Iterator[Texts]:
    with house(tmp_path, sqlite_url) as made:
        made.asked()
        yield made


def test_a_status_moves_the_text_that_its_address_names(texts: Texts) -> None:
    assert post(texts, "/twilio/text/1/status", SENT).status_code == 204
    assert (texts.text().state, texts.text().carrier_ref) == (State.DELIVERED, "SM1")
    assert texts.work() == ["send-text done"]
    assert texts.sent() == []  # the company has it already


def test_what_is_not_signed_or_names_nothing_changes_nothing(texts: Texts) -> None:
    assert post(texts, "/twilio/text/1/status", SENT, signed="no").status_code == 403
    assert post(texts, "/twilio/text/x/status", SENT).status_code == 400
    assert post(texts, "/twilio/text/1/status", SENT[1:]).status_code == 400
    assert post(texts, "/twilio/text/99/status", SENT).status_code == 204
    assert post(texts, "/twilio/text/1/status", (SENT[0], ("MessageStatus", "brewing"))).status_code == 204
    assert texts.text().state is State.NEW


def test_while_the_database_is_away_the_company_is_asked_to_come_again(
    texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StorageAway("away")

    monkeypatch.setattr(text_sending, "status", away)
    assert post(texts, "/twilio/text/1/status", SENT).status_code == 503


@pytest.mark.parametrize(("code", "error"), [("30003", 30003), ("", 0), ("x", 0), ("1234567", 0), ("٣", 0)])
def test_an_error_is_a_number_or_none(code: str, error: int) -> None:
    told = report({"SmsSid": ["SM1"], "SmsStatus": ["failed"], "ErrorCode": [code]})
    assert (told.ref.id, told.status, told.error) == ("SM1", "failed", error)


def test_a_status_without_an_id_is_refused() -> None:
    with pytest.raises(BadInput):
        report({"MessageStatus": ["sent"]})
