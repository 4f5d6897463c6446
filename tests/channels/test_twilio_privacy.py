"""The number that rings and the one that is keyed stand nowhere in the clear: not on disk, in a log or in a URL."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.observing import JsonLines
from tests.actions.tiny import Tiny, heard, running
from tests.channels.webhooks import SID

RINGING, KEYED = "+33639981357", "0639982468"
SPELLINGS = [
    spelling
    for digits in ("639981357", "639982468")
    for spelling in (
        digits,
        f"0{digits}",
        f"+33{digits}",
        " ".join(("06", digits[1:3], digits[3:5], digits[5:7], digits[7:])),
        ".".join(("06", digits[1:3], digits[3:5], digits[5:7], digits[7:])),
        digits[-6:],
    )
]


@pytest.fixture
def tiny(tmp_path: Path, sqlite_url: str) -> Iterator[Tiny]:
    with running(tmp_path, sqlite_url) as started:
        yield started


def found_in(text: str) -> list[str]:
    """Which spellings of the two numbers stand in this."""
    return [spelling for spelling in SPELLINGS if spelling in text]


def test_after_a_whole_call_neither_number_is_found_anywhere(
    tiny: Tiny, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="ivr")
    phone = tiny.phone(fetch_sounds=True)
    phone.ring(RINGING, call_sid="CA-shown")
    for keys in ("1", "0", "5", "#"):
        phone.press(keys)
    phone.hang_up()
    phone.ring("anonymous", call_sid=SID)
    for keys in ("2", "0", KEYED):
        phone.press(keys)
    assert [place for place in heard(phone) if "digit" in place] == [f"bb/digit.{digit}" for digit in KEYED]
    read_back = [url for url in phone.heard if "/digit." in url]
    phone.press("1")
    phone.press("1")
    phone.lose_answer()
    phone.press("1")
    phone.hang_up()
    assert phone.errors
    assert [request.number for request in tiny.requests(SID)] == ["+33639982468"]
    assert [request.number for request in tiny.requests("CA-shown")] == [RINGING]

    urls = [document.url for document in phone.documents] + phone.heard_all
    assert len(read_back) == len(KEYED)  # one address a digit: none of them names the number
    assert found_in("\n".join(urls)) == []
    assert found_in("\n".join(document.body.decode() for document in phone.documents)) == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "hamrah.db" for path in files)
    assert [path.name for path in files if found_in(path.read_bytes().decode("latin-1"))] == []
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "asyncio"))]
    assert len(ours) > 0
    assert found_in("\n".join(JsonLines().format(record) for record in ours)) == []


def test_the_search_of_the_test_above_would_find_a_number() -> None:
    assert found_in("x+33639981357y") != []
    assert found_in("06 39 98 24 68") != []


def test_the_keys_a_caller_pressed_are_sealed(tiny: Tiny, tmp_path: Path) -> None:
    phone = tiny.phone()
    phone.ring(call_sid=SID)
    for keys in ("1", "2", "86420"):
        phone.press(keys)
    assert b"86420" in tiny.turns(SID)[-1].payload
    data = b"".join(path.read_bytes() for path in tmp_path.rglob("hamrah.db*"))
    assert b"86420" not in data
    assert b"pressed" not in data
