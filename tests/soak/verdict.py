"""After the soak: does the store hold what the callers were told? Every difference is a line."""

from collections.abc import Iterator

import httpx

from ivr.store import callers, calls, requests
from ivr.store.database import Database, Transaction
from tests.doubles.exchange import Exchange
from tests.soak.callers import KEYED, Told
from tests.soak.house import TOKEN


def wrong(database: Database, told: list[Told], *, outages: bool = False) -> list[str]:
    """All that is wrong; with `outages` turns may be missing in the store, but nothing that was promised."""
    with database.reading() as tx:
        found = [line for call in told for line in _of_call(tx, call, outages)]
        return [*found, *_languages(tx, told, outages)]


def _of_call(tx: Transaction, told: Told, outages: bool) -> Iterator[str]:
    for trouble in told.troubles:
        if not (outages and "/twilio/status" in trouble):  # answered 503: the call's end is found by the sweep
            yield f"{told.id}: {trouble}"
    heard = [turn.n for turn in told.turns]
    if heard != list(range(1, len(heard) + 1)):
        yield f"{told.id}: the caller heard the turns {heard}"
    rows, keyed = requests.of_call(tx, told.id), f"+33{KEYED[1:]}"
    if told.promised and not (rows or requests.history(tx, told.number) or requests.history(tx, keyed)):
        yield f"{told.id}: promised, and no request is stored"
    if any(row.number not in (told.number, keyed) for row in rows):
        yield f"{told.id}: a request holds another number"
    if not outages:
        yield from _to_the_letter(tx, told, len(rows))


def _to_the_letter(tx: Transaction, told: Told, stored: int) -> Iterator[str]:
    """Where the database never went away, it knows exactly what the caller heard."""
    if stored and not (told.promised or told.begun):
        yield f"{told.id}: {stored} requests are stored that the caller knows nothing of"
    count = len(told.turns)
    kept = [n for n in range(1, count + 2) if calls.turn(tx, told.id, n) is not None]
    if kept != list(range(1, count + 1)):
        yield f"{told.id}: heard {count} turns, stored {kept}"
    row = calls.find(tx, told.id)
    if row is None or row.ended_at is None:
        yield f"{told.id}: its end is not stored"


def _languages(tx: Transaction, told: list[Told], outages: bool) -> Iterator[str]:
    """Each caller is greeted in the language of the last call, and the last one of all is stored."""
    known: dict[str, str] = {}
    for call in told:
        if not outages and call.number in known and call.turns[0].language != known[call.number]:
            yield f"{call.id}: greeted in {call.turns[0].language!r} instead of {known[call.number]!r}"
        if call.languages:
            known[call.number] = call.languages[-1]
    for number, language in known.items():
        caller = callers.find(tx, number)
        if caller is None or caller.language != language:
            yield f"{number}: {caller and caller.language!r} is stored instead of {language!r}"


def changed(base: str, told: list[Told]) -> list[str]:
    """Every turn once more: what is not answered with the same bytes."""
    found = []
    with httpx.Client(base_url=base) as client:
        exchange = Exchange(client, base, TOKEN)
        for call in told:
            for heard in call.turns:
                if exchange.send(heard.sent.webhook) != heard.sent.answer:
                    found.append(f"{call.id}: turn {heard.n} is now another one")
    return found
