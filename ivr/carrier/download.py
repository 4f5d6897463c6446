"""A recording onto the disk: whole or not at all, and the password never leaves the provider's own host.

A redirection to another host (a provider may keep sound in somebody's cloud storage) is followed without credentials,
never from https to http.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase

from ivr.carrier.link import Link, judged, lost
from ivr.carrier.protocol import Saved
from ivr.errors import BadInput, CarrierBusy, CarrierRefused, TooLarge

MOST_REDIRECTIONS = 3
CHUNK = 8192


class _Nobody(AuthBase):
    """Sends no credentials; with none at all the library would look for some in the address and in .netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def download(link: Link, url: str, into: Path, limit: int) -> Saved:
    """Fetches a wav of at most `limit` bytes; a crash leaves a stray `.part` beside `into`, never half a file there."""
    deadline = time.monotonic() + link.patience.whole
    try:
        with _answer(link, url) as answer, _draft(into) as draft:
            _stream(answer, draft, limit, deadline)
            return _checked(draft)
    except requests.RequestException as error:
        failure = lost(error)
    raise failure  # out here: the library's error, which holds an address, is not its context


@contextmanager
def _answer(link: Link, url: str) -> Iterator[requests.Response]:
    """The answer behind any redirections, its body unread."""
    with requests.Session() as session:
        for _ in range(MOST_REDIRECTIONS + 1):
            with _asked(session, link, url) as answer:
                if not answer.is_redirect:
                    failure = judged(answer)
                    if failure:
                        raise failure
                    yield answer
                    return
                url = _onward(url, answer.headers["Location"])
    raise CarrierRefused("the provider redirects a recording too often")


def _asked(session: requests.Session, link: Link, url: str) -> requests.Response:
    """One request, for the sound as it is, not packed; through the adapter, because the session reads redirections."""
    credentials = link.credentials if link.own(url) else _Nobody()
    asked = requests.Request("GET", url, {"Accept-Encoding": "identity"}, auth=credentials)
    around = session.merge_environment_settings(url, {}, True, None, None)
    wait = (link.patience.connect, link.patience.read)
    return session.get_adapter(url).send(session.prepare_request(asked), timeout=wait, **around)


def _onward(url: str, location: str) -> str:
    try:
        onward = urljoin(url, location)
        parts = urlsplit(onward)
        scheme, _ = parts.scheme, parts.port  # a port that is no number raises too
    except ValueError:
        scheme = onward = ""
    if scheme != "https" and (scheme != "http" or url.startswith("https:")):
        raise CarrierRefused("the provider redirects a recording to an address that is not https")
    return onward


@contextmanager
def _draft(into: Path) -> Iterator[IO[bytes]]:
    """A file that only its owner can read; it becomes `into` when the block ends well, else it is gone."""
    with tempfile.NamedTemporaryFile(dir=into.parent, prefix=f".{into.name}.", suffix=".part", delete=False) as draft:
        try:
            yield draft
            draft.flush()
            os.fsync(draft.fileno())
            os.replace(draft.name, into)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    folder = os.open(into.parent, os.O_RDONLY)  # the name too must survive a power cut: the copy is deleted next
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _stream(answer: requests.Response, draft: IO[bytes], limit: int, deadline: float) -> None:
    declared = answer.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise TooLarge(f"the recording has {declared} bytes, more than {limit}")
    size = 0
    for chunk in answer.iter_content(CHUNK):
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"the recording has more than {limit} bytes")
        if time.monotonic() > deadline:
            raise CarrierBusy("the provider sends the recording too slowly")
        draft.write(chunk)


def _checked(draft: IO[bytes]) -> Saved:
    draft.seek(0)
    head = draft.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise BadInput("what the provider sent is not a wav")
    draft.seek(0)
    digest = hashlib.file_digest(draft, "sha256")  # type: ignore[arg-type]  # a temporary file is as good
    return Saved(draft.tell(), digest.hexdigest())
