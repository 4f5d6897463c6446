"""Starts the server on its address, and stops it without cutting an answer off."""

import uvicorn
from fastapi import FastAPI

from ivr.settings import Settings

GRACE_SECONDS = 15


def serve_forever(app: FastAPI, settings: Settings) -> None:
    """Answers until told to stop; answers under way are finished first."""
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
