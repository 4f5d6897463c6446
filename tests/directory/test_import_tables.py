"""Tables as they are published: encodings, delimiters, broken ends."""

from pathlib import Path

import pytest

from ivr.directory.importing.formats import detected
from ivr.directory.importing.tables import rows, table
from ivr.directory.record import BadSource, Told

HEAD = "kind;name;source_id\n"


def written(folder: Path, data: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
    return path


def read(path: Path) -> tuple[list[tuple[dict[str, str], str]], Told]:
    told = Told()
    return [(dict(row), wrong) for _, row, wrong in rows(table(path), told)], told


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_delimiter_and_mark_are_seen(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = written(tmp_path, (HEAD + 'caf;"Caf, Ain\nBourg";1\n').replace(";", delimiter), encoding)
    found, _ = read(path)
    assert found == [({"kind": "caf", "name": "Caf, Ain\nBourg", "source_id": "1"}, "")]


def test_cp1252_is_taken_and_said(tmp_path: Path) -> None:
    found, told = read(written(tmp_path, HEAD + "caf;Préfecture de l’Isère;1\n", "cp1252"))
    assert found[0][0]["name"] == "Préfecture de l’Isère"
    assert told.remarks == ["its text is cp1252, not UTF-8"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ((HEAD + "caf;Préfecture;1\n").encode() + "Préfecture".encode("cp1252"), "partly UTF-8"),
        ((HEAD + "caf;Pr").encode() + bytes(range(0xB5, 0xF0)) + b";1\n", "UTF-8 nor French"),
        ((HEAD + "caf;Pr").encode() + b"\x81\x8d" + b";1\n", "neither UTF-8 nor cp1252"),
        ((HEAD + "caf;Pr").encode() + b"\0;1\n", "no text"),
        ((HEAD + "caf;Préfé").encode()[:-1], "cut off"),
    ],
)
def test_garbled_text_is_refused(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(BadSource, match=why):
        read(written(tmp_path, data))


def test_a_row_of_another_width_is_told_apart(tmp_path: Path) -> None:
    found, _ = read(written(tmp_path, HEAD + "caf;short\ncaf;good;2\ncaf;long;3;4\n"))
    assert [bool(wrong) for _, wrong in found] == [True, False, True]


@pytest.mark.parametrize("end", ["caf;cut o", 'caf;"cut o'])
def test_a_table_that_ends_in_the_middle_of_a_row_is_refused(tmp_path: Path, end: str) -> None:
    with pytest.raises(BadSource, match="cut off"):
        read(written(tmp_path, f"{HEAD}caf;good;1\n{end}"))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("", "empty"),
        ("<!DOCTYPE html><html>", "web page"),
        ("hello", "no table"),
        ("a,a\n1,2\n", "two columns of one name"),
        ("a,b\n1,2\n", "not those of any format"),
    ],
)
def test_what_is_no_table_of_ours_is_refused(tmp_path: Path, data: str, why: str) -> None:
    with pytest.raises(BadSource, match=why):
        detected(written(tmp_path, data))
