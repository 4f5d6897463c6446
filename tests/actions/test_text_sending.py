"""What goes wrong between us and the telephone company: no text is sent twice, and none is forgotten."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest

from ivr.actions import jobs, text_desk, text_sending, texting
from ivr.actions.jobs import Board
from ivr.actions.limits import Limits
from ivr.actions.text_sending import LOST_SECONDS, QUIET_SECONDS, STUCK_SECONDS
from ivr.actions.texting import Texting
from ivr.carrier.protocol import Carrier, TextRef, TextReport
from ivr.carrier.protocol import NewText as Ordered
from ivr.errors import CarrierBusy, CarrierRefused, CarrierUnknown
from ivr.store import jobs as stored
from ivr.store import text_refusals
from ivr.store import texts as stored_texts
from ivr.store.database import Database
from ivr.store.jobs import NewJob
from ivr.store.texts import Cause, NewText, State
from tests.actions.tiny import CALLER
from tests.channels.webhooks import post
from tests.texting import SENDER, Texts, house

HOUR, DAY = 3600, 86_400
WENT = (State.SENT, State.DELIVERED, State.HANDED, State.UNKNOWN)
DID_NOT = (State.FAILED, State.UNKNOWN, State.CANCELLED)


@pytest.fixture
def texts(tmp_path: Path, sqlite_url: str) -> Iterator[Texts]:
    with house(tmp_path, sqlite_url) as made:
        yield made


def add(texts: Texts, n: int = 1) -> int:
    """A text to the n-th caller that is due now."""
    now = texts.clock.now
    new = NewText(f"call/{n}", None, f"+3363998{n:04}", "aa", "docs", f"body {n}", 1, False, now, now)
    with texts.database.transaction() as tx:
        id = texting.keep(tx, new)
    assert id is not None
    return id


def board(texts: Texts) -> Board:
    return Board(texts.database, texts.parts.kinds, texts.clock, chance=lambda: 0.5)


def watch(texts: Texts, seconds: float = 0) -> None:
    """The watch is due, after so many seconds."""
    texts.clock.now += seconds
    with texts.database.transaction() as tx:
        now = texts.clock.now
        stored.enqueue(tx, NewJob("watch-texts", uuid4().hex, {}, now, now))
    texts.work()


@pytest.mark.parametrize("statuses", list(permutations(["queued", "sent", "delivered"])))
def test_statuses_come_in_any_order(texts: Texts, statuses: tuple[str, ...]) -> None:
    id = add(texts)
    texts.work()
    assert texts.told(*statuses, *statuses) == [204] * 6
    assert texts.text(id).state is State.DELIVERED


def test_a_status_before_our_answer_is_stored_counts(texts: Texts, monkeypatch: pytest.MonkeyPatch) -> None:
    id = add(texts)
    text = type(texts.parts.carrier).text

    def told_first(self: object, new: Ordered) -> TextRef:
        ref = text(self, new)  # type: ignore[arg-type]
        assert texts.told("sent", "delivered") == [204, 204]
        return ref

    monkeypatch.setattr(type(texts.parts.carrier), "text", told_first)
    assert texts.work() == ["send-text done"]
    assert (texts.text(id).state, texts.text(id).carrier_ref) == (State.DELIVERED, texts.sent()[0]["sid"])


@pytest.mark.parametrize(("status", "error"), [("undelivered", 30003), ("failed", 30006), ("failed", 0)])
def test_what_did_not_arrive_is_not_sent_again(texts: Texts, status: str, error: int) -> None:
    id = add(texts)
    texts.work()
    texts.told("sent", status, "sent", error=error)
    assert (texts.text(id).state, texts.text(id).error) == (State.FAILED, str(error) if error else None)
    watch(texts, 2 * DAY)
    assert len(texts.sent()) == 1


def test_whoever_answered_stop_gets_none_any_more(texts: Texts) -> None:
    texts.company.stopped.add(CALLER)
    id = add(texts)
    assert texts.work() == ["send-text done"]
    assert (texts.text(id).state, texts.text(id).error) == (State.FAILED, "21610")
    with texts.database.reading() as tx:
        assert [refusal.how for refusal in text_refusals.latest(tx, 9)] == ["carrier"]
    again = add(texts, 2)
    texts.work()
    texts.told("failed", error=21610)
    with texts.database.reading() as tx:
        assert text_refusals.has(tx, texts.text(again).number)


def test_busy_is_tried_again_and_given_up_at_last(texts: Texts) -> None:
    id = add(texts)
    texts.company.fail_next("429", times=100)
    assert texts.work() == ["send-text again"]
    assert texts.text(id).state is State.NEW
    for _ in range(60):
        texts.work(HOUR / 6)
    assert (texts.text(id).state, texts.text(id).error) == (State.CANCELLED, Cause.BUSY)
    assert (texts.sent(), texts.dead()) == ([], [])


@pytest.mark.parametrize("fault", ["lost", "500"])
def test_a_lost_answer_is_for_a_person_until_a_status_comes(texts: Texts, fault: str) -> None:
    id = add(texts)
    texts.company.fail_next(fault)  # type: ignore[arg-type]
    texts.work()
    assert texts.text(id).state is State.UNKNOWN
    watch(texts, DAY)
    happened = int(fault == "lost")
    assert len(texts.sent()) == happened
    if happened:
        texts.told("delivered")
        assert texts.text(id).state is State.DELIVERED


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_that_dies_while_it_sends_sends_nothing_twice(texts: Texts, after: bool) -> None:
    id = add(texts)
    held = jobs.take(board(texts), "lease")
    assert held is not None
    if after:
        jobs.perform(board(texts), held)  # and dies before it is recorded
    else:
        text_sending._begin(texts.outbox, id)  # and dies before it asks
    texts.work(LOST_SECONDS + 1)
    assert (texts.text(id).state, texts.dead()) == (State.SENDING, ["send-text"])
    watch(texts)
    assert (texts.text(id).state, texts.dead()) == (State.UNKNOWN, [])
    assert len(texts.sent()) == int(after)


def test_a_job_that_a_person_has_done_again_sends_nothing_twice(texts: Texts) -> None:
    id = add(texts)
    texts.work()
    with texts.database.transaction() as tx:
        now = texts.clock.now
        stored.enqueue(tx, NewJob("send-text", "send-text/again", {"text": id}, now, now))
    texts.work()
    assert len(texts.sent()) == 1


def test_a_text_without_a_status_is_asked_after_and_then_rests_with_the_company(texts: Texts) -> None:
    told, quiet = add(texts), add(texts, 2)
    texts.work()
    first = texts.sent()[0]
    assert first["body"] == "body 1"
    texts.company.kept["Messages"][str(first["sid"])]["status"] = "delivered"
    watch(texts, QUIET_SECONDS - 10)
    assert {texts.text(told).state, texts.text(quiet).state} == {State.SENT}
    watch(texts, 20)
    assert (texts.text(told).state, texts.text(quiet).state) == (State.DELIVERED, State.HANDED)
    watch(texts, QUIET_SECONDS + 1)
    texts.told("sent", nth=1)
    assert texts.text(quiet).state is State.HANDED
    texts.told("delivered", nth=1)
    assert texts.text(quiet).state is State.DELIVERED


def test_what_the_company_took_needs_nobody_also_while_it_is_away(texts: Texts) -> None:
    id = add(texts)
    texts.work()
    texts.company.fail_next("503", times=9)
    watch(texts, QUIET_SECONDS + 1)
    assert texts.text(id).state is State.HANDED


def test_a_status_that_overtakes_a_lost_answer_tells_that_the_company_took_it(
    texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = add(texts)
    text = type(texts.parts.carrier).text

    def lost(self: object, new: Ordered) -> TextRef:
        text(self, new)  # type: ignore[arg-type]
        assert texts.told("sent") == [204]
        raise CarrierUnknown("?")

    monkeypatch.setattr(type(texts.parts.carrier), "text", lost)
    texts.work()
    assert texts.text(id).state is State.SENT


def test_a_status_that_nobody_knows_tells_that_the_company_took_it_too(texts: Texts) -> None:
    id = add(texts)
    held = jobs.take(board(texts), "lease")
    assert held is not None
    jobs.perform(board(texts), held)  # and dies before it is recorded
    fields = (("MessageSid", str(texts.sent()[0]["sid"])), ("MessageStatus", "dancing"))
    assert post(texts, f"/twilio/text/{id}/status", fields).status_code == 204
    watch(texts, LOST_SECONDS + 1)
    assert texts.text(id).state is State.SENT


def test_a_sender_is_silent_when_the_company_told_of_none_of_its_last_texts(texts: Texts) -> None:
    def silent() -> list[str]:
        with texts.database.reading() as tx:
            return text_desk.silent(tx, texts.outbox.texting)

    for n in range(1, text_desk.LEAST):
        add(texts, n)
    texts.work()
    watch(texts, QUIET_SECONDS + 1)
    assert silent() == []
    last = add(texts, 99)
    texts.work()
    assert silent() == []
    watch(texts, QUIET_SECONDS + 1)
    assert {text.state for text in texts.all()} == {State.HANDED}
    assert silent() == [SENDER]
    texts.company.fail_next("lost")
    add(texts, 98)
    texts.work()
    assert silent() == [SENDER]
    texts.told("undelivered", nth=last - 1, error=30003)
    assert silent() == []


def test_what_one_sender_is_told_says_nothing_of_the_other(sqlite_database: Database) -> None:
    texting = Texting(cast(Limits, None), "Maison", "Infos")
    with sqlite_database.transaction() as tx:
        for n in range(2 * text_desk.MOST):
            shared = bool(n % 2)
            new = NewText(f"x/{n}", None, f"+3363998{n:04}", "aa", "docs", "b", 1, shared, 0, 0)
            text = stored_texts.find(tx, stored_texts.add(tx, new) or 0)
            assert text is not None
            state = State.HANDED if shared or n else State.DELIVERED
            stored_texts.move(tx, text, (State.NEW,), state, 0, carrier_ref=f"SM{n}")
        assert text_desk.silent(tx, texting) == ["Infos"]
        assert text_desk.silent(tx, replace(texting, shared="")) == []
        new = NewText("x/last", None, CALLER, "aa", "docs", "b", 1, False, 0, 0)
        text = stored_texts.find(tx, stored_texts.add(tx, new) or 0)
        assert text is not None
        stored_texts.move(tx, text, (State.NEW,), State.HANDED, 0)
        assert text_desk.silent(tx, texting) == ["Maison", "Infos"]  # the one that arrived is long ago


def test_a_text_that_lost_its_job_is_for_a_person(texts: Texts) -> None:
    id = add(texts)
    with texts.database.transaction() as tx:
        tx.connection.exec_driver_sql("DELETE FROM jobs")
    watch(texts, STUCK_SECONDS - 10)
    assert texts.text(id).state is State.NEW
    watch(texts, 20)
    assert texts.text(id).state is State.UNKNOWN


def test_two_texts_of_the_company_are_never_one_of_ours(texts: Texts) -> None:
    id = add(texts)
    texts.work()
    fields = (("MessageSid", "SM" + "9" * 32), ("MessageStatus", "failed"), ("ErrorCode", "30003"))
    assert post(texts, f"/twilio/text/{id}/status", fields).status_code == 204
    assert texts.text(id).state is State.SENT


def test_a_text_that_was_erased_while_it_was_sent_is_deleted_there(texts: Texts) -> None:
    id = add(texts)
    held = jobs.take(board(texts), "lease")
    assert held is not None
    done = jobs.perform(board(texts), held)
    with texts.database.transaction() as tx:
        tx.connection.exec_driver_sql("DELETE FROM texts")
    assert jobs.record(board(texts), held, done) == "done"
    assert texts.work(1) == ["delete-copies done"]
    assert texts.sent() == []
    assert post(texts, f"/twilio/text/{id}/status", (("SmsSid", "SM1"), ("SmsStatus", "sent"))).status_code == 204


def test_an_erased_text_is_not_sent(texts: Texts) -> None:
    add(texts)
    with texts.database.transaction() as tx:
        tx.connection.exec_driver_sql("DELETE FROM texts")
    assert texts.work() == ["send-text done"]
    assert texts.sent() == []


FAULTS = ("none", "none", "busy", "refused", "unknown", "lost", "died before", "died after")


class Whimsical:
    """A company that does what the dice say; `sent` counts how often each body went out."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.sent = dice, dict[str, int]()

    def text(self, new: Ordered) -> TextRef:
        fault = self.dice.choice(FAULTS)
        if fault == "busy":
            raise CarrierBusy("busy")
        if fault == "refused":
            raise CarrierRefused("no", self.dice.choice((21610, 21614, 30005)), 400)
        if fault == "died before":
            raise SystemExit
        if fault != "unknown":
            self.sent[new.body] = self.sent.get(new.body, 0) + 1
        if fault == "died after":
            raise SystemExit
        if fault in ("unknown", "lost"):
            raise CarrierUnknown("?")
        return TextRef(f"SM {new.body}")

    def tells(self, texts: Texts) -> None:
        """A status of something that went out: any, at any time."""
        if not self.sent:
            return
        body, status = self.dice.choice(sorted(self.sent)), self.dice.choice(["queued", "sent", "delivered"])
        report = TextReport(TextRef(f"SM {body}"), status)
        text_sending.status(texts.database, int(body.removeprefix("body ")), report, texts.clock())


