"""What comes out of what was sent: honest files, and zips that were made to do harm."""

import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.actions.entries import Why
from ivr.actions.unpacking import Came, Found, Limits, TooMany, unpack
from tests.actions.zips import came, flagged, linked, lying, twice, zipped

SMALL = Limits(file=10_000, sent=50_000, unpacked=30_000, files=5, ratio=50)
SOUND = b"RIFF a voice"


def found(*sent: Came, limits: Limits = SMALL) -> dict[str, Why | bytes]:
    """What became of each file, by name."""
    return {one.name: one.why or one.data for one in unpack(sent, limits)}


def test_files_come_out_in_order_with_those_of_zips_in_their_place() -> None:
    sent = [came("a.wav", b"a"), came("all.zip", zipped({"b.wav": b"b", "yy/c.wav": b"c"})), came("d", b"d")]
    assert list(unpack(sent, SMALL)) == [
        Found("a.wav", b"a"),
        Found("b.wav", b"b"),
        Found("yy/c.wav", b"c"),
        Found("d", b"d"),
    ]


def test_a_zip_is_known_by_what_is_in_it_and_not_by_its_name() -> None:
    assert found(came("a.wav", zipped({"b.wav": b"b"})), came("c.zip", b"c")) == {"b.wav": b"b", "c.zip": b"c"}


def test_what_systems_add_is_left_out_without_a_word() -> None:
    junk = ("__MACOSX/._a.wav", "yy/.DS_Store", "._b.wav", "Thumbs.db", "yy/desktop.ini")
    files = {"yy/": b"", "yy/a.wav": b"a", **dict.fromkeys(junk, b"junk")}
    assert found(came("all.zip", zipped(files)), came(".DS_Store", b"junk")) == {"yy/a.wav": b"a"}


def test_a_file_is_refused_for_its_own_reason_and_the_others_are_kept() -> None:
    noise = bytes(n * n % 251 for n in range(12_000))
    archive = zipped({"in.zip": zipped({"x": b"x"}), "empty.wav": b"", "large.wav": noise, "good.wav": SOUND})
    assert found(came("all.zip", archive)) == {
        "in.zip": Why.ARCHIVE,
        "empty.wav": Why.EMPTY,
        "large.wav": Why.TOO_LARGE,
        "good.wav": SOUND,
    }
    assert found(came("empty.wav", b""), came("cut.wav", b"x", whole=False), came("large.wav", noise)) == {
        "empty.wav": Why.EMPTY,
        "cut.wav": Why.TOO_LARGE,
        "large.wav": Why.TOO_LARGE,
    }


@pytest.mark.parametrize("name", ["../a.wav", "/etc/a.wav", "x/../../a.wav", "..\\a.wav", "C:\\a.wav", "\\\\host\\a"])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    assert found(came("all.zip", zipped({name: SOUND, "good..wav": SOUND}))) == {name: Why.PATH, "good..wav": SOUND}


def test_links_are_refused() -> None:
    assert found(came("all.zip", linked("a.wav", "/etc/passwd"))) == {"a.wav": Why.LINK}


@pytest.mark.parametrize("bit", [0x1, 0x40])
def test_what_is_encrypted_is_refused(bit: int) -> None:
    assert found(came("all.zip", flagged(zipped({"a.wav": SOUND}), bit))) == {"a.wav": Why.ENCRYPTED}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_cannot_be_inflated_piece_by_piece_is_refused(method: int) -> None:
    assert found(came("all.zip", zipped({"a.wav": SOUND}, method))) == {"a.wav": Why.PACKED}


def test_two_of_one_name_are_the_first() -> None:
    found_all = list(unpack([came("all.zip", twice("a.wav", b"1", b"2")), came("a.wav", b"3")], SMALL))
    assert [one.data or one.why for one in found_all] == [b"1", Why.TWICE, Why.TWICE]


