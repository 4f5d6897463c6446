"""A file comes whole and checked or not at all, whatever a server does on the way."""

import errno
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from ivr.errors import FetchBusy, FetchRefused, HelplineError, NoRoom, TooLarge
from ivr.fetching.answer import _onward, lost
from ivr.fetching.fetch import CHUNK, Patience, Sums, Wanted, fetch
from ivr.fetching.part import Part
from tests.carrier.elsewhere import listening
from tests.carrier.test_calls_lost import self_signed
from tests.doubles.mirror import Fault, Mirror, serving

BODY = bytes(range(256)) * 3000
SHA256, MD5 = hashlib.sha256(BODY).hexdigest(), hashlib.md5(BODY).hexdigest()
LIMIT = 10_000_000


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as mirror:
        mirror.files["/model.zip"] = BODY
        yield mirror


class Person:
    """Somebody who downloads `model.zip`, and how long they would have waited in between."""

    def __init__(self, folder: Path, mirror: Mirror) -> None:
        self.file, self.url, self.pauses = folder / "model.zip", f"{mirror.url}/model.zip", list[float]()
        self.shown: list[tuple[int, int | None]] = []

    def fetch(self, url: str | None = None, limit: int = LIMIT, tries: int = 3, **sums: str) -> Sums:
        patience = Patience(connect=5, read=20, tries=tries, sleep=self.pauses.append)
        wanted = Wanted(url or self.url, limit, **sums)
        return fetch(wanted, self.file, lambda *now: self.shown.append(now), patience)

    @property
    def left(self) -> list[str]:
        """What lies in the folder, without the lock."""
        return sorted(path.name for path in self.file.parent.iterdir() if path.suffix != ".lock")


@pytest.fixture
def person(tmp_path: Path, mirror: Mirror) -> Person:
    return Person(tmp_path / "models", mirror)


def cut(after: int) -> Fault:
    return Fault(cut=after)


def test_a_file_comes_with_its_checksums_and_says_how_far_it_is(person: Person) -> None:
    assert person.fetch(sha256=SHA256.upper(), md5=MD5) == Sums(len(BODY), SHA256, MD5)
    assert (person.file.read_bytes(), person.left, person.pauses) == (BODY, ["model.zip"], [])
    assert person.shown[-1] == (len(BODY), len(BODY))
    assert person.shown == sorted(person.shown)


def test_what_was_cut_off_goes_on_where_it_stopped(person: Person, mirror: Mirror) -> None:
    mirror.faults = [cut(300_000), cut(200_000)]
    assert person.fetch(sha256=SHA256).size == len(BODY)
    assert mirror.asked("if-range") == [None, '"one"', '"one"']
    starts = [int(str(value)[6:-1]) for value in mirror.asked("range")[1:]]
    assert 0 < starts[0] <= 300_000
    assert starts[0] < starts[1] <= 500_000
    assert person.pauses == [1, 1]  # each brought something new


def test_another_day_it_goes_on_too(person: Person, mirror: Mirror) -> None:
    mirror.faults = [cut(300_000)]
    with pytest.raises(FetchBusy, match="the connection was lost"):
        person.fetch(tries=1)
    assert person.left == ["model.zip.part", "model.zip.part.json"]
    person.fetch(sha256=SHA256)
    assert (mirror.asked("range")[1] is not None, person.left) == (True, ["model.zip"])


def test_a_part_of_another_address_is_not_gone_on_with(person: Person, mirror: Mirror) -> None:
    mirror.faults = [cut(300_000)]
    with pytest.raises(FetchBusy):
        person.fetch(tries=1)
    mirror.files["/other.zip"] = BODY
    person.fetch(f"{mirror.url}/other.zip", sha256=SHA256)
    assert mirror.asked("range") == [None, None]


@pytest.mark.parametrize("mark", ["", "{}", "[]", '{"url": 1}', "\udcff"], ids=repr)
def test_a_part_that_nobody_knows_anything_of_is_begun_anew(person: Person, mirror: Mirror, mark: str) -> None:
    person.file.parent.mkdir()
    person.file.with_name("model.zip.part").write_bytes(b"old")
    person.file.with_name("model.zip.part.json").write_bytes(mark.encode(errors="surrogateescape"))
    person.fetch(sha256=SHA256)
    assert mirror.asked("range") == [None]


