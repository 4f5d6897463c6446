"""The shell around parse and render: signature, form, the one door, TwiML."""

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ivr.actions.calls import Answer, Calls
from ivr.actions.direct import Bridge, Switch
from ivr.actions.knowledge import Line
from ivr.actions.last_words import ALL_LANGUAGES
from ivr.channels.twilio import desk, parse, render
from ivr.channels.twilio.addresses import Addresses
from ivr.channels.twilio.guard import Guard, xml
from ivr.engine.inputs import TransferEnded
from ivr.engine.turn import Transfer
from ivr.errors import BadInput, StorageAway
from ivr.numbers import Number, understand

log = logging.getLogger("ivr.twilio")

CHANNEL = "twilio"
REMEMBERED = 1000
"""How many calls that failed once are remembered, so that a second failure is answered from disk."""

CALLERS = 256
"""How many numbers are kept understood, in memory only: each key brings the caller's again, and parsing is slow."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Live:
    """Whether a new call can be listened to now, and what opens its stream."""

    accepts: Callable[[], bool]
    ticket: Callable[[Line, int, str], str]  # of a call at a turn, from a number as the company wrote it
    broke: Callable[[str], None]  # a call's stream: StorageAway where that cannot be stored


@dataclass(frozen=True, slots=True)
class Telephone:
    """What the webhooks need: the door, our address, who signs, and where the last words lie."""

    calls: Calls
    addresses: Addresses
    auth_token: str
    production: bool
    last_words: Path
    observe: Callable[[str, Answer, float], None]
    switch: Switch | None = None  # how a caller is put through, where we can call out
    live: Live | None = None  # how a call's sound becomes a stream, where callers are listened to
    texting: Callable[[Line], bool] | None = None  # whether a caller can be sent a text message; None: nobody can
    threads: int = 16


class Webhooks:
    """The routes of one telephone line."""

    def __init__(self, telephone: Telephone) -> None:
        self._phone = telephone
        self._guard = Guard(telephone.auth_token, telephone.addresses.base)
        self._threads = ThreadPoolExecutor(telephone.threads, thread_name_prefix="calls")
        self._understand = lru_cache(CALLERS)(understand)
        self._failed: OrderedDict[str, str] = OrderedDict()  # call -> the delivery that said so

    def routes(self) -> list[Route]:
        """Every address that the telephone company may post to, and the sound of last resort."""
        call, guarded = "/twilio/call/{call}", self._guard
        return [
            Route("/twilio/voice", guarded(self._voice), methods=["POST"]),
            Route(f"{call}/now", guarded(self._now), methods=["POST"]),
            Route(f"{call}/{{n}}/{{what}}", guarded(self._turn), methods=["POST"]),
            Route("/twilio/streamed", guarded(self._streamed), methods=["POST"]),
            Route("/twilio/status", guarded(self._status), methods=["POST"]),
            Route("/twilio/fallback", guarded(self._fallback), methods=["POST"]),
            Route("/twilio/fallback/{language}.wav", self._sound, methods=["GET"]),
        ]

    async def _voice(self, _: Request, fields: parse.Fields) -> Response:
        line = self._line(fields)
        if await self._in_thread(partial(self._phone.calls.refuses, line)):
            log.info("a blocked number rang", extra={"call": line.call_id})
            return xml(render.reject())
        live = self._phone.live
        if live is None or not live.accepts():
            return await self._answer("voice", line, partial(self._arrive, line, speech=False))
        caller = parse.one(fields, "From")
        return await self._answer("voice", line, partial(self._arrive, line, speech=True), (live, caller))

    def _arrive(self, line: Line, speech: bool) -> Answer:
        texting = False
        with contextlib.suppress(StorageAway):
            texting = self._phone.texting is not None and self._phone.texting(line)
        return self._phone.calls.arrive(line, speech, texting=texting)

    async def _streamed(self, _: Request, fields: parse.Fields) -> Response:
        """What became of a stream; one that broke may have left its call with nothing to do."""
        live = self._phone.live
        if live is not None and parse.one(fields, "StreamEvent") == "stream-error":
            call = parse.call_id(parse.one(fields, "CallSid"))
            log.error("a stream broke", extra={"call": call, "why": parse.one(fields, "StreamError")[:80]})
            try:
                await self._in_thread(partial(live.broke, call))
            except StorageAway:
                return Response(status_code=503)
        return Response(status_code=204)

    async def _turn(self, request: Request, fields: parse.Fields) -> Response:
        line = self._line(fields, request.path_params["call"])
        n = parse.turn_number(request.path_params["n"])
        digits = parse.turn_number(request.query_params.get("d", "0"))
        input = parse.happened(request.path_params["what"], fields, digits)
        if isinstance(input, TransferEnded):
            input = await self._in_thread(partial(self._put_through, request.query_params.get("a", ""), fields, input))
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
            return xml(last_words, BackgroundTask(self._ended_in_error, self._line(fields)))
        self._failed[call] = delivery
        if len(self._failed) > REMEMBERED:
            self._failed.popitem(last=False)
        return xml(render.redirect(self._phone.addresses.now(call, n, language, sealed)))

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

    async def _answer(
        self, kind: str, line: Line, ask: Callable[[], Answer], stream: tuple[Live, str] | None = None
    ) -> Response:
        start = time.perf_counter()
        rendered = partial(self._rendered, ask) if stream is None else partial(self._streaming, ask, line, *stream)
        answer, document = await self._in_thread(rendered)
        self._failed.pop(line.call_id, None)
        self._phone.observe(kind, answer, time.perf_counter() - start)
        return xml(document)

    def _streaming(self, ask: Callable[[], Answer], line: Line, live: Live, caller: str) -> tuple[Answer, str]:
        answer = ask()
        ticket = live.ticket(line, answer.n, caller)
        return answer, render.stream(answer, ticket, self._phone.addresses)

    def _rendered(self, ask: Callable[[], Answer]) -> tuple[Answer, str]:
        answer = ask()
        sounds = [sound.path for sound in self._phone.calls.sounds(answer)]
        return answer, render.render(answer, sounds, self._phone.addresses, self._bridge(answer))

    def _bridge(self, answer: Answer) -> Bridge | None:
        """Without the database nobody is put through: their request is in it, and waits."""
        if self._phone.switch is None or answer.attempt is None or not isinstance(answer.turn.ending, Transfer):
            return None
        try:
            return self._phone.switch.bridge(answer.attempt)
        except StorageAway:
            return None

    def _put_through(self, attempt: str, fields: parse.Fields, told: TransferEnded) -> TransferEnded:
        """What our own record says of it; what the company says where that cannot be asked."""
        if self._phone.switch is None or not attempt:
            return told
        id, report = desk.dial_id(attempt), desk.dial_report(fields)
        try:
            return TransferEnded(self._phone.switch.ended(id, report))
        except StorageAway:
            log.warning("how a transfer ended could not be stored", extra={"dial": id})
            return told

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _line(self, fields: parse.Fields, expected: str | None = None) -> Line:
        external = parse.one(fields, "CallSid")
        call = parse.call_id(external)
        if expected is not None and expected != call:
            raise BadInput("the address is another call's")
        return Line(call, CHANNEL, external, self._number(fields))

    def _number(self, fields: parse.Fields) -> Number:
        return self._understand(parse.one(fields, "From"), self._phone.production)
