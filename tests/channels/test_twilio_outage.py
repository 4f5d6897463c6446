"""The database taken away in the middle of calls: explanations go on, nothing is promised, nothing lost afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.numbers import understand
from ivr.store import callers
from ivr.store.database import Database
from tests import helpline
from tests.actions.tiny import CALLER, OTHER, Tiny, heard, running
from tests.channels.webhooks import SID, addresses, fields, post, stored
from tests.databases import PostgresServer, opened


@pytest.fixture
def tiny(tmp_path: Path, postgres_server: PostgresServer) -> Iterator[Tiny]:
    with opened(postgres_server.url) as database:
        database.migrate()
    with running(tmp_path, postgres_server.url) as started:
        yield started


def language_of(database: Database, number: str) -> str | None:
    with database.reading() as tx:
        caller = callers.find(tx, str(understand(number, production=False).e164))
        return caller and caller.language


def test_a_call_under_way_goes_on_through_an_outage_and_is_in_the_store_again(
    tiny: Tiny, postgres_server: PostgresServer
) -> None:
    phone = tiny.phone(strict=True)
    phone.ring(call_sid=SID)
    phone.press("1")
    phone.press("1")
    postgres_server.stop()
    phone.stay_silent()
    assert heard(phone) == ["aa/tale.2"]
    phone.press("*")
    assert heard(phone) == ["aa/tale.1"]
    phone.press("0")
    assert heard(phone)[0] == "aa/sorry"  # a person is not promised
    phone.press("#")
    assert heard(phone)[0] == "aa/main"
    assert tiny.client.get("/readyz").status_code == 503
    assert tiny.client.get("/readyz").json()["database"] == "StorageAway"
    assert post(tiny, "/twilio/status", fields("CA-other", CallStatus="completed")).status_code == 503
    postgres_server.start()
    phone.press("0")
    assert heard(phone)[0] == "aa/noted"
    phone.hang_up()
    assert phone.errors == []
    assert [request.topic for request in tiny.requests(SID)] == ["general"]
    call = tiny.call(SID)
    assert call is not None
    assert (call.ended_how, call.ended_node) == ("passed_on", "noted")
    assert tiny.client.get("/readyz").status_code == 200


def test_a_call_that_began_without_the_database_is_logged_when_it_returns_with_its_language(
    tiny: Tiny, postgres_server: PostgresServer
) -> None:
    postgres_server.stop()
    phone = tiny.phone(strict=True)
    phone.ring(call_sid=SID)
    assert heard(phone)[0] == "aa/start"
    phone.press("2")
    phone.press("1")
    phone.stay_silent()
    assert heard(phone) == ["bb/tale.2"]
    assert "ivr_calls_in_progress" not in tiny.client.get("/metrics").text
    postgres_server.start()
    phone.stay_silent()
    assert heard(phone) == ["bb/tale.3"]
    call = tiny.call(SID)
    assert call is not None
    assert (call.external_id, call.release_id) == (SID, tiny.parts.shelf.current().id)
    assert language_of(tiny.parts.database, CALLER) == "bb"
    phone.press("0")
    assert [request.language for request in tiny.requests(SID)] == ["bb"]
    assert "ivr_calls_in_progress 1.0" in tiny.client.get("/metrics").text


def test_digits_keyed_while_the_database_is_away_are_asked_for_again(
    tiny: Tiny, postgres_server: PostgresServer
) -> None:
    phone = tiny.phone()
    phone.ring("anonymous", call_sid=SID)
    phone.press("1")
    phone.press("0")
    assert heard(phone) == ["aa/enter"]
    postgres_server.stop()
    phone.press("0639980003")
    assert heard(phone)[0] == "aa/entry.heard"  # read back from what was just keyed, and then forgotten
    assert "aa/digit.6" in heard(phone)
    phone.press("1")
    assert heard(phone) == ["aa/enter"]
    postgres_server.start()
    phone.press("0639980003")
    phone.press("1")
    assert heard(phone)[0] == "aa/noted"
    assert [request.number for request in tiny.requests(SID)] == ["+33639980003"]


def test_digits_that_were_never_stored_are_asked_for_again_also_when_the_database_is_back(
    tiny: Tiny, postgres_server: PostgresServer
) -> None:
    phone = tiny.phone()
    phone.ring("anonymous", call_sid=SID)
    phone.press("1")
    phone.press("0")
    postgres_server.stop()
    phone.press("0639980003")
    postgres_server.start()
    phone.press("1")
    assert heard(phone) == ["aa/enter"]
    assert tiny.requests(SID) == []


def test_digits_keyed_before_an_outage_are_there_after_it(tiny: Tiny, postgres_server: PostgresServer) -> None:
    phone = tiny.phone()
    phone.ring("anonymous", call_sid=SID)
    phone.press("1")
    phone.press("0")
    phone.press("0639980003")
    keys, _ = addresses(phone)
    postgres_server.stop()
    lost = post(tiny, keys, fields(From="anonymous", Digits="1"))
    assert b"/audio/aa/enter/" in lost.content  # the number is where nobody can read it now
    postgres_server.start()
    kept = post(tiny, keys, fields(From="anonymous", Digits="1"))
    assert b"/audio/aa/noted/" in kept.content
    assert [request.number for request in tiny.requests(SID)] == ["+33639980003"]


def test_the_current_turn_is_said_again_without_the_database(tiny: Tiny, postgres_server: PostgresServer) -> None:
    phone = tiny.phone()
    phone.ring(call_sid=SID)
    phone.press("2")
    phone.press("1")
    postgres_server.stop()
    phone.lose_answer()
    phone.stay_silent()  # its answer is lost: the fallback redirects to `now`, whose address holds the place
    assert (heard(phone), phone.alive) == (["bb/tale.1"], True)
    phone.stay_silent()
    assert heard(phone) == ["bb/tale.2"]
    nowhere = addresses(phone)[0].split("/3/")[0] + "/now"
    assert b"/audio/aa/start/" in post(tiny, nowhere).content  # nothing is known of the call: it begins


def test_repeated_deliveries_during_an_outage_are_answered_the_same(
    tiny: Tiny, postgres_server: PostgresServer
) -> None:
    phone = tiny.phone()
    phone.ring(OTHER, call_sid=SID)
    postgres_server.stop()
    phone.deliver_twice = True
    for keys in ("1", "1", "9", "#"):
        phone.press(keys)
    phone.deliver_twice = False
    postgres_server.start()
    phone.press("6")
    call = tiny.call(SID)
    assert (phone.ended, call and call.ended_how) == ("hangup", "finished")
    assert stored(tiny, "calls") == 1


def test_the_callers_own_content_names_112_where_no_person_can_be_promised(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    with opened(postgres_server.url) as database:
        database.migrate()
    joined = helpline.helpline(tmp_path, database_url=postgres_server.url)
    with helpline.client(joined) as client:
        phone = helpline.phone(client, strict=True)
        phone.ring()
        postgres_server.stop()
        phone.press("1")
        phone.press("0")
    names = [url.split("/")[-2] for url in phone.heard]
    assert names[:2] == ["person.unavailable", "danger"]
    assert phone.errors == []
