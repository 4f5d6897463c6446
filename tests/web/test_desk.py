"""The queue of requests: what it shows, to whom, in which order; taking the next one; making one by hand."""

import re
from typing import Any

import pytest

from ivr.actions import callbacks
from ivr.store import staff
from ivr.web.desk import SIZE
from tests.web import callers
from tests.web.callers import asks, claimed, deed, found, number, speaks
from tests.web.conftest import House
from tests.web.people import text

HOUR = 3600


def rows(answer: Any) -> list[int]:
    """The requests of a page, in its order."""
    return [int(id) for id in re.findall(r'data-request="(\d+)"', answer.text)]


def count(answer: Any, view: str) -> int:
    found = re.search(rf'id="tab-{view}".*?class="count">(\d+)<', answer.text, re.DOTALL)
    assert found
    return int(found[1])


def test_who_asked_first_stands_first_and_a_retry_keeps_its_place(house: House) -> None:
    joined, aidant = house.joined, house.ids["aidant"]
    late, early = asks(joined, minutes=10), asks(joined, minutes=200)
    visit = house.visit("aidant")
    assert rows(visit.get("/desk")) == [early, late]
    claimed(joined, early, aidant)
    with joined.database.transaction() as tx:
        callbacks.release(tx, early, deed(joined, aidant))
    assert rows(visit.get("/desk")) == [early, late]


def test_a_row_tells_what_one_needs_to_choose_and_nothing_that_was_told(house: House) -> None:
    id = asks(house.joined, minutes=42, phone="shared", woman=True, caller=number(1234), code="7351")
    page = house.visit("aidant").get("/desk")
    said = text(page)
    for shown in ("42 min", "Titre de séjour", "دری", "téléphone partagé", "préfère une femme"):
        assert shown in said
    for hidden in ("1234", "12 34", "63998", "7351", "Carte de 10 ans"):
        assert hidden not in said
    assert rows(page) == [id]


def test_the_parts_of_the_queue_are_counted_and_told_apart(house: House) -> None:
    joined, now = house.joined, house.clock()
    due, later = asks(joined), asks(joined, due_at=now + HOUR, due_until=now + 2 * HOUR)
    mine = claimed(joined, asks(joined), house.ids["aidant"])
    claimed(joined, asks(joined), house.ids["coordinator"])
    visit = house.visit("aidant")
    assert rows(visit.get("/desk?view=due")) == [due]
    assert rows(visit.get("/desk?view=later")) == [later]
    page = visit.get("/desk?view=mine")
    assert rows(page) == [mine]
    assert [count(page, view) for view in ("due", "later", "mine", "done")] == [1, 1, 1, 0]
    assert visit.get("/desk?view=taken").status_code == 404
    assert visit.get("/desk?view=everything").status_code == 404


def test_what_was_agreed_is_said_in_words(house: House) -> None:
    joined, now = house.joined, house.clock()
    asks(joined, minutes=1, window=("2026-11-24", "morning"), due_at=now + 22 * HOUR, due_until=now + 26 * HOUR)
    asks(joined, minutes=2, window=("2026-11-26", "evening"), due_at=now + 80 * HOUR, due_until=now + 82 * HOUR)
    asks(joined, minutes=3, due_at=now + 5 * HOUR)
    said = text(house.visit("aidant").get("/desk?view=later")).replace("\u2068", "").replace("\u2069", "")
    for words in ("demain matin", "jeudi, le soir", "à 15:00"):
        assert words in said


def test_what_was_agreed_overseas_is_said_by_both_clocks(house: House) -> None:
    overseas = {"zone": "America/Guadeloupe", "window": ("2026-11-24", "morning")}
    asks(house.joined, due_at=house.clock.now + 28 * HOUR, due_until=house.clock.now + 32 * HOUR, **overseas)
    said = text(house.visit("aidant").get("/desk?view=later")).replace("\u2068", "").replace("\u2069", "")
    assert "demain matin chez la personne ; ici : demain à 13:00" in said


def test_an_agreed_time_that_went_by_is_pointed_out(house: House) -> None:
    now = house.clock()
    asks(house.joined, window=("2026-11-23", "morning"), due_at=now - 2 * HOUR, due_until=now)
    assert "ce matin ce moment est passé" in text(house.visit("aidant").get("/desk"))


