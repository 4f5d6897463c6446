"""Texts: asked for, refused for good, and forgotten."""

import dataclasses

import pytest

from ivr.carrier.protocol import Carrier as Protocol
from ivr.carrier.protocol import NewText, TextRef, TextReport
from ivr.errors import CarrierRefused
from tests.carrier.conftest import CALLER, OURS, PUBLIC
from tests.doubles.carrier import Carrier

NEW = NewText(CALLER, OURS, "سلام، چهارشنبه ساعت ۱۴", f"{PUBLIC}/text?attempt=8")


def test_a_text_is_asked_for_with_its_letters_and_its_status_address(company: Carrier, line: Protocol) -> None:
    ref = line.text(NEW)
    kept = company.kept["Messages"][ref.id]
    assert (kept["to"], kept["from"], kept["body"]) == (CALLER, OURS, NEW.body)
    assert company.asked[ref.id]["status_callback"] == f"{PUBLIC}/text?attempt=8"


@pytest.mark.parametrize(
    ("sender", "service"),
    [("MG" + "0" * 32, True), ("MGHelpline", False), ("Hamrah", False), (OURS, False)],
)
def test_a_sender_is_a_number_a_name_or_a_service(company: Carrier, line: Protocol, sender: str, service: bool) -> None:
    kept = company.kept["Messages"][line.text(dataclasses.replace(NEW, sender=sender)).id]
    assert kept["messaging_service_sid" if service else "from"] == sender
    assert kept["from" if service else "messaging_service_sid"] is None


def test_who_said_stop_is_known_by_the_code(company: Carrier, line: Protocol) -> None:
    company.stopped.add(CALLER)
    with pytest.raises(CarrierRefused) as caught:
        line.text(NEW)
    assert (caught.value.code, caught.value.status) == (21610, 400)
    assert not company.kept["Messages"]


@pytest.mark.parametrize(("field", "value", "code"), [("to", "0639980001", 21211), ("body", "", 21602)])
def test_what_can_never_be_sent_is_refused(line: Protocol, field: str, value: str, code: int) -> None:
    with pytest.raises(CarrierRefused) as caught:
        line.text(dataclasses.replace(NEW, **{field: value}))
    assert caught.value.code == code


def test_a_text_is_forgotten_once_and_twice(company: Carrier, line: Protocol) -> None:
    ref = line.text(NEW)
    line.delete_copies(ref)
    line.delete_copies(ref)
    line.delete_copies(TextRef("SM0"))
    assert not company.kept["Messages"]


def test_what_became_of_a_text_is_looked_up(company: Carrier, line: Protocol) -> None:
    ref = line.text(NEW)
    assert line.look_at_text(ref) == TextReport(ref, "queued")
    company.kept["Messages"][ref.id] |= {"status": "undelivered", "error_code": 30003}
    assert line.look_at_text(ref) == TextReport(ref, "undelivered", 30003)
    line.delete_copies(ref)
    with pytest.raises(CarrierRefused) as caught:
        line.look_at_text(ref)
    assert caught.value.status == 404
