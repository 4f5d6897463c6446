"""A web server that is not the telephone company's: it answers as it is told and remembers what it was sent."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Elsewhere:
    """`claimed` is a Content-Length that need not be true (None: none is sent); `drip` seconds pass between parts."""

    url: str = ""
    status: int = 200
    body: bytes = b""
    claimed: int | None = None
    drip: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    heard: list[dict[str, str]] = field(default_factory=list)
    tls: ssl.SSLContext | None = None

    def speak_tls(self, certificate: Path, key: Path) -> None:
        """From now on: https only."""
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate, key)
        self.url = self.url.replace("http:", "https:")

    def parts(self) -> list[bytes]:
        """The body in one part, or in eight when it drips."""
        size = len(self.body) // 8 + 1 if self.drip else len(self.body) + 1
        return [self.body[start : start + size] for start in range(0, len(self.body), size)]


class Server(ThreadingHTTPServer):
    """Serves what `told` says, over TLS once it speaks that."""

    def __init__(self, told: Elsewhere) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.told = told

    def get_request(self) -> tuple[socket.socket, Any]:
        plain, address = super().get_request()
        return self.told.tls.wrap_socket(plain, server_side=True) if self.told.tls else plain, address


class Handler(BaseHTTPRequestHandler):
    """One answer a connection."""

    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        told = self.server.told
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        told.heard.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(told.status)
        length = {} if told.claimed is None else {"Content-Length": str(told.claimed)}
        for name, value in {**told.headers, **length, "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        for part in told.parts():
            time.sleep(told.drip)
            self.wfile.write(part)
            self.wfile.flush()

    do_POST = do_DELETE = do_GET

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True  # the other side had enough: that is what some tests are about

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@contextmanager
def listening() -> Iterator[Elsewhere]:
    """A server on a free loopback port."""
    told = Elsewhere()
    server = Server(told)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