def test_other_languages_are_seen_only_by_those_who_want_to(house: House) -> None:
    own, other = asks(house.joined, language="fa"), asks(house.joined, language="fr")
    visit = house.visit("aidant")
    page = visit.get("/desk")
    assert rows(page) == [own]
    assert "1 autre dans une langue que vous ne parlez pas" in text(page)
    assert rows(visit.get("/desk?languages=all")) == [own, other]
    assert visit.get(f"/desk/{other}").status_code == 404
    assert visit.get(f"/desk/{other}?languages=all").status_code == 200
    assert visit.post(f"/desk/{other}/claim").status_code == 404
    assert visit.post(f"/desk/{other}/claim", {"languages": "all"}).headers["location"] == f"/desk/{other}"
    assert visit.get(f"/desk/{other}").status_code == 200


def test_a_coordinator_sees_every_language_and_what_is_in_whose_hands(house: House) -> None:
    own, other = asks(house.joined, language="fa"), asks(house.joined, language="fr")
    taken = claimed(house.joined, asks(house.joined), house.ids["aidant"])
    visit = house.visit("coordinator")
    assert rows(visit.get("/desk")) == [own, other]
    assert rows(visit.get("/desk?languages=mine")) == [own]
    page = visit.get("/desk?view=taken")
    assert rows(page) == [taken]
    assert "Leïla Karimi" in text(page)
    assert visit.post(f"/desk/{other}/claim").headers["location"] == f"/desk/{other}"


def test_a_long_queue_is_turned_page_by_page(house: House) -> None:
    ids = [asks(house.joined, minutes=900 - n) for n in range(SIZE + 5)]
    visit = house.visit("aidant")
    first = visit.get("/desk")
    assert rows(first) == ids[:SIZE]
    older = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert older
    assert rows(visit.get(older[1].replace("&amp;", "&"))) == ids[SIZE:]


def test_an_empty_part_says_so_and_what_comes_next(house: House) -> None:
    visit = house.visit("aidant")
    assert "Une nouvelle demande apparaît ici toute seule" in text(visit.get("/desk"))
    asks(house.joined, due_at=house.clock() + 5 * HOUR)
    assert "La prochaine est prévue" in text(visit.get("/desk"))
    for view in ("mine", "done"):
        assert 'class="empty"' in visit.get(f"/desk?view={view}").text


def test_the_next_request_is_taken_and_opened(house: House) -> None:
    first, second = asks(house.joined, minutes=30), asks(house.joined, minutes=20)
    asks(house.joined, language="fr", minutes=90)
    visit = house.visit("aidant")
    assert visit.post("/desk/next").headers["location"] == f"/desk/{first}"
    assert visit.post("/desk/next").headers["location"] == f"/desk/{second}"
    assert visit.post("/desk/next").headers["location"] == "/desk?done=nobody"
    assert "Personne à appeler maintenant" in text(visit.get("/desk?done=nobody"))
    assert found(house.joined, first).staff_id == house.ids["aidant"]


def test_done_today_is_one_s_own_and_everybody_s_for_a_coordinator(house: House) -> None:
    joined, aidant = house.joined, house.ids["aidant"]
    done = claimed(joined, asks(joined), aidant)
    visit = house.visit("aidant")
    visit.post(f"/desk/{done}/by-hand")
    assert visit.post(f"/desk/{done}/outcome", {"outcome": "helped"}).headers["location"] == "/desk?done=kept"
    assert rows(visit.get("/desk?view=done")) == [done]
    assert "Aidée" in text(visit.get("/desk?view=done"))
    assert rows(house.visit("coordinator").get("/desk?view=done")) == [done]
    house.clock.now += 24 * HOUR
    assert rows(house.visit("aidant").get("/desk?view=done")) == []


BY_HAND = {"number": "06 39 98 77 01", "language": "fa", "topic": "nationality", "phone": "shared", "note": "A écrit."}