def test_a_bomb_is_stopped_at_the_limit_and_takes_no_memory() -> None:
    bomb = zipped({"bomb.wav": bytes(60_000_000), "good.wav": SOUND})
    assert len(bomb) < 100_000
    tracemalloc.start()
    try:
        assert found(came("all.zip", bomb), limits=Limits()) == {"bomb.wav": Why.BOMB, "good.wav": SOUND}
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40_000_000


def test_all_that_comes_out_has_a_limit_whatever_each_file_is() -> None:
    noise = bytes(n * n % 251 for n in range(9_000))
    files = {f"{n}.wav": noise for n in range(5)}
    assert found(came("all.zip", zipped(files, zipfile.ZIP_STORED))) == {
        **{f"{n}.wav": noise for n in range(3)},
        "3.wav": Why.TOO_MUCH,
        "4.wav": Why.TOO_MUCH,
    }


@pytest.mark.parametrize("size", [3, 4_000_000_000])
def test_a_size_that_lies_is_not_believed(size: int) -> None:
    noise = bytes(n * n % 251 for n in range(9_000))
    assert found(came("all.zip", lying(zipped({"a.wav": noise}), size)))["a.wav"] in (Why.DAMAGED, noise)


def test_what_is_damaged_is_refused_alone() -> None:
    archive = zipped({"a.wav": SOUND, "b.wav": SOUND}, zipfile.ZIP_STORED).replace(SOUND, SOUND[::-1], 1)
    assert found(came("all.zip", archive)) == {"a.wav": Why.DAMAGED, "b.wav": SOUND}


@pytest.mark.parametrize("cut", [10, 60, 150])
def test_a_zip_that_is_cut_off_is_refused_as_a_whole(cut: int) -> None:
    archive = zipped({"a.wav": SOUND, "b.wav": SOUND})
    assert found(came("all.zip", archive[:-cut]), came("c.wav", SOUND)) == {"all.zip": Why.BAD_ZIP, "c.wav": SOUND}


def test_a_zip_with_a_directory_beyond_measure_is_not_read() -> None:
    archive = zipped({f"{n:0>60000}.wav": b"" for n in range(40)})
    assert found(came("all.zip", archive), limits=Limits()) == {"all.zip": Why.BAD_ZIP}


def test_more_files_than_are_taken_are_none() -> None:
    six = {f"{n}.wav": b"x" for n in range(6)}
    with pytest.raises(TooMany):
        found(came("all.zip", zipped(six)))
    with pytest.raises(TooMany):
        found(*(came(name, data) for name, data in six.items()))
    with pytest.raises(TooMany):
        found(*(came("same.zip", zipped({"same.wav": b"x"})) for _ in range(6)))
    assert len(found(came("all.zip", zipped(six | {"__MACOSX/x": b"x"})), limits=Limits(files=6))) == 6


def test_names_are_shown_as_they_were_meant() -> None:
    persian = zipped({"خوش‌آمدید.wav": SOUND})
    unsaid = bytearray(persian)
    for at in (6, persian.rindex(b"PK\x01\x02") + 8):  # UTF-8 without saying so
        unsaid[at + 1] &= ~0x08
    assert set(found(came("a.zip", persian))) == set(found(came("a.zip", bytes(unsaid)))) == {"خوش‌آمدید.wav"}
    (shown,) = found(came("\u202evaw.\u2066x\x07" + "y" * 300, SOUND))
    assert (len(shown), shown[0], shown[-1]) == (200, "…", "y")
    assert set(found(came("\u202evaw.\u2066x\x07", SOUND))) == {"vaw.x\ufffd"}


@given(st.binary(max_size=400), st.integers(0, 400), st.binary(max_size=8))
def test_no_bytes_at_all_break_it(tail: bytes, at: int, put: bytes) -> None:
    honest = zipped({"a.wav": SOUND, "yy/b.wav": SOUND * 20})
    for data in (b"PK\x03\x04" + tail, honest[:at] + put + honest[at + len(put) :], honest + tail):
        for one in unpack([came("all.zip", data)], SMALL):
            assert one.why is None or one.data == b""
