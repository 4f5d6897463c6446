"""Text messages in the hands of coordinators and admins: what became of them, what to decide, who gets none."""

import re

import pytest

from ivr.actions.text_desk import LEAST
from ivr.actions.texting import Texting
from ivr.store import audit, text_refusals, texts
from ivr.store.audit import Filter
from ivr.store.text_refusals import How
from ivr.store.texts import NewText, State, Text
from ivr.web.texts import CAUSES, HOWS, STATES
from tests.web import callers
from tests.web.conftest import House
from tests.web.people import NOW, text

NUMBER, BODY = "+33639981824", "bring two photos"


@pytest.fixture
def sending(house: House) -> House:
    """A house that sends text messages."""
    object.__setattr__(house.site, "texting", Texting(house.site.limits, "Maison", "Infos"))
    return house


def add(house: House, state: State, number: str = NUMBER, call_id: str | None = None, error: str | None = None) -> int:
    """A text that came so far."""
    with house.joined.database.transaction() as tx:
        key = f"x/{len(texts.page(tx, 2**53, 99))}"
        new = NewText(key, call_id, number, "fa", "place", BODY, 2, False, NOW, NOW)
        id = texts.add(tx, new)
        assert id is not None
        found = texts.find(tx, id)
        assert found is not None
        texts.move(tx, found, (State.NEW,), state, NOW, error=error)
    return id


def everything(house: House) -> list[Text]:
    with house.joined.database.reading() as tx:
        return texts.page(tx, 2**53, 99)[::-1]


def deeds(house: House) -> list[tuple[str, str]]:
    with house.joined.database.reading() as tx:
        rows = audit.page(tx, Filter(), 50)
    return [(row.what, row.about) for row in rows if row.about.startswith("text")]


def test_a_text_is_listed_masked_and_without_its_words(sending: House) -> None:
    add(sending, State.FAILED, error="30006")
    page = sending.visit("admin").get("/texts")
    assert "06 •• •• 18 24" in text(page)
    assert "\u2068n’est pas arrivé\u2069 : \u2068Cette ligne ne reçoit pas de SMS.\u2069" in text(page)
    assert not re.search(r"639981824|39 ?98 ?18", page.text)
    assert BODY not in page.text


@pytest.mark.parametrize("role", ["coordinator", "admin"])
def test_one_of_which_nobody_knows_is_sent_again_once(sending: House, role: str) -> None:
    id = add(sending, State.UNKNOWN)
    visit = sending.visit(role)
    assert "À vous de décider" in text(visit.get("/texts"))
    assert visit.post(f"/texts/{id}/again").headers["location"] == "/texts?done=again"
    old, new = everything(sending)
    assert (old.state, new.state, new.body, new.staff_id) == (State.LEFT, State.NEW, BODY, sending.ids[role])
    assert visit.post(f"/texts/{id}/again").status_code == 422
    assert len(everything(sending)) == 2
    assert deeds(sending) == [("text-sent-again", f"text/{id}")]


def test_one_of_which_nobody_knows_is_left(sending: House) -> None:
    id = add(sending, State.UNKNOWN)
    visit = sending.visit("coordinator")
    assert visit.post(f"/texts/{id}/leave").headers["location"] == "/texts?done=left"
    assert [one.state for one in everything(sending)] == [State.LEFT]
    assert deeds(sending) == [("text-left", f"text/{id}")]
    assert visit.post(f"/texts/{id}/leave").status_code == 422


def test_what_the_company_took_asks_nobody_and_a_silent_sender_is_named_once(sending: House) -> None:
    for _ in range(LEAST - 1):
        add(sending, State.HANDED)
    page = text(sending.visit("admin").get("/texts"))
    assert "À vous de décider" not in page
    assert "remis à l’opérateur téléphonique" in page
    assert "n’envoie pas d’accusés" not in page
    add(sending, State.HANDED)
    page = text(sending.visit("admin").get("/texts"))
    assert page.count("n’envoie pas d’accusés") == 1
    assert "Maison" in page
    assert "Infos" not in page


def test_nothing_is_sent_again_to_who_wants_none_or_where_nothing_sends(house: House) -> None:
    id = add(house, State.UNKNOWN)
    visit = house.visit("admin")
    assert visit.post(f"/texts/{id}/again").status_code == 422
    object.__setattr__(house.site, "texting", Texting(house.site.limits, "Maison"))
    visit.post("/texts/stop", {"number": NUMBER})
    answer = visit.post(f"/texts/{id}/again")
    assert (answer.status_code, "ne veut pas de SMS" in text(answer)) == (422, True)
    assert len(everything(house)) == 1


def test_the_desk_stops_texts_to_a_number_and_allows_them_again(sending: House) -> None:
    waiting, visit = add(sending, State.NEW), sending.visit("coordinator")
    assert visit.post("/texts/stop", {"number": "06 39 98 18 24"}).headers["location"] == "/texts?done=stopped"
    assert [(one.id, one.state) for one in everything(sending)] == [(waiting, State.CANCELLED)]
    assert "noté ici" in text(visit.get("/texts"))
    assert visit.post("/texts/stop", {"number": NUMBER}).status_code == 422
    assert visit.post("/texts/allow", {"number": NUMBER}).headers["location"] == "/texts?done=allowed"
    with sending.joined.database.reading() as tx:
        assert not text_refusals.has(tx, NUMBER)
    assert visit.post("/texts/allow", {"number": NUMBER}).status_code == 422
    assert deeds(sending) == [("texts-allowed", "texts"), ("texts-stopped", "texts")]


@pytest.mark.parametrize("path", ["/texts/stop", "/texts/allow"])
def test_without_a_number_nothing_changes(sending: House, path: str) -> None:
    answer = sending.visit("admin").post(path, {"number": "12"})
    assert (answer.status_code, "Ce n’est pas un numéro de téléphone" in text(answer)) == (422, True)


def test_the_page_goes_on_where_there_are_many(sending: House) -> None:
    for _ in range(51):
        add(sending, State.SENT)
    visit = sending.visit("admin")
    assert 'href="/texts?before=2"' in visit.get("/texts").text
    assert "/texts?before" not in visit.get("/texts?before=2").text


def test_the_card_shows_the_texts_of_its_caller_to_whose_it_is(sending: House) -> None:
    id = callers.claimed(sending.joined, callers.asks(sending.joined, caller=NUMBER), sending.ids["aidant"])
    add(sending, State.DELIVERED)
    page = text(sending.visit("aidant").get(f"/desk/{id}"))
    assert "SMS envoyés à cette personne" in page
    assert BODY in page


def test_the_page_is_named_on_top_where_texts_are_sent(house: House) -> None:
    visit = house.visit("admin")
    assert 'href="/texts"' not in visit.get("/").text
    object.__setattr__(house.site, "texting", Texting(house.site.limits, "Maison"))
    assert 'href="/texts"' in visit.get("/").text


def test_every_state_and_way_has_words() -> None:
    assert set(STATES) == set(State)
    assert set(HOWS) == set(How)
    assert {cause for cause in CAUSES if not cause.isdecimal()} == set(texts.Cause)


def test_a_stranger_cannot(sending: House) -> None:
    id = add(sending, State.UNKNOWN)
    for role in ("stranger", "aidant"):
        assert sending.visit(role).post(f"/texts/{id}/again").status_code in (303, 404)
    assert [one.state for one in everything(sending)] == [State.UNKNOWN]
