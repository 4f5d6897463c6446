"""Starts the server on its address, and stops it without cutting an answer off."""

import contextlib
import socket
import sys

import uvicorn
from fastapi import FastAPI

from ivr.settings import Settings

GRACE_SECONDS = 15
NOT_STARTED = 3


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
    )
    server = _Server(config)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(NOT_STARTED)
