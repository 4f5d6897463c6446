"""The script of a session and the recorder: which texts, in which order, and what becomes of a take that is kept."""

import csv
import io
from html import unescape
from typing import Any

import pytest

from ivr.actions import studio
from ivr.engine.content import Tongue
from ivr.store import takes, wordings
from ivr.store.takes import NewTake, Source, State, Take, Treated
from ivr.store.wordings import NewWording
from ivr.web import studio_kit, studio_record
from tests.web.conftest import House
from tests.web.people import NOW, Visit, form_token, text

SOUND = b"RIFF, or so it says"


def tongue(house: House, direction: str = "rtl") -> Tongue:
    return next(one for one in house.site.release().content.tongues if one.direction == direction)


def words(house: House, name: str) -> str:
    with house.joined.database.reading() as tx:
        return studio.current(tx, house.site.studio).words[tongue(house).code, name]


def some(house: House) -> str:
    """A text that can be recorded."""
    return house.site.release().content.roles.start


def take(house: House, name: str, state: State = State.GOOD, said: str = "", by: str = "admin", **report: Any) -> int:
    """A take of a text, as it was checked."""
    said = said or words(house, name)
    with house.joined.database.transaction() as tx:
        new = NewTake(tongue(house).code, name, said, Source.BROWSER, "1.sealed", "00", house.ids[by], NOW)
        id = takes.add(tx, new)
        if state is not State.WAITING:
            assert takes.treat(tx, id, Treated(state, report, None, None))
    return id


def of_place(house: House, name: str) -> list[Take]:
    with house.joined.database.reading() as tx:
        return takes.of_place(tx, tongue(house).code, name)


def table(house: House, **query: str) -> list[list[str]]:
    look = {"language": tongue(house).code, **query}
    answer = house.visit("admin").get("/studio/kit.csv", params=look)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]


def names(rows: list[list[str]]) -> list[str]:
    return [row[3] if row[4] == "full" else f"{row[3]}.{row[4]}" for row in rows]


def address(house: House, name: str, said: str = "") -> str:
    of = studio_record.fingerprint(said or words(house, name))
    return f"/studio/{tongue(house).code}/{name}/take?of={of}"


def keep(visit: Visit, path: str, data: bytes = SOUND, **headers: str) -> Any:
    """As the recorder sends a take."""
    sent = {"x-form": form_token(visit), "content-type": "audio/webm", **headers}
    return visit.ask("POST", path, content=data, headers=sent)


# the script


def test_the_script_is_read_as_the_menus_lead(house: House) -> None:
    content = house.site.release().content
    found = names(table(house, what="all"))
    assert found[0] == content.roles.start
    assert len(found) == len(set(found))
    with house.joined.database.reading() as tx:
        current = studio.current(tx, house.site.studio).words
    assert set(found) == {name for language, name in current if language == tongue(house).code}
    trees = [row[2] for row in table(house, what="all")]
    assert [tree for n, tree in enumerate(trees) if n == 0 or trees[n - 1] != tree] == list(dict.fromkeys(trees))


def test_only_what_is_missing_or_out_of_date_is_on_it(house: House) -> None:
    every = names(table(house, what="all"))
    assert names(table(house)) == every
    done, changed, failed = every[0], every[4], every[8]
    take(house, done)
    take(house, changed, said="something else")
    take(house, failed, State.BAD)
    assert set(every) - set(names(table(house))) == {done}
    assert names(table(house, what="stale")) == [changed]
    assert set(every) - set(names(table(house, what="missing"))) == {done, changed}
    page = text(house.visit("admin").get("/studio/kit", params={"language": tongue(house).code, "what": "stale"}))
    assert words(house, changed) in page
    assert "the text changed since" in page.lower() or "depuis" in page.lower()


def test_a_tree_alone_can_be_chosen_and_what_no_menu_says(house: House) -> None:
    trees = {row[2] for row in table(house, what="all")}
    assert "" in trees
    for tree in sorted(trees)[:3]:
        assert {row[2] for row in table(house, what="all", tree=tree or "-")} == {tree}


