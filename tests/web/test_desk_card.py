"""The card of a request: who sees what, and each deed that can be done on it."""

from dataclasses import dataclass

import pytest

from ivr.actions import callbacks
from ivr.actions.machine import Event
from ivr.store import audit, dials, forgetting, messages, staff
from ivr.store.audit import Filter
from ivr.store.dials import How, State
from ivr.store.forgetting import Cut
from ivr.store.messages import Kept, NewMessage
from ivr.store.requests import Status
from tests.web import callers
from tests.web.callers import asks, claimed, deed, found, number
from tests.web.conftest import House
from tests.web.people import Visit, text

HOUR = 3600
PHONE = "+33639980077"
TOLD = ("Carte de 10 ans", "Quelle est votre situation", "Première carte", "06 •• ••", "4821", "A écrit")


@dataclass
class Told:
    """A request with all that may be told of it, in the aidant's hands."""

    house: House
    id: int

    def page(self, role: str = "aidant") -> str:
        return text(self.house.visit(role).get(f"/desk/{self.id}"))


def rich(house: House, **wish: object) -> int:
    id = asks(house.joined, caller=number(4321), phone="shared", code="4821", **wish)
    with house.joined.database.transaction() as tx:
        callbacks.add_note(tx, id, "A écrit.", deed(house.joined, house.ids["coordinator"]))
    return id


@pytest.fixture
def told(house: House) -> Told:
    return Told(house, claimed(house.joined, rich(house), house.ids["aidant"]))


def dialled(house: House, id: int, *states: State, how: How | None = None) -> int:
    """An attempt that came through these states."""
    object.__setattr__(house.site, "can_call", True)
    aidant, now = house.ids["aidant"], house.clock()
    with house.joined.database.transaction() as tx:
        staff.set_phone(tx, aidant, PHONE)
        dial_id = callbacks.start_dial(tx, id, deed(house.joined, aidant), anyway=True, home=house.site.zone)
        for state in states:
            dial = dials.find(tx, dial_id)
            assert dial is not None
            more = {"how": how.value, "ended_at": now} if state is State.OVER and how else {}
            dials.move(tx, dial, (dial.state,), state, now, answered_at=now, **more)
        return dial_id


def happens(house: House, id: int, event: Event) -> None:
    with house.joined.database.transaction() as tx:
        callbacks.happened(tx, id, event, deed(house.joined, None))


def audited(house: House, what: str) -> list[str]:
    with house.joined.database.reading() as tx:
        return [row.about for row in audit.page(tx, Filter(what=what), 50)]


# what one sees


def test_before_it_is_claimed_nothing_that_was_told_is_shown(house: House) -> None:
    page = text(house.visit("aidant").get(f"/desk/{rich(house)}"))
    assert "Prendre la demande" in page
    assert "téléphone partagé" in page
    assert [words for words in TOLD if words in page] == []


def test_whose_it_is_sees_what_was_told_and_so_does_a_coordinator_and_nobody_else(told: Told) -> None:
    told.house.ids["other"] = callers.colleague(told.house.joined)
    for role in ("aidant", "coordinator"):
        assert [words for words in TOLD if words not in told.page(role)] == []
    page = told.page("other")
    assert "Entre les mains de" in page
    assert [words for words in TOLD if words in page] == []


def test_a_shared_phone_says_in_plain_sight_what_must_not_be_said(told: Told) -> None:
    assert "Ne laissez aucun message" in told.page()
    safe = claimed(told.house.joined, asks(told.house.joined), told.house.ids["aidant"])
    assert "Ne laissez aucun message" not in text(told.house.visit("aidant").get(f"/desk/{safe}"))


def test_the_number_is_shown_only_by_its_button_and_that_is_written_down(told: Told) -> None:
    visit = told.house.visit("aidant")
    assert audited(told.house, "number-read") == []
    page = visit.post(f"/desk/{told.id}/number").text
    assert "06 39 98 43 21" in page
    assert audited(told.house, "number-read") == [f"request/{told.id}"]
    assert "06 39 98 43 21" not in visit.get(f"/desk/{told.id}").text


