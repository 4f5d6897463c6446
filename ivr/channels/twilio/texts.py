"""The webhook that tells what became of a text: it may come twice, in any order, and before our answer is stored."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ivr.actions import text_sending
from ivr.carrier.protocol import TextRef, TextReport
from ivr.channels.twilio.addresses import STATUS, TextAddresses
from ivr.channels.twilio.desk import call_ref, dial_id
from ivr.channels.twilio.guard import Guard
from ivr.channels.twilio.parse import Fields, one
from ivr.errors import StorageAway
from ivr.store.database import Database

log = logging.getLogger("ivr.twilio")

LONGEST_CODE = 6


def report(fields: Fields) -> TextReport:
    """What a status callback tells; BadInput when it names no text of theirs. Older ones say Sms, not Message."""
    ref = call_ref(fields, "MessageSid" if one(fields, "MessageSid") else "SmsSid")
    status = one(fields, "MessageStatus") or one(fields, "SmsStatus")
    code = one(fields, "ErrorCode")
    known = code.isascii() and code.isdecimal() and len(code) <= LONGEST_CODE
    return TextReport(TextRef(ref), status, int(code) if known else 0)


class TextWebhooks:
    """The route of every text that we sent."""

    def __init__(self, database: Database, addresses: TextAddresses, auth_token: str, clock: Callable[[], float]):
        self._database, self._clock = database, clock
        self._guard = Guard(auth_token, addresses.base)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="texts")

    def routes(self) -> list[Route]:
        """Where the telephone company may post to."""
        return [Route(f"/twilio/text/{{text}}/{STATUS}", self._guard(self._status), methods=["POST"])]

    async def _status(self, request: Request, fields: Fields) -> Response:
        id, told = dial_id(request.path_params["text"]), report(fields)
        note = partial(text_sending.status, self._database, id, told, self._clock())
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, note)
        except StorageAway:
            log.warning("what became of a text could not be stored", extra={"text": id})
            return Response(status_code=503)
        return Response(status_code=204)