def test_the_table_opens_in_a_spreadsheet_and_no_cell_is_a_formula(house: House) -> None:
    answer = house.visit("admin").get("/studio/kit.csv", params={"language": tongue(house).code})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    first = table(house)[0]
    assert first[1] == f"{tongue(house).code}-{first[0]}"
    assert first[5] == words(house, first[3])
    cells = [studio_kit.harmless(cell) for cell in ("=1+1", "+33", "-1", "@SUM(A1)", "\t=1", "\r=1", "a=1", "")]
    assert cells == ["'=1+1", "'+33", "'-1", "'@SUM(A1)", "'\t=1", "'\r=1", "a=1", ""]


def test_the_page_to_print_has_code_words_and_their_direction(house: House) -> None:
    mine = tongue(house)
    row = table(house)[0]
    page = unescape(house.visit("admin").get("/studio/kit", params={"language": mine.code}).text)
    assert f'<p class="kit-words" lang="{mine.code}" dir="rtl">{row[5]}</p>' in page
    assert f'<bdi dir="ltr">{row[1]}</bdi>' in page


def test_who_recorded_everything_is_told_so(house: House) -> None:
    query = {"language": tongue(house).code, "what": "stale"}
    for path in ("/studio/kit", "/studio/record"):
        answer = house.visit("admin").get(path, params=query)
        assert answer.status_code == 200
        assert "empty-title" in answer.text
    assert table(house, what="stale") == []


@pytest.mark.parametrize("path", ["/studio/kit", "/studio/kit.csv", "/studio/record"])
def test_a_language_that_nobody_speaks_is_not_there(house: House, path: str) -> None:
    visit = house.visit("admin")
    assert visit.get(path, params={"language": "xx"}).status_code == 404
    assert visit.get(path).status_code == 200
    assert visit.get(path, params={"what": "nonsense", "tree": "nonsense"}).status_code == 200


def test_codes_stay_the_same(house: House) -> None:
    first = {row[3]: row[0] for row in table(house, what="all")}
    take(house, next(iter(first)))
    assert {row[3]: row[0] for row in table(house, what="all")} == first
    other = tongue(house, "ltr").code
    assert {row[3]: row[0] for row in table(house, what="all", language=other)} == first


# the recorder


def test_only_the_recorder_may_use_the_microphone(house: House) -> None:
    visit = house.visit("admin")
    for path, allowed in (("/studio/record", True), ("/studio/kit", False), ("/", False)):
        policy = visit.get(path).headers["permissions-policy"].split(", ")
        assert ("microphone=(self)" in policy, "microphone=()" in policy) == (allowed, not allowed), path


def test_a_text_that_needs_no_recording_can_be_recorded_when_its_page_asks_for_it(house: House) -> None:
    name = some(house)
    take(house, name)
    answer = house.visit("admin").get("/studio/record", params={"language": tongue(house).code, "name": name})
    assert answer.text.count(" data-first") == 1
    assert address(house, name).partition("?")[0] in answer.text
    other = house.visit("admin").get("/studio/record", params={"language": tongue(house).code})
    assert address(house, name).partition("?")[0] not in other.text


def test_a_take_that_is_kept_waits_for_its_checks(house: House) -> None:
    name = some(house)
    answer = keep(house.visit("admin"), address(house, name))
    (kept,) = of_place(house, name)
    assert (answer.status_code, answer.text) == (201, f"{kept.id}\n")
    assert (kept.state, kept.source, kept.text) == (State.WAITING, Source.BROWSER, words(house, name))
    assert (kept.made_by, kept.made_at) == (house.ids["admin"], NOW)
    assert house.site.studio.vault.open(kept.file) == SOUND