def test_the_guide_of_the_topic_is_there_and_doubtful_lines_say_so(house: House) -> None:
    joined, aidant = house.joined, house.ids["aidant"]
    mandate = claimed(joined, asks(joined, "do-it-for-me"), aidant)
    page = text(house.visit("aidant").get(f"/desk/{mandate}"))
    assert "Le mandat vous permet de faire ses démarches en ligne" in page
    assert "a pu changer" not in page
    renewal = claimed(joined, asks(joined, "permit-renewal"), aidant)
    page = text(house.visit("aidant").get(f"/desk/{renewal}"))
    assert "a pu changer" in page
    assert "\u20684\u2069" in page  # months, out of the facts
    unknown = claimed(joined, asks(joined, "weather"), aidant)
    assert "pas encore de guide" in text(house.visit("aidant").get(f"/desk/{unknown}"))


def test_who_was_cut_off_in_the_middle_is_known_as_such(house: House) -> None:
    id = asks(house.joined, told={"path": ["main"], "answers": {}, "unfinished": True})
    claimed(house.joined, id, house.ids["aidant"])
    assert "L’appel a été coupé" in text(house.visit("aidant").get(f"/desk/{id}"))


def test_what_hinders_a_call_is_what_the_call_itself_would_refuse(house: House) -> None:
    now, visit = house.clock(), with_phone(house)
    for wish, said in (
        ({"due_at": now + HOUR}, "À rappeler plus tard"),
        (
            {"due_at": now - 2 * HOUR, "due_until": now - HOUR, "window": ("2026-11-23", "morning")},
            "Le moment convenu est",
        ),
        ({"zone": "Pacific/Noumea"}, "Il fait nuit"),
        ({}, "Votre téléphone sonne d’abord"),
    ):
        id = claimed(house.joined, asks(house.joined, **wish), house.ids["aidant"])
        assert said in text(visit.get(f"/desk/{id}"))
        assert visit.post(f"/desk/{id}/call").status_code == (422 if wish else 303)


def test_earlier_requests_of_the_number_are_listed(house: House) -> None:
    joined, aidant = house.joined, house.ids["aidant"]
    visit = house.visit("aidant")
    first = claimed(joined, asks(joined, "nationality", caller=number(8)), aidant)
    visit.post(f"/desk/{first}/by-hand")
    visit.post(f"/desk/{first}/outcome", {"outcome": "referred"})
    second = claimed(joined, asks(joined, caller=number(8)), aidant)
    page = visit.get(f"/desk/{second}")
    assert f'href="/desk/{first}"' in page.text
    assert "Orientée vers quelqu’un d’autre" in text(page)


def test_a_number_that_was_forgotten_after_its_term_leaves_a_card_without_it(told: Told) -> None:
    wrapped(told, outcome="helped")
    joined = told.house.joined
    forgetting.forget(joined.database, forgetting.NUMBERS, Cut(told.house.clock() + 1, told.house.clock()))
    page = told.page("coordinator")
    assert "Aidée" in page
    assert [words for words in ("06 ••", "4821", "Carte de 10 ans") if words in page] == []
    visit = told.house.visit("coordinator")
    assert visit.post(f"/desk/{told.id}/number").status_code == 404
    assert audited(told.house, "number-read") == [f"request/{told.id}"]  # the one that was read to call


def test_a_request_that_was_erased_is_not_there(told: Told) -> None:
    told.house.joined.eraser.erase(number(4321), deed(told.house.joined, told.house.ids["admin"]))
    assert told.house.visit("coordinator").get(f"/desk/{told.id}").status_code == 404
    assert "ended" in told.house.visit("aidant").get(f"/live/card?id={told.id}").text


# whose it is


def test_of_two_who_claim_one_gets_it_and_the_other_sees_whose_it_is(house: House) -> None:
    id = asks(house.joined)
    first, second = house.visit("aidant"), house.visit("coordinator")
    assert first.post(f"/desk/{id}/claim").headers["location"] == f"/desk/{id}"
    answer = second.post(f"/desk/{id}/claim")
    assert answer.status_code == 422
    assert "Entre les mains de" in text(answer)
    assert found(house.joined, id).staff_id == house.ids["aidant"]


