"""Sounds as files: `/audio/{language}/{name}/{hash}.wav`. The hash names the content, so they may be kept for ever.

Free text is asked for while it may still be in the making: it is waited for. Where it does not come the caller is told
so in the language of the address, with a sound that nobody keeps: asked for again, it may be there.
"""

import asyncio
from asyncio import Semaphore
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ivr.actions.aloud import PATIENCE, Aloud
from ivr.actions.sounds import SPOKEN

FOR_EVER = "public, max-age=31536000, immutable"
LOOK_SECONDS = 0.05
LOOKS = round(PATIENCE / LOOK_SECONDS)
MOST_WAITING = 100
"""Who asks beyond them is not waited for: anybody may ask for sounds that will never come."""


def route(find: Callable[[str], Path | None], aloud: Aloud | None = None, looks: int = LOOKS) -> Route:
    """The address of every sound; `find` gives the file of a hash, None for anything else."""

    waiting = Semaphore(MOST_WAITING)

    async def sound(request: Request) -> Response:
        language, name, hash = (request.path_params[part] for part in ("language", "name", "hash"))
        path = find(hash)
        if path is None and name == SPOKEN and aloud is not None:
            path = await _spoken(aloud, hash, looks, waiting)
            if path is None and (instead := aloud.instead(language)) is not None:
                return FileResponse(instead, media_type="audio/wav", headers={"Cache-Control": "no-store"})
        if path is None:
            return Response("no such sound\n", 404, media_type="text/plain")
        return FileResponse(path, media_type="audio/wav", headers={"Cache-Control": FOR_EVER})

    endpoint: Callable[[Request], Awaitable[Response]] = sound
    return Route("/audio/{language}/{name}/{hash}.wav", endpoint, methods=["GET"])


async def _spoken(aloud: Aloud, key: str, looks: int, waiting: Semaphore) -> Path | None:
    """On disk, whichever process is making it."""
    path = aloud.find(key)
    if path is not None or aloud.is_hopeless(key) or waiting.locked():
        return path
    async with waiting:
        for _ in range(looks - 1):
            await asyncio.sleep(LOOK_SECONDS)
            path = aloud.find(key)
            if path is not None or aloud.is_hopeless(key):
                return path
    return None
