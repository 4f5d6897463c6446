"""What the outside answers: can this number be called back, are we open."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from ivr.actions.knowledge import Asked, Line, answerers, callback_number, number_case
from ivr.engine.inputs import Known
from ivr.engine.state import State
from ivr.engine.turn import Ask, When
from ivr.numbers import understand
from tests.actions.tiny import OPEN, line, release

PARIS = ZoneInfo("Europe/Paris")
NOBODY = State("person", 0.0)


def keyed(digits: str) -> State:
    return State("person", 0.0, secrets={"callback_number": digits})


@pytest.mark.parametrize(
    ("number", "case", "e164"),
    [
        ("+33639980001", "callable", "+33639980001"),
        ("0199000001", "callable", "+33199000001"),
        ("0692000000", "callable", "+262692000000"),  # overseas: another country code, the same country
        ("+262692000000", "callable", "+262692000000"),
        ("+493012345678", "foreign", None),
        ("anonymous", "withheld", None),
        ("", "withheld", None),
        ("+266696687", "withheld", None),
        ("3639", "short", None),
        ("112", "short", None),
        ("0899000000", "short", None),  # premium: calling back would cost
        ("+33123", "short", None),  # no number at all
    ],
)
def test_who_rings_can_be_called_back_or_not(number: str, case: str, e164: str | None) -> None:
    assert number_case(line(number), NOBODY, production=False) == Known(case)
    assert callback_number(line(number), NOBODY, production=False) == e164


@pytest.mark.parametrize(
    ("digits", "case", "e164"),
    [
        ("0639980003", "callable", "+33639980003"),
        ("0692000000", "callable", "+262692000000"),
        ("0899000000", "wrong", None),
        ("0000000000", "wrong", None),
        ("0912345678", "callable", "+33912345678"),
        ("0049301234", "wrong", None),
    ],
)
def test_a_keyed_number_counts_instead_of_the_one_that_rings(digits: str, case: str, e164: str | None) -> None:
    for ringing in ("anonymous", "+33639980001"):
        assert number_case(line(ringing), keyed(digits), production=False) == Known(case)
        assert callback_number(line(ringing), keyed(digits), production=False) == e164


def test_in_production_nobody_is_called_back_on_a_number_of_fiction() -> None:
    for number in ("+33639980001", "+33199000001"):
        assert number_case(line_of_production(number), NOBODY, production=True) == Known("short")
        assert callback_number(line_of_production(number), NOBODY, production=True) is None
    assert number_case(line("anonymous"), keyed("0639980003"), production=True) == Known("wrong")
    assert callback_number(line("anonymous"), keyed("0639980003"), production=True) is None


def line_of_production(number: str) -> Line:
    return replace(line(), number=understand(number, production=True))


def test_each_kind_of_question_has_its_answerer() -> None:
    known = answerers(PARIS, production=False)
    assert sorted(known) == ["hours", "number"]

    def asked(kind: str, now: float) -> Asked:
        return Asked(Ask(kind), line(), NOBODY, release(), now, None)

    assert known["number"](asked("number", OPEN)) == Known("callable")
    assert known["hours"](asked("hours", OPEN)) == Known("open")
    late = known["hours"](asked("hours", OPEN + 3 * 3600))
    assert late == Known("closed", {"opens": When("2026-11-26", "morning")})


def test_hours_are_those_of_the_helpline_s_time_zone() -> None:
    # 11:00 in Paris is 14:00 on La Réunion, where the morning is over
    asked = Asked(Ask("hours"), line(), NOBODY, release(), OPEN, None)
    answer = answerers(ZoneInfo("Indian/Reunion"), production=False)["hours"](asked)
    assert answer == Known("closed", {"opens": When("2026-11-26", "morning")})
