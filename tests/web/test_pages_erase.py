"""Erasing a person on the pages: seen first, said twice, told afterwards, and never a number where it could stay."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text as sql

from ivr.actions import copies, jobs
from ivr.actions.audit import What
from ivr.actions.jobs import Board
from ivr.store import audit, requests
from tests import helpline
from tests.actions import companies
from tests.actions.companies import OURS, call, left
from tests.doubles.carrier import Carrier
from tests.store import scan
from tests.store.lives import Life, asked, lived, rang
from tests.web.conftest import House
from tests.web.people import NOW, ROLES, Visit, text

SHE, HE = "+33639980011", "+33639980012"
TYPED = "06 39 98 00 11"
SURE = {"number": SHE, "sure": "yes"}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def company(house: House) -> Iterator[Carrier]:
    """From now on the helpline has a telephone company."""
    with companies.company() as made:
        joined = house.joined
        eraser = replace(joined.eraser, carrier=companies.line(made), line=OURS)
        object.__setattr__(house.site, "eraser", eraser)
        yield made


@pytest.fixture
def hers(house: House) -> Life:
    with house.joined.database.transaction() as tx:
        made = lived(tx, SHE, "hers", NOW)
        tx.execute(sql("UPDATE calls SET ended_at = :now"), {"now": NOW})
    house.joined.vault.put("hers", b"a voice")
    return made


def report(visit: Visit, answer: Any) -> Any:
    """The page to which an erasure leads."""
    assert answer.status_code == 303
    assert re.fullmatch(r"/erase/[0-9a-f]{16}", answer.headers["location"])
    return visit.get(answer.headers["location"])


def work(house: House, company: Carrier) -> None:
    board = Board(house.joined.database, {copies.KIND: copies.kind(companies.line(company))}, house.clock)
    while (held := jobs.take(board, "lease")) is not None:
        jobs.record(board, held, jobs.perform(board, held))


def test_an_admin_sees_what_would_go_confirms_and_watches_the_rest_go(
    house: House, company: Carrier, hers: Life
) -> None:
    sid = call(company, SHE, OURS)
    visit = house.visit("admin")
    assert "Voir ce qui disparaîtrait" in text(visit.get("/erase"))
    seen = visit.post("/erase", {"number": TYPED})
    assert (seen.status_code, TYPED in text(seen)) == (200, True)
    for words in ("Appels 1", "Demandes de rappel 1", "Messages vocaux 1", "Notes sur ces demandes 1"):
        assert words in text(seen)
    with house.joined.database.reading() as tx:
        assert requests.find(tx, hers.request_id) is not None
    answer = visit.post("/erase", SURE)
    told = text(report(visit, answer))
    for words in ("Effacé", "Demandes de rappel 1", "5 copies en tout", "5 restent à supprimer"):
        assert words in told
    assert TYPED not in told
    assert scan.places(house.joined.database, [helpline.KEY.encode()], SHE) == []
    assert list(house.joined.vault.folder.iterdir()) == []
    work(house, company)
    assert "Toutes sont supprimées" in text(visit.get(answer.headers["location"]))
    assert sid not in left(company)


def test_a_number_that_nobody_could_have_is_refused(house: House) -> None:
    for typed in ("", "hello", "112", "06 39 98"):
        answer = house.visit("admin").post("/erase", {"number": typed})
        assert (answer.status_code, "Ce n’est pas un numéro de téléphone" in text(answer)) == (422, True)


def test_somebody_unknown_here_can_still_be_erased_at_the_company(house: House, company: Carrier) -> None:
    sid, visit = call(company, SHE, OURS), house.visit("admin")
    assert "Rien n’est connu de ce numéro ici" in text(visit.post("/erase", {"number": SHE}))
    told = text(report(visit, visit.post("/erase", SURE)))
    assert "Rien n’était connu de ce numéro ici" in told
    assert "1 copie en tout. 1 reste à supprimer" in told
    work(house, company)
    assert sid not in left(company)


def test_without_a_company_the_page_says_so(house: House, hers: Life) -> None:
    visit = house.visit("admin")
    told = text(report(visit, visit.post("/erase", SURE)))
    assert "Aucun opérateur n’est configuré" in told
    assert "copie" not in told
    assert "Rien n’y était à supprimer" not in told


def test_a_company_that_is_away_or_refuses_is_told_with_what_to_do(house: House, company: Carrier, hers: Life) -> None:
    company.fail_next("503")
    visit = house.visit("admin")
    answer = visit.post("/erase", SURE)
    assert "L’opérateur n’a pas répondu. Effacez de nouveau plus tard" in text(report(visit, answer))
    refusing = Board(house.joined.database, {copies.KIND: copies.kind(companies.line(company, "wrong"))}, house.clock)
    while (held := jobs.take(refusing, "lease")) is not None:
        jobs.record(refusing, held, jobs.perform(refusing, held))
    page = visit.get(answer.headers["location"])
    assert "4 ont été refusées et attendent une personne. Vers les tâches" in text(page)
    assert 'href="/jobs"' in page.text
    assert "Supprimer un appel, un enregistrement" in text(visit.get("/jobs"))


def test_calls_that_go_on_and_requests_of_others_are_named(house: House, hers: Life) -> None:
    with house.joined.database.transaction() as tx:
        asked(tx, hers.call_id, HE)
        rang(tx, "now", SHE, at=NOW)
    visit = house.visit("admin")
    seen = text(visit.post("/erase", {"number": SHE}))
    assert "1 appel est en cours" in seen
    assert "1 demande pour un autre numéro" in seen
    told = text(report(visit, visit.post("/erase", SURE)))
    assert "1 appel était en cours" in told
    assert "1 demande pour un autre numéro" in told


def test_the_audit_tells_of_looking_and_erasing_and_holds_no_number(house: House, hers: Life) -> None:
    visit = house.visit("admin")
    visit.post("/erase", {"number": SHE})
    visit.post("/erase", SURE)
    with house.joined.database.reading() as tx:
        rows = audit.page(tx, audit.Filter(staff_id=house.ids["admin"]), 9)
    assert {What.PERSON_LOOKED_UP, What.PERSON_ERASED, What.REQUEST_ERASED} <= {row.what for row in rows}
    said = text(visit.get("/audit"))
    assert "Personne effacée" in said
    assert not re.search(r"39\W*98\W*00\W*11", said)


def test_the_number_is_in_no_address(house: House, hers: Life) -> None:
    visit = house.visit("admin")
    page = visit.post("/erase", {"number": SHE})
    assert not re.search(r'(?:href|action|src)="[^"]*639980011', page.text)
    assert "639980011" not in visit.post("/erase", SURE).headers["location"]


def test_a_stream_renews_how_far_the_company_is(house: House, company: Carrier, hers: Life) -> None:
    visit = house.visit("admin")
    address = visit.post("/erase", SURE).headers["location"]
    token = address.rpartition("/")[2]
    assert "4 restent à supprimer" in visit.get(f"/live/erasure?token={token}").text
    work(house, company)
    assert "Toutes sont supprimées" in visit.get(f"/live/erasure?token={token}&since=4.0.0").text
    assert visit.get("/live/erasure?token=unknown").text.startswith("event: ended")


@pytest.mark.parametrize("token", ["0" * 16, "x", "%27", "0" * 15, "A" * 16])
def test_an_erasure_that_is_not_known_is_not_there(house: House, token: str) -> None:
    assert house.visit("admin").get(f"/erase/{token}").status_code == 404


@pytest.mark.parametrize("fields", [{"number": SHE}, SURE, {}])
@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_a_stranger_cannot(house: House, hers: Life, role: str, fields: dict[str, str]) -> None:
    visit = house.visit(role)
    assert visit.get("/erase").status_code in (303, 404)
    assert visit.post("/erase", fields).status_code in (303, 404)
    assert visit.get("/live/erasure?token=" + "0" * 16).status_code in (303, 404)
    forged = house.visit("admin").ask("POST", "/erase", data=SURE)
    assert forged.status_code == 403
    with house.joined.database.reading() as tx:
        assert requests.find(tx, hers.request_id) is not None