def through_chaos(texts: Texts, company: Whimsical, chaos: Board) -> None:
    """Works until nothing is due for half a day; workers die whenever the dice say so."""
    idle = 0
    while idle < 72:
        held = jobs.take(chaos, uuid4().hex)
        idle = idle + 1 if held is None else 0
        texts.clock.now += 600 if held is None else company.dice.random()
        if held is None:
            continue
        try:
            done = jobs.perform(chaos, held)
        except SystemExit:
            continue
        if company.dice.random() < 0.9:  # else the worker dies now
            jobs.record(chaos, held, done)
        if company.dice.random() < 0.5:
            company.tells(texts)


def test_two_hundred_texts_through_chaos_are_each_sent_once_at_most_and_all_accounted_for(texts: Texts) -> None:
    company = Whimsical(random.Random(8))
    outbox = replace(texts.outbox, carrier=cast(Carrier, company))
    kinds = {"send-text": text_sending.send_kind(outbox)}
    ids = [add(texts, n) for n in range(1, 201)]
    through_chaos(texts, company, Board(texts.database, kinds, texts.clock, chance=lambda: 0.5))
    watch(texts, LOST_SECONDS + 1)
    assert [text.id for text in texts.all()] == ids == list(range(1, 201))
    assert (max(company.sent.values()), len(company.sent) > 100) == (1, True)
    wrong = [text for text in texts.all() if text.state not in (WENT if text.body in company.sent else DID_NOT)]
    assert wrong == []
    assert {text.state for text in texts.all()} >= {State.SENT, State.DELIVERED, State.UNKNOWN, State.FAILED}
    assert texts.dead() == []


def test_a_company_that_is_busy_for_days_is_asked_by_day_only_and_not_for_ever(texts: Texts) -> None:
    id = add(texts)
    texts.local(19)
    texts.company.fail_next("429", times=100)
    for _ in range(20):
        texts.work(2 * HOUR)
    assert (texts.text(id).state, texts.text(id).error) == (State.CANCELLED, Cause.TOO_LATE)
    assert texts.dead() == []
