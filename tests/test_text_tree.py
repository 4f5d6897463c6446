"""Key 7 in the written menus, in every language: what is said before, instead of and after a text message."""

import pytest

from ivr.engine.inputs import Known
from ivr.engine.turn import TextRequested
from tests.engine.caller import Caller, said
from tests.helpline import prepared

BOOK = prepared().release.book
LANGUAGES = BOOK.languages
NUMBER = "0639980001"
REFUSED = {
    "no_shared": "text.no-shared",
    "not_mobile": "text.not-mobile",
    "refused": "text.refused",
    "too_many": "text.too-many",
    "off": "text.off",
}
AT_THE_DOCUMENTS = "11" + "1" * 2 + "1" + "2" + "1" * 7
"""A refugee (the call knows it from here on), who hears which documents are needed, to the end."""


def caller(language: str, case: str, *, texting: bool = True, **values: int) -> Caller:
    outside = {
        "text_way": Known(case, dict(values), {"text_number": NUMBER}),
        "text_stop": Known("done"),
        "announcement": Known("none"),
        "resume": Known("none"),
    }
    return Caller(BOOK, outside).arrives(language, texting=texting).presses(AT_THE_DOCUMENTS)


def heard(call: Caller) -> list[str]:
    return said(call.turn.pieces)


@pytest.mark.parametrize("language", LANGUAGES)
def test_key_seven_asks_before_it_sends_and_comes_back(language: str) -> None:
    call = caller(language, "ready")
    assert call.turn.node == "permit.documents-end"
    assert heard(call)[-1] == "text.hint"
    call.presses("7")
    assert heard(call)[:3] == ["text.consent", f"digits {NUMBER}", "text.consent.read"]
    assert not [fact for fact in call.facts if isinstance(fact, TextRequested)]
    call.presses("1")
    assert heard(call)[0] == "text.sent"
    assert "text.sent.later" not in heard(call)
    assert call.turn.node == "permit.documents-end"
    assert [fact.what for fact in call.facts if isinstance(fact, TextRequested)] == ["permit.documents"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_night_it_is_said_when_it_comes(language: str) -> None:
    assert heard(caller(language, "ready", text_later=1).presses("71"))[:2] == ["text.sent", "text.sent.later"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_does_not_want_it_gets_none(language: str) -> None:
    call = caller(language, "ready").presses("72")
    assert (call.turn.node, heard(call)[0]) == ("permit.documents-end", "text.no-text")
    assert not [fact for fact in call.facts if isinstance(fact, TextRequested)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_a_shared_phone_others_who_can_read_it_are_named(language: str) -> None:
    call = caller(language, "shared").presses("7")
    assert heard(call)[:3] == ["text.consent", f"digits {NUMBER}", "text.consent-shared"]
    assert call.presses("1").turn.node == "permit.documents-end"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", "12")
def test_whose_the_phone_is_is_asked_where_nobody_knows(language: str, key: str) -> None:
    call = caller(language, "whose").presses("7")
    assert heard(call) == ["person.phone", "person.phone.own", "person.phone.shared"]
    call.outside["text_way"] = Known("no_shared" if key == "2" else "ready", secrets={"text_number": NUMBER})
    call.presses(key)
    assert call.state.answers["text_phone"] == {"1": "own", "2": "shared"}[key]
    assert call.turn.node == {"1": "text.consent", "2": "text.no-shared"}[key]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", REFUSED)
def test_why_there_is_none_is_said_and_a_person_offered(language: str, case: str) -> None:
    call = caller(language, case).presses("7")
    assert heard(call) == [REFUSED[case], "text.go-on", "text.call-me"]
    assert call.presses("1").turn.node == "permit.documents-end"
    assert BOOK.node(call.presses("72").state.node).tree == "person"


@pytest.mark.parametrize("language", LANGUAGES)
def test_never_again_is_asked_back(language: str) -> None:
    call = caller(language, "ready").presses("73")
    assert heard(call) == ["text.stop", "answer.yes", "answer.no"]
    assert heard(call.presses("1"))[0] == "text.stopped"
    assert call.turn.node == "permit.documents-end"


def test_where_nothing_can_be_sent_nothing_is_offered() -> None:
    call = caller(LANGUAGES[0], "ready", texting=False)
    assert "text.hint" not in heard(call)
    assert heard(call.presses("7"))[0] == "system.wrong-key"


def test_the_address_that_is_sent_is_the_one_that_is_spoken() -> None:
    facts = prepared().release.content.facts
    sent = facts["nationality.address-written"].value or ""
    street, code = facts["nationality.address-street"].value, facts["nationality.address-code"].value
    assert f"{street} rue Francis-le-Carval, {code} Rezé" in sent


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_address_can_be_sent_as_soon_as_it_was_heard(language: str) -> None:
    place = {"place_name": "A name", "place_address": "A street"}
    outside = {
        "announcement": Known("none"),
        "resume": Known("none"),
        "where": Known("known"),
        "places": Known("visit", {"place_sure": 1}, place),
        "text_way": Known("ready", {}, {"text_number": NUMBER}),
    }
    call = Caller(BOOK, outside).arrives(language, texting=True).presses("53").stays_silent()
    assert heard(call) == ["referral.place.visit", "A street", "referral.place.again", "text.hint"]
    call.presses("71")
    assert [fact.what for fact in call.facts if isinstance(fact, TextRequested)] == ["place"]
    assert (call.turn.node, heard(call)[0]) == ("referral.place", "text.sent")
