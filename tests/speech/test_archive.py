"""A model's archive may come from anybody: nothing of it lands elsewhere, and nothing fills disk or memory."""

import io
import zipfile
from pathlib import Path

import pytest

from ivr.errors import BadInput
from ivr.speech import archive
from ivr.speech.archive import Limits, unpack
from tests.actions import zips

NAME = "vosk-model-small-xx-0.1"
GOOD = {f"{NAME}/conf/model.conf": b"--one=1", f"{NAME}/graph/Gr.fst": b"\x00" * 5000, f"{NAME}/README": b""}


def put(folder: Path, data: bytes) -> Path:
    file = folder / "model.zip"
    file.write_bytes(data)
    return file


def refused(tmp_path: Path, data: bytes, limits: Limits = archive.LIMITS) -> str:
    """Why it is; nothing may lie anywhere but in the folder that was meant for it."""
    file, into = put(tmp_path, data), tmp_path / "into"
    into.mkdir()
    with pytest.raises(BadInput) as caught:
        unpack(file, NAME, into, limits)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["into", "model.zip"]
    return str(caught.value)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_model_comes_out_as_it_was_put_in(tmp_path: Path, method: int) -> None:
    folder = unpack(put(tmp_path, zips.zipped({f"{NAME}/": b"", f"{NAME}/conf/": b"", **GOOD}, method)), NAME, tmp_path)
    assert folder == tmp_path / NAME
    for name, data in GOOD.items():
        assert (tmp_path / name).read_bytes() == data


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        f"{NAME}/../../evil",
        f"{NAME}/../evil",
        f"/{NAME}/evil",
        f"{NAME}//evil",
        f"{NAME}/./evil",
        f"{NAME}\\..\\evil",
        "C:/evil",
        f"{NAME}/a\nb",
        f"{NAME}/" + "x" * 201,
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    assert "a path that leads elsewhere" in refused(tmp_path, zips.zipped({**GOOD, name: b"evil"}))


@pytest.mark.parametrize("name", ["README", "other/README", f"{NAME}-2/README", NAME, "__MACOSX/x"])
def test_there_is_one_folder_of_its_name_and_nothing_else(tmp_path: Path, name: str) -> None:
    assert f"one folder {NAME} in it and nothing else" in refused(tmp_path, zips.zipped({name: b"x", **GOOD}))


def test_a_link_is_refused(tmp_path: Path) -> None:
    assert "a link or a device" in refused(tmp_path, zips.linked(f"{NAME}/conf", "/etc"))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_packed_in_an_unusual_way_is_refused(tmp_path: Path, method: int) -> None:
    assert "an unusual way" in refused(tmp_path, zips.zipped(GOOD, method))


def test_what_is_locked_is_refused(tmp_path: Path) -> None:
    assert "locked" in refused(tmp_path, zips.flagged(zips.zipped({f"{NAME}/a": b"x"}), 0x1))


def test_one_name_twice_is_refused(tmp_path: Path) -> None:
    assert "twice the same name" in refused(tmp_path, zips.twice(f"{NAME}/a", b"1", b"2"))
    (tmp_path / "into").rmdir()
    both = zips.zipped({f"{NAME}/a": b"1", f"{NAME}/a/b": b"2"})
    assert "a file and a folder" in refused(tmp_path, both)


def test_more_files_than_a_model_has_are_refused_before_any_is_written(tmp_path: Path) -> None:
    many = zips.zipped({f"{NAME}/{n}": b"" for n in range(20)})
    assert "holds 20 files" in refused(tmp_path, many, Limits(files=19))
    assert list((tmp_path / "into").iterdir()) == []


def test_more_bytes_than_a_model_has_are_refused_whatever_the_archive_says_of_them(tmp_path: Path) -> None:
    bomb = zips.zipped({f"{NAME}/a": bytes(3_000_000)})
    assert len(bomb) < 10_000
    assert "holds more than" in refused(tmp_path, bomb, Limits(unpacked=2_000_000))
    assert sum(path.stat().st_size for path in (tmp_path / "into").rglob("*") if path.is_file()) <= 2_000_000


def test_sizes_that_lie_are_found(tmp_path: Path) -> None:
    assert "damaged" in refused(tmp_path, zips.lying(zips.zipped({f"{NAME}/a": bytes(100_000)}), 10))


def test_a_directory_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for n in range(12_000):
            packed.writestr(f"{NAME}/{n:0150}", b"")
    assert "too much at once" in refused(tmp_path, out.getvalue())


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06" + bytes(18), b"<html>404</html>"], ids=repr)
def test_what_is_no_zip_is_said_so(tmp_path: Path, data: bytes) -> None:
    why = refused(tmp_path, data)
    assert "no zip archive" in why or why == "the archive is empty"


def test_a_damaged_one_is_said_so(tmp_path: Path) -> None:
    data = bytearray(zips.zipped({f"{NAME}/a": bytes(range(256)) * 50}, zipfile.ZIP_STORED))
    data[500] ^= 0xFF
    assert "damaged" in refused(tmp_path, bytes(data))
