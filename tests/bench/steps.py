"""Where the time of one turn goes: each step by itself, in this process, on SQLite.

Processor time, the system's for us included: a busy machine changes it less, and waiting for the disk is not in it.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from itertools import count
from statistics import median
from urllib.parse import urlencode, urlsplit

from starlette.types import ASGIApp, Message, Scope

from ivr.actions.calls import Answer
from ivr.actions.knowledge import Line
from ivr.actions.sealing import open_token, payload, token
from ivr.actions.sounds import played
from ivr.app import Parts, application, telephone
from ivr.channels.twilio import parse, render
from ivr.channels.twilio.signature import Signature
from ivr.engine import engine
from ivr.engine.inputs import Context, Pressed
from ivr.numbers import Kind, Number, understand
from ivr.store import calls
from tests.doubles.exchange import call_fields
from tests.doubles.signer import signature as sign
from tests.soak.house import ACCOUNT, NUMBER, TOKEN

ROUNDS, TIMES = 7, 50  # below the limit of inputs of a call
SID, FROM = "CA" + "5" * 32, "+33639980005"
LINE = Line(parse.call_id(SID), "twilio", SID, Number(Kind.MOBILE, FROM))

Step = tuple[str, Callable[[], object]]


def shares(parts: Parts) -> list[tuple[str, float]]:
    """(step, microseconds of the processor) in order; the last one is a whole turn as the application answers it."""
    answer = _somewhere(parts)
    timed = [(name, _micro(step)) for name, step in _steps(parts, answer)]
    whole = asyncio.run(_whole(parts, answer))
    rest = whole - sum(seconds for _, seconds in timed)
    return [*timed, ("routing, thread hand-over, figures, all else", rest), ("a whole turn", whole)]


def _somewhere(parts: Parts) -> Answer:
    """A call at the subjects of the permit tree, a menu of six."""
    answer = parts.calls.arrive(LINE)
    for key in "2111111":
        answer = parts.calls.answer(LINE, answer.n, answer.token, Pressed(key))
    return answer


def _steps(parts: Parts, answer: Answer) -> Iterator[Step]:
    addresses = telephone(parts).addresses
    url = addresses.turn(answer, "keys")
    body, signed = _request(url)
    form, target = parse.form_fields(body), url.removeprefix(addresses.base)
    signature = Signature(TOKEN, addresses.base)
    place = open_token(parts.database.keyring, LINE.call_id, answer.n, answer.token)
    context = Context(place.state.started + 60, parts.today())
    _, turn = engine.advance(answer.release.book, place.state, Pressed("1"), context)
    keyring, numbers = parts.database.keyring, count(1000)
    row = calls.NewTurn(LINE.call_id, 0, turn.node, turn.result.value, 1.0, payload(place, turn, "pressed 1"))

    def store() -> None:
        n = next(numbers)
        with parts.database.transaction() as tx:
            calls.add_turn(tx, calls.NewTurn(row.call_id, n, row.node, row.result, row.at, row.payload))

    def rendered() -> str:
        sounds = [sound.path for sound in played(answer.release, turn.pieces)]
        return render.render(answer, sounds, addresses)

    yield "form", lambda: parse.form_fields(body)
    yield "signature", lambda: signature.fits(target, form, signed)
    yield "whose call and number", lambda: (parse.call_id(SID), understand(FROM, production=False))
    yield "open the sealed place", lambda: open_token(keyring, LINE.call_id, answer.n, answer.token)
    yield "engine", lambda: engine.advance(answer.release.book, place.state, Pressed("1"), context)
    yield "write and seal the place and the turn", lambda: (token(keyring, place), payload(place, turn, "pressed 1"))
    yield "insert and commit", store
    yield "sounds and TwiML", rendered


async def _whole(parts: Parts, answer: Answer) -> float:
    """Microseconds of a turn through the application, from request to answer, one after the other."""
    app, addresses, rounds = application(parts), telephone(parts).addresses, list[float]()
    for _ in range(ROUNDS):
        spent = 0.0
        for _ in range(TIMES):
            url = addresses.turn(answer, "keys")
            body, signed = _request(url)
            start = time.process_time()
            await _post(app, url.removeprefix(addresses.base), body, signed)
            spent += time.process_time() - start
            answer = parts.calls.now(LINE)
        rounds.append(spent / TIMES * 1e6)
    return median(rounds)


def _request(url: str) -> tuple[bytes, str]:
    fields = (*call_fields((SID, ACCOUNT), FROM, NUMBER, "in-progress", "inbound"), ("Digits", "9"))
    return urlencode(fields).encode(), sign(TOKEN, url, fields)


async def _post(app: ASGIApp, address: str, body: bytes, signed: str) -> None:
    split, sent = urlsplit(address), list[Message]()
    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": split.path,
        "query_string": split.query.encode(),
        "headers": [(b"x-twilio-signature", signed.encode())],
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert sent[0]["status"] == 200, sent


def _micro(step: Callable[[], object]) -> float:
    """Microseconds of one run: the median of some rounds of many runs."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(TIMES):
            step()
        rounds.append((time.process_time() - start) / TIMES * 1e6)
    return median(rounds)
