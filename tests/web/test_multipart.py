"""Forms with files, as they come in: in pieces of any size, and broken in every way."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import BadInput
from ivr.web.multipart import Began, Came, Ended, Event, Parser, boundary

KIND = 'multipart/form-data; boundary="xYz"'
HEAD = b'Content-Disposition: form-data; name="f"'
FILE = b'Content-Disposition: form-data; name="files"; filename="%s"\r\nContent-Type: audio/wav'


def body(*parts: tuple[bytes, bytes], end: bytes = b"--xYz--\r\n") -> bytes:
    return b"".join(b"--xYz\r\n" + head + b"\r\n\r\n" + data + b"\r\n" for head, data in parts) + end


def told(sent: bytes, *, step: int = 1 << 20, over: bool = True) -> list[tuple[Began, bytes]]:
    """The parts that a body holds, when it comes in steps of so many bytes."""
    parser, parts = Parser(boundary(KIND)), list[tuple[Began, bytes]]()
    ended = 0

    def note(event: Event) -> None:
        nonlocal ended
        match event:
            case Began():
                parts.append((event, b""))
            case Came(data):
                parts[-1] = (parts[-1][0], parts[-1][1] + data)
            case Ended():
                ended += 1

    for at in range(0, len(sent), step):
        for event in parser.feed(sent[at : at + step]):
            note(event)
    assert parser.over is over
    assert ended == len(parts) or not over
    return parts


def test_fields_and_files_are_told_as_a_browser_sends_them() -> None:
    parts = told(body((HEAD, b"token"), (FILE % "سلام.wav".encode(), b"\r\n--xY\r\n-\0"), (FILE % b"", b"")))
    assert parts == [
        (Began("f", None), b"token"),
        (Began("files", "سلام.wav"), b"\r\n--xY\r\n-\0"),
        (Began("files", ""), b""),
    ]


@given(
    st.lists(st.tuples(st.sampled_from([HEAD, FILE % b"a.wav"]), st.binary(max_size=60)), max_size=5),
    st.integers(1, 40),
)
def test_how_it_is_cut_into_pieces_does_not_matter(parts: list[tuple[bytes, bytes]], step: int) -> None:
    whole = [(head, data.replace(b"--xYz", b"")) for head, data in parts]
    assert [data for _, data in told(body(*whole), step=step)] == [data for _, data in whole]


@given(st.binary(max_size=300), st.integers(0, 200), st.integers(1, 50))
def test_no_bytes_at_all_break_it(junk: bytes, at: int, step: int) -> None:
    honest = body((HEAD, b"token"), (FILE % b"a.wav", b"sound"))
    for sent in (junk, honest[:at] + junk + honest[at:], honest + junk):
        parser = Parser(b"xYz")
        try:
            for start in range(0, len(sent), step):
                list(parser.feed(sent[start : start + step]))
        except BadInput:
            continue
        assert parser.over or len(sent) < len(honest) + len(junk) + 1


def test_a_library_that_others_use_is_understood() -> None:
    names = ["plain.wav", 'quo"te.wav', "سلام.wav"]
    asked = httpx.Request("POST", "http://x/", data={"form": "t"}, files=[("files", (name, b"s")) for name in names])
    parser = Parser(boundary(asked.headers["content-type"]))
    events = list(parser.feed(asked.read()))
    began = [event for event in events if isinstance(event, Began)]
    assert (began[0], [one.filename for one in began[1:]]) == (Began("form", None), names)


def test_what_is_cut_off_is_not_over() -> None:
    whole = body((HEAD, b"token"), (FILE % b"a.wav", b"sound"))
    assert told(whole[:-4], over=False)[1][1] == b"sound"
    assert told(whole[: whole.index(b"token")], over=False) == [(Began("f", None), b"")]
    assert told(b"", over=False) == []


@pytest.mark.parametrize(
    "sent",
    [
        b"--xYz\r\n\r\n\r\nno head\r\n--xYz--",
        b"--xYz\r\nContent-Type: text/plain\r\n\r\nno name\r\n--xYz--",
        b"--xYz\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--xYz--",
        b"--xYz\r\nX: " + b"y" * 9000,
        b"--xYz and more\r\n" + HEAD + b"\r\n\r\nx\r\n--xYz--",
    ],
)
def test_what_no_browser_sends_is_refused(sent: bytes) -> None:
    with pytest.raises(BadInput):
        told(sent)


@pytest.mark.parametrize(
    "kind",
    ["", "multipart/form-data", "multipart/form-data; boundary=", "text/plain; boundary=x", KIND.replace("Y", "é")],
)
def test_what_is_no_form_with_files_is_refused(kind: str) -> None:
    with pytest.raises(BadInput):
        boundary(kind)
