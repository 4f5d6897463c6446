"""Puts an ASGI application where the doubles can reach it: a real server on loopback, or in this process."""

import socket
import threading
import time
import warnings
from asyncio import Protocol
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import httpx
import uvicorn


@contextmanager
def serve(
    app: Any,
    *,
    lifespan: Literal["auto", "on", "off"] = "auto",
    protocol: type[Protocol] | None = None,
    ws: Literal["none", "auto"] = "none",
) -> Iterator[str]:
    """Runs `app` in a thread on a free loopback port and yields its base URL, without a slash at the end."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=protocol or "httptools", ws=ws, lifespan=lifespan, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while thread.is_alive() and not server.started:
        time.sleep(0.005)
    if not server.started:
        raise RuntimeError("the application did not start")
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def in_process(app: Any, *, raise_errors: bool = True) -> httpx.Client:
    """A starlette TestClient; its errors propagate to the test unless `raise_errors` is off (then they are a 500)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # starlette warns when it is imported beside httpx; pytest makes that an error
        from starlette.testclient import TestClient  # noqa: PLC0415
    return TestClient(app, raise_server_exceptions=raise_errors, follow_redirects=False)
