"""Sounds as files: `/audio/{language}/{name}/{hash}.wav`. The hash names the content, so they may be kept for ever."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

FOR_EVER = "public, max-age=31536000, immutable"


def route(find: Callable[[str], Path | None]) -> Route:
    """The address of every sound; `find` gives the file of a hash, None for anything else."""

    async def sound(request: Request) -> Response:
        path = find(request.path_params["hash"])
        if path is None:
            return Response("no such sound\n", 404, media_type="text/plain")
        return FileResponse(path, media_type="audio/wav", headers={"Cache-Control": FOR_EVER})

    endpoint: Callable[[Request], Awaitable[Response]] = sound
    return Route("/audio/{language}/{name}/{hash}.wav", endpoint, methods=["GET"])
