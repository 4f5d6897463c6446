"""From the answers of a call to the wish for a person."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from ivr.actions import wishes
from ivr.actions.wishes import GRACE, Whose
from ivr.engine.state import State
from ivr.engine.turn import When
from ivr.store.requests import Request, Status, Wish
from tests.helpline import PARIS

NOW = datetime(2026, 11, 23, 10, tzinfo=PARIS).timestamp()
REUNION = "+262692000000"
STATE = State("person", NOW, language="aa", values={"w1": When("2026-11-24", "morning")})
OLD = Request(
    id=7,
    call_id="call-1",
    caller_id=None,
    number="+33639980001",
    language="bb",
    topic="permit",
    details={},
    created_at=NOW - 500,
    status=Status.WAITING,
    person=1,
    phone="shared",
    woman=True,
    window=("2026-11-25", "evening"),
    zone=None,
    due_at=NOW + 100,
    due_until=NOW + 200,
    tries=0,
    changed_at=NOW - 500,
    staff_id=None,
    dial_id=None,
    outcome=None,
    code="4071",
)


def whose(number: str = "+33639980001", existing: Request | None = None) -> Whose:
    return Whose(number, PARIS, existing)


def local(text: str, zone: ZoneInfo = PARIS) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def answered(**answers: str) -> State:
    return replace(STATE, answers=answers, secrets={"code": "1234"})


def test_who_says_nothing_is_called_as_soon_as_possible_on_a_phone_of_which_nothing_is_known() -> None:
    assert wishes.wish(STATE, whose()) == Wish("aa")


def test_every_answer_has_its_place() -> None:
    wish = wishes.wish(answered(phone="shared", when="w1", **{"with": "woman"}), whose())
    assert wish == Wish(
        "aa",
        "shared",
        woman=True,
        window=("2026-11-24", "morning"),
        due_at=local("2026-11-24T08:00"),
        due_until=local("2026-11-24T12:00"),
        code="1234",
    )


@pytest.mark.parametrize("when", ["now", "any", "w9"])
def test_now_and_any_time_are_no_window(when: str) -> None:
    wish = wishes.wish(answered(when=when, phone="own"), whose())
    assert (wish.window, wish.due_at, wish.due_until, wish.code) == (None, None, None, None)


def test_a_window_is_of_the_clock_where_the_caller_lives() -> None:
    wish = wishes.wish(answered(when="w1"), whose("+596696000000"))
    assert wish.zone == "America/Martinique"
    assert (wish.due_at, wish.due_until) == (local("2026-11-24T13:00"), local("2026-11-24T17:00"))
    reunion = wishes.wish(answered(when="w1"), whose(REUNION))
    assert reunion.zone == "Indian/Reunion"
    assert reunion.due_at == local("2026-11-24T05:00")


def test_what_a_call_says_nothing_about_stays_as_it_was() -> None:
    kept = wishes.wish(replace(STATE, language=None), whose(existing=OLD))
    assert kept == Wish(
        "bb", "shared", woman=True, window=OLD.window, due_at=OLD.due_at, due_until=OLD.due_until, code=None
    )  # and the store keeps the code
    changed = wishes.wish(answered(when="any", phone="another", **{"with": "anybody"}), whose(existing=OLD))
    assert (changed.phone, changed.woman, changed.window, changed.due_at) == ("shared", False, None, None)


def test_the_grace_of_who_was_cut_off_is_not_kept() -> None:
    cut_off = replace(OLD, window=None, details={"unfinished": True})
    assert wishes.wish(STATE, whose(existing=cut_off)).due_at is None


def test_nobody_calls_while_the_caller_may_still_be_answering() -> None:
    assert wishes.begun(STATE, whose(), NOW) == Wish("aa", due_at=NOW + GRACE)
    assert wishes.begun(answered(phone="shared"), whose(), NOW) == Wish("aa", "shared", due_at=NOW + GRACE, code="1234")
    assert wishes.begun(STATE, whose(existing=OLD), NOW).phone == "shared"


def test_a_phone_is_own_or_shared_only_when_somebody_said_so() -> None:
    assert wishes.whose_phone(STATE, None) == "unknown"
    assert wishes.whose_phone(answered(phone="another"), None) == "unknown"
    assert wishes.whose_phone(answered(phone="own"), OLD) == "own"


def test_the_zone_of_the_helpline_itself_is_none() -> None:
    assert (whose().zone, whose().theirs) == (None, PARIS)
    assert whose(REUNION).theirs == ZoneInfo("Indian/Reunion")
    assert Whose(REUNION, ZoneInfo("Indian/Reunion")).zone is None