def test_given_back_it_waits_for_everybody(told: Told) -> None:
    visit = told.house.visit("aidant")
    assert visit.post(f"/desk/{told.id}/release").headers["location"] == "/desk?done=given-back"
    request = found(told.house.joined, told.id)
    assert (request.status, request.staff_id) == (Status.WAITING, None)


def test_a_coordinator_gives_it_to_somebody_else_or_back(told: Told) -> None:
    visit = told.house.visit("coordinator")
    own = told.house.ids["coordinator"]
    assert visit.post(f"/desk/{told.id}/reassign", {"to": str(own)}).status_code == 303
    assert found(told.house.joined, told.id).staff_id == own
    assert "Confiée à quelqu’un d’autre" in told.page("coordinator")
    assert visit.post(f"/desk/{told.id}/reassign", {"to": "999"}).status_code == 422
    assert visit.post(f"/desk/{told.id}/reassign", {"to": "x"}).status_code == 404
    assert visit.post(f"/desk/{told.id}/release").status_code == 303
    assert found(told.house.joined, told.id).status is Status.WAITING


# calling


def test_without_a_telephone_company_there_is_no_button_and_no_address_to_call(told: Told) -> None:
    object.__setattr__(told.house.site, "can_call", False)
    visit = told.house.visit("aidant")
    page = visit.get(f"/desk/{told.id}").text
    assert f'action="/desk/{told.id}/call"' not in page
    assert f'action="/desk/{told.id}/by-hand"' in page
    assert visit.post(f"/desk/{told.id}/call").status_code == 404


def test_without_a_phone_of_one_s_own_the_way_to_enter_it_stands_there(told: Told) -> None:
    object.__setattr__(told.house.site, "can_call", True)
    visit = told.house.visit("aidant")
    page = visit.get(f"/desk/{told.id}").text
    assert f'action="/desk/{told.id}/call"' not in page
    assert "Indiquer d’abord mon numéro" in page
    assert visit.post(f"/desk/{told.id}/call").status_code == 422
    assert found(told.house.joined, told.id).status is Status.CLAIMED


def with_phone(house: House) -> Visit:
    object.__setattr__(house.site, "can_call", True)
    with house.joined.database.transaction() as tx:
        staff.set_phone(tx, house.ids["aidant"], PHONE)
    return house.visit("aidant")


def test_outside_the_agreed_time_one_has_to_say_so(house: House) -> None:
    now, visit = house.clock(), with_phone(house)
    id = asks(house.joined, window=("2026-11-24", "morning"), due_at=now + 22 * HOUR, due_until=now + 26 * HOUR)
    claimed(house.joined, id, house.ids["aidant"])
    page = text(visit.get(f"/desk/{id}"))
    assert "Appeler quand même" in page
    assert "Appeler maintenant" not in page
    answer = visit.post(f"/desk/{id}/call")
    assert (answer.status_code, "pas le moment convenu" in text(answer)) == (422, True)
    assert found(house.joined, id).status is Status.CLAIMED
    assert visit.post(f"/desk/{id}/call", {"anyway": "yes"}).status_code == 303
    assert found(house.joined, id).status is Status.DIALLING


def test_a_call_asks_for_one_attempt_however_often_the_button_is_pressed(told: Told) -> None:
    visit = with_phone(told.house)
    woken = []
    object.__setattr__(told.house.site, "hurry", lambda: woken.append(1))
    assert visit.post(f"/desk/{told.id}/call").status_code == 303
    assert visit.post(f"/desk/{told.id}/call").status_code == 422
    with told.house.joined.database.reading() as tx:
        assert len(dials.of_request(tx, told.id)) == 1
    assert woken == [1]


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ((), "Votre téléphone sonne"),
        ((State.RINGING,), "Votre téléphone sonne"),
        ((State.ANSWERED,), "Tapez 1 sur votre téléphone"),
        ((State.ACCEPTED,), "Son téléphone sonne"),
        ((State.CALLING,), "Son téléphone sonne"),
        ((State.BRIDGED,), "Vous vous parlez"),
    ],
)
def test_a_call_shows_how_far_it_is(told: Told, states: tuple[State, ...], said: str) -> None:
    dialled(told.house, told.id, *states)
    page = told.house.visit("aidant").get(f"/desk/{told.id}").text
    here = page.partition('aria-current="step"')[2].partition("</li>")[0]
    assert said in here


