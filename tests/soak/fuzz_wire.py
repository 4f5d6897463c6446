"""Requests as bytes on a socket: also those that no library would send."""

import http.client
import socket
from dataclasses import dataclass, field

SECONDS = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `route` and `role` say what it was meant for. `cut`: the line breaks in the middle of its body."""

    method: str
    target: str
    route: str
    role: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    cut: bool = False

    def __str__(self) -> str:
        """Enough to send it again."""
        cut = " (cut off)" if self.cut else ""
        return f"{self.role}: {self.method} {self.target[:400]}{cut} {list(self.headers)} {self.body[:1500]!r}"


@dataclass(frozen=True, slots=True)
class Got:
    """One answer; status 0 when the server ended the connection without one."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    body: bytes = b""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


class _Line(http.client.HTTPConnection):
    """Sends whatever it is told to."""

    def _validate_path(self, url: str) -> None:
        return

    def _encode_request(self, request: str) -> bytes:
        return request.encode("latin-1", "replace")


class Wire:
    """A connection that is kept open, as a browser's and the telephone company's are."""

    def __init__(self, base: str) -> None:
        self._host, _, self._port = base.removeprefix("http://").partition(":")
        self._line = self._new()

    def send(self, asked: Asked) -> Got:
        """The answer; TimeoutError when there is none."""
        try:
            return self._send(asked)
        except (http.client.RemoteDisconnected, ConnectionError):
            self._line.close()  # it may have been closed while nothing was said: once more
        except http.client.HTTPException:
            self._line.close()
            return Got(0)
        try:
            return self._send(asked)
        except (http.client.HTTPException, ConnectionError):
            self._line.close()
            return Got(0)

    def close(self) -> None:
        """Ends the connection."""
        self._line.close()

    def _send(self, asked: Asked) -> Got:
        line = self._line
        line.putrequest(asked.method, asked.target, skip_host=True, skip_accept_encoding=True)
        for name, value in asked.headers:
            line.putheader(name, value.replace("\r", "").replace("\n", "").encode("latin-1", "replace"))
        if asked.body or asked.method in ("POST", "PUT", "PATCH"):
            line.putheader("Content-Length", str(len(asked.body) + (100 if asked.cut else 0)))
        line.endheaders(asked.body)
        if asked.cut:
            self._cut()
            return Got(0)
        answer = line.getresponse()
        got = Got(
            answer.status,
            {name.lower(): value for name, value in answer.getheaders()},
            tuple(answer.headers.get_all("set-cookie") or ()),
            answer.read(),
        )
        if asked.method in ("CONNECT", "TRACE"):
            line.close()
        return got

    def _cut(self) -> None:
        if self._line.sock is not None:
            self._line.sock.shutdown(socket.SHUT_RDWR)
        self._line.close()

    def _new(self) -> _Line:
        return _Line(self._host, int(self._port), timeout=SECONDS)
