"""The shell around parse and render: signature, form, the one door, TwiML."""

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ivr.actions.calls import Answer, Calls
from ivr.actions.knowledge import Line
from ivr.actions.last_words import ALL_LANGUAGES
from ivr.actions.sounds import played
from ivr.channels.twilio import parse, render
from ivr.channels.twilio.addresses import Addresses
from ivr.channels.twilio.signature import Signature
from ivr.errors import BadInput, Forged, StorageAway, TooLarge
from ivr.numbers import Number, understand

log = logging.getLogger("ivr.twilio")

XML = "text/xml"
REMEMBERED = 1000
"""How many calls that failed once are remembered, so that a second failure is answered from disk."""

CALLERS = 256
"""How many numbers are kept understood, in memory only: each key brings the caller's again, and parsing is slow."""

T = TypeVar("T")
Handler = Callable[[Request, parse.Fields], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Telephone:
    """What the webhooks need: the door, our address, who signs, and where the last words lie."""

    calls: Calls
    addresses: Addresses
    auth_token: str
    production: bool
    last_words: Path
    observe: Callable[[str, Answer, float], None]
    threads: int = 16


class Webhooks:
    """The routes of one telephone line."""

    def __init__(self, telephone: Telephone) -> None:
        self._phone = telephone
        self._signature = Signature(telephone.auth_token, telephone.addresses.base)
        self._threads = ThreadPoolExecutor(telephone.threads, thread_name_prefix="calls")
        self._understand = lru_cache(CALLERS)(understand)
        self._failed: OrderedDict[str, str] = OrderedDict()  # call -> the delivery that said so

    def routes(self) -> list[Route]:
        """Every address that the telephone company may post to, and the sound of last resort."""
        call = "/twilio/call/{call}"
        return [
            Route("/twilio/voice", self._guarded(self._voice), methods=["POST"]),
            Route(f"{call}/now", self._guarded(self._now), methods=["POST"]),
            Route(f"{call}/{{n}}/{{what}}", self._guarded(self._turn), methods=["POST"]),
            Route("/twilio/status", self._guarded(self._status), methods=["POST"]),
            Route("/twilio/fallback", self._guarded(self._fallback), methods=["POST"]),
            Route("/twilio/fallback/{language}.wav", self._sound, methods=["GET"]),
        ]

    def _guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                fields = parse.form_fields(await _body(request))
                self._check_signature(request, fields)
                return await handler(request, fields)
            except TooLarge as error:
                return _refused(request, 413, error)
            except Forged as error:
                return _refused(request, 403, error)
            except (BadInput, ClientDisconnect) as error:
                return _refused(request, 400, error)

        return endpoint

    def _check_signature(self, request: Request, fields: parse.Fields) -> None:
        """Against the configured public address: what a proxy in front of us calls itself does not matter."""
        query = request.scope["query_string"].decode("latin-1")
        target = f"{request.scope['path']}?{query}" if query else request.scope["path"]
        if not self._signature.fits(target, fields, request.headers.get("x-twilio-signature", "")):
            raise Forged("the signature does not fit")

    async def _voice(self, _: Request, fields: parse.Fields) -> Response:
        line = self._line(fields)
        return await self._answer("voice", line, partial(self._phone.calls.arrive, line))

    async def _turn(self, request: Request, fields: parse.Fields) -> Response:
        line = self._line(fields, request.path_params["call"])
        n = parse.turn_number(request.path_params["n"])
        digits = parse.turn_number(request.query_params.get("d", "0"))
        input = parse.happened(request.path_params["what"], fields, digits)
        sealed = request.query_params.get("s", "")
        return await self._answer("turn", line, partial(self._phone.calls.answer, line, n, sealed, input))

    async def _now(self, request: Request, fields: parse.Fields) -> Response:
        line = self._line(fields, request.path_params["call"])
        n = parse.turn_number(request.query_params.get("n", "0"))
        sealed = request.query_params.get("s", "")
        return await self._answer("now", line, partial(self._phone.calls.now, line, n, sealed))

    async def _status(self, _: Request, fields: parse.Fields) -> Response:
        status = parse.one(fields, "CallStatus")
        if status in parse.OVER:
            line = self._line(fields)
            try:
                await self._in_thread(partial(self._phone.calls.ended, line, parse.OVER[status]))
            except StorageAway:
                log.warning("the end of a call could not be stored", extra={"call": line.call_id})
                return Response(status_code=503)
        return Response(status_code=204)

    async def _fallback(self, request: Request, fields: parse.Fields) -> Response:
        """Once, back to where the call stands; then, and without database or release, the sound from disk."""
        call = parse.call_id(parse.one(fields, "CallSid"))
        language, n, sealed, was_now = parse.failed_place(parse.one(fields, "ErrorUrl"))
        log.error("a document failed", extra={"call": call, "turn": n, "code": parse.one(fields, "ErrorCode")[:8]})
        delivery = request.headers.get("i-twilio-idempotency-token", "")
        if was_now or (call in self._failed and (not delivery or self._failed[call] != delivery)):
            last_words = render.last_words(self._phone.addresses.last_words(self._spoken(language)))
            return _xml(last_words, BackgroundTask(self._ended_in_error, self._line(fields)))
        self._failed[call] = delivery
        if len(self._failed) > REMEMBERED:
            self._failed.popitem(last=False)
        return _xml(render.redirect(self._phone.addresses.now(call, n, language, sealed)))

    async def _ended_in_error(self, line: Line) -> None:
        """Whatever the line says later: who heard the last words was not the one who hung up."""
        with contextlib.suppress(StorageAway):
            await self._in_thread(partial(self._phone.calls.ended, line, "error"))

    async def _sound(self, request: Request) -> Response:
        path = self._phone.last_words / f"{self._spoken(request.path_params['language'])}.wav"
        return FileResponse(path, media_type="audio/wav") if path.is_file() else Response(status_code=404)

    def _spoken(self, language: str) -> str:
        """The language, if there are last words in it; otherwise the file that holds all of them."""
        known = {path.stem for path in self._phone.last_words.glob("*.wav")}
        return language if language in known else ALL_LANGUAGES

    async def _answer(self, kind: str, line: Line, ask: Callable[[], Answer]) -> Response:
        start = time.perf_counter()
        answer, document = await self._in_thread(partial(self._rendered, ask))
        self._failed.pop(line.call_id, None)
        self._phone.observe(kind, answer, time.perf_counter() - start)
        return _xml(document)

    def _rendered(self, ask: Callable[[], Answer]) -> tuple[Answer, str]:
        answer = ask()
        sounds = [sound.path for sound in played(answer.release, answer.turn.pieces)]
        return answer, render.render(answer, sounds, self._phone.addresses, {})

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _line(self, fields: parse.Fields, expected: str | None = None) -> Line:
        external = parse.one(fields, "CallSid")
        call = parse.call_id(external)
        if expected is not None and expected != call:
            raise BadInput("the address is another call's")
        return Line(call, "twilio", external, self._number(fields))

    def _number(self, fields: parse.Fields) -> Number:
        return self._understand(parse.one(fields, "From"), self._phone.production)


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > parse.MOST_BYTES:
            raise TooLarge(f"more than {parse.MOST_BYTES} bytes")
    return body


def _refused(request: Request, status: int, why: Exception) -> Response:
    log.warning("refused", extra={"path": request.url.path[:120], "status": status, "why": str(why)})
    return Response(f"{why}\n", status, media_type="text/plain")


def _xml(document: str, afterwards: BackgroundTask | None = None) -> Response:
    return Response(document, media_type=XML, background=afterwards)
