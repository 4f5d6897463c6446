"""A model is visible when it is whole, what was meant, and works; what is not known is never said to be verified."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr.errors import BadInput, FetchBusy, FetchRefused, NoRoom, SpeechFailed
from ivr.fetching.fetch import Patience
from ivr.fetching.part import alone
from ivr.speech import installing
from ivr.speech.installing import OPERATOR, VENDOR, Installing, Source
from ivr.speech.models import INCOMING, Pin, installed, pin
from ivr.speech.recognizer import ENGINES
from tests.actions import zips
from tests.doubles.mirror import Fault, Mirror, serving

NAME = "toy-model-0.1"
FIRST = zips.zipped({f"{NAME}/words.txt": b"one two", f"{NAME}/am/final.mdl": bytes(1000)})
SECOND = zips.zipped({f"{NAME}/words.txt": b"three", f"{NAME}/am/final.mdl": bytes(2000)})


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as mirror:
        mirror.files[f"/models/{NAME}.zip"] = FIRST
        yield mirror


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """An engine of toys, which remembers what it was given to try."""
    tried: list[Path] = []

    def load(folder: Path) -> Any:
        tried.append(folder)
        if not (folder / "words.txt").is_file():
            raise SpeechFailed("there are no words in it")

    monkeypatch.setitem(ENGINES, "toy", load)
    return tried


@pytest.fixture
def install(tmp_path: Path, mirror: Mirror) -> Callable[..., Pin | None]:
    def run(name: str = NAME, **source: Any) -> Pin | None:
        patience = Patience(tries=2, sleep=lambda _: None)
        where = Source(f"{mirror.url}/models", "2026-11-22", **source)
        return Installing(tmp_path / "models", name, where, patience=patience).run()

    return run


def lists(mirror: Mirror, **entry: Any) -> None:
    """The vendor's list names the model with these figures."""
    about = {"lang": "xx", "name": NAME, "obsolete": "false", "size": len(FIRST), "type": "small", **entry}
    mirror.files["/models/model-list.json"] = json.dumps([{"name": "other", "md5": "0" * 32}, about]).encode()


def left(tmp_path: Path) -> list[str]:
    """What lies about in the folder of what comes in, locks aside."""
    return [path.name for path in (tmp_path / "models" / INCOMING).iterdir() if path.suffix != ".lock"]


def test_a_model_comes_from_the_mirror_is_tried_and_visible(
    tmp_path: Path, mirror: Mirror, install: Callable[..., Pin], engine: list[Path]
) -> None:
    new = install()
    assert new == Pin(sha256(FIRST), len(FIRST), f"{mirror.url}/models/{NAME}.zip", "2026-11-22", None)
    assert (tmp_path / "models" / NAME / "words.txt").read_bytes() == b"one two"
    assert [(path.name, INCOMING in path.parts) for path in engine] == [(NAME, True)]
    assert left(tmp_path) == []
    (found,) = installed(tmp_path / "models")
    assert (found.name, found.size, found.pin) == (NAME, 1007, new)


def test_what_the_vendors_list_names_is_verified_by_it(mirror: Mirror, install: Callable[..., Pin]) -> None:
    lists(mirror, md5=hashlib.md5(FIRST).hexdigest().upper())
    assert install().verified == VENDOR


def test_what_the_vendors_list_does_not_name_is_not_visible(
    tmp_path: Path, mirror: Mirror, install: Callable[..., Pin]
) -> None:
    lists(mirror, md5=hashlib.md5(SECOND).hexdigest())
    with pytest.raises(FetchRefused, match="not what was announced: its md5"):
        install()
    assert (installed(tmp_path / "models"), left(tmp_path)) == ((), [])


@pytest.mark.parametrize(
    "text", [b"", b"[", b"{}", b'"x"', b"[1, {}]", b"\xff", json.dumps([{"name": NAME, "md5": "?"}]).encode()], ids=repr
)
def test_a_list_that_cannot_be_read_verifies_nothing(mirror: Mirror, install: Callable[..., Pin], text: bytes) -> None:
    mirror.files["/models/model-list.json"] = text
    assert install().verified is None


def test_a_list_that_does_not_come_today_is_waited_for(mirror: Mirror, install: Callable[..., Pin]) -> None:
    lists(mirror, md5=hashlib.md5(FIRST).hexdigest())
    mirror.faults = [Fault(status=503)] * 2
    with pytest.raises(FetchBusy):
        install()
    assert install().verified == VENDOR


def test_a_sha256_that_was_given_is_what_counts(mirror: Mirror, install: Callable[..., Pin]) -> None:
    lists(mirror, md5="0" * 32)
    assert install(sha256=sha256(FIRST).upper()).verified == OPERATOR
    assert mirror.asked("path") == [f"/models/{NAME}.zip"]


def test_another_sha256_than_was_given_is_refused(tmp_path: Path, install: Callable[..., Pin]) -> None:
    with pytest.raises(FetchRefused, match="its sha256 is"):
        install(sha256=sha256(SECOND))
    assert installed(tmp_path / "models") == ()


def test_a_file_that_was_brought_along_needs_no_network(
    tmp_path: Path, mirror: Mirror, install: Callable[..., Pin]
) -> None:
    stick = tmp_path / "stick.zip"
    stick.write_bytes(FIRST)
    with pytest.raises(FetchRefused, match=r"stick\.zip: what came is not what was announced"):
        install(file=stick, sha256=sha256(SECOND))
    assert install(file=stick) == Pin(sha256(FIRST), len(FIRST), "stick.zip", "2026-11-22", None)
    assert (stick.exists(), mirror.heard) == (True, [])
    assert install(file=stick, sha256=sha256(FIRST), force=True).verified == OPERATOR
    with pytest.raises(BadInput, match="cannot be read"):
        install(file=tmp_path / "nothing.zip", force=True)


