"""A server of files: it knows ranges and can do all that servers do to who downloads from them."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Fault:
    """What one answer does wrong."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None  # bytes after which the connection ends
    declares: int | None = None  # a Content-Length that is not true
    chunked: bool = False
    before: threading.Event | None = None  # waited for, after the head was sent


@dataclass(slots=True)
class Mirror:
    """`files` by path; each request takes the next of `faults` (None: an honest answer); `heard` are their headers."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=lambda: {"ETag": '"one"'})
    ranges: bool = True
    faults: list[Fault | None] = field(default_factory=list)
    heard: list[dict[str, str]] = field(default_factory=list)

    def asked(self, header: str) -> list[str | None]:
        """What each request said in this header."""
        return [request.get(header) for request in self.heard]


class _Server(ThreadingHTTPServer):
    def __init__(self, mirror: Mirror) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mirror = mirror


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        mirror = self.server.mirror
        mirror.heard.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
        fault = (mirror.faults.pop(0) if mirror.faults else None) or Fault()
        body = mirror.files.get(self.path)
        if fault.status is not None or body is None:
            self.answer(fault.status or 404, b"no", fault)
            return
        start = self.start(mirror)
        if start is not None and start >= len(body):
            fault.headers = {"Content-Range": f"bytes */{len(body)}", **fault.headers}
            self.answer(416, b"", fault)
        elif start is not None:
            fault.headers = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}", **fault.headers}
            self.answer(206, body[start:], fault)
        else:
            self.answer(200, body, fault)

    def start(self, mirror: Mirror) -> int | None:
        """Where the answer begins; None: the whole, as when the file is another one now."""
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range") in mirror.tags.values()
        return int(asked[1]) if asked and same and mirror.ranges else None

    def answer(self, status: int, body: bytes, fault: Fault) -> None:
        assert isinstance(self.server, _Server)
        self.send_response(status)
        for name, value in {**self.server.mirror.tags, **fault.headers, "Connection": "close"}.items():
            self.send_header(name, value)
        if fault.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            body = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
        else:
            self.send_header("Content-Length", str(len(body) if fault.declares is None else fault.declares))
        self.end_headers()
        if fault.before is not None:
            fault.before.wait(30)
        self.wfile.write(body if fault.cut is None else body[: fault.cut])
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def serving() -> Iterator[Mirror]:
    """A mirror on loopback."""
    mirror = Mirror()
    server = _Server(mirror)
    mirror.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield mirror
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
