"""Is the server alive, can it take calls, and what does it count."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Probe = Callable[[], None]
"""Does nothing when the thing is well; raises with the reason when it is not."""


def routes(probes: Mapping[str, Probe], registry: CollectorRegistry) -> list[Route]:
    """`/healthz` (the process answers), `/readyz` (every probe is well, else 503) and `/metrics`."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"alive": True})

    async def readyz(_: Request) -> Response:
        found = await asyncio.get_running_loop().run_in_executor(None, partial(_probe, probes))
        ready = all(state == "ok" for state in found.values())
        return JSONResponse({"ready": ready, **found}, 200 if ready else 503)

    async def metrics(_: Request) -> Response:
        text = await asyncio.get_running_loop().run_in_executor(None, generate_latest, registry)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


def _probe(probes: Mapping[str, Probe]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, probe in probes.items():
        try:
            probe()
        except Exception as error:  # a probe's whole meaning is that anything at all may be wrong
            found[name] = type(error).__name__
        else:
            found[name] = "ok"
    return found