def test_a_server_that_knows_no_ranges_sends_all_of_it_again(person: Person, mirror: Mirror) -> None:
    mirror.faults, mirror.ranges = [cut(300_000)], False
    person.fetch(sha256=SHA256)
    assert mirror.asked("range")[1] is not None
    assert person.file.read_bytes() == BODY


def test_a_file_that_changed_meanwhile_is_begun_anew(person: Person, mirror: Mirror) -> None:
    mirror.faults = [cut(300_000)]
    with pytest.raises(FetchBusy):
        person.fetch(tries=1)
    mirror.files["/model.zip"], mirror.tags = BODY[::-1], {"ETag": '"two"'}
    person.fetch()
    assert person.file.read_bytes() == BODY[::-1]


@pytest.mark.parametrize(
    ("tags", "mark"),
    [
        ({"Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}, "Mon, 02 Nov 2026 10:00:00 GMT"),
        ({"ETag": 'W/"weak"', "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}, "Mon, 02 Nov 2026 10:00:00 GMT"),
        ({"ETag": 'W/"weak"'}, None),
        ({}, None),
    ],
    ids=["date", "weak tag and date", "weak tag", "nothing"],
)
def test_only_what_says_that_the_bytes_are_the_same_is_gone_on_with(
    person: Person, mirror: Mirror, tags: dict[str, str], mark: str | None
) -> None:
    """RFC 9110, 13.1.5: "A client MUST NOT generate an If-Range header field containing an entity tag that is marked
    as weak."
    """
    mirror.tags, mirror.faults = tags, [cut(300_000)]
    person.fetch(sha256=SHA256)
    assert mirror.asked("if-range") == [None, mark]
    assert (mirror.asked("range")[1] is None) == (mark is None)


def test_a_part_that_is_all_of_it_needs_no_more(person: Person, mirror: Mirror) -> None:
    mirror.faults = [cut(300_000)]
    with pytest.raises(FetchBusy):
        person.fetch(tries=1)
    person.file.with_name("model.zip.part").write_bytes(BODY)  # it was killed before the file got its name
    assert person.fetch(sha256=SHA256).size == len(BODY)
    assert (len(mirror.heard), person.left) == (2, ["model.zip"])


def test_a_part_that_is_longer_than_the_file_is_begun_anew(person: Person, mirror: Mirror) -> None:
    mirror.faults = [cut(300_000)]
    with pytest.raises(FetchBusy):
        person.fetch(tries=1)
    mirror.files["/model.zip"] = BODY[:1000]
    assert person.fetch().size == 1000
    assert person.file.read_bytes() == BODY[:1000]


def test_pieces_of_two_files_under_one_tag_are_found_by_the_checksum_and_fetched_again(
    person: Person, mirror: Mirror
) -> None:
    mirror.files["/model.zip"], mirror.faults = BODY[::-1], [cut(300_000)]
    with pytest.raises(FetchBusy):
        person.fetch(tries=1)
    mirror.files["/model.zip"] = BODY
    person.fetch(sha256=SHA256)
    assert [value is None for value in mirror.asked("range")] == [True, False, True]


@pytest.mark.parametrize("range_of", ["bytes 5-9/10", "bytes 0-767999/768000", "", "nonsense"])
def test_another_part_than_was_asked_for_is_not_put_behind_what_is_here(
    person: Person, mirror: Mirror, range_of: str
) -> None:
    mirror.faults = [cut(300_000), Fault(headers={"Content-Range": range_of})]
    person.fetch(sha256=SHA256)
    assert mirror.asked("range")[2] is None


def test_a_part_that_nobody_asked_for_is_not_taken(person: Person, mirror: Mirror) -> None:
    mirror.faults = [Fault(status=206, headers={"Content-Range": f"bytes 0-1/{len(BODY)}"})]
    person.fetch(sha256=SHA256)
    assert len(mirror.heard) == 2


@pytest.mark.parametrize("sums", [{"sha256": MD5}, {"md5": SHA256}, {"sha256": SHA256, "md5": "0" * 32}], ids=str)
def test_what_was_not_announced_is_thrown_away(person: Person, sums: dict[str, str]) -> None:
    with pytest.raises(FetchRefused, match=r"what came is not what was announced: its (sha256|md5) is"):
        person.fetch(**sums)
    assert person.left == []


@pytest.mark.parametrize("fault", [Fault(), Fault(chunked=True), Fault(declares=20)], ids=["said", "not said", "lied"])
def test_what_is_too_large_is_not_kept(person: Person, mirror: Mirror, fault: Fault) -> None:
    mirror.files["/model.zip"] = BODY if fault.declares is None else BODY[:20]
    mirror.faults = [fault]
    with pytest.raises(TooLarge, match="more than"):
        person.fetch(limit=len(mirror.files["/model.zip"]) - 1)
    assert person.left == []


def test_what_has_no_length_is_taken(person: Person, mirror: Mirror) -> None:
    mirror.faults = [Fault(chunked=True)]
    person.fetch(sha256=SHA256)
    assert {of for _, of in person.shown} == {None}


def test_a_server_that_ends_too_early_is_asked_for_the_rest(person: Person, mirror: Mirror) -> None:
    mirror.faults = [Fault(declares=len(BODY) + 5)]
    assert person.fetch(sha256=SHA256).size == len(BODY)


def test_less_than_the_whole_of_which_a_part_was_sent_is_not_enough(person: Person, mirror: Mirror) -> None:
    mirror.faults = [cut(300_000), Fault(declares=1000)]
    person.fetch(sha256=SHA256)
    assert len(mirror.heard) == 3


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_server_that_is_busy_is_asked_again_later_and_later(person: Person, mirror: Mirror, status: int) -> None:
    mirror.faults = [Fault(status=status)] * 3
    person.fetch(tries=4, sha256=SHA256)
    assert person.pauses == [1, 2, 4]
    mirror.faults = [Fault(status=status)] * 4
    with pytest.raises(FetchBusy, match=f"answers {status}: try again later"):
        person.fetch(tries=4)


def test_a_server_that_says_when_is_not_asked_before_but_nobody_waits_for_ever(person: Person, mirror: Mirror) -> None:
    later = [Fault(status=503, headers={"Retry-After": value}) for value in ("7", "86400", "Wed, 21 Oct 2026")]
    mirror.faults = [*later]
    person.fetch(tries=4)
    assert person.pauses == [7, 60, 4]


@pytest.mark.parametrize("status", [201, 204, 304, 400, 401, 403, 404, 410])
def test_a_server_that_has_it_not_is_not_asked_again(person: Person, mirror: Mirror, status: int) -> None:
    mirror.faults = [Fault(status=status)]
    with pytest.raises(FetchRefused, match=f"answers {status}: it has no such file"):
        person.fetch()
    assert (len(mirror.heard), person.pauses, person.left) == (1, [], [])


def test_a_server_that_packs_the_file_is_refused(person: Person, mirror: Mirror) -> None:
    mirror.faults = [Fault(headers={"Content-Encoding": "gzip"})]
    with pytest.raises(FetchRefused, match="packs the file"):
        person.fetch()
    assert mirror.asked("accept-encoding") == ["identity"]


def test_redirections_are_followed_and_what_they_say_is_not_read(person: Person, mirror: Mirror) -> None:
    hop = Fault(status=302, headers={"Location": "/model.zip"}, declares=1 << 40)
    mirror.faults = [hop, hop]
    person.fetch(f"{mirror.url}/old.zip", sha256=SHA256)
    assert mirror.asked("path") == ["/old.zip", "/model.zip", "/model.zip"]
    mirror.faults = [hop] * 9
    with pytest.raises(FetchRefused, match="redirected too often"):
        person.fetch()


@pytest.mark.parametrize(
    "onward",
    [
        "ftp://127.0.0.1/model.zip",
        "file:///etc/passwd",
        "http://[::1",
        "http://a:b@127.0.0.1/",
        "http://127.0.0.1:99999/",
        "data:,x",
    ],
)
def test_only_web_addresses_without_credentials_are_asked(person: Person, mirror: Mirror, onward: str) -> None:
    mirror.faults = [Fault(status=302, headers={"Location": onward})]
    with pytest.raises(FetchRefused):
        person.fetch()
    assert len(mirror.heard) == 1
    with pytest.raises(FetchRefused):
        person.fetch(onward)
    assert len(mirror.heard) == 1


def test_an_address_is_never_changed_from_https_to_http() -> None:
    assert _onward("https://a.example/x", "/y") == "https://a.example/y"
    assert _onward("http://a.example/x", "https://b.example/y") == "https://b.example/y"
    with pytest.raises(FetchRefused, match="from https to http"):
        _onward("https://a.example/x", "http://a.example/x")


def test_no_credentials_are_sent_even_where_the_machine_has_some(
    person: Person, mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    person.fetch()
    assert mirror.asked("authorization") == [None]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=404),
        Fault(status=503),
        Fault(status=302, headers={"Location": "ftp://a.example/"}),
        Fault(status=206, headers={"Content-Range": "bytes 7-9/10"}),
        Fault(headers={"Content-Encoding": "gzip"}),
        Fault(declares=LIMIT + 1),
        Fault(cut=10),
        None,
    ],
    ids=repr,
)
def test_no_error_tells_the_secrets_of_an_address(person: Person, mirror: Mirror, fault: Fault | None) -> None:
    mirror.files["/model.zip?token=hush"] = BODY[:1000]
    mirror.faults = [fault]
    with pytest.raises(HelplineError) as told:
        person.fetch(f"{person.url}?token=hush", tries=1, sha256="" if fault else "0" * 64)
    assert f"{person.url}?…: " in str(told.value)
    assert "hush" not in str(told.value)
    assert not any(b"hush" in file.read_bytes() for file in person.file.parent.iterdir() if file.suffix == ".json")


def test_nobody_there_is_said_so(person: Person) -> None:
    with pytest.raises(FetchBusy, match="may this machine reach the internet"):
        person.fetch("http://127.0.0.1:1/model.zip")
    assert person.pauses == [1, 2]


def test_a_certificate_that_nobody_vouches_for_is_refused(person: Person, tmp_path: Path) -> None:
    with listening() as elsewhere:
        elsewhere.speak_tls(*self_signed(tmp_path))
        with pytest.raises(FetchRefused, match="certificate is not one that this machine trusts"):
            person.fetch(f"{elsewhere.url}/model.zip")
        assert (elsewhere.heard, person.pauses) == ([], [])


def test_whatever_else_the_library_raises_is_no_traceback() -> None:
    assert isinstance(lost(requests.exceptions.InvalidHeader("x"), "http://a.example"), FetchRefused)
    assert isinstance(lost(requests.exceptions.SSLError("EOF occurred"), "https://a.example"), FetchBusy)
    assert "took too long" in str(lost(requests.ReadTimeout(), "https://a.example"))


def test_a_full_disk_is_said_and_what_came_is_kept(
    person: Person, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, room = Path.open, [2]

    class Full:
        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> "Full":
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, data: bytes) -> int:
            room[0] -= 1
            if room[0] < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return int(self.file.write(data))

    def open_(path: Path, mode: str = "r", **more: Any) -> Any:
        return Full(opened(path, mode, **more)) if mode == "ab" else opened(path, mode, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", open_)
        with pytest.raises(NoRoom, match="No space left on device; make room on it"):
            person.fetch()
    assert (len(mirror.heard), Part(person.file).size) == (1, 2 * CHUNK)
    person.fetch(sha256=SHA256)
    assert mirror.asked("range")[1] == f"bytes={2 * CHUNK}-"


def test_a_folder_that_cannot_be_is_said(person: Person, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file stands in the way")
    with pytest.raises(NoRoom, match="it must be writable"):
        person.fetch()


def test_two_at_once_do_not_get_into_each_others_way(person: Person, mirror: Mirror) -> None:
    go_on, outcome = threading.Event(), list[Sums | HelplineError]()
    mirror.faults = [Fault(before=go_on)]

    def first() -> None:
        outcome.append(person.fetch(sha256=SHA256))

    thread = threading.Thread(target=first)
    thread.start()
    while not mirror.heard:
        assert thread.is_alive()
    try:
        with pytest.raises(FetchBusy, match="another process is busy with"):
            fetch(Wanted(person.url, LIMIT), person.file)
    finally:
        go_on.set()
        thread.join(30)
    assert [type(each) for each in outcome] == [Sums]
    assert person.file.read_bytes() == BODY


def test_what_comes_too_slowly_is_given_up(person: Person) -> None:
    with pytest.raises(FetchBusy, match="comes too slowly"):
        fetch(Wanted(person.url, LIMIT), person.file, patience=Patience(whole=-1, tries=9))
    assert Part(person.file).size > 0
