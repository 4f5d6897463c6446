"""A short one of the long test: `make soak PART=fuzz` goes on for twenty minutes, on both databases."""

import logging
from pathlib import Path
from typing import Any

import pytest

from ivr.channels.twilio import parse
from ivr.web import access, staff
from tests.soak import fuzz


def test_nothing_that_a_hostile_client_sends_is_answered_with_an_error_of_ours(tmp_path: Path) -> None:
    assert fuzz.soak(tmp_path, "", fuzz.Plan(seed=13, requests=300), print) == []


def test_a_fuzzer_that_finds_nothing_would_have_found_these(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Any:
        raise ZeroDivisionError

    def talkative(fields: parse.Fields, name: str, one: Any = parse.one) -> Any:
        logging.getLogger("ivr.twilio").info("somebody rings", extra={"why": one(fields, name)})
        return one(fields, name)

    monkeypatch.setattr(staff, "_person", broken)
    monkeypatch.setattr(access, "admit", lambda *_: None)
    monkeypatch.setattr(parse, "one", talkative)
    found = "\n".join(fuzz.soak(tmp_path, "", fuzz.Plan(seed=13, requests=300), print))
    for wrong in ("500 to ", "ZeroDivisionError", "logged near company", "a stranger saw"):
        assert wrong in found, wrong
