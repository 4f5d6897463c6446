"""The webhooks of recording by telephone. Parse, render, a thin shell; who posts is told by the signature."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ivr.actions.booth import Booth, Said
from ivr.actions.messages import recording_id
from ivr.channels.twilio import parse
from ivr.channels.twilio.addresses import ANSWER, GO, SPOKEN, BoothAddresses
from ivr.channels.twilio.desk import call_ref, dial_id
from ivr.channels.twilio.guard import Guard, xml
from ivr.channels.twilio.parse import Fields, one
from ivr.channels.twilio.render import document, redirect_verb
from ivr.errors import BadInput, StorageAway
from ivr.store.booth import Step

log = logging.getLogger("ivr.twilio")

ENTRY_SECONDS, KEY_SECONDS = 15, 8
SPEAK_SECONDS, SILENT_SECONDS = 120, 10
"""How long somebody may speak, and after how much silence they have ended."""
WAIT_SECONDS = 2
AWAY = 15
"""How often a call waits so long for the database before it ends."""
CODE_LENGTH = 4


def render(said: Said, dial_id: int, addresses: BoothAddresses) -> str:
    """The document: what is heard, then what is waited for."""
    plays = "".join(_play(said, sound, dial_id, addresses) for sound in said.sounds)
    go = addresses.go(dial_id, said.n)
    match said.step:
        case Step.PIN | Step.CODE:
            return document(_gather(plays, go, f'numDigits="{CODE_LENGTH}" finishOnKey="#"', ENTRY_SECONDS))
        case Step.CHOICE:
            return document(_gather(plays, go, 'numDigits="1" finishOnKey=""', KEY_SECONDS))
        case Step.SPEAK:
            action = quoteattr(addresses.spoken(dial_id, said.n, said.code))
            wait = f'maxLength="{SPEAK_SECONDS}" timeout="{SILENT_SECONDS}" finishOnKey="#" playBeep="true"'
            record = f'<Record action={action} method="POST" {wait} trim="do-not-trim"/>'
            return document(f"{plays}{record}{redirect_verb(go)}")  # an empty recording passes `action` over
        case Step.FETCH:
            return document(plays + waiting(go))
        case Step.OVER:
            return document(f"{plays}<Hangup/>")


def waiting(address: str) -> str:
    """Waits a little, then goes there. A `<Gather>` without a sound: not every provider knows `<Pause>`."""
    return _gather("", address, 'numDigits="1" finishOnKey=""', WAIT_SECONDS)


def _gather(plays: str, address: str, wanted: str, seconds: int) -> str:
    action = f'action={quoteattr(address)} method="POST"'
    return f'<Gather input="dtmf" {wanted} timeout="{seconds}" {action}>{plays}</Gather>{redirect_verb(address)}'


def _play(said: Said, sound: object, dial_id: int, addresses: BoothAddresses) -> str:
    path = getattr(sound, "path", None)
    address = addresses.voice(dial_id, said.voice) if path is None else addresses.sound(path)
    return f"<Play>{escape(address)}</Play>"


class BoothWebhooks:
    """The routes of recording by telephone."""

    def __init__(self, booth: Booth, addresses: BoothAddresses, auth_token: str, threads: int = 4) -> None:
        self._booth, self._addresses = booth, addresses
        self._guard = Guard(auth_token, addresses.base)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="booth")

    def routes(self) -> list[Route]:
        """Every address that the telephone company may post to, and the one where it fetches what was spoken."""
        call, guarded = "/twilio/studio/{dial}", self._guard
        return [
            Route(f"{call}/{ANSWER}", guarded(self._answer), methods=["POST"]),
            Route(f"{call}/{{n}}/{GO}", guarded(self._go), methods=["POST"]),
            Route(f"{call}/{{n}}/{SPOKEN}", guarded(self._spoken), methods=["POST"]),
            Route(f"{call}/voice/{{token}}.wav", self._voice, methods=["GET"]),
        ]

    async def _answer(self, request: Request, fields: Fields) -> Response:
        dial = _dial_of(request)
        return await self._say(request, dial, partial(self._booth.answered, dial, call_ref(fields)))

    async def _go(self, request: Request, fields: Fields) -> Response:
        dial, n = _dial_of(request), parse.turn_number(request.path_params["n"])
        return await self._say(
            request, dial, partial(self._booth.keyed, dial, call_ref(fields), n, parse.pressed(fields))
        )

    async def _spoken(self, request: Request, fields: Fields) -> Response:
        dial, code = _dial_of(request), request.query_params.get("c", "")[:CODE_LENGTH]
        told = one(fields, "RecordingSid") or one(fields, "RecordingUrl") or request.query_params.get("r", "")
        ref = recording_id(told)
        if ref is None:
            log.error("somebody spoke, and there is no usable id", extra={"dial": dial})
            return await self._go(request, fields)
        say = partial(self._booth.spoken, dial, call_ref(fields), code, ref)
        return await self._say(request, dial, say, f"c={quote(code)}&r={quote(ref)}&")

    async def _say(self, request: Request, dial: int, ask: Callable[[], Said], kept: str = "") -> Response:
        """Without the database the call waits for a while, and nothing that was spoken is forgotten meanwhile."""
        try:
            said = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        except StorageAway:
            times = parse.turn_number(request.query_params.get("w", "0")) + 1
            if times > AWAY:
                return xml(document("<Hangup/>"))
            log.warning("somebody who records waits for the database", extra={"dial": dial})
            return xml(document(waiting(f"{self._addresses.base}{request.scope['path']}?{kept}w={times}")))
        return xml(render(said, dial, self._addresses))

    async def _voice(self, request: Request) -> Response:
        """The address is not to be guessed and holds for this call only."""
        try:
            ask = partial(self._booth.voice, _dial_of(request), request.path_params["token"])
            data = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        except (BadInput, FileNotFoundError):
            return Response(status_code=404)
        except StorageAway:
            return Response(status_code=503)
        return Response(data, media_type="audio/wav", headers={"Cache-Control": "no-store"})


def _dial_of(request: Request) -> int:
    return dial_id(request.path_params["dial"])