def test_what_is_sent_again_because_the_answer_was_lost_is_one_take(house: House) -> None:
    name, visit = some(house), house.visit("admin")
    first, again = (keep(visit, address(house, name)) for _ in range(2))
    (kept,) = of_place(house, name)
    assert [(answer.status_code, answer.text) for answer in (first, again)] == [(201, f"{kept.id}\n")] * 2
    assert [path.name for path in house.site.studio.vault.folder.glob("*.sealed")] == [kept.file]


def test_a_take_of_words_that_were_changed_meanwhile_is_refused(house: House) -> None:
    name = some(house)
    path = address(house, name)
    with house.joined.database.transaction() as tx:
        new = NewWording(tongue(house).code, name, {"full": "Other words."}, "", house.ids["admin"], NOW)
        assert wordings.add(tx, new, 0)
    answer = keep(house.visit("admin"), path)
    assert answer.status_code == 422
    assert of_place(house, name) == []
    assert keep(house.visit("admin"), path.partition("?")[0]).status_code == 422
    assert keep(house.visit("admin"), address(house, name, "Other words.")).status_code == 201


def test_a_recording_has_a_most_of_bytes_and_is_not_empty(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio_record, "MOST_BYTES", 1000)
    name = some(house)
    visit = house.visit("admin")
    assert keep(visit, address(house, name), bytes(1001)).status_code == 413
    assert keep(visit, address(house, name), b"").status_code == 400
    assert of_place(house, name) == []
    assert keep(visit, address(house, name), bytes(1000)).status_code == 201


def test_a_recording_of_nothing_that_is_said_is_not_there(house: House) -> None:
    visit = house.visit("admin")
    name = some(house)
    for path in (f"/studio/{tongue(house).code}/no-such/take", f"/studio/xx/{name}/take"):
        assert keep(visit, path).status_code == 404


def test_a_take_comes_from_a_page_of_ours(house: House) -> None:
    name = some(house)
    visit = house.visit("admin")
    assert keep(visit, address(house, name), **{"x-form": "wrong"}).status_code == 403
    assert visit.ask("POST", address(house, name), content=SOUND).status_code == 403
    assert keep(visit, address(house, name), **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert of_place(house, name) == []


def test_who_may_not_is_refused_before_the_recording_is_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_: object) -> None:
        raise AssertionError("it was read")

    name = some(house)
    page = next(page for page in studio_record.PAGES if page.post)
    for route in house.app.routes:
        if getattr(route, "page", None) is page:
            monkeypatch.setattr(route.endpoint, "_page", type(page)(page.path, page.roles, None, page.post, never))
    assert keep(house.visit("aidant"), address(house, name)).status_code == 404
    assert house.visit("stranger").ask("POST", address(house, name), content=SOUND).status_code == 303


def test_the_newest_of_ones_own_takes_are_shown_with_what_was_found(house: House) -> None:
    rows = table(house)
    first, second, other = rows[0][3], rows[4][3], rows[8][3]
    ids = [take(house, first, State.WAITING), take(house, second, State.DOUBTFUL, findings=[{"code": "clipped"}])]
    hers = take(house, other, by="coordinator")
    visit = house.visit("admin")
    query = {"language": tongue(house).code}
    page = visit.get("/studio/record", params=query).text
    shown = [id for id in (*ids, hers) if f'id="take-{id}"' in page]
    assert shown == ids
    assert page.index(f'id="take-{ids[1]}"') < page.index(f'id="take-{ids[0]}"')
    assert 'data-take-state="doubtful"' in page
    assert 'class="finding' in page
    event = visit.get("/live/recorded", params=query).text
    assert f'id="take-{ids[1]}"' in event
    assert visit.get("/live/recorded", params={"language": "xx"}).text.startswith("event: ended")


@pytest.mark.parametrize("path", ["/studio/kit", "/studio/kit.csv", "/studio/record", "/live/recorded"])
def test_a_stranger_cannot(house: House, path: str) -> None:
    assert house.visit("stranger").get(path).headers["location"].startswith("/sign-in")
    for role in ("aidant", "coordinator"):
        assert house.visit(role).get(path).status_code == 404
