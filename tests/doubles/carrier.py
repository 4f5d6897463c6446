"""A stand-in for api.twilio.com on loopback: accounts, numbers, calls, texts and recordings in memory.

Everything is stricter than Twilio where a mistake would else pass unseen: unknown parameters are refused.
"""

import asyncio
import base64
import io
import secrets
import wave
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doubles import carrier_records as records
from tests.doubles.carrier_callbacks import call_webhooks, message_webhooks
from tests.doubles.carrier_faults import Fault, Lines, Script, cuttable, refusal
from tests.doubles.carrier_records import Form, Record, Refused
from tests.doubles.exchange import Answer, Exchange
from tests.doubles.serving import serve

API = "/2010-04-01/Accounts/{account}"
LISTS = {
    "IncomingPhoneNumbers": "incoming_phone_numbers",
    "Calls": "calls",
    "Messages": "messages",
    "Recordings": "recordings",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of the log."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Sequence[tuple[str, str]]


@dataclass(slots=True)
class Carrier:
    """`with Carrier() as carrier:` listens at `carrier.url`; its own clients and the helpline use sid and token.

    `kept[list][sid]` are the records (IncomingPhoneNumbers, Calls, Messages, Recordings), `asked[sid]` what a call or a
    text was asked to do, `verified` callers besides the numbers, `stopped` who answered STOP, `log` all requests.
    `hides_waiting`: a search by StartTime misses calls without one; `sounds_at`: where recordings are redirected to.
    """

    account_sid: str = "AC" + "0" * 32
    auth_token: str = field(default_factory=lambda: secrets.token_hex(16))
    url: str = ""
    kept: dict[str, dict[str, Record]] = field(default_factory=lambda: {name: {} for name in LISTS})
    asked: dict[str, Record] = field(default_factory=dict)
    sounds: dict[str, bytes] = field(default_factory=dict)
    verified: set[str] = field(default_factory=set)
    stopped: set[str] = field(default_factory=set)
    log: list[Asked] = field(default_factory=list)
    hides_waiting: bool = False
    sounds_at: str = ""
    _script: Script = field(default_factory=Script)
    _lines: Lines = field(default_factory=dict)
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        self.url = self._open.enter_context(serve(self._app(), lifespan="off", protocol=cuttable(self._lines)))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add_number(self, phone_number: str) -> str:
        """Rents a number; its sid."""
        return self._keep("IncomingPhoneNumbers", records.new_number(self.account_sid, phone_number))

    def add_recording(self, call_sid: str, sound: bytes, sid: str = "") -> str:
        """A recording of a call, from the bytes of a wav; its sid, which may be one that a phone's webhook named."""
        with wave.open(io.BytesIO(sound)) as opened:
            seconds = opened.getnframes() // opened.getframerate()
        record = records.new_recording(self.account_sid, call_sid, seconds)
        sid = self._keep("Recordings", {**record, "sid": sid or record["sid"]})
        self.sounds[sid] = sound
        return sid

    def fail_next(self, kind: Fault, *, times: int = 1, seconds: float = 1) -> None:
        """The next requests fail: "lost" and "slow" take effect, the others do not; faults follow in order."""
        self._script.add(kind, seconds, times)

    def ring_through(
        self, call_sid: str, events: Sequence[str], to: httpx.Client, *, seconds: int = 30, answered_by: str = ""
    ) -> list[Answer]:
        """Lets a created call happen; its subscribed status callbacks arrive in the order of `events`.

        Events: initiated, ringing, answered, completed, or an end of another kind (busy, failed, no-answer, canceled).
        An event may come twice. SequenceNumber and the call's final status follow the true order.
        """
        call, asked = self.kept["Calls"][call_sid], self.asked[call_sid]
        extra = (("AnsweredBy", answered_by),) if answered_by else ()
        exchange = self._exchange(str(asked["status_callback"]), to)
        return [exchange.send(webhook) for webhook in call_webhooks(call, asked, events, seconds, extra)]

    def deliver_text(self, message_sid: str, statuses: Sequence[str], to: httpx.Client, error: int = 0) -> list[Answer]:
        """Status callbacks of a text, in the order given; `error` is the ErrorCode of failed and undelivered."""
        message, asked = self.kept["Messages"][message_sid], self.asked[message_sid]
        exchange = self._exchange(str(asked["status_callback"]), to)
        return [exchange.send(webhook) for webhook in message_webhooks(message, asked, statuses, error)]

    def _exchange(self, callback: str, to: httpx.Client) -> Exchange:
        parts = httpx.URL(callback or "http://none.invalid")
        return Exchange(to, f"{parts.scheme}://{parts.netloc.decode()}", self.auth_token)

    def _keep(self, name: str, record: Record, asked: Record | None = None) -> str:
        sid = str(record["sid"])
        self.kept[name][sid] = record
        record["uri"] = f"{API.format(account=self.account_sid)}/{name}/{sid}.json"
        if asked is not None:
            self.asked[sid] = asked
        return sid

    def _app(self) -> Starlette:
        one = f"{API}/{{name}}/{{sid}}"
        return Starlette(
            routes=[
                Route(f"{API}/{{name}}.json", self._endpoint(self._many), methods=["GET", "POST"]),
                Route(f"{one}.wav", self._endpoint(self._sound), methods=["GET"]),
                Route(f"{one}.json", self._endpoint(self._one), methods=["GET", "POST", "DELETE"]),
                Route(one, self._endpoint(self._sound), methods=["GET"]),
            ]
        )

    def _endpoint(self, act: Callable[[Request, list[tuple[str, str]]], Response]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            body = (await request.body()).decode()
            form = parse_qsl(body, keep_blank_values=True)
            self.log.append(Asked(request.method, request.url.path, dict(request.query_params), form))
            fault = self._script.next()
            answer = refusal(fault) or self._act(act, request, form)
            if fault and fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
            if fault and fault.kind == "lost":
                self._lines[request.scope["client"]].abort()
            return answer

        return endpoint

    def _act(
        self, act: Callable[[Request, list[tuple[str, str]]], Response], request: Request, form: list[tuple[str, str]]
    ) -> Response:
        try:
            self._check_access(request)
            return act(request, form)
        except Refused as refused:
            return JSONResponse(refused.body, refused.status)

    def _check_access(self, request: Request) -> None:
        expected = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            raise Refused(401, 20003, "Authenticate")
        known = request.path_params["account"] == self.account_sid and request.path_params["name"] in LISTS
        if not known:
            raise _unknown(request)

    def _many(self, request: Request, form: list[tuple[str, str]]) -> Response:
        name = request.path_params["name"]
        if request.method == "GET":
            return JSONResponse(self._page(request, name))
        if name == "Calls":
            callers = {str(number["phone_number"]) for number in self.kept["IncomingPhoneNumbers"].values()}
            made = records.new_call(
                self.account_sid, Form(form, records.CALL_PARAMETERS), frozenset(callers | self.verified)
            )
        elif name == "Messages":
            made = records.new_message(
                self.account_sid, Form(form, records.MESSAGE_PARAMETERS), frozenset(self.stopped)
            )
        else:
            raise Refused(405, 20004, "numbers are rented and recordings made elsewhere")
        self._keep(name, *made)
        return JSONResponse(made[0], 201)

    def _page(self, request: Request, name: str) -> Record:
        query = dict(request.query_params)
        size, page = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
        found = [r for r in reversed(self.kept[name].values()) if records.chosen(r, query)]
        if self.hides_waiting and "StartTime>" in query:
            found = [r for r in found if r["start_time"]]

        def uri(number: int) -> str:
            return f"{request.url.path}?{urlencode({**query, 'PageSize': size, 'Page': number})}"

        more = len(found) > (page + 1) * size
        return {
            LISTS[name]: found[page * size : (page + 1) * size],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": max(page * size, min(len(found), (page + 1) * size) - 1),
            "uri": uri(page),
            "first_page_uri": uri(0),
            "next_page_uri": uri(page + 1) if more else None,
            "previous_page_uri": uri(page - 1) if page else None,
        }

    def _one(self, request: Request, form: list[tuple[str, str]]) -> Response:
        name, sid = request.path_params["name"], request.path_params["sid"]
        record = self.kept[name].get(sid)
        if record is None:
            raise _unknown(request)
        if request.method == "DELETE":
            if name == "Calls" and record["status"] not in records.OVER:
                raise Refused(400, 20009, "Cannot delete this resource before it is complete")
            del self.kept[name][sid]
            self.sounds.pop(sid, None)
            return Response(status_code=204)
        if request.method == "POST" and name == "IncomingPhoneNumbers":
            records.configure(record, Form(form, records.NUMBER_PARAMETERS))
        elif request.method == "POST" and name == "Calls":
            records.change_call(record, self.asked[sid], Form(form, records.CALL_CHANGES))
        elif request.method == "POST":
            raise Refused(405, 20004, "Method not allowed")
        return JSONResponse(record)

    def _sound(self, request: Request, _: list[tuple[str, str]]) -> Response:
        sound = self.sounds.get(request.path_params["sid"]) if request.path_params["name"] == "Recordings" else None
        if sound is None:
            raise _unknown(request)
        if self.sounds_at:
            return Response(status_code=307, headers={"Location": self.sounds_at})
        return Response(sound, media_type="audio/x-wav")


def _unknown(request: Request) -> Refused:
    return Refused(404, 20404, f"The requested resource {request.url.path} was not found")
