"""The callback desk: whose a request is, when it may be called, and what follows an outcome."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from ivr.actions import callbacks, shifts
from ivr.actions.callbacks import ByHand
from ivr.actions.jobs import Job
from ivr.actions.machine import NotPossible
from ivr.actions.outcomes import Wrap
from ivr.actions.refusals import Reason, Refused
from ivr.actions.staff import Role
from ivr.store import audit, calls, dials, notes, requests, staff
from ivr.store.audit import Filter
from ivr.store.database import Database, Transaction
from ivr.store.notes import Kind
from ivr.store.requests import Status, Wish
from tests.actions.desks import IN_HAND, NOW, RULES, ask, bring, deed, found, hire, member, next_up, number
from tests.helpline import PARIS, at
from tests.store.people import at_once

HOUR = 3600
PARIS_TODAY = date(2026, 11, 23)


def refused(reason: Reason, doing: Callable[[], object]) -> None:
    with pytest.raises(NotPossible) as raised:
        doing()
    assert raised.value.reason is reason


def kinds(tx: Transaction, id: int) -> list[tuple[Kind, str]]:
    return [(note.kind, note.text) for note in notes.of_request(tx, id)]


def said(tx: Transaction, id: int) -> dict[str, Any]:
    """What the audit says last of a request."""
    return dict(audit.page(tx, Filter(about=f"request/{id}"), 1)[0].details)


# Claims


def test_a_claim_is_one_person_s_alone(database: Database) -> None:
    with database.transaction() as tx:
        first, second, id = hire(tx, "aa"), hire(tx, "aa"), ask(tx)
        callbacks.claim(tx, id, first, deed(first))
        refused(Reason.NOT_POSSIBLE, lambda: callbacks.claim(tx, id, second, deed(second)))
        assert (found(tx, id).status, found(tx, id).staff_id) == (Status.CLAIMED, first)


def test_of_twenty_who_claim_the_same_request_at_once_one_gets_it(database: Database) -> None:
    with database.transaction() as tx:
        people, id = [hire(tx, "aa") for _ in range(20)], ask(tx)
    got = at_once(database, lambda tx, n: callbacks.claim(tx, id, people[n], deed(people[n])))
    winners = [n for n, result in enumerate(got) if result is None]
    assert len(winners) == 1
    assert all(isinstance(result, NotPossible) for n, result in enumerate(got) if n not in winners)
    with database.reading() as tx:
        assert found(tx, id).staff_id == people[winners[0]]


def test_of_twenty_who_take_the_next_one_at_once_each_gets_another(database: Database) -> None:
    with database.transaction() as tx:
        people = [member(tx, hire(tx, "aa")) for _ in range(20)]
        ids = [ask(tx, n, now=NOW + n) for n in range(30)]
    got = at_once(database, lambda tx, n: callbacks.claim_next(tx, people[n], deed(people[n].id, NOW + 60)))
    assert sorted(got) == ids[:20]


def test_a_language_that_one_does_not_speak_is_taken_knowingly_or_not_at_all(database: Database) -> None:
    with database.transaction() as tx:
        who, id = hire(tx, "bb"), ask(tx)
        refused(Reason.OTHER_LANGUAGE, lambda: callbacks.claim(tx, id, who, deed(who)))
        callbacks.claim(tx, id, who, deed(who), other=True)
        assert found(tx, id).staff_id == who


def test_a_request_in_no_language_is_everybody_s(database: Database) -> None:
    with database.transaction() as tx:
        who, id = hire(tx, "bb"), ask(tx, wish=Wish(None))
        assert next_up(tx, member(tx, who), NOW) == id
        callbacks.claim(tx, id, who, deed(who))


def test_who_does_not_work_here_any_more_claims_nothing(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        who, lead, id = hire(tx, "aa"), hire(tx, role=Role.COORDINATOR), ask(tx)
        staff.change(tx, who, disabled_at=NOW)
        refused(Reason.BAD_CHOICE, lambda: callbacks.claim(tx, id, who, deed(lead)))
        refused(Reason.BAD_CHOICE, lambda: callbacks.claim(tx, id, 999, deed(lead)))


def test_nobody_but_a_coordinator_claims_for_somebody_else(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        who, other, lead, id = hire(tx, "aa"), hire(tx, "aa"), hire(tx, role=Role.COORDINATOR), ask(tx)
        refused(Reason.NOT_YOURS, lambda: callbacks.claim(tx, id, who, deed(other)))
        callbacks.claim(tx, id, who, deed(lead))
        assert found(tx, id).staff_id == who


def test_the_next_one_is_the_first_that_asked_in_one_s_languages_and_is_due(database: Database) -> None:
    with database.transaction() as tx:
        who = member(tx, hire(tx, "aa"))
        ask(tx, 1, now=NOW - 90, wish=Wish("bb"))
        ask(tx, 2, now=NOW - 80, wish=Wish("aa", due_at=NOW + HOUR))
        second = ask(tx, 3, now=NOW - 60)
        first = ask(tx, 4, now=NOW - 70)
        assert next_up(tx, who, NOW) == first
        assert callbacks.claim_next(tx, who, deed(who.id)) == first
        assert callbacks.claim_next(tx, who, deed(who.id)) == second
        assert callbacks.claim_next(tx, who, deed(who.id)) is None
        assert next_up(tx, who, NOW) is None


def test_the_next_one_is_nobody_for_whom_it_is_night(database: Database) -> None:
    with database.transaction() as tx:
        who = member(tx, hire(tx, "aa"))
        ask(tx, 1, now=NOW - 90, wish=Wish("aa", zone="America/Guadeloupe"))
        awake = ask(tx, 2, now=NOW - 80, wish=Wish("aa", zone="Indian/Reunion"))
        assert next_up(tx, who, NOW) == awake
        evening = at("2026-11-23T17:00")()
        assert next_up(tx, who, evening) != awake


def test_the_next_one_is_nobody_at_night_where_the_helpline_lives(sqlite_database: Database) -> None:
    early, day = at("2026-11-24T07:59")(), at("2026-11-24T08:00")()
    with sqlite_database.transaction() as tx:
        who, id = member(tx, hire(tx, "aa")), ask(tx, wish=Wish("aa"))  # no zone of their own: they live here
        assert callbacks.claim_next(tx, who, deed(who.id, early), PARIS) is None
        assert callbacks.claim_next(tx, who, deed(who.id, day), PARIS) == id


def test_a_request_is_given_to_nobody_who_does_not_call_back(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        who, lead, id = hire(tx, "aa"), hire(tx, role=Role.COORDINATOR), ask(tx)
        admin = hire(tx, "aa", role=Role.ADMIN)
        callbacks.claim(tx, id, who, deed(who))
        refused(Reason.BAD_CHOICE, lambda: callbacks.reassign(tx, id, admin, deed(lead)))
        callbacks.reassign(tx, id, lead, deed(lead))
        assert found(tx, id).staff_id == lead


def test_a_release_and_a_new_hand_are_seen_in_the_history(database: Database) -> None:
    with database.transaction() as tx:
        who, other, id = hire(tx, "aa"), hire(tx, "bb"), ask(tx, now=NOW - HOUR)
        callbacks.claim(tx, id, who, deed(who))
        callbacks.reassign(tx, id, other, deed(who))
        assert (found(tx, id).staff_id, said(tx, id)["staff_id"]) == (other, other)
        callbacks.release(tx, id, deed(other), " in a meeting ")
        request = found(tx, id)
        assert (request.status, request.staff_id, request.created_at) == (Status.WAITING, None, NOW - HOUR)
        assert kinds(tx, id) == [(Kind.REASSIGNED, ""), (Kind.RELEASED, "in a meeting")]


@pytest.mark.parametrize("status", IN_HAND)
def test_what_is_in_somebody_s_hands_is_moved_by_them_or_a_coordinator_only(
    sqlite_database: Database, status: Status
) -> None:
    doings: dict[Status, Callable[[Transaction, int, int], object]] = {
        Status.CLAIMED: lambda tx, id, who: callbacks.release(tx, id, deed(who)),
        Status.CHECK: lambda tx, id, who: callbacks.judge(tx, id, True, deed(who)),
        Status.WRAP_UP: lambda tx, id, who: callbacks.wrap_up(tx, id, Wrap("helped"), RULES, deed(who)),
    }
    doing = doings.get(status, lambda tx, id, who: callbacks.by_hand(tx, id, deed(who)))
    with sqlite_database.transaction() as tx:
        who, other, lead, id = hire(tx, "aa"), hire(tx, "aa"), hire(tx, role=Role.COORDINATOR), ask(tx)
        bring(tx, id, status, who)
        refused(Reason.NOT_YOURS, lambda: doing(tx, id, other))
        if status in doings:
            doing(tx, id, lead)
            assert found(tx, id).status is not status


# Claims that nothing comes of


def end_claims(database: Database, now: float) -> None:
    written = callbacks.return_stale(lambda: now, minutes=20)(Job(1, "return-stale-claims", "k", {}, 1))
    assert written is not None
    with database.transaction() as tx:
        written(tx)


def test_a_claim_on_which_nothing_happens_goes_back_with_a_note(database: Database) -> None:
    with database.transaction() as tx:
        who = hire(tx, "aa")
        ids = [ask(tx, n, now=NOW - HOUR) for n in range(3)]
        for n, id in enumerate(ids):
            callbacks.claim(tx, id, who, deed(who, NOW + n))
        callbacks.add_note(tx, ids[0], "calls at noon", deed(who, NOW + 900))
    end_claims(database, NOW + 20 * 60 + 2)
    with database.reading() as tx:
        assert [found(tx, id).status for id in ids] == [Status.CLAIMED, Status.WAITING, Status.CLAIMED]
        (note,) = notes.of_request(tx, ids[1])
        assert (note.kind, note.staff_id, note.text) == (Kind.CLAIM_ENDED, who, "")
        assert audit.page(tx, Filter(about=f"request/{ids[1]}"), 1)[0].staff_id is None
        assert (found(tx, ids[1]).staff_id, found(tx, ids[1]).created_at) == (None, NOW - HOUR)
    end_claims(database, NOW + 20 * 60 + 2)  # nothing is done twice
    with database.reading() as tx:
        assert len(notes.of_request(tx, ids[1])) == 1


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.CLAIMED}))
def test_only_claims_go_stale(sqlite_database: Database, status: Status) -> None:
    with sqlite_database.transaction() as tx:
        id = ask(tx)
        bring(tx, id, status, hire(tx, "aa"))
    end_claims(sqlite_database, NOW + 24 * HOUR)
    with sqlite_database.reading() as tx:
        assert found(tx, id).status is status


# Calls


def test_an_attempt_to_call_has_its_own_row(database: Database) -> None:
    with database.transaction() as tx:
        who, id = hire(tx, "aa"), ask(tx)
        callbacks.claim(tx, id, who, deed(who))
        dial_id = callbacks.start_dial(tx, id, deed(who), home=PARIS)
        dial = dials.find(tx, dial_id)
        assert dial is not None
        assert (dial.request_id, dial.staff_id, dial.state) == (id, who, dials.State.NEW)
        assert (found(tx, id).dial_id, said(tx, id)["dial_id"]) == (dial_id, dial_id)
        refused(Reason.NOT_POSSIBLE, lambda: callbacks.start_dial(tx, id, deed(who)))  # nobody is dialled twice
        assert len(dials.of_request(tx, id)) == 1


def test_only_whose_request_it_is_can_call(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        who, lead, id = hire(tx, "aa"), hire(tx, role=Role.COORDINATOR), ask(tx)
        callbacks.claim(tx, id, who, deed(who))
        refused(Reason.NOT_YOURS, lambda: callbacks.start_dial(tx, id, deed(lead)))
        refused(Reason.NOT_YOURS, lambda: callbacks.start_dial(tx, id, deed(None)))


@pytest.mark.parametrize(
    ("wish", "now"),
    [
        (Wish("aa", due_at=NOW + HOUR), NOW),
        (Wish("aa", due_at=NOW - 2 * HOUR, due_until=NOW), NOW),
        (Wish("aa", zone="America/Guadeloupe"), NOW),
        (Wish("aa", zone="Indian/Reunion"), at("2026-11-23T17:00")()),
        (Wish("aa"), at("2026-11-23T20:00")()),
    ],
)
def test_outside_the_agreed_time_the_aidant_must_say_so(sqlite_database: Database, wish: Wish, now: float) -> None:
    with sqlite_database.transaction() as tx:
        who, id = hire(tx, "aa"), ask(tx, now=NOW - 3 * HOUR, wish=wish)
        callbacks.claim(tx, id, who, deed(who, now))
        refused(Reason.OUTSIDE_WINDOW, lambda: callbacks.start_dial(tx, id, deed(who, now), home=PARIS))
        assert dials.of_request(tx, id) == []
        callbacks.start_dial(tx, id, deed(who, now), anyway=True, home=PARIS)


def test_news_of_an_earlier_attempt_moves_nothing(database: Database) -> None:
    with database.transaction() as tx:
        who, id = hire(tx, "aa"), ask(tx)
        callbacks.claim(tx, id, who, deed(who))
        old = callbacks.start_dial(tx, id, deed(who))
        callbacks.happened(tx, id, callbacks.Event.NOT_REACHED_AIDANT, deed(None), old)
        new = callbacks.start_dial(tx, id, deed(who))
        refused(Reason.NOT_POSSIBLE, lambda: callbacks.happened(tx, id, callbacks.Event.OVER, deed(None), old))
        assert found(tx, id).status is Status.DIALLING
        callbacks.happened(tx, id, callbacks.Event.OVER, deed(None), new)
        assert found(tx, id).status is Status.WRAP_UP


# Outcomes


def wrapped(tx: Transaction, wrap: Wrap, *, now: float = NOW, **more: Any) -> requests.Request:
    """A request after this outcome."""
    id = ask(tx, now=NOW - HOUR, wish=replace(Wish("aa", "own"), **more))
    who = hire(tx, "aa")
    bring(tx, id, Status.WRAP_UP, who)
    callbacks.wrap_up(tx, id, wrap, RULES, deed(who, now))
    return found(tx, id)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("helped", Status.DONE),
        ("referred", Status.DONE),
        ("wrong_number", Status.CLOSED),
        ("out_of_service", Status.CLOSED),
        ("declined", Status.CLOSED),
    ],
)
def test_an_outcome_ends_a_request(sqlite_database: Database, outcome: str, status: Status) -> None:
    with sqlite_database.transaction() as tx:
        request = wrapped(tx, Wrap(outcome, " to the office "))
        assert (request.status, request.outcome) == (status, outcome)
        assert request.staff_id is not None  # who did it
        assert kinds(tx, request.id) == [(Kind.OUTCOME, outcome), (Kind.WRITTEN, "to the office")]
        assert said(tx, request.id)["outcome"] == outcome


def test_a_retry_keeps_its_place_in_the_queue(database: Database) -> None:
    with database.transaction() as tx:
        request = wrapped(tx, Wrap("no_answer"))
    assert (request.status, request.created_at) == (Status.WAITING, NOW - HOUR)
    assert (request.due_at, request.due_until, request.staff_id, request.tries) == (NOW + HOUR, None, None, 1)


@pytest.mark.parametrize(("outcome", "times"), [("no_answer", 2), ("busy", 3)])
def test_retries_end_when_the_rule_says(sqlite_database: Database, outcome: str, times: int) -> None:
    with sqlite_database.transaction() as tx:
        who, id = hire(tx, "aa"), ask(tx)
        seen = []
        for _ in range(times + 1):
            callbacks.claim(tx, id, who, deed(who))
            callbacks.by_hand(tx, id, deed(who))
            callbacks.wrap_up(tx, id, Wrap(outcome), RULES, deed(who))
            seen.append(found(tx, id).status)
    assert seen == [Status.WAITING] * times + [Status.CLOSED]


def test_who_rings_again_is_tried_again_as_often(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        who, id = hire(tx, "aa"), ask(tx)
        for _ in range(2):
            bring(tx, id, Status.WRAP_UP, who)
            callbacks.wrap_up(tx, id, Wrap("no_answer"), RULES, deed(who))
        assert ask(tx) == id
        bring(tx, id, Status.WRAP_UP, who)
        callbacks.wrap_up(tx, id, Wrap("no_answer"), RULES, deed(who))
        assert found(tx, id).status is Status.WAITING


def test_a_retry_comes_in_the_agreed_part_of_a_day_and_not_when_all_is_closed(sqlite_database: Database) -> None:
    afternoon = ("2026-11-23", "afternoon")
    with sqlite_database.transaction() as tx:
        shifts.close(tx, "2026-11-24", "", deed(None), PARIS_TODAY)
        request = wrapped(tx, Wrap("no_answer"), now=at("2026-11-23T17:30")(), window=afternoon)
    assert request.window == ("2026-11-25", "afternoon")
    assert (request.due_at, request.due_until) == (at("2026-11-25T12:00")(), at("2026-11-25T18:00")())


def test_an_appointment_waits_for_its_window_at_its_old_place(database: Database) -> None:
    with database.transaction() as tx:
        request = wrapped(tx, Wrap("appointment", window=("2026-11-25", "morning")))
    assert (request.status, request.window, request.created_at) == (
        Status.WAITING,
        ("2026-11-25", "morning"),
        NOW - HOUR,
    )
    assert (request.due_at, request.due_until) == (at("2026-11-25T08:00")(), at("2026-11-25T12:00")())


@pytest.mark.parametrize(
    ("wrap", "field"),
    [
        (Wrap("appointment"), "window"),
        (Wrap("appointment", window=("2026-11-22", "morning")), "window"),  # yesterday
        (Wrap("appointment", window=("2026-11-23", "morning")), "window"),  # it is over where the caller lives
        (Wrap("appointment", window=("tomorrow", "morning")), "window"),
        (Wrap("appointment", window=("2026-11-24", "night")), "window"),
        (Wrap("other_language"), "language"),
        (Wrap("other_language", language="aa"), "language"),  # as before
        (Wrap("other_language", language="xx"), "language"),
        (Wrap("vanished"), "outcome"),
        (Wrap(""), "outcome"),
    ],
)
def test_an_outcome_that_cannot_be_leaves_the_request_as_it_is(
    sqlite_database: Database, wrap: Wrap, field: str
) -> None:
    with sqlite_database.transaction() as tx:
        who, id = hire(tx, "aa"), ask(tx, wish=Wish("aa", zone="Indian/Reunion"))
        bring(tx, id, Status.WRAP_UP, who)
        with pytest.raises(Refused) as raised:
            callbacks.wrap_up(tx, id, wrap, RULES, deed(who))
        assert raised.value.field == field
        assert found(tx, id).status is Status.WRAP_UP
        assert kinds(tx, id) == []


def test_another_language_waits_for_who_speaks_it(database: Database) -> None:
    with database.transaction() as tx:
        request = wrapped(tx, Wrap("other_language", language="bb"), due_until=NOW, window=("2026-11-23", "morning"))
        assert (request.status, request.language, request.due_at) == (Status.WAITING, "bb", NOW)
        assert (request.due_until, request.window) == (None, None)
        assert next_up(tx, member(tx, hire(tx, "bb")), NOW) == request.id


# Cancelled, reopened, made by hand


def test_a_cancelled_request_is_closed_and_its_holder_sees_why(database: Database) -> None:
    with database.transaction() as tx:
        who, id = hire(tx, "aa"), ask(tx)
        callbacks.claim(tx, id, who, deed(who))
        callbacks.cancel(tx, id, deed(None))
        assert found(tx, id).status is Status.CLOSED
        assert kinds(tx, id) == [(Kind.CANCELLED, "")]


def test_a_coordinator_reopens_what_ended_at_its_old_place(database: Database) -> None:
    with database.transaction() as tx:
        lead, id = hire(tx, role=Role.COORDINATOR), wrapped(tx, Wrap("helped"), window=("2026-11-23", "morning")).id
        refused(Reason.NOT_YOURS, lambda: callbacks.reopen(tx, id, deed(hire(tx, "aa"))))
        callbacks.reopen(tx, id, deed(lead, NOW + 60))
        request = found(tx, id)
    assert (request.status, request.created_at, request.due_at) == (Status.WAITING, NOW - HOUR, NOW + 60)
    assert (request.staff_id, request.outcome, request.tries, request.window) == (None, None, 0, None)


def test_who_asked_again_meanwhile_has_one_request_open_still(database: Database) -> None:
    with database.transaction() as tx:
        lead, old = hire(tx, role=Role.COORDINATOR), wrapped(tx, Wrap("helped")).id
        new = ask(tx)
        refused(Reason.ALREADY_OPEN, lambda: callbacks.reopen(tx, old, deed(lead)))
        callbacks.cancel(tx, new, deed(None))
        callbacks.reopen(tx, old, deed(lead))


def test_of_what_was_erased_nothing_is_reopened(database: Database) -> None:
    with database.transaction() as tx:
        lead, id = hire(tx, role=Role.COORDINATOR), wrapped(tx, Wrap("helped")).id
        tx.execute(text("UPDATE requests SET number_hash = '', number_sealed = :none"), {"none": b""})
        refused(Reason.NOT_POSSIBLE, lambda: callbacks.reopen(tx, id, deed(lead)))


def test_a_request_is_made_by_hand_with_a_call_of_its_own_that_is_over(database: Database) -> None:
    with database.transaction() as tx:
        who = hire(tx, "aa")
        id = callbacks.make_by_hand(tx, ByHand(number(7), "permit", Wish("aa"), note="met at the door"), deed(who))
        request = found(tx, id)
        assert (request.status, request.number, request.created_at) == (Status.WAITING, number(7), NOW)
        assert request.zone == "Europe/Paris"
        assert kinds(tx, id) == [(Kind.WRITTEN, "met at the door")]
        call = calls.find(tx, request.call_id)
        assert call is not None
        assert (call.channel, call.ended_at) == (callbacks.CHANNEL, NOW)
        again = ByHand(number(7), "other", Wish("bb"))
        refused(Reason.ALREADY_OPEN, lambda: callbacks.make_by_hand(tx, again, deed(who)))
        assert callbacks.make_by_hand(tx, replace(again, person=2), deed(who)) != id


# What is written and read


def test_of_many_who_make_the_same_request_at_once_one_does_and_changes_nobody_s_wish(database: Database) -> None:
    with database.transaction() as tx:
        lead = hire(tx, role=Role.COORDINATOR)

    def make(tx: Transaction, n: int) -> int:
        return callbacks.make_by_hand(tx, ByHand(number(1), "permit", Wish("aa", code=str(n))), deed(lead))

    got = at_once(database, make, 8)
    (winner,) = [n for n, result in enumerate(got) if isinstance(result, int)]
    assert {result.reason for result in got if isinstance(result, NotPossible)} == {Reason.ALREADY_OPEN}
    with database.reading() as tx:
        assert found(tx, got[winner]).code == str(winner)
        assert requests.count(tx) == 1


def test_a_note_is_kept_with_its_writer(database: Database) -> None:
    with database.transaction() as tx:
        who, id = hire(tx, "aa"), ask(tx)
        callbacks.add_note(tx, id, " ask for the letter ", deed(who))
        (note,) = notes.of_request(tx, id)
        assert (note.kind, note.text, note.who) == (Kind.WRITTEN, "ask for the letter", member(tx, who).name)
        refused(Reason.NO_TEXT, lambda: callbacks.add_note(tx, id, " \n", deed(who)))
        refused(Reason.NOT_POSSIBLE, lambda: callbacks.add_note(tx, 999, "nobody", deed(who)))


def test_a_number_is_read_on_the_record(database: Database) -> None:
    with database.transaction() as tx:
        who, id = hire(tx, "aa"), ask(tx, 3)
        assert callbacks.read_number(tx, id, deed(who)) == number(3)
        (entry,) = audit.page(tx, Filter(about=f"request/{id}"), 9)
        assert (entry.what, entry.staff_id) == ("number-read", who)
        refused(Reason.NOT_POSSIBLE, lambda: callbacks.read_number(tx, 999, deed(who)))