def test_a_request_is_made_by_hand_and_stands_in_the_queue(house: House) -> None:
    visit = house.visit("aidant")
    where = visit.post("/desk/new", BY_HAND).headers["location"]
    id = int(re.findall(r"\d+", where)[0])
    assert visit.get(where).status_code == 200
    assert rows(visit.get("/desk")) == [id]
    made = found(house.joined, id)
    assert (made.number, made.topic, made.phone, made.language) == ("+33639987701", "nationality", "shared", "fa")
    visit.post(f"/desk/{id}/claim")
    assert "A écrit." in text(visit.get(f"/desk/{id}"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"number": "nonsense"}, "n’est pas un numéro français"),
        ({"number": "+1 202 555 0100"}, "n’est pas un numéro français"),
        ({"language": "xx"}, "Ce choix n’est pas possible"),
        ({"topic": "weather"}, "Ce choix n’est pas possible"),
        ({"phone": ""}, "Ce choix n’est pas possible"),
    ],
)
def test_what_is_wrong_is_named_and_what_was_typed_stays(house: House, fields: dict[str, str], said: str) -> None:
    answer = house.visit("aidant").post("/desk/new", {**BY_HAND, **fields})
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert "A écrit." in answer.text
    assert rows(house.visit("coordinator").get("/desk")) == []


def test_a_person_has_one_open_request_also_by_hand(house: House) -> None:
    visit = house.visit("aidant")
    visit.post("/desk/new", BY_HAND)
    answer = visit.post("/desk/new", BY_HAND)
    assert (answer.status_code, "déjà une demande en cours" in text(answer)) == (422, True)


def test_by_night_where_the_caller_lives_a_request_by_hand_waits_for_the_morning(house: House) -> None:
    house.clock.now += 8 * HOUR  # 18 h in Paris, 22 h in Saint-Denis
    visit = house.visit("aidant")
    visit.post("/desk/new", {**BY_HAND, "number": "+262 692 12 34 56"})
    assert rows(visit.get("/desk")) == []
    assert len(rows(visit.get("/desk?view=later"))) == 1


def test_an_open_queue_is_sent_what_its_address_asks_for(house: House) -> None:
    due, later = asks(house.joined), asks(house.joined, due_at=house.clock() + HOUR)
    visit = house.visit("aidant")
    assert rows(visit.get("/live/desk?view=due")) == [due]
    assert rows(visit.get("/live/desk?view=later&languages=mine")) == [later]
    assert visit.get("/live/desk?view=nothing").text == "event: ended\ndata: -\n\n"


def test_a_stream_brings_what_became_due_by_the_clock_alone(house: House) -> None:
    id = asks(house.joined, due_at=house.clock() + HOUR)
    visit = house.visit("aidant")
    before = visit.get("/live/desk?view=due")
    version = before.text.partition("id: ")[2].partition("\n")[0]
    assert rows(before) == []
    assert visit.get(f"/live/desk?view=due&since={version}").text == ": here\n\n"
    house.clock.now += HOUR
    assert rows(visit.get(f"/live/desk?view=due&since={version}")) == [id]


def test_the_page_names_who_took_what_is_gone(house: House) -> None:
    id = claimed(house.joined, asks(house.joined), house.ids["coordinator"])
    page = house.visit("aidant").get("/desk").text
    assert re.search(rf'data-id="{id}">prise par .*Claude Martin', page)


def test_a_request_of_which_nobody_knows_the_language_is_everybody_s(house: House) -> None:
    id = asks(house.joined, language=None)  # type: ignore[arg-type]
    page = house.visit("aidant").get("/desk")
    assert rows(page) == [id]
    assert "langue inconnue" in text(page)


def test_who_speaks_nothing_yet_is_told_so(house: House) -> None:
    speaks(house.joined, house.ids["aidant"])
    asks(house.joined)
    assert "Aucune langue dans votre compte" in text(house.visit("aidant").get("/desk"))


def test_the_start_page_counts_and_leads_to_the_queue(house: House) -> None:
    asks(house.joined)
    page = house.visit("aidant").get("/")
    assert "À rappeler 1" in text(page)
    assert 'href="/desk"' in page.text
    assert 'href="/desk"' not in house.visit("admin").get("/").text


def test_whose_account_was_disabled_claims_nothing(house: House) -> None:
    id = asks(house.joined)
    visit = house.visit("aidant")
    with house.joined.database.transaction() as tx:
        staff.change(tx, house.ids["aidant"], disabled_at=house.clock())
    assert visit.post(f"/desk/{id}/claim").status_code == 303
    assert found(house.joined, id).staff_id is None


@pytest.mark.parametrize("role", ["stranger", "admin"])
@pytest.mark.parametrize("path", ["/desk", "/desk/new", "/live/desk?view=due"])
def test_a_stranger_cannot(house: House, role: str, path: str) -> None:
    callers.asks(house.joined)
    answer = house.visit(role).get(path)
    assert answer.status_code == (303 if role == "stranger" else 404)
    assert "data-request" not in answer.text