def test_what_is_there_is_not_fetched_again(mirror: Mirror, install: Callable[..., Pin | None]) -> None:
    install()
    asked = len(mirror.heard)
    assert install() is None
    assert install(sha256=sha256(FIRST)) is None
    with pytest.raises(FetchRefused, match="from another archive"):
        install(sha256=sha256(SECOND))
    assert len(mirror.heard) == asked


def test_what_was_got_once_is_what_is_expected_ever_after_unless_it_is_forced(
    tmp_path: Path, mirror: Mirror, install: Callable[..., Pin | None]
) -> None:
    install()
    folder = tmp_path / "models" / NAME
    folder.rename(tmp_path / "away")  # somebody throws the model away; what it was made of stays known
    mirror.files[f"/models/{NAME}.zip"] = SECOND
    with pytest.raises(FetchRefused, match="is not the one that was installed under this name on 2026-11-22"):
        install()
    assert (folder.exists(), left(tmp_path)) == (False, [])
    forced = install(force=True)
    assert forced is not None
    assert (forced.sha256, forced.verified) == (sha256(SECOND), None)
    assert (folder / "words.txt").read_bytes() == b"three"
    assert pin(tmp_path / "models", NAME) == forced


def test_the_same_again_stays_verified(tmp_path: Path, install: Callable[..., Pin], mirror: Mirror) -> None:
    install(sha256=sha256(FIRST))
    assert install(force=True).verified == OPERATOR
    mirror.files[f"/models/{NAME}.zip"] = SECOND
    assert install(force=True).verified is None


def test_a_model_that_does_not_work_stays_invisible_and_the_one_before_stays(
    tmp_path: Path, mirror: Mirror, install: Callable[..., Pin | None]
) -> None:
    mirror.files[f"/models/{NAME}.zip"] = zips.zipped({f"{NAME}/README": b"half"})
    with pytest.raises(SpeechFailed, match="does not work here and is not installed: there are no words in it"):
        install()
    assert (installed(tmp_path / "models"), left(tmp_path)) == ((), [])
    mirror.files[f"/models/{NAME}.zip"] = FIRST
    first = install()
    mirror.files[f"/models/{NAME}.zip"] = zips.zipped({f"{NAME}/README": b"half"})
    with pytest.raises(SpeechFailed):
        install(force=True)
    assert [found.pin for found in installed(tmp_path / "models")] == [first]
    assert (tmp_path / "models" / NAME / "words.txt").exists()


def test_an_archive_that_is_none_leaves_nothing(
    tmp_path: Path, mirror: Mirror, install: Callable[..., Pin | None]
) -> None:
    mirror.files[f"/models/{NAME}.zip"] = b"<html>sign in to the hotel's network</html>"
    with pytest.raises(BadInput, match="no zip archive"):
        install()
    assert (installed(tmp_path / "models"), left(tmp_path)) == ((), [])


@pytest.mark.parametrize("name", ["", "../x", "toy-/../x", "other-model", "toy model", "toy-" + "x" * 200, ".toy-x"])
def test_what_can_be_no_model_is_not_asked_for(mirror: Mirror, install: Callable[..., Pin], name: str) -> None:
    with pytest.raises(BadInput, match="is no name of a speech model: they are called vosk-…, toy-…"):
        install(name)
    assert mirror.heard == []


def test_two_at_once_do_not_get_into_each_others_way(tmp_path: Path, install: Callable[..., Pin]) -> None:
    with alone(tmp_path / "models" / INCOMING / NAME), pytest.raises(FetchBusy, match="another process"):
        install()
    assert install().size == len(FIRST)


def test_what_a_killed_installation_left_is_swept(tmp_path: Path, install: Callable[..., Pin]) -> None:
    for name in (f"{NAME}~killed", f"{NAME}-other~runs"):
        (tmp_path / "models" / INCOMING / name / "deep").mkdir(parents=True)
    install()
    assert left(tmp_path) == [f"{NAME}-other~runs"]


def test_when_the_new_one_cannot_be_moved_the_old_one_stays(
    tmp_path: Path, install: Callable[..., Pin], mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, replace = install(), installing.os.replace
    mirror.files[f"/models/{NAME}.zip"] = SECOND

    def fails(source: Path, target: Path) -> None:
        if target == tmp_path / "models" / NAME and INCOMING in Path(source).parts and Path(source).name == NAME:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(installing.os, "replace", fails)
    with pytest.raises(NoRoom, match="No space left"):
        install(force=True)
    (found,) = installed(tmp_path / "models")
    assert (found.pin, found.size) == (first, 1007)


def test_what_else_lies_in_the_folder_is_no_model(tmp_path: Path) -> None:
    assert installed(tmp_path / "models") == ()
    folder = tmp_path / "models"
    for name in (INCOMING, "toy-by-hand", "voices"):
        (folder / name).mkdir(parents=True)
    for broken in ("[]", "{", '{"sha256": "x"}'):
        (folder / "toy-by-hand.json").write_text(broken)
        assert [(found.name, found.pin) for found in installed(folder)] == [("toy-by-hand", None)]


def test_half_a_real_model_ends_only_the_process_that_tries_it(
    tmp_path: Path, mirror: Mirror, install: Callable[..., Pin | None]
) -> None:
    name = "vosk-model-half-0.1"
    mirror.files[f"/models/{name}.zip"] = zips.zipped({f"{name}/graph/Gr.fst": bytes(100), f"{name}/README": b""})
    with pytest.raises(SpeechFailed, match=rf"{name} does not work here and is not installed: it cannot be loaded"):
        install(name)
    assert (installed(tmp_path / "models"), left(tmp_path)) == ((), [])
