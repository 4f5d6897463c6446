"""How the REST stand-in misbehaves on demand: refuses, breaks, answers late, or does it and loses the answer."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Literal, get_args

from starlette.responses import JSONResponse, Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.doubles.carrier_records import Refused

Fault = Literal["429", "500", "503", "lost", "slow"]
REFUSALS = {
    "429": Refused(429, 20429, "Too Many Requests"),
    "500": Refused(500, 20500, "An internal server error has occurred"),
    "503": Refused(503, 20503, "Service is unavailable. Please try again"),
}

Lines = dict[tuple[str, int], asyncio.Transport]
"""Open connections by the other side's address."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault to come; `seconds` is the delay of "slow" and the Retry-After of "429"."""

    kind: Fault
    seconds: float


class Script:
    """Faults in the order they are to happen, one for each request."""

    def __init__(self) -> None:
        self._planned: deque[Planned] = deque()

    def add(self, kind: Fault, seconds: float, times: int) -> None:
        """Plans `times` faults of a kind."""
        if kind not in get_args(Fault):
            raise ValueError(f"a fault is one of {get_args(Fault)}, not {kind!r}")
        self._planned.extend([Planned(kind, seconds)] * times)

    def next(self) -> Planned | None:
        """The fault of this request, if any."""
        return self._planned.popleft() if self._planned else None


def refusal(fault: Planned | None) -> Response | None:
    """The answer of a fault that keeps the request from having any effect."""
    if fault is None or fault.kind not in REFUSALS:
        return None
    refused = REFUSALS[fault.kind]
    headers = {"Retry-After": f"{fault.seconds:g}"} if fault.kind == "429" else {}
    return JSONResponse(refused.body, refused.status, headers)


def cuttable(lines: Lines) -> type[H11Protocol]:
    """A server protocol that remembers its connections, so that one can be cut in the middle of a request."""

    class Cuttable(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            lines[transport.get_extra_info("peername")] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            lines.pop(self.transport.get_extra_info("peername"), None)
            super().connection_lost(exc)

    return Cuttable
