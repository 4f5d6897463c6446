"""Dead jobs in the hands of an admin: what died and why, done again or settled, and who decided."""

from pathlib import Path

import pytest

from ivr.store import audit, jobs
from ivr.store.audit import Filter
from ivr.store.jobs import NewJob
from ivr.web.jobs import NAMES
from tests.actions import tiny
from tests.web.conftest import House
from tests.web.people import NOW, text

NUMBER = "+33639981824"


def dead(house: House, error: str, key: str = "text/1", kind: str = "forget-releases") -> int:
    """A job that died of this, ten minutes ago."""
    with house.joined.database.transaction() as tx:
        jobs.enqueue(tx, NewJob(kind, key, {"number": NUMBER}, NOW - 600, NOW - 600))
        held = jobs.take(tx, {kind: 60.0}, key, NOW - 600)
        assert held is not None
        jobs.bury(tx, held, NOW - 600, error)
    return held.id


def state(house: House, id: int) -> str:
    with house.joined.database.reading() as tx:
        return str(tx.connection.exec_driver_sql(f"SELECT state FROM jobs WHERE id = {id}").scalar_one())


def deeds(house: House) -> list[tuple[str, str, int | None]]:
    with house.joined.database.reading() as tx:
        rows = audit.page(tx, Filter(), 50)
    return [(row.what, row.about, row.staff_id) for row in rows if row.about.startswith("job/")]


def test_a_dead_job_is_told_in_words_and_without_what_it_is_about(house: House) -> None:
    id = dead(house, "CarrierRefused")
    page = text(house.visit("admin").get("/jobs"))
    assert f"tâche {id}" in page.replace("\u2068", "").replace("\u2069", "")
    assert "Oublier les anciennes versions" in page
    assert "La compagnie de téléphone a refusé." in page
    assert "1 vous attend" in page
    assert NUMBER not in page


def test_a_kind_and_an_error_that_have_no_words_yet_are_shown_by_their_own_name(house: House) -> None:
    dead(house, "ZeroDivisionError", kind="brew-tea")
    page = text(house.visit("admin").get("/jobs"))
    assert "brew-tea" in page
    assert "ZeroDivisionError" in page


def test_every_kind_of_job_has_words(tmp_path: Path, sqlite_url: str) -> None:
    texting = {"IVR_SMS_FROM": "Maison"}
    joined = tiny.joined(tmp_path, sqlite_url, tiny.Clock(), **texting)  # with a telephone company
    assert set(NAMES) == set(joined.kinds)
    joined.database.dispose()


def test_with_nothing_dead_the_page_says_so(house: House) -> None:
    page = text(house.visit("admin").get("/jobs"))
    assert "Rien ne vous attend" in page


def test_what_cannot_have_happened_is_tried_again_at_once_and_only_once(house: House) -> None:
    id, visit = dead(house, "CarrierRefused"), house.visit("admin")
    assert visit.post(f"/jobs/{id}/retry").headers["location"] == "/jobs?done=retried"
    assert state(house, id) == "waiting"
    assert visit.post(f"/jobs/{id}/retry").status_code == 404
    assert visit.post(f"/jobs/{id}/settle").status_code == 404
    assert deeds(house) == [("job-retried", f"job/{id}", house.ids["admin"])]


@pytest.mark.parametrize("error", ["may have happened", "may have happened: CarrierUnknown"])
def test_what_may_have_happened_is_only_tried_again_by_who_looked(house: House, error: str) -> None:
    id, visit = dead(house, error), house.visit("admin")
    assert "par deux fois" in text(visit.get("/jobs"))
    refused = visit.post(f"/jobs/{id}/retry")
    assert (refused.status_code, "regardez d’abord" in text(refused)) == (422, True)
    assert (state(house, id), deeds(house)) == ("dead", [])
    assert visit.post(f"/jobs/{id}/retry", {"looked": "yes"}).status_code == 303
    assert state(house, id) == "waiting"


def test_what_needs_no_doing_is_settled(house: House) -> None:
    id, visit = dead(house, "may have happened"), house.visit("admin")
    assert visit.post(f"/jobs/{id}/settle").headers["location"] == "/jobs?done=settled"
    assert state(house, id) == "done"
    assert deeds(house) == [("job-settled", f"job/{id}", house.ids["admin"])]
    assert "Rien ne vous attend" in text(visit.get("/jobs?done=settled"))


def test_the_start_page_counts_dead_jobs_for_admins_alone(house: House) -> None:
    assert "/jobs" not in house.visit("admin").get("/").text.partition("<main")[2]
    dead(house, "CarrierRefused")
    dead(house, "CarrierRefused", "text/2")
    assert "2 tâches attendent votre décision" in text(house.visit("admin").get("/"))
    for role in ("aidant", "coordinator"):
        assert "/jobs" not in house.visit(role).get("/").text


def test_an_open_page_hears_of_a_job_that_dies_and_of_one_that_is_decided(house: House) -> None:
    visit = house.visit("admin")
    version = visit.get("/live/jobs").text.partition("id: ")[2].partition("\n")[0]
    assert visit.get(f"/live/jobs?since={version}").text == ": here\n\n"
    id = dead(house, "CarrierRefused")
    told = visit.get(f"/live/jobs?since={version}").text
    assert told.startswith("id: ")
    assert f'id="job-{id}"' in told
    version = told.partition("id: ")[2].partition("\n")[0]
    visit.post(f"/jobs/{id}/settle")
    assert f'id="job-{id}"' not in visit.get(f"/live/jobs?since={version}").text.replace(": here", "")
    assert visit.get(f"/live/jobs?since={version}").text.startswith("id: ")


def test_a_backlog_that_nobody_works_on_is_said(house: House) -> None:
    with house.joined.database.transaction() as tx:
        jobs.enqueue(tx, NewJob("forget-releases", "late", {}, NOW - 3600, NOW - 3600))
    page = text(house.visit("admin").get("/jobs"))
    assert "il y a 1 heure" in page.replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize("role", ["aidant", "coordinator"])
def test_the_live_list_is_for_admins_alone(house: House, role: str) -> None:
    dead(house, "CarrierRefused")
    assert house.visit(role).get("/live/jobs").status_code == 404


def test_a_stranger_cannot(house: House) -> None:
    id, visit = dead(house, "CarrierRefused"), house.visit("stranger")
    for path in (f"/jobs/{id}/retry", f"/jobs/{id}/settle"):
        assert visit.post(path, {"looked": "yes"}).headers["location"].startswith("/sign-in")
    assert visit.get("/jobs").headers["location"].startswith("/sign-in")
    assert (state(house, id), deeds(house)) == ("dead", [])
