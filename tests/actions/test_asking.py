"""The dialogue for a callback, question by question: what is known of a number, and to whom it is said."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from ivr.actions import asking, blocklist, shifts
from ivr.actions.asking import GIVEN, TRIES_A_DAY, Asking
from ivr.actions.audit import Deed
from ivr.actions.knowledge import CALLBACK_NUMBER, Asked
from ivr.actions.limits import Cap, Limits
from ivr.engine.inputs import Known, Unavailable
from ivr.engine.state import State
from ivr.engine.turn import Ask, When
from ivr.numbers import understand
from ivr.store import desk, requests, tallies
from ivr.store.database import Database, Transaction
from ivr.store.requests import Status, Wish
from tests.actions.desks import HOURS, NOW, bring, deed, hire, number
from tests.actions.desks import ask as request
from tests.actions.tiny import content, line, release
from tests.helpline import PARIS
from tests.spending import limits

BOOK = release({**content(), "hours": HOURS})
ROOMY = limits(Cap(9))
HERE = Asking(ROOMY)
TOMORROW = ("2026-11-24", "morning")
AGREED = Wish("aa", "own", window=TOMORROW, due_at=NOW + 79_200, due_until=NOW + 93_600)
SHARED = Wish("aa", "shared", code="4071")


def state(secrets: Mapping[str, str] | None = None, *, language: str | None = "aa", **more: object) -> State:
    """Where a call stands."""
    return replace(State("person", NOW, language=language, secrets=secrets or {}), **more)  # type: ignore[arg-type]


def known(
    tx: Transaction | None,
    kind: str,
    at: State | None = None,
    *,
    n: int = 1,
    now: float = NOW,
    given: Asking = HERE,
    ringing: str | None = None,
) -> Known:
    """What is answered to the n-th caller, or to whoever rings from a number."""
    asked = Asked(Ask(kind), line(ringing or number(n)), at or state(), BOOK, now, tx)
    answer = asking.answerers(given)[kind](asked)
    assert isinstance(answer, Known)
    return answer


def keyed(n: int = 1, **secrets: str) -> dict[str, str]:
    return {CALLBACK_NUMBER: f"0{number(n)[3:]}", **secrets}


def local(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp()


@pytest.mark.parametrize("kind", sorted(asking.answerers(HERE)))
def test_while_the_database_is_away_nothing_is_known(kind: str) -> None:
    asked = Asked(Ask(kind), line(), state(), BOOK, NOW, None)
    assert asking.answerers(HERE)[kind](asked) == Unavailable()


@pytest.mark.parametrize("kind", ["whose", "windows", "agreed"])
def test_where_there_is_no_number_nothing_is_asked(kind: str, database: Database) -> None:
    with database.reading() as tx:
        asked = Asked(Ask(kind), line("anonymous"), state(), BOOK, NOW, tx)
        assert asking.answerers(HERE)[kind](asked) == Unavailable()


# --- whose request is open


def test_who_never_asked_has_no_request_open(database: Database) -> None:
    with database.reading() as tx:
        assert known(tx, "open_request").case == "none"
        assert known(tx, "open_request", ringing="anonymous").case == "none"
        assert known(tx, "open_request", state(language=None)).case == "no_language"


def test_who_rings_from_their_own_phone_hears_what_was_agreed(database: Database) -> None:
    with database.transaction() as tx:
        request(tx, 2, now=NOW - 60)
        request(tx, 1, wish=AGREED)
        told = known(tx, "open_request")
    assert told == Known("open", {"person": 1, "agreed": When(*TOMORROW), "before": 1})


def test_what_was_agreed_and_is_past_is_not_said_and_nobody_before_is_not_counted(database: Database) -> None:
    with database.transaction() as tx:
        request(tx, 1, wish=AGREED)
        told = known(tx, "open_request", now=NOW + 93_600)
    assert told == Known("open", {"person": 1, "agreed": None, "before": None})


@pytest.mark.parametrize("phone", ["shared", "unknown"])
def test_of_a_phone_that_others_use_nothing_is_said(phone: str, database: Database) -> None:
    with database.transaction() as tx:
        request(tx, 1, wish=Wish("aa", phone, code="4071"))
        nobody = known(tx, "open_request", n=2)
        assert known(tx, "open_request") == nobody
        assert known(tx, "open_request", state({GIVEN: "4072"})) == nobody
        assert known(tx, "open_request", state({GIVEN: "4071"}, language=None)).case == "open"


def test_who_only_keys_a_number_hears_nothing_of_its_owner_s_request(database: Database) -> None:
    with database.transaction() as tx:
        request(tx, 1)
        for ringing in ("anonymous", number(1)):
            assert known(tx, "open_request", state(keyed()), ringing=ringing).case == "none"


def test_the_code_says_which_of_several_persons_it_is(database: Database) -> None:
    with database.transaction() as tx:
        request(tx, 1)
        request(tx, 1, wish=SHARED, person=2)
        assert known(tx, "open_request").values["person"] == 1
        assert known(tx, "open_request", state({GIVEN: "4071"})).values["person"] == 2


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.WAITING, Status.DONE, Status.CLOSED}))
def test_while_somebody_is_calling_nothing_can_be_changed(status: Status, database: Database) -> None:
    with database.transaction() as tx:
        id = request(tx, 1, wish=AGREED)
        bring(tx, id, status, hire(tx, "aa"))
        told = known(tx, "open_request")
    assert told.case == ("open" if status is Status.CLAIMED else "busy")
    assert told.values["before"] is None


@pytest.mark.parametrize("status", [Status.DONE, Status.CLOSED])
def test_what_is_over_is_not_open(status: Status, database: Database) -> None:
    with database.transaction() as tx:
        bring(tx, request(tx, 1), status)
        assert known(tx, "open_request").case == "none"


# --- the code


def tried(tx: Transaction, code: str, tries: int = 0, n: int = 1, ringing: str | None = None) -> Known:
    """A code is keyed after so many wrong ones."""
    secrets = {GIVEN: code} if ringing is None else keyed(n, **{GIVEN: code})
    return known(tx, "code_right", state(secrets, values={"code_tries": tries}), n=n, ringing=ringing)


def test_a_right_code_leads_to_the_request(database: Database) -> None:
    with database.transaction() as tx:
        request(tx, 1, wish=SHARED)
        for ringing in (None, "anonymous"):
            told = tried(tx, "4071", ringing=ringing)
            assert (told.case, told.values["person"], told.secrets) == ("right", 1, {})


def test_a_right_code_tells_too_that_somebody_is_calling(database: Database) -> None:
    with database.transaction() as tx:
        bring(tx, request(tx, 1, wish=SHARED), Status.TALKING)
        assert tried(tx, "4071").case == "busy"


def test_three_wrong_codes_are_enough_and_each_is_forgotten(database: Database) -> None:
    with database.transaction() as tx:
        request(tx, 1, wish=SHARED)
        answers = [tried(tx, "0000", tries) for tries in range(3)]
        assert [answer.case for answer in answers] == ["wrong", "wrong", "spent"]
        assert [answer.values["code_tries"] for answer in answers] == [1, 2, 3]
        assert all(answer.secrets == {GIVEN: None} for answer in answers)
        assert tried(tx, "4071", tries=3) == Known("spent", secrets={GIVEN: None})


def test_the_answers_are_the_same_where_there_is_no_request(database: Database) -> None:
    with database.transaction() as tx:
        request(tx, 1, wish=SHARED)
        for tries in range(4):
            assert tried(tx, "0000", tries) == tried(tx, "0000", tries, n=2)


def test_a_number_has_so_many_tries_a_day_in_all_calls_together(database: Database) -> None:
    with database.transaction() as tx:
        request(tx, 1, wish=SHARED)
        for _ in range(TRIES_A_DAY):
            assert tried(tx, "0000").case == "wrong"
        assert tried(tx, "4071").case == "spent"
        assert tried(tx, "0000", n=2).case == "wrong"
        tomorrow = known(tx, "code_right", state({GIVEN: "4071"}), now=NOW + 86_400)
    assert tomorrow.case == "right"


def test_right_codes_use_up_no_tries(database: Database) -> None:
    with database.transaction() as tx:
        request(tx, 1, wish=SHARED)
        for _ in range(TRIES_A_DAY + 1):
            assert tried(tx, "4071").case == "right"
        assert tallies.used(tx, "code", number(1), "2026-11-23") == 0


def test_a_code_without_a_number_leads_nowhere(database: Database) -> None:
    with database.transaction() as tx:
        assert known(tx, "code_right", state({GIVEN: "4071"}), ringing="anonymous").case == "spent"


def test_a_request_without_a_code_is_opened_by_none(database: Database) -> None:
    with database.transaction() as tx:
        request(tx, 1, wish=Wish("aa", "unknown"))
        assert [tried(tx, code).case for code in ("", "0000")] == ["wrong", "wrong"]


def test_a_code_is_made_once_a_call_and_has_four_digits(database: Database) -> None:
    with database.reading() as tx:
        given = Asking(ROOMY, new_code=lambda: "0007")
        made = known(tx, "code", given=given)
        assert made == Known("made", secrets={"code": "0007"})
        assert known(tx, "code", state({"code": "4071"}), given=given).secrets == {"code": "4071"}
        codes = {known(tx, "code").secrets["code"] for _ in range(50)}
    assert len(codes) > 1
    assert all(code and len(code) == 4 and code.isdigit() for code in codes)


# --- whose request it will be


def person(tx: Transaction, n: int = 1) -> object:
    """Which person somebody is taken for who keys the number of the n-th caller."""
    asked = Asked(Ask("whose"), line("anonymous"), state(keyed(n)), BOOK, NOW, tx)
    answer = asking.whose(HERE, asked, tx)
    assert isinstance(answer, Known)
    assert answer.case == "new"
    return answer.values["person"]


def test_who_cannot_be_told_from_a_stranger_is_another_person(database: Database) -> None:
    with database.transaction() as tx:
        assert person(tx) == 1
        request(tx, 1, wish=AGREED)
        assert person(tx) == 2
        request(tx, 1, wish=SHARED, person=3)
        assert person(tx) == 2
        request(tx, 1, wish=SHARED, person=2)
        assert (person(tx), person(tx, 2)) == (4, 1)


@pytest.mark.parametrize(
    ("wish", "same"),
    [
        (Wish("aa"), True),
        (replace(AGREED, phone="unknown"), False),
        (Wish("aa", "own"), False),
        (Wish("aa", "unknown", code="4071"), False),
    ],
)
def test_who_had_said_nothing_yet_that_must_be_kept_goes_on(wish: Wish, same: bool, database: Database) -> None:
    with database.transaction() as tx:
        request(tx, 1, wish=wish)
        assert person(tx) == (1 if same else 2)


def test_what_was_begun_in_this_call_goes_on_whatever_was_said(database: Database) -> None:
    with database.transaction() as tx:
        id = request(tx, 1, wish=SHARED)
        begun = requests.find(tx, id)
        assert begun is not None
        new = requests.NewRequest(begun.call_id, None, number(1), "permit", {"unfinished": True}, NOW, SHARED)
        requests.put(tx, new)
        asked = Asked(Ask("whose"), replace(line(number(1)), call_id=begun.call_id), state(), BOOK, NOW, tx)
        assert asking.whose(HERE, asked, tx) == Known("new", {"person": 1, "agreed": None, "before": None})
        assert person(tx) == 2


def test_what_somebody_is_already_calling_does_not_go_on(database: Database) -> None:
    with database.transaction() as tx:
        bring(tx, request(tx, 1, wish=Wish("aa")), Status.DIALLING, hire(tx, "aa"))
        assert person(tx) == 2


def test_after_so_many_requests_a_day_there_is_no_new_one_but_an_old_one_goes_on(database: Database) -> None:
    heard: list[tuple[str, str]] = []
    given = Asking(limits(Cap(1), watch=lambda kind, reason: heard.append((kind, reason))))
    with database.transaction() as tx:
        tallies.count(tx, "request", number(1), "2026-11-23", 1)
        assert known(tx, "whose", given=given).case == "too_many"
        assert heard == [("request", "number-limit")]
        request(tx, 1, wish=Wish("aa"))
        assert known(tx, "whose", given=given).case == "new"


def test_a_request_of_the_same_phone_that_came_in_meanwhile_is_told_unless_it_is_for_somebody_else(
    database: Database,
) -> None:
    with database.transaction() as tx:
        id = request(tx, 1, wish=AGREED)
        told = known(tx, "whose")
        assert told == known(tx, "open_request")
        other = state(answers={"open": "someone-else"}, values={"person": 1})
        assert known(tx, "whose", other) == Known("new", {"person": 2, "agreed": None, "before": None})
        bring(tx, id, Status.TALKING)
        assert known(tx, "whose").case == "busy"


def test_a_blocked_number_cannot_be_noted(database: Database) -> None:
    with database.transaction() as tx:
        blocklist.block(tx, understand(number(1), production=False), "threats", deed(hire(tx, "aa")))
        asked = Asked(Ask("whose"), line("anonymous"), state(keyed()), BOOK, NOW, tx)
        assert asking.whose(HERE, asked, tx) == Unavailable()


def test_before_a_language_is_chosen_that_is_said(database: Database) -> None:
    with database.reading() as tx:
        assert known(tx, "whose", state(language=None)).case == "no_language"


# --- when


def windows(tx: Transaction, now: str, *, language: str | None = "aa", ringing: str | None = None) -> list[object]:
    """What is offered at this local time: `now`, then each date and part of day."""
    told = known(tx, "windows", state(language=language), now=local(now), ringing=ringing)
    offers = [told.values[name] for name in asking.OFFERS]
    said: list[object] = [f"{o.date[8:]} {o.part}" for o in offers if isinstance(o, When)]
    assert told.case == ("some" if said or told.values["now"] else "none")
    return (["now"] if told.values["now"] == 1 else []) + said


def test_now_and_the_next_four_parts_of_open_days_are_offered(database: Database) -> None:
    with database.reading() as tx:
        assert windows(tx, "2026-11-23T10:00") == [
            "now",
            "23 afternoon",
            "24 morning",
            "24 afternoon",
            "25 morning",
        ]


def test_when_nobody_is_there_only_parts_of_days_are_offered(database: Database) -> None:
    with database.reading() as tx:
        assert windows(tx, "2026-11-23T20:00")[:2] == ["24 morning", "24 afternoon"]
        assert windows(tx, "2026-11-22T12:00")[:2] == ["23 morning", "23 afternoon"]


def test_only_those_count_who_speak_the_language_as_soon_as_anybody_keeps_shifts(database: Database) -> None:
    with database.transaction() as tx:
        week = [[], [("14:00", "16:00")], [], [], [], [], []]
        shifts.replace(tx, hire(tx, "aa"), week, Deed(deed(None).actor, NOW))
        assert windows(tx, "2026-11-23T10:00") == ["24 afternoon", "01 afternoon", "08 afternoon", "15 afternoon"]
        assert windows(tx, "2026-11-24T15:00")[0] == "now"
        assert windows(tx, "2026-11-23T10:00", language="bb") == []
        assert windows(tx, "2026-11-24T15:00", language=None)[0] == "now"


def test_a_closed_day_is_passed_over(database: Database) -> None:
    with database.transaction() as tx:
        shifts.close(tx, "2026-11-23", "move", deed(None), datetime.fromisoformat("2026-11-20").date())
        assert windows(tx, "2026-11-23T10:00")[0] == "24 morning"


def test_what_has_begun_is_offered_only_where_nobody_is_there_yet(database: Database) -> None:
    with database.transaction() as tx:
        shifts.replace(tx, hire(tx, "aa"), [[("10:00", "12:00")], *[[]] * 6], deed(None))
        assert windows(tx, "2026-11-23T09:30")[0] == "23 morning"
        assert windows(tx, "2026-11-23T10:30")[:2] == ["now", "30 morning"]


def test_nobody_is_called_at_night_where_they_live(database: Database) -> None:
    with database.reading() as tx:
        reunion = windows(tx, "2026-11-23T17:30", ringing="+262692000000")  # half past eight in the evening there
        assert "now" not in reunion
        assert windows(tx, "2026-11-23T17:30")[0] == "now"


# --- what was agreed


def agreed(tx: Transaction, now: float = NOW, *, n: int = 1, **answers: str) -> Known:
    at = state(answers=answers, values={"w1": When(*TOMORROW), "w2": When("2026-11-24", "afternoon")})
    return known(tx, "agreed", at, n=n, now=now)


def test_the_moment_that_was_chosen_is_said(database: Database) -> None:
    with database.reading() as tx:
        assert agreed(tx, when="w1") == Known("later", {"agreed": When(*TOMORROW), "opens": None, "shared": None})
        assert agreed(tx, when="now") == Known("now", {"agreed": None, "opens": None, "shared": None})
        assert agreed(tx, when="any").values["opens"] is None


def test_who_leaves_the_time_to_us_hears_when_we_open(database: Database) -> None:
    night = local("2026-11-23T20:00")
    with database.reading() as tx:
        assert agreed(tx, night, when="any").values["opens"] == When(*TOMORROW)
        assert agreed(tx, night).values["opens"] == When(*TOMORROW)
        assert agreed(tx, night, when="w2").values["opens"] is None


def test_whether_others_answer_is_known_from_this_call_or_from_the_one_before(database: Database) -> None:
    with database.transaction() as tx:
        request(tx, 2, wish=SHARED)
        again = state(answers={"open": "another-time"}, values={"person": 1})
        assert known(tx, "agreed", again, n=2).values["shared"] == 1
        assert agreed(tx, phone="shared").values["shared"] == 1
        assert agreed(tx, phone="own").values["shared"] is None


def test_a_message_is_offered_on_the_channels_that_can_record(database: Database) -> None:
    with database.reading() as tx:
        assert known(tx, "recording", given=Asking(ROOMY, frozenset({"twilio"}))) == Known("yes")
        asked = Asked(Ask("recording"), line(), state(), BOOK, NOW, tx)
        assert asking.recording(Asking(ROOMY, frozenset({"other"})), asked, tx) == Unavailable()


def test_how_many_are_before_is_what_the_desk_counts(database: Database) -> None:
    with database.transaction() as tx:
        for n in range(2, 5):
            request(tx, n, now=NOW - n)
        id = request(tx, 1)
        found = requests.find(tx, id)
        assert found is not None
        assert known(tx, "open_request").values["before"] == desk.ahead(tx, found, NOW) == 3


def test_limits_are_those_of_the_helpline() -> None:
    assert isinstance(HERE.limits, Limits)
    assert HERE.whose("+262692000000").zone == "Indian/Reunion"
    assert HERE.whose(number(1)).zone is None
