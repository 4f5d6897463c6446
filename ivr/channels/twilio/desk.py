"""The webhooks of the calls that we ask for: the aidant's phone first, then the caller's. Parse, render, a thin shell.

The address names the attempt, the signature says who posts. Nothing is recorded, and nothing is played to a caller.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar, assert_never
from xml.sax.saxutils import escape, quoteattr

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ivr.actions.legs import Report
from ivr.actions.ring import Connect, Farewell, Quiet, Ring, Said, Whisper, Words
from ivr.actions.sounds import played
from ivr.channels.twilio import parse
from ivr.channels.twilio.addresses import ACCEPT, ANSWER, CALLER, ENDED, LEG, STATUS, DeskAddresses
from ivr.channels.twilio.guard import Guard, xml
from ivr.channels.twilio.parse import Fields, one
from ivr.channels.twilio.render import LEG_EVENTS, document
from ivr.errors import BadInput, StorageAway

log = logging.getLogger("ivr.twilio")

KEY_SECONDS = 8
LONGEST_ID = 15
T = TypeVar("T")


def dial_id(text: str) -> int:
    """The attempt that an address names; BadInput when it names none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID):
        raise BadInput("no attempt")
    return int(text)


def call_ref(fields: Fields, name: str = "CallSid") -> str:
    """The provider's id of a call, an opaque text; BadInput when there is none."""
    ref = one(fields, name)
    if not ref.isprintable() or not 0 < len(ref) <= parse.LONGEST_SID:
        raise BadInput(f"no {name}")
    return ref


def leg_report(fields: Fields) -> Report:
    """What a status callback tells of the caller's leg."""
    return Report(one(fields, "CallStatus"), call_ref(fields))


def dial_report(fields: Fields) -> Report:
    """What the end of `<Dial>` tells. Its status alone says nothing: a hang-up in a whisper is `completed` as well."""
    bridged = {"true": True, "false": False}.get(one(fields, "DialBridged").lower())
    leg = call_ref(fields, "DialCallSid") if one(fields, "DialCallSid") else None
    return Report(one(fields, "DialCallStatus"), leg, bridged)


def render(said: Said, dial_id: int, addresses: DeskAddresses) -> str:
    """The document for this leg."""
    match said:
        case Whisper(words, times):
            action = quoteattr(addresses.at(dial_id, ACCEPT))
            keys = f'input="dtmf" numDigits="1" finishOnKey="" timeout="{KEY_SECONDS}"'
            gather = f'<Gather {keys} action={action} method="POST">{_plays(words, addresses)}</Gather>'
            return document(gather * times + "<Hangup/>")
        case Connect() as connect:
            return document(_plays(connect.words, addresses) + _dial(connect, dial_id, addresses))
        case Farewell(words):
            return document(f"{_plays(words, addresses) if words else ''}<Hangup/>")
        case Quiet():
            return document("")
    assert_never(said)


def _dial(connect: Connect, dial_id: int, addresses: DeskAddresses) -> str:
    """Without `record`, always. The caller's own document is what tells that they answered."""
    limits = f'timeout="{connect.ring_seconds}" timeLimit="{connect.talk_seconds}"'
    after = f'action={quoteattr(addresses.at(dial_id, ENDED))} method="POST"'
    url = f'url={quoteattr(addresses.at(dial_id, CALLER))} method="POST"'
    told = f'statusCallback={quoteattr(addresses.at(dial_id, LEG))} statusCallbackMethod="POST"'
    number = f'<Number {url} {told} statusCallbackEvent="{LEG_EVENTS}">{escape(connect.number)}</Number>'
    return f"<Dial callerId={quoteattr(connect.caller_id)} {limits} {after}>{number}</Dial>"


def _plays(words: Words, addresses: DeskAddresses) -> str:
    paths = (sound.path for sound in played(words.release, words.pieces))
    return "".join(f"<Play>{escape(addresses.sound(path))}</Play>" for path in paths)


class DeskWebhooks:
    """The routes of the calls that we ask for."""

    def __init__(self, ring: Ring, addresses: DeskAddresses, auth_token: str, threads: int = 8) -> None:
        self._ring, self._addresses = ring, addresses
        self._guard = Guard(auth_token, addresses.base)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="desk")

    def routes(self) -> list[Route]:
        """Every address that the telephone company may post to."""
        handlers = {
            ANSWER: self._answer,
            ACCEPT: self._accept,
            CALLER: self._caller,
            ENDED: self._ended,
            LEG: self._leg,
            STATUS: self._status,
        }
        desk = "/twilio/desk/{dial}"
        return [Route(f"{desk}/{what}", self._guard(handler), methods=["POST"]) for what, handler in handlers.items()]

    async def _answer(self, request: Request, fields: Fields) -> Response:
        dial = _dial_of(request)
        return await self._say(dial, partial(self._ring.answered, dial, call_ref(fields)))

    async def _accept(self, request: Request, fields: Fields) -> Response:
        dial = _dial_of(request)
        return await self._say(dial, partial(self._ring.pressed, dial, call_ref(fields), one(fields, "Digits")))

    async def _caller(self, request: Request, fields: Fields) -> Response:
        dial = _dial_of(request)
        return await self._say(dial, partial(self._ring.caller_answered, dial, one(fields, "ParentCallSid")))

    async def _ended(self, request: Request, fields: Fields) -> Response:
        dial = _dial_of(request)
        return await self._say(dial, partial(self._ring.dialled, dial, call_ref(fields), dial_report(fields)))

    async def _leg(self, request: Request, fields: Fields) -> Response:
        parent = one(fields, "ParentCallSid")
        return await self._note(partial(self._ring.leg, _dial_of(request), parent, leg_report(fields)))

    async def _status(self, request: Request, fields: Fields) -> Response:
        ref, status = call_ref(fields), one(fields, "CallStatus")
        return await self._note(partial(self._ring.status, _dial_of(request), ref, status))

    async def _say(self, dial: int, ask: Callable[[], Said]) -> Response:
        """Without the database nothing is promised and nobody is called: the leg ends."""
        try:
            said = await self._in_thread(ask)
        except StorageAway:
            log.warning("a call that we asked for is ended", extra={"dial": dial})
            said = Farewell()
        return xml(render(said, dial, self._addresses))

    async def _note(self, note: Callable[[], None]) -> Response:
        try:
            await self._in_thread(note)
        except StorageAway:
            return Response(status_code=503)
        return Response(status_code=204)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _dial_of(request: Request) -> int:
    return dial_id(request.path_params["dial"])
