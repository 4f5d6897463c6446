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
from anyio import run


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


def in_process(app: Any, *, raise_errors: bool = True, base_url: str = "http://testserver") -> httpx.Client:
    """A starlette TestClient; its errors propagate to the test unless `raise_errors` is off (then they are a 500)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # starlette warns when it is imported beside httpx; pytest makes that an error
        from starlette.testclient import TestClient  # noqa: PLC0415
    client = TestClient(app, base_url, raise_errors, follow_redirects=False)
    client._transport = Whole(client, raise_errors)
    return client


class Whole(httpx.BaseTransport):
    """Fetches an answer in one crossing to the application's thread, and without one while the client is not entered.

    Starlette's own crosses eight times, and starts a thread for each request of a client that is not entered.
    """

    def __init__(self, client: Any, raise_errors: bool) -> None:
        self.client, self.starlettes = client, client._transport
        self.httpxs = httpx.ASGITransport(client.app, raise_errors, client=("testclient", 50000))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme in ("ws", "wss"):
            return self.starlettes.handle_request(request)
        request.read()
        call = self.client.portal.call if self.client.portal else run
        answer: httpx.Response = call(self._answer, request)
        return answer

    def close(self) -> None:
        self.starlettes.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        """Whole, so that it can be read in another thread."""
        answer = await self.httpxs.handle_async_request(request)
        body = httpx.ByteStream(b"".join([part async for part in answer.aiter_raw()]))
        return httpx.Response(answer.status_code, headers=answer.headers, stream=body, request=request)
