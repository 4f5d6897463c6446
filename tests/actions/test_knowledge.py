"""What the outside answers: can this number be called back, are we open."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from ivr.actions.knowledge import Asked, Line, answerers, callback_number, number_case
from ivr.actions.limits import Limits
from ivr.actions.wishes import OF_A_NUMBER
from ivr.engine.inputs import Known
from ivr.engine.state import State
from ivr.engine.turn import Ask, When
from ivr.numbers import understand
from tests.actions.tiny import OPEN, line, release
from tests.spending import limits, reach

NOBODY = State("person", 0.0)
HERE = limits()
FORGOTTEN = {"keyed": None, **dict.fromkeys(OF_A_NUMBER)}


def keyed(digits: str) -> State:
    return State("person", 0.0, secrets={"callback_number": digits})


def case(number: Line, state: State, given: Limits = HERE) -> str:
    return number_case(number, state, given).case


@pytest.mark.parametrize(
    ("number", "known", "e164"),
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
def test_who_rings_can_be_called_back_or_not(number: str, known: str, e164: str | None) -> None:
    assert case(line(number), NOBODY) == known
    assert callback_number(line(number), NOBODY, HERE) == e164


@pytest.mark.parametrize(
    ("digits", "known", "e164"),
    [
        ("0639980003", "callable", "+33639980003"),
        ("0692000000", "callable", "+262692000000"),
        ("0899000000", "wrong", None),
        ("0000000000", "wrong", None),
        ("0912345678", "callable", "+33912345678"),
        ("0049301234", "wrong", None),
    ],
)
def test_a_keyed_number_counts_instead_of_the_one_that_rings(digits: str, known: str, e164: str | None) -> None:
    for ringing in ("anonymous", "+33639980001"):
        assert case(line(ringing), keyed(digits)) == known
        assert callback_number(line(ringing), keyed(digits), HERE) == e164


@pytest.mark.parametrize(
    ("number", "state", "digits"),
    [
        ("+33639980001", NOBODY, "0639980001"),
        ("+262692000000", NOBODY, "0692000000"),
        ("anonymous", keyed("0639980003"), "0639980003"),
        ("+687751234", NOBODY, "751234"),  # six digits, no zero
    ],
)
def test_a_number_is_read_back_as_people_key_it_and_only_as_a_secret(number: str, state: State, digits: str) -> None:
    known = number_case(line(number), state, HERE)
    assert known.secrets == {"number": digits, "code_given": None}
    assert known.values == {**FORGOTTEN, "keyed": 1 if state.secrets else None}


def test_a_number_abroad_that_may_be_dialled_is_read_back_with_its_country() -> None:
    given = limits(whom=reach("DE"))
    assert number_case(line("+493012345678"), NOBODY, given).secrets["number"] == "00493012345678"


def test_a_keyed_number_that_is_wrong_is_forgotten_with_all_that_was_said_of_the_one_before() -> None:
    known = number_case(line(), keyed("0000000000"), HERE)
    assert known.secrets == dict.fromkeys(("callback_number", "number", "code_given"))
    assert known.values == FORGOTTEN


def test_a_keyed_number_that_was_lost_is_not_replaced_by_the_one_that_rings() -> None:
    lost = State("person", 0.0, values={"keyed": 1})
    assert callback_number(line(), lost, HERE) is None


def test_in_production_nobody_is_called_back_on_a_number_of_fiction() -> None:
    given = limits(production=True)
    for number in ("+33639980001", "+33199000001"):
        ringing = replace(line(number), number=understand(number, production=True))
        assert case(ringing, NOBODY, given) == "short"
        assert callback_number(ringing, NOBODY, given) is None
    assert case(line("anonymous"), keyed("0639980003"), given) == "wrong"
    assert callback_number(line("anonymous"), keyed("0639980003"), given) is None


def test_each_kind_of_question_has_its_answerer() -> None:
    known = answerers(HERE)
    assert sorted(known) == ["hours", "number"]

    def asked(kind: str, now: float) -> Asked:
        return Asked(Ask(kind), line(), NOBODY, release(), now, None)

    number, open_now = known["number"](asked("number", OPEN)), known["hours"](asked("hours", OPEN))
    assert (number, open_now) == (number_case(line(), NOBODY, HERE), Known("open"))
    late = known["hours"](asked("hours", OPEN + 3 * 3600))
    assert late == Known("closed", {"opens": When("2026-11-26", "morning")})


def test_hours_are_those_of_the_helpline_s_time_zone() -> None:
    # 11:00 in Paris is 14:00 on La Réunion, where the morning is over
    asked = Asked(Ask("hours"), line(), NOBODY, release(), OPEN, None)
    answer = answerers(limits(zone=ZoneInfo("Indian/Reunion")))["hours"](asked)
    assert answer == Known("closed", {"opens": When("2026-11-26", "morning")})
