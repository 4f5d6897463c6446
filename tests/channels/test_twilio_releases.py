"""A call keeps the release it began with; new calls get the new one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.release.shelf import Shelf
from tests.actions import tiny as small
from tests.actions.tiny import OTHER, Tiny, heard, running
from tests.channels.webhooks import SID, addresses, fields, post
from tests.engine.books import menu


@pytest.fixture
def tiny(tmp_path: Path, sqlite_url: str) -> Iterator[Tiny]:
    with running(tmp_path, sqlite_url) as started:
        yield started


def newer() -> small.Release:
    """A release in which key 1 of the main menu leads to the end, and an explanation is gone."""
    nodes = {"main": menu("bye", "code", "message", "desk", "weather", "bye")}
    raw = small.content(nodes=nodes)
    del raw["trees"][2]["nodes"]["tale"]
    raw["trees"][2]["nodes"]["weather"]["cases"] = {"fine": "main"}
    raw["trees"][2]["removed"] = {"tale": "code"}
    return small.release(raw)


def test_a_call_keeps_its_release_while_new_calls_get_the_new_one(tiny: Tiny) -> None:
    old = tiny.parts.shelf.current()
    phone, later = tiny.phone(), tiny.phone()
    phone.ring(call_sid=SID)
    phone.press("1")
    # published by another process: nothing tells this one but the folder
    Shelf(tiny.parts.shelf.folder).put(newer())
    later.ring(OTHER, call_sid="CA-later")
    later.press("1")
    later.press("1")
    assert (later.ended, heard(later)) == ("hangup", ["aa/bye"])
    phone.press("1")
    assert heard(phone) == ["aa/tale.1"]
    calls = [tiny.call(SID), tiny.call("CA-later")]
    assert [call and call.release_id for call in calls] == [old.id, newer().id]


def test_a_call_whose_release_is_gone_goes_on_in_the_current_one_at_its_node_s_successor(
    tiny: Tiny, caplog: pytest.LogCaptureFixture
) -> None:
    old = tiny.parts.shelf.current()
    phone = tiny.phone()
    phone.ring(call_sid=SID)
    phone.press("1")
    phone.press("1")
    keys, _ = addresses(phone)
    shelf = tiny.parts.shelf
    shelf.put(newer())
    shelf.forget({old.id})
    answer = post(tiny, keys.split("/3/")[0] + "/now")
    assert b"/audio/aa/code/" in answer.content
    assert "a release is gone" in caplog.messages
    phone.press("1")
    assert (heard(phone), phone.alive, phone.errors) == ([], True, [])  # a digit was keyed
    assert post(tiny, "/twilio/status", fields(CallStatus="completed")).status_code == 204
    call = tiny.call(SID)
    assert (call and call.ended_how, call and call.ended_node) == ("hung_up", "code")
