"""Sending recordings: what a browser sends, what is told of each file, matching by hand, cancelling."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from ivr.actions import entries, jobs, studio, unpacking
from ivr.actions.jobs import Board
from ivr.store import prompt_codes, takes, uploads
from ivr.store.takes import Take
from ivr.store.uploads import File, State
from ivr.web import sent as receiving
from ivr.web import studio_upload, studio_uploaded, studio_words
from tests.actions.studios import spoken
from tests.actions.zips import flagged, linked, zipped
from tests.web.conftest import House
from tests.web.people import Visit, form_token, text

VOICE = spoken()
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
LIMITS = unpacking.Limits(file=200_000, sent=1_000_000, unpacked=2_000_000, files=20)


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio_upload, "LIMITS", LIMITS)


def codes_of(house: House) -> list[str]:
    return [tongue.code for tongue in house.site.release().content.tongues]


def names(house: House, count: int) -> list[str]:
    """Some texts that every language has."""
    with house.joined.database.reading() as tx:
        words = studio.current(tx, house.site.studio).words
    spoken_in = [{name for code, name in words if code == language} for language in codes_of(house)]
    return sorted(set.intersection(*spoken_in))[:count]


def send(
    visit: Visit, language: str, files: list[tuple[str, bytes]], fields: Mapping[str, str] | None = None, **more: Any
) -> Any:
    """As a browser sends the form; its fields stand before the files."""
    form = {"form": form_token(visit), "language": language} if fields is None else dict(fields)
    parts = [("files", (name, data, "audio/wav")) for name, data in files]
    return visit.ask("POST", "/studio/upload", data=form, files=parts, **more)


def sent(house: House, files: list[tuple[str, bytes]]) -> int:
    answer = send(house.visit("admin"), codes_of(house)[0], files)
    assert answer.status_code == 303, text(answer)
    return int(answer.headers["location"].removeprefix("/studio/upload/"))


def files_of(house: House, id: int) -> list[File]:
    with house.joined.database.reading() as tx:
        return uploads.files_of(tx, id)


def take_of(house: House, file: File) -> Take:
    with house.joined.database.reading() as tx:
        found = takes.find(tx, file.take_id or 0)
    assert found is not None
    return found


def nothing_kept(house: House) -> bool:
    folder = house.site.studio.vault.folder
    with house.joined.database.reading() as tx:
        return not (uploads.newest(tx, 1) or (folder.exists() and any(folder.iterdir())))


def work(house: House) -> None:
    board = Board(house.joined.database, house.joined.kinds, house.clock)
    while (held := jobs.take(board, str(uuid4()))) is not None:
        assert jobs.record(board, held, jobs.perform(board, held)) == jobs.DONE


def test_awkward_files_each_get_their_verdict_in_words(house: House) -> None:
    (one, two, three, four, five, *_), language = names(house, 6), codes_of(house)[0]
    other = codes_of(house)[-1]
    with house.joined.database.transaction() as tx:
        code = prompt_codes.of_names(tx, [three])[three]
    archive = zipped(
        {
            f"{two}.wav": VOICE + b"\0",
            f"{other}/{code} second take.wav": spoken(330),
            "in.zip": zipped({"a.wav": VOICE}),
            f"../../{one}.wav": VOICE,
            "bomb.wav": bytes(300_000),
            "nobody knows.m4a": spoken(440),
            "__MACOSX/._x.wav": b"junk",
        }
    )
    alone = [(f"{one}.wav", VOICE), (f"{four}.mp3", PDF), (f"{five}.wav", b""), ("<b>&amp;.wav", VOICE + b"\1")]
    id = sent(house, [*alone, ("all of it.zip", archive), ("locked.zip", flagged(zipped({"l.wav": VOICE}), 1))])
    work(house)
    found = {file.shown: file for file in files_of(house, id)}
    assert {shown: file.reason or file.state.value for shown, file in found.items()} == {
        f"{one}.wav": "taken",
        f"{four}.mp3": "taken",
        f"{five}.wav": "empty",
        "<b>&amp;.wav": "unmatched",
        f"{two}.wav": "taken",
        f"{other}/{code} second take.wav": "taken",
        "in.zip": "archive",
        f"../../{one}.wav": "path",
        "bomb.wav": "too-large",
        "nobody knows.m4a": "unmatched",
        "l.wav": "encrypted",
    }
    second = take_of(house, found[f"{other}/{code} second take.wav"])
    assert (second.language, second.name, second.made_by) == (other, three, house.ids["admin"])
    assert take_of(house, found[f"{four}.mp3"]).state is takes.State.BAD
    page = house.visit("admin").get(f"/studio/upload/{id}")
    said = text(page).replace("\u2068", "").replace("\u2069", "")
    assert "11 fichiers" in said
    assert "Une archive dans une archive" in said
    (told,) = studio_words.findings(house.site.first_language, take_of(house, found[f"{four}.mp3"]).report)
    assert told.says.replace("\u2068", "").replace("\u2069", "") in said
    assert "<b>&amp;" not in page.text
    assert f'href="/studio/{language}/{one}"' in page.text
    only = text(house.visit("admin").get(f"/studio/upload/{id}?only=trouble"))
    assert "in.zip" in only
    assert f"{one}.wav " not in only.replace(f"../../{one}.wav", "")
    assert "11 fichiers" in text(house.visit("admin").get("/studio/upload"))


def test_a_zip_that_cannot_be_read_is_told_and_nothing_changes(house: House) -> None:
    visit, language = house.visit("admin"), codes_of(house)[0]
    answer = send(visit, language, [("all.zip", zipped({"a.wav": VOICE})[:-9])])
    assert (answer.status_code, "ne peut pas être lue" in text(answer)) == (422, True)
    answer = send(visit, language, [("", b"")])
    assert (answer.status_code, "Aucun fichier" in text(answer)) == (422, True)
    answer = send(visit, language, [(f"{n}.wav", b"x") for n in range(25)])
    assert (answer.status_code, "1000" in text(answer)) == (422, True)
    assert send(visit, "no-language", [("a.wav", VOICE)]).status_code == 422
    assert nothing_kept(house)


def test_what_is_too_much_is_refused_and_a_large_file_alone(house: House) -> None:
    visit, language, noise = house.visit("admin"), codes_of(house)[0], bytes(range(256)) * 1000
    assert send(visit, language, [(f"{n}.wav", noise) for n in range(5)]).status_code == 413
    much = {"content-length": str(LIMITS.sent + receiving.AT_ONCE + 1)}
    kind = {"content-type": "multipart/form-data; boundary=x"}
    assert visit.ask("POST", "/studio/upload", content=b"", headers=kind | much).status_code == 413
    assert nothing_kept(house)
    id = sent(house, [("large.wav", noise), ("small.wav", VOICE), ("large.zip", zipped({"large.wav": noise}))])
    found = [(file.shown, file.reason or file.state.value) for file in files_of(house, id)]
    assert found == [("large.wav", "too-large"), ("small.wav", "unmatched"), ("large.wav", "twice")]


def test_files_are_not_taken_before_the_form_is_known_to_be_ours(house: House) -> None:
    language, visit = codes_of(house)[0], house.visit("admin")
    for fields in ({"language": language}, {"form": "x" * 64, "language": language}, {}):
        assert send(visit, language, [("a.wav", VOICE)], fields).status_code == 403
    token = {"form": form_token(visit)}
    strange = {"headers": {"sec-fetch-site": "cross-site"}}
    assert send(visit, language, [("a.wav", VOICE)], token | {"language": language}, **strange).status_code == 403
    assert nothing_kept(house)


def test_what_no_browser_sends_is_refused(house: House) -> None:
    visit = house.visit("admin")
    token = form_token(visit).encode()
    head = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n'
    kind = {"content-type": "multipart/form-data; boundary=x"}

    def status(body: bytes, headers: Mapping[str, str] = kind) -> int:
        return int(visit.ask("POST", "/studio/upload", content=body, headers=headers).status_code)

    field = head % b"form" + token + b"\r\n"
    assert status(field) == 400  # cut off
    assert status(field + b"--x--", {"content-type": "text/plain"}) == 400
    assert status(field + head % b"language" + b"y" * 9000 + b"\r\n--x--") == 413
    assert status(field * 30 + b"--x--") == 413
    assert status(field + b"--x--") == 422
    assert nothing_kept(house)


def test_what_names_do_not_say_is_matched_by_hand(house: House) -> None:
    (one, two, three, *_), other = names(house, 4), codes_of(house)[-1]
    id = sent(house, [("a.wav", spoken(330)), ("b.wav", spoken(440)), ("c.wav", spoken(550)), ("d.wav", spoken(660))])
    with house.joined.database.transaction() as tx:
        code = prompt_codes.of_names(tx, [two])[two]
    visit = house.visit("admin")
    page = visit.get(f"/studio/upload/{id}/match")
    assert f'<option value="{one}">' in page.text
    assert all(f"{name}.wav" in text(page) for name in "abcd")
    typed = {"spot-1": one, "spot-2": str(code), "language-2": other, "spot-3": "no such text", "spot-4": " "}
    answer = visit.post(f"/studio/upload/{id}/match", typed)
    assert answer.status_code == 422
    assert 'value="no such text"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "a.wav" not in text(answer)
    assert visit.post(f"/studio/upload/{id}/match", {"spot-1": three, "spot-3": three}).status_code == 303
    work(house)
    assert [(file.state, file.language, file.name) for file in files_of(house, id)] == [
        (State.TAKEN, codes_of(house)[0], one),
        (State.TAKEN, other, two),
        (State.TAKEN, codes_of(house)[0], three),
        (State.UNMATCHED, None, None),
    ]
    answer = visit.post(f"/studio/upload/{id}/match", {"spot-4": three})
    assert answer.headers["location"] == f"/studio/upload/{id}"
    assert "Chaque fichier" in text(visit.get(f"/studio/upload/{id}/match"))


def test_the_rest_is_cancelled_and_what_is_a_recording_stays(house: House) -> None:
    (one, *_), visit = names(house, 1), house.visit("admin")
    id = sent(house, [(f"{one}.wav", VOICE), ("who.wav", spoken(330))])
    work(house)
    assert "Annuler" in text(visit.get(f"/studio/upload/{id}"))
    answer = visit.post(f"/studio/upload/{id}/cancel")
    assert answer.headers["location"] == f"/studio/upload/{id}?done=cancelled"
    said = text(visit.get(answer.headers["location"]))
    assert "reste" in said
    assert visit.post(f"/studio/upload/{id}/cancel").status_code == 422
    assert [file.state for file in files_of(house, id)] == [State.TAKEN, State.CANCELLED]
    assert "Chaque fichier" in text(visit.get(f"/studio/upload/{id}/match"))


def test_the_same_file_again_is_said_to_be_there(house: House) -> None:
    (one, *_) = names(house, 1)
    sent(house, [(f"{one}.wav", VOICE)])
    again = sent(house, [(f"{one}.wav", VOICE)])
    work(house)
    assert files_of(house, again)[0].state is State.SAME
    assert "Exactement le même fichier" in text(house.visit("admin").get(f"/studio/upload/{again}"))


def test_an_open_page_follows_and_long_lists_have_pages(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio_uploaded, "A_PAGE", 2)
    (one, *_), visit = names(house, 1), house.visit("admin")
    id = sent(house, [(f"{one}.wav", VOICE), *((f"who {n}.wav", spoken(300 + n)) for n in range(4))])
    first = visit.get(f"/live/upload?id={id}").text
    version = first.partition("id: ")[2].partition("\n")[0]
    assert visit.get(f"/live/upload?id={id}&since={version}").text == ": here\n\n"
    work(house)
    assert visit.get(f"/live/upload?id={id}&since={version}").text.startswith("id: ")
    shown = {page: text(visit.get(f"/studio/upload/{id}?page={page}")) for page in ("", "0", "2", "3", "99", "x", "٢")}
    assert [f"who {n}.wav" in shown["2"] for n in range(4)] == [False, True, True, False]
    assert shown["99"] == shown["3"]
    assert "Page" in shown["2"]
    assert f"{one}.wav" in shown[""]
    assert "who 0.wav" in text(visit.get(f"/studio/upload/{id}?only=trouble"))
    assert visit.get("/live/upload?id=99").text == "event: ended\ndata: -\n\n"


def test_links_in_a_zip_are_refused_in_words(house: House) -> None:
    id = sent(house, [("all.zip", linked("a.wav", "/etc/passwd"))])
    assert "lien vers un autre fichier" in text(house.visit("admin").get(f"/studio/upload/{id}"))


def test_an_upload_that_is_not_there_is_not_found(house: House) -> None:
    visit = house.visit("admin")
    for id in ("0", "99", "x", "-1", "9" * 20):
        for path in (f"/studio/upload/{id}", f"/studio/upload/{id}/match"):
            assert visit.get(path).status_code == 404
        assert visit.post(f"/studio/upload/{id}/cancel").status_code == 404


def test_every_reason_and_state_has_words() -> None:
    assert set(studio_uploaded.WHY) == set(entries.Why)
    assert set(studio_uploaded.STATES) == set(State)


def test_a_stranger_cannot(house: House) -> None:
    id = sent(house, [("who.wav", VOICE)])
    for role in ("aidant", "coordinator", "stranger"):
        visit = house.visit(role)
        answers = [
            visit.get("/studio/upload"),
            send(visit, codes_of(house)[0], [("a.wav", VOICE)]),
            visit.get(f"/studio/upload/{id}"),
            visit.post(f"/studio/upload/{id}/match", {"spot-1": names(house, 1)[0]}),
            visit.post(f"/studio/upload/{id}/cancel"),
            visit.get(f"/live/upload?id={id}"),
        ]
        assert {answer.status_code for answer in answers} == ({303} if role == "stranger" else {404})
    assert [file.state for file in files_of(house, id)] == [State.UNMATCHED]
    with house.joined.database.reading() as tx:
        assert len(uploads.newest(tx, 9)) == 1