def test_a_call_is_ended_as_a_voicemail_or_just_so(told: Told) -> None:
    dial_id = dialled(told.house, told.id, State.RINGING)
    assert told.house.visit("coordinator").post(f"/desk/{told.id}/hang-up").status_code == 422
    visit = told.house.visit("aidant")
    assert visit.post(f"/desk/{told.id}/hang-up", {"how": "voicemail"}).status_code == 303
    assert audited(told.house, "call-ended") == [f"dial/{dial_id}"]


def test_what_nobody_called_cannot_be_hung_up(told: Told) -> None:
    assert told.house.visit("aidant").post(f"/desk/{told.id}/hang-up").status_code == 404


def test_why_a_call_came_to_nothing_is_said(told: Told) -> None:
    dialled(told.house, told.id, State.RINGING, State.OVER, how=How.NO_ANSWER)
    happens(told.house, told.id, Event.NOT_REACHED_AIDANT)
    assert "Vous n’avez pas décroché" in told.page()


def test_a_person_says_whether_it_rang(told: Told) -> None:
    dialled(told.house, told.id, State.ACCEPTED, State.UNKNOWN)
    happens(told.house, told.id, Event.LOST)
    visit = told.house.visit("aidant")
    assert "Son téléphone a-t-il sonné" in told.page()
    assert visit.post(f"/desk/{told.id}/rang", {"rang": "maybe"}).status_code == 422
    assert visit.post(f"/desk/{told.id}/rang", {"rang": "no"}).status_code == 303
    assert found(told.house.joined, told.id).status is Status.CLAIMED
    assert visit.post(f"/desk/{told.id}/rang", {"rang": "yes"}).status_code == 422


def test_with_another_phone_the_number_is_shown_and_the_outcome_asked_for(told: Told) -> None:
    page = told.house.visit("aidant").post(f"/desk/{told.id}/by-hand").text
    assert "06 39 98 43 21" in page
    assert 'name="outcome"' in page
    assert audited(told.house, "number-read") == [f"request/{told.id}"]


# afterwards


def wrapped(told: Told, **fields: str) -> object:
    visit = told.house.visit("aidant")
    if found(told.house.joined, told.id).status is Status.CLAIMED:
        visit.post(f"/desk/{told.id}/by-hand")
    return visit.post(f"/desk/{told.id}/outcome", fields)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("helped", Status.DONE),
        ("referred", Status.DONE),
        ("no_answer", Status.WAITING),
        ("busy", Status.WAITING),
        ("wrong_number", Status.CLOSED),
        ("out_of_service", Status.WAITING),
        ("declined", Status.CLOSED),
    ],
)
def test_each_outcome_leads_where_its_rule_says(told: Told, outcome: str, status: Status) -> None:
    wrapped(told, outcome=outcome, note="Tout est dit.")
    request = found(told.house.joined, told.id)
    assert (request.status, request.outcome) == (status, outcome)
    assert "Tout est dit." in told.page("coordinator")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"outcome": "nonsense"},
        {"outcome": "appointment"},
        {"outcome": "appointment", "window": "2026-11-20 morning"},
        {"outcome": "other_language"},
        {"outcome": "other_language", "language": "fa"},
        {"outcome": "other_language", "language": "xx"},
    ],
)
def test_an_outcome_that_lacks_something_is_refused_and_the_note_stays(told: Told, fields: dict[str, str]) -> None:
    answer = wrapped(told, note="Tout est dit.", **fields)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "Tout est dit." in answer.text  # type: ignore[attr-defined]
    assert found(told.house.joined, told.id).status is Status.WRAP_UP


