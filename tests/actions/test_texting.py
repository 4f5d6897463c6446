"""A caller has something sent: to whom, under which name, when; and who gets nothing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from ivr.actions import text_desk
from ivr.actions.audit import HELPLINE, Deed
from ivr.actions.calls import Calls
from ivr.actions.knowledge import KEYED
from ivr.actions.texting import Wanted, way
from ivr.engine.inputs import Known, Pressed
from ivr.engine.state import State as Standing
from ivr.numbers import Kind, Number, understand
from ivr.store import blocklist, callers, text_refusals
from ivr.store.directory_tables import places
from ivr.store.text_refusals import How
from ivr.store.texts import Cause, State
from tests.actions.tiny import CALLER, heard, line
from tests.store.lives import place
from tests.texting import NEUTRAL, SENDER, Texts, house

LANDLINE, ABROAD, REUNION = "+33199000042", "+4915112345678", "+262692000001"


@pytest.fixture
def texts(tmp_path: Path, sqlite_url: str) -> Iterator[Texts]:
    with house(tmp_path, sqlite_url) as made:
        yield made


def last(phone: object) -> str:
    """The node that spoke last."""
    return heard(phone)[0]  # type: ignore[arg-type]


def test_an_explanation_is_sent_in_the_language_of_the_call_and_its_number_read_back(texts: Texts) -> None:
    phone = texts.caller()
    phone.press("1")
    assert "aa/text.hint" in heard(phone)
    phone.press("7")
    assert last(phone) == "aa/whose"
    phone.press("1")
    assert [name for name in heard(phone) if "digit" in name] == [f"aa/digit.{n}" for n in "0639980001"]
    phone.press("1")
    assert last(phone) == "aa/sent"
    assert texts.sent() == []  # a promise is a row; a job sends it
    assert texts.work() == ["send-text done"]
    (sent,) = texts.sent()
    assert (sent["to"], sent["from"], sent["body"]) == (CALLER, SENDER, "bring a photo")
    text = texts.text()
    assert (text.state, text.what, text.parts, text.carrier_ref) == (State.SENT, "docs", 1, sent["sid"])
    phone.press("1")  # the way back
    assert last(phone) == "aa/guide"


def test_the_address_is_that_of_the_place_that_was_given(texts: Texts) -> None:
    with texts.database.transaction() as tx:
        tx.execute(update(places).values(street="1 rue X", postal_code="06000", city="Nice", visit=True))
    texts.asked(what="2")
    texts.work()
    assert [sent["body"] for sent in texts.sent()] == ["CPAM\n1 rue X, 06000 Nice"]
    assert texts.text().place_id is not None


def test_a_place_that_is_gone_is_sent_to_nobody(texts: Texts) -> None:
    with texts.database.transaction() as tx:
        tx.execute(update(places).values(gone_at=1.0))
    phone = texts.caller()
    phone.press("2")
    phone.press("7")
    assert last(phone) == "aa/no-off"


def test_to_a_shared_phone_it_goes_under_the_neutral_name(texts: Texts) -> None:
    texts.asked(whose="2")
    texts.work()
    assert [sent["from"] for sent in texts.sent()] == [NEUTRAL]
    assert texts.text().shared


def test_without_a_neutral_name_a_shared_phone_gets_nothing(tmp_path: Path, sqlite_url: str) -> None:
    with house(tmp_path, sqlite_url, IVR_SMS_FROM_SHARED="") as texts:
        phone = texts.caller()
        for key in "172":
            phone.press(key)
        assert last(phone) == "aa/no-no_shared"


def test_a_phone_that_was_shared_before_is_not_asked_about(texts: Texts) -> None:
    texts.ask(phone="shared")
    phone = texts.caller()
    phone.press("1")
    phone.press("7")
    assert last(phone) == "aa/ready"
    phone.press("1")
    texts.work()
    assert texts.text().shared


def test_without_a_sender_callers_hear_of_no_texts(tmp_path: Path, sqlite_url: str) -> None:
    with house(tmp_path, sqlite_url, IVR_SMS_FROM="", IVR_SMS_FROM_SHARED="") as texts:
        phone = texts.caller()
        phone.press("1")
        assert "aa/text.hint" not in heard(phone)
        assert not {"send-text", "watch-texts"} & set(texts.parts.kinds)


def test_only_french_mobiles_are_written_to(texts: Texts) -> None:
    offered = texts.outbox.texting.offered
    assert [offered(understand(number, False)) for number in (CALLER, REUNION, "+33751234567")] == [True] * 3
    assert [offered(understand(number, False)) for number in (LANDLINE, ABROAD, "anonymous", "")] == [False] * 4
    assert not offered(Number(Kind.MOBILE))
    for number in (LANDLINE, ABROAD, "anonymous"):
        phone = texts.caller(number)
        phone.press("1")
        assert "aa/text.hint" not in heard(phone)


def test_what_was_said_of_a_keyed_number_says_nothing_of_the_phone_that_rings(texts: Texts) -> None:
    release = texts.parts.shelf.current()
    state = Standing("there", texts.clock.now, language="aa", answers={"phone": "own"})
    wanted = Wanted("docs", line(), state, release, texts.clock.now)
    keyed = replace(wanted, state=replace(state, values={KEYED: 1}))
    told = replace(keyed, state=replace(keyed.state, answers={"phone": "own", "text_phone": "shared"}))
    with texts.database.reading() as tx:
        found = [way(texts.outbox.texting, tx, each) for each in (wanted, keyed, told)]
    assert found == ["ready", "whose", "shared"]


def test_a_phone_that_was_said_to_be_shared_later_in_the_call_is_shared(texts: Texts) -> None:
    answers = {"text_phone": "own", "phone": "shared"}
    state = Standing("there", texts.clock.now, language="aa", answers=answers)
    wanted = Wanted("docs", line(), state, texts.parts.shelf.current(), texts.clock.now)
    with texts.database.reading() as tx:
        assert way(texts.outbox.texting, tx, wanted) == "shared"


def test_a_text_that_waits_goes_under_the_neutral_name_to_a_phone_that_is_shared_since(texts: Texts) -> None:
    texts.local(22)
    texts.asked()
    texts.ask(phone="shared")
    texts.work(10 * 3600)
    assert [sent["from"] for sent in texts.sent()] == [NEUTRAL]
    assert texts.text().shared


def test_a_shared_phone_forgets_where_they_live(texts: Texts) -> None:
    phone = texts.caller()
    with texts.database.transaction() as tx:
        callers.remember_area(tx, CALLER, "d:75 75 one")
    for key in "17":
        phone.press(key)
    with texts.database.reading() as tx:
        assert callers.area(tx, CALLER) == "d:75 75 one"
    phone.press("2")
    with texts.database.reading() as tx:
        assert callers.area(tx, CALLER) is None


@pytest.mark.parametrize(("hour", "later"), [(7, 1), (8, 0), (19, 0), (20, 12)])
def test_nobody_is_written_to_at_night(texts: Texts, hour: int, later: int) -> None:
    texts.local(hour)
    phone = texts.caller()
    for key in "171":
        phone.press(key)
    assert ("aa/later" in heard(phone)) == bool(later)
    phone.press("1")
    assert texts.work() == ([] if later else ["send-text done"])
    assert texts.text().due_at == texts.clock.now + later * 3600
    if later:
        assert texts.work(later * 3600) == ["send-text done"]
    assert len(texts.sent()) == 1


def test_the_night_is_that_of_where_they_live(texts: Texts) -> None:
    texts.local(18)  # 21 h on La Réunion
    texts.asked(REUNION)
    assert texts.work() == []
    assert texts.text().due_at - texts.clock.now == 11 * 3600


def test_one_number_gets_so_many_a_day(tmp_path: Path, sqlite_url: str) -> None:
    with house(tmp_path, sqlite_url, IVR_MOST_TEXTS="2/3") as texts:
        for _ in range(2):
            texts.asked()
        phone = texts.caller()
        phone.press("1")
        phone.press("7")
        assert last(phone) == "aa/no-too_many"
        texts.asked("+33639980002")
        assert len(texts.all()) == 3
        phone = texts.caller("+33639980003")
        phone.press("1")
        phone.press("7")
        assert last(phone) == "aa/no-too_many"


def test_whoever_wants_none_is_asked_nothing_and_gets_none_that_waits(texts: Texts) -> None:
    texts.local(22)
    texts.asked()
    phone = texts.caller()
    phone.press("3")
    assert last(phone) == "aa/stopped"
    assert (texts.text().state, texts.text().error) == (State.CANCELLED, Cause.REFUSED)
    texts.local(10)
    texts.clock.now += 86_400
    texts.work()
    assert texts.sent() == []
    phone = texts.caller()
    phone.press("1")
    phone.press("7")
    assert last(phone) == "aa/no-refused"


def test_a_promise_that_cannot_be_kept_any_more_is_not_made(texts: Texts) -> None:
    phone = texts.caller()
    for key in "171":
        phone.press(key)
    with texts.database.transaction() as tx:
        text_refusals.add(tx, CALLER, How.DESK, texts.clock.now)
    phone.press("1")
    assert last(phone) != "aa/sent"
    assert texts.all() == []


def test_a_repeated_delivery_promises_one_text(texts: Texts) -> None:
    phone = texts.caller()
    phone.deliver_twice = True
    for key in "1711":
        phone.press(key)
    assert len(texts.all()) == 1


def test_keys_that_were_pressed_ahead_change_nothing_of_what_was_agreed_before(texts: Texts) -> None:
    with texts.database.transaction() as tx:
        first = place(tx)
        other = {**tx.execute(select(places)).one()._mapping, "id": first + 1, "source_id": "2", "name": "CAF"}
        tx.execute(insert(places).values(other))
    found = iter((first, first + 1))
    answerers = {**texts.parts.calls.world.answerers, "weather": lambda _: Known("fine", {"place_id": next(found)})}
    calls = Calls(replace(texts.parts.calls.world, answerers=answerers))
    at = calls.arrive(line(), texting=True)
    for keys in ("1", "271", "111271"):  # the first is promised, then the second is looked for and promised too
        at = calls.answer(line(), at.n, at.token, Pressed(keys))
    assert at.turn.node == "sent"
    assert [text.place_id for text in texts.all()] == [first, first + 1]


@pytest.mark.parametrize("cause", [Cause.BLOCKED, Cause.REFUSED, Cause.TOO_LATE])
def test_what_happened_since_is_looked_at_right_before_it_is_sent(texts: Texts, cause: Cause) -> None:
    texts.asked()
    with texts.database.transaction() as tx:
        if cause is Cause.BLOCKED:
            blocklist.add(tx, CALLER, "why", None, texts.clock.now)
        if cause is Cause.REFUSED:
            text_refusals.add(tx, CALLER, How.DESK, texts.clock.now)
    late = 90_000 if cause is Cause.TOO_LATE else 0
    assert texts.work(late) == ["send-text done"]
    assert texts.sent() == []
    assert (texts.text().state, texts.text().error) == (State.CANCELLED, cause)


def test_a_worker_that_comes_back_at_night_waits_for_the_morning(texts: Texts) -> None:
    texts.local(19)
    texts.asked()
    assert texts.work(2 * 3600) == ["send-text done"]
    assert texts.sent() == []
    assert texts.work(11 * 3600) == ["send-text done"]
    assert len(texts.sent()) == 1


def test_the_desk_can_have_a_number_texted_again(texts: Texts) -> None:
    deed, number = Deed(HELPLINE, texts.clock.now), understand(CALLER, False)
    with texts.database.transaction() as tx:
        text_desk.stop(tx, number, deed)
        assert text_refusals.has(tx, CALLER)
        text_desk.allow(tx, number, deed)
        assert not text_refusals.has(tx, CALLER)
