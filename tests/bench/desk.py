"""The desk in one run: the queue's page with many requests against few, and how soon an open screen shows a commit."""

import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import httpx

from ivr.actions import callbacks
from ivr.actions.audit import Actor, Deed
from ivr.app import Parts
from ivr.store import calls, requests, staff
from ivr.store.calls import NewCall
from ivr.store.requests import NewRequest, Wish
from ivr.store.schema import requests as table
from tests.soak.house import House
from tests.web import people

FEW, MANY, LOOKS, COMMITS = 500, 50_000, 60, 20
BATCH = 5_000


@dataclass(frozen=True)
class Measured:
    """Seconds: of each look at the page with few and with many requests, and from each commit to the event."""

    few: list[float]
    many: list[float]
    shown: list[float]

    @property
    def ratio(self) -> float:
        """How much slower the page is with many."""
        return p95(self.many) / p95(self.few)


def p95(taken: list[float]) -> float:
    """What nineteen in twenty do not exceed."""
    return statistics.quantiles(taken, n=20)[-1]


def measured(house: House) -> Measured:
    """On a real server; every request waits, which is the worst case of the queue."""
    joined = house.parts()
    aidant = people.hire(joined, "aidant")
    with joined.database.transaction() as tx:
        staff.change(tx, aidant, languages=tuple(tongue.code for tongue in joined.shelf.current().content.tongues))
    cookie = f"hamrah={people.signed_in(joined, aidant)}"
    house.start()
    with httpx.Client(base_url=house.base, headers={"cookie": cookie, "accept": "text/html"}, timeout=60) as browser:
        _fill(joined, FEW)
        few = _looks(browser)
        _fill(joined, MANY)
        many = _looks(browser)
        shown = list(_shown(browser, joined, aidant))
    house.stop()
    joined.database.dispose()
    return Measured(few, many, shown)


def _looks(browser: httpx.Client) -> list[float]:
    taken = []
    for look in range(LOOKS + 5):
        begin = time.perf_counter()
        assert browser.get("/desk").status_code == 200
        if look >= 5:  # the first ones warm the caches
            taken.append(time.perf_counter() - begin)
    return taken


def _fill(joined: Parts, wanted: int) -> None:
    """Requests of as many people; one is stored as usual, the others are its likes under other numbers."""
    now, language = joined.clock(), joined.shelf.current().content.tongues[0].code
    with joined.database.transaction() as tx:
        calls.log_call(tx, NewCall("bench", "desk", "bench", None, "", now))
        wish = Wish(language, phone="own")
        id = requests.put(tx, NewRequest("bench", None, "+33639980000", "permit", {"path": []}, now - 3600, wish))
        like = dict(tx.execute(table.select().where(table.c.id == id)).one()._mapping)
        have = requests.count(tx)
    del like["id"]
    while have < wanted:
        more = range(have, min(wanted, have + BATCH))
        rows = [{**like, "number_hash": f"bench-{n}", "created_at": now - 3600 + n / wanted} for n in more]
        with joined.database.transaction() as tx:
            tx.connection.execute(table.insert(), rows)
        have += len(rows)


def _shown(browser: httpx.Client, joined: Parts, aidant: int) -> Iterator[float]:
    """Somebody takes a request up elsewhere; an open screen is told by its stream."""
    with joined.database.reading() as tx:
        ids = list(tx.execute(table.select().with_only_columns(table.c.id).limit(COMMITS)).scalars())
    told, begun = threading.Event(), threading.Event()
    reader = threading.Thread(target=_listen, args=(browser, told, begun), daemon=True)
    reader.start()
    assert begun.wait(60), "the stream never began"
    for id in ids:
        told.clear()
        time.sleep(0.7)  # so that the next commit is news of its own
        with joined.database.transaction() as tx:
            callbacks.claim(tx, id, aidant, Deed(Actor(aidant, "bench"), joined.clock()))
        begin = time.perf_counter()
        assert told.wait(60), "no screen changed"
        yield time.perf_counter() - begin
    begun.clear()


def _listen(browser: httpx.Client, told: threading.Event, begun: threading.Event) -> None:
    with browser.stream("GET", "/live/desk") as stream:
        lines = (line for line in stream.iter_lines() if line.startswith("id: "))
        list(islice(lines, 1))
        begun.set()
        for _ in islice(lines, COMMITS):
            told.set()