def test_an_appointment_takes_one_of_the_offered_times(told: Told) -> None:
    visit = told.house.visit("aidant")
    page = visit.post(f"/desk/{told.id}/by-hand")
    assert "demain matin" in text(page)
    wrapped(told, outcome="appointment", window="2026-11-24 morning")
    request = found(told.house.joined, told.id)
    assert (request.status, request.window) == (Status.WAITING, ("2026-11-24", "morning"))


def test_another_language_goes_to_who_speaks_it(told: Told) -> None:
    wrapped(told, outcome="other_language", language="fr")
    request = found(told.house.joined, told.id)
    assert (request.status, request.language) == (Status.WAITING, "fr")
    assert told.house.visit("aidant").get(f"/desk/{told.id}").status_code == 404


def test_done_then_the_next_one(told: Told) -> None:
    after = asks(told.house.joined)
    answer = wrapped(told, outcome="helped", then="next")
    assert answer.headers["location"] == f"/desk/{after}"  # type: ignore[attr-defined]
    told.id = after
    answer = wrapped(told, outcome="helped", then="next")
    assert answer.headers["location"] == "/desk?done=wrapped-up"  # type: ignore[attr-defined]


def test_a_coordinator_opens_a_request_again(told: Told) -> None:
    wrapped(told, outcome="declined")
    assert told.house.visit("aidant").post(f"/desk/{told.id}/reopen").status_code == 404
    assert "La rouvrir" in told.page("coordinator")
    assert told.house.visit("coordinator").post(f"/desk/{told.id}/reopen").status_code == 303
    assert found(told.house.joined, told.id).status is Status.WAITING


def test_a_note_is_kept_as_it_was_written_and_an_empty_one_refused(told: Told) -> None:
    visit = told.house.visit("aidant")
    assert visit.post(f"/desk/{told.id}/note", {"text": "<b>fort</b>\nsuite"}).status_code == 303
    assert "&lt;b&gt;fort&lt;/b&gt;" in visit.get(f"/desk/{told.id}").text
    assert visit.post(f"/desk/{told.id}/note", {"text": "  "}).status_code == 422


# the message


def left(told: Told, sound: bytes = b"RIFF a sound", state: messages.State = messages.State.STORED) -> int:
    joined = told.house.joined
    call_id = found(joined, told.id).call_id
    with joined.database.transaction() as tx:
        added = messages.add(tx, NewMessage(call_id, "RE1", messages.State.EXPECTED, joined.clock()))
        assert added is not None
        messages.attach(tx, call_id, told.id)
        if state in (messages.State.STORED, messages.State.SILENT):
            put = joined.vault.put(str(added[0]), sound)
            silent = state is messages.State.SILENT
            messages.store(tx, added[0], Kept(put.name, put.sha256, 41.0, silent, joined.clock()))
        elif state is messages.State.LOST:
            messages.lose(tx, added[0])
        elif state is messages.State.FORGOTTEN:
            forgetting.forget_sounds(tx, [added[0]])
    return added[0]


def test_a_message_is_heard_by_whose_it_is_and_that_is_written_down(told: Told) -> None:
    id = left(told)
    visit, path = told.house.visit("aidant"), f"/desk/{told.id}/message/{id}.wav"
    assert f'src="{path}"' in visit.get(f"/desk/{told.id}").text
    assert audited(told.house, "message-heard") == []
    answer = visit.get(path)
    assert (answer.content, answer.headers["content-type"]) == (b"RIFF a sound", "audio/wav")
    assert answer.headers["cache-control"] == "no-store"
    assert audited(told.house, "message-heard") == [f"message/{id}"]


