"""A studio is carried to another helpline: another database and key, the same sound; nothing half, nothing twice."""

import contextlib
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr.actions import bringing, bundle
from ivr.actions.audit import HELPLINE, Deed
from ivr.errors import BadContent, BadInput
from ivr.store.takes import State
from tests.actions import studios
from tests.actions.folders import humming
from tests.actions.studios import House, spoken, take, text

TEXT = {"full": "New words of {key}."}


@pytest.fixture
def there(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    humming(monkeypatch)
    (tmp_path / "there").mkdir()
    with studios.studio(tmp_path / "there", sqlite_url) as made:
        yield made


@pytest.fixture
def here(tmp_path: Path, postgres_url: str, there: House) -> Iterator[House]:
    (tmp_path / "here").mkdir()
    with studios.studio(tmp_path / "here", postgres_url, IVR_SECRET_KEY="k" * 40) as made:
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "studio.zip"


def operator(house: House) -> Deed:
    """At the command line: nobody of the staff."""
    return Deed(HELPLINE, house.clock.now)


def filled(there: House) -> None:
    """Two versions of a text and two recordings, one of each published."""
    first = there.write({"full": "Other words."})
    second = there.write({"full": "Third words."}, first)
    live, _ = there.approved(sound=spoken(200)), there.approved("start", spoken(300))
    there.publish(take(live), text(second))
    there.receive("start", b"%PDF-1.7")
    there.work()


def test_callers_elsewhere_hear_the_same_and_the_second_time_nothing_is_new(
    there: House, here: House, file: Path
) -> None:
    filled(there)
    made = bundle.export(there.studio, file)
    assert (len(made.texts), len(made.takes)) == (1, 2)
    brought = bringing.bring(here.studio, file, operator(here))
    assert (brought.texts, brought.takes, brought.known) == (1, 2, 0)
    assert here.words() != there.words()
    published = bringing.publish(here.studio, file, operator(here))
    assert published.publication is not None
    assert (here.words(), here.heard()) == (there.words(), there.heard())
    assert here.words() == "Third words."
    release = here.studio.shelf.current().id
    again = bringing.bring(here.studio, file, operator(here))
    assert (again.texts, again.takes, again.known) == (0, 0, 3)
    assert bringing.publish(here.studio, file, operator(here)).publication is None
    here.work()
    assert here.studio.shelf.current().id == release


def test_without_publishing_callers_hear_what_they_heard_and_admins_decide(
    there: House, here: House, file: Path
) -> None:
    filled(there)
    bundle.export(there.studio, file)
    before = here.studio.shelf.current().id
    bringing.bring(here.studio, file, operator(here))
    here.work()
    assert here.studio.shelf.current().id == before
    line = here.line()
    assert line.words == "Third words."
    assert line.newest is not None
    assert (line.newest.state, line.newest.source) == (State.GOOD, "bundle")


def test_a_text_that_was_edited_here_stays_and_is_named(there: House, here: House, file: Path) -> None:
    filled(there)
    bundle.export(there.studio, file)
    here.write({"full": "Words of here."})
    brought = bringing.bring(here.studio, file, operator(here))
    assert (brought.texts, brought.kept) == (0, {("aa", "main")})
    bringing.publish(here.studio, file, operator(here))
    assert here.line().words == "Words of here."


def test_what_this_helpline_does_not_say_is_left_out_and_named(there: House, here: House, file: Path) -> None:
    filled(there)
    bundle.export(there.studio, file)
    changed(file, lambda found: {**found, "texts": [{**found["texts"][0], "prompt": "elsewhere-only"}]})
    changed(file, lambda found: {**found, "takes": [{**each, "language": "zz"} for each in found["takes"]]})
    brought = bringing.bring(here.studio, file, operator(here))
    assert (brought.texts, brought.takes) == (0, 0)
    assert brought.unknown == {("aa", "elsewhere-only"), ("zz", "main"), ("zz", "start")}
    assert bringing.publish(here.studio, file, operator(here)).publication is None


def test_a_text_that_breaks_a_rule_of_here_is_refused_with_its_reason(there: House, here: House, file: Path) -> None:
    filled(there)
    bundle.export(there.studio, file)
    wrong = [{"entry": {"full": "Says {nothing-known}."}, "at": 1.0}]
    changed(file, lambda found: {**found, "texts": [{**found["texts"][0], "versions": wrong, "published": 0}]})
    brought = bringing.bring(here.studio, file, operator(here))
    assert list(brought.refused) == [("aa", "main")]
    assert "nothing-known" in brought.refused["aa", "main"]
    assert here.line().text is None


def test_a_warning_is_taken_as_overruled_only_where_somebody_overruled_it(
    there: House, here: House, file: Path
) -> None:
    filled(there)
    bundle.export(there.studio, file)
    near = spoken(200, level=0.004)
    digest = hashlib.sha256(near).hexdigest()

    def quiet(found: dict[str, Any]) -> dict[str, Any]:
        first = next(each for each in found["takes"] if each["published"])
        return {**found, "takes": [{**first, "sha256": digest, "overruled_why": None}]}

    changed(file, quiet, {f"recordings/{digest}": near})
    bringing.bring(here.studio, file, operator(here))
    published = bringing.publish(here.studio, file, operator(here))
    assert published.doubtful == {("aa", "main")}
    assert here.heard() != there.heard()


def changed(
    file: Path, change: Callable[[dict[str, Any]], dict[str, Any]], recordings: dict[str, bytes] | None = None
) -> None:
    """Rewrites the manifest, and all recordings where others are given."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = change(json.loads(parts.pop("manifest.json")))
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        for name, data in (parts if recordings is None else recordings).items():
            archive.writestr(name, data)


def other_sound(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name != "manifest.json"]
    changed(file, lambda found: found, dict.fromkeys(names, b"not what it was"))


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "not a zip": (lambda file: file.write_bytes(b"%PDF-1.7"), "no archive of a studio"),
    "cut off": (lambda file: file.write_bytes(file.read_bytes()[:-200]), "no archive of a studio"),
    "another sound": (other_sound, "not what it was"),
    "a sound missing": (lambda file: changed(file, lambda found: found, {}), "not those that its manifest names"),
    "one too many": (
        lambda file: changed(file, lambda found: {**found, "takes": []}),
        "not those that its manifest names",
    ),
    "a later form": (lambda file: changed(file, lambda found: {**found, "format": 2}), "its form is 2"),
    "an unknown field": (lambda file: changed(file, lambda found: {**found, "more": 1}), "more"),
    "a wrong hash": (
        lambda file: changed(
            file, lambda found: {**found, "takes": [{**found["takes"][0], "sha256": "../../etc/passwd"}]}
        ),
        "sha256",
    ),
    "no mapping": (lambda file: changed(file, lambda found: [found]), "cannot be read"),  # type: ignore[arg-type,return-value]
}


def test_a_damaged_archive_is_refused_with_its_reason_and_nothing_changes(there: House, file: Path) -> None:
    filled(there)
    bundle.export(there.studio, file)
    whole, before = file.read_bytes(), there.line()
    for damage, why in DAMAGE.values():
        file.write_bytes(whole)
        damage(file)
        with pytest.raises(BadInput, match=why):
            bringing.bring(there.studio, file, operator(there))
    assert there.line() == before


def test_a_byte_that_flipped_on_the_way_is_noticed_wherever_it_lies(there: House, file: Path) -> None:
    filled(there)
    bundle.export(there.studio, file)
    whole, manifest = file.read_bytes(), bundle.opened(file)
    end = whole.index(b"recordings/")
    last = whole.rindex(b"PK\x01\x02")
    for at in (*range(0, end, 7), *range(last, len(whole), 3)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with contextlib.suppress(BadInput):
            assert bundle.opened(file) == manifest


def test_a_recording_keeps_the_words_it_was_made_for_and_is_not_published_for_others(
    there: House, here: House, file: Path
) -> None:
    """A newer program elsewhere says other words: its voices must not say them here unasked."""
    filled(there)
    bundle.export(there.studio, file)
    changed(
        file, lambda found: {**found, "texts": [], "takes": [{**each, "text": "Long ago."} for each in found["takes"]]}
    )
    before = here.heard()
    bringing.bring(here.studio, file, operator(here))
    published = bringing.publish(here.studio, file, operator(here))
    assert (published.stale, published.publication, here.heard()) == ({("aa", "main")}, None, before)
    line = here.line()
    assert line.newest is not None
    assert (line.newest.text, line.wanted) == ("Long ago.", True)


def test_an_archive_without_a_manifest_is_none_of_ours(tmp_path: Path, there: House, file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(BadInput, match="no manifest"):
        bundle.opened(file)


def test_a_part_that_unpacks_to_more_than_any_recording_is_refused(
    there: House, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(there)
    bundle.export(there.studio, file)
    monkeypatch.setattr(bundle, "MOST_RECORDING", 100)
    with pytest.raises(BadInput, match="larger than"):
        bundle.opened(file)


def test_an_export_that_fails_leaves_the_old_file_and_nothing_else(
    there: House, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(there)
    file.write_bytes(b"the old one")

    def gone(_: object, __: str) -> bytes:
        raise FileNotFoundError

    monkeypatch.setattr(type(there.studio.vault), "open", gone)
    with pytest.raises(BadContent, match=r"^recording \d, \w+ \(aa\), is lost or damaged"):
        bundle.export(there.studio, file)
    assert file.read_bytes() == b"the old one"
    assert [path.name for path in file.parent.glob(".studio*")] == []
