"""Starts the server on its address, and stops it without cutting an answer off."""

import contextlib
import gc
import socket
import sys

import uvicorn
from fastapi import FastAPI

from ivr.settings import Settings

GRACE_SECONDS = 15
NOT_STARTED = 3
MOST_BYTES = 65_536
"""Of one message of a stream."""
SWITCH_SECONDS = 0.0005
"""How long one thread may keep the others waiting: an answer changes hands ten times, beside jobs that compute."""


class _Server(uvicorn.Server):
    """Open streams of events end when the server is told to stop; else it would wait for them in vain."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app = self.config.app
        if isinstance(app, FastAPI) and hasattr(app.state, "leave"):
            app.state.leave()
        await super().shutdown(sockets)


def serve_forever(app: FastAPI, settings: Settings) -> None:
    """Answers until told to stop; answers under way are finished first."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=MOST_BYTES,
    )
    server = _Server(config)
    _spare_the_callers()
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(NOT_STARTED)


def _spare_the_callers() -> None:
    """What was loaded stays: looking through all of it for garbage would stop every call for a tenth of a second."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