def test_a_message_is_heard_by_nobody_else(told: Told) -> None:
    id = left(told)
    told.house.ids["other"] = callers.colleague(told.house.joined)
    other = claimed(told.house.joined, asks(told.house.joined), told.house.ids["other"])
    for role, path in (
        ("other", f"/desk/{told.id}/message/{id}.wav"),
        ("other", f"/desk/{other}/message/{id}.wav"),
        ("admin", f"/desk/{told.id}/message/{id}.wav"),
        ("aidant", f"/desk/{told.id}/message/99.wav"),
    ):
        assert told.house.visit(role).get(path).status_code == 404
    assert audited(told.house, "message-heard") == []


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (messages.State.EXPECTED, "Le message vocal arrive"),
        (messages.State.LOST, "n’a pas pu être récupéré"),
        (messages.State.SILENT, "on n’y entend rien"),
    ],
)
def test_a_message_that_cannot_be_heard_says_why(told: Told, state: messages.State, said: str) -> None:
    id = left(told, state=state)
    assert said in told.page()
    status = told.house.visit("aidant").get(f"/desk/{told.id}/message/{id}.wav").status_code
    assert status == (200 if state is messages.State.SILENT else 404)


def test_a_message_whose_time_is_over_is_named_and_has_no_player(told: Told) -> None:
    id = left(told, state=messages.State.FORGOTTEN)
    page = told.house.visit("aidant").get(f"/desk/{told.id}")
    assert "Ce message vocal est effacé" in text(page)
    assert f"/message/{id}.wav" not in page.text


def test_a_message_whose_file_is_gone_is_not_there(told: Told) -> None:
    id = left(told)
    told.house.joined.vault.remove(f"{id}.sealed")
    assert told.house.visit("aidant").get(f"/desk/{told.id}/message/{id}.wav").status_code == 404


# live


def test_an_open_card_is_sent_what_it_may_see_and_no_number(told: Told) -> None:
    stream = told.house.visit("aidant").get(f"/live/card?id={told.id}").text
    assert "06 •• •• 43 21" in stream
    assert "Carte de 10 ans" in stream
    assert "06 39 98 43 21" not in stream
    told.house.ids["other"] = callers.colleague(told.house.joined)
    assert "43 21" not in told.house.visit("other").get(f"/live/card?id={told.id}").text
    assert told.house.visit("aidant").get("/live/card?id=999").text == "event: ended\ndata: -\n\n"
    assert told.house.visit("admin").get(f"/live/card?id={told.id}").status_code == 404


def test_an_open_card_hears_of_its_call(told: Told) -> None:
    visit = told.house.visit("aidant")
    version = visit.get(f"/live/card?id={told.id}").text.partition("id: ")[2].partition("\n")[0]
    dialled(told.house, told.id, State.RINGING)
    assert "Votre téléphone sonne" in visit.get(f"/live/card?id={told.id}&since={version}").text


DEEDS = ("claim", "release", "call", "hang-up", "by-hand", "number", "rang", "outcome", "note", "reassign", "reopen")


@pytest.mark.parametrize("deed_name", DEEDS)
def test_another_aidant_does_nothing_to_it(told: Told, deed_name: str) -> None:
    told.house.ids["other"] = callers.colleague(told.house.joined)
    object.__setattr__(told.house.site, "can_call", True)
    fields = {"rang": "no", "outcome": "helped", "text": "x", "to": "1"}
    answer = told.house.visit("other").post(f"/desk/{told.id}/{deed_name}", fields)
    assert answer.status_code == (422 if deed_name == "claim" else 404)
    request = found(told.house.joined, told.id)
    assert (request.status, request.staff_id) == (Status.CLAIMED, told.house.ids["aidant"])


@pytest.mark.parametrize("id", ["0", "x", "99", "9" * 30])
def test_a_request_that_is_not_there_is_not_found(house: House, id: str) -> None:
    assert house.visit("aidant").get(f"/desk/{id}").status_code == 404
    assert house.visit("aidant").post(f"/desk/{id}/claim").status_code == 404


@pytest.mark.parametrize("role", ["stranger", "admin"])
def test_a_stranger_cannot(told: Told, role: str) -> None:
    visit, expected = told.house.visit(role), 303 if role == "stranger" else 404
    assert visit.get(f"/desk/{told.id}").status_code == expected
    for name in DEEDS:
        assert visit.post(f"/desk/{told.id}/{name}").status_code == expected
    assert found(told.house.joined, told.id).status is Status.CLAIMED
