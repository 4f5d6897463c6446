"""What tests of the store put into it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ivr.store import calls, requests
from ivr.store.database import Database, Transaction

NOW = 1_780_000_000.25
NUMBER = "+33639981824"
OTHER = "+33199001824"


def new_call(id: str = "call-1", caller_id: int | None = None, release_id: str = "r1") -> calls.NewCall:
    return calls.NewCall(id, "twilio", f"CA-{id}", caller_id, release_id, NOW)


def new_turn(n: int = 0, node: str = "welcome", call_id: str = "call-1") -> calls.NewTurn:
    return calls.NewTurn(call_id, n, node, "reached", NOW + n, f"turn {n} of {call_id}".encode())


def new_request(topic: str = "permit", caller_id: int | None = None, call_id: str = "call-1") -> requests.NewRequest:
    details = {"path": ["welcome", "پناهندگی"], "answers": {"status": "refugee"}}
    return requests.NewRequest(call_id, caller_id, NUMBER, topic, details, NOW, requests.Wish("fa"))


def at_once(database: Database, work: Callable[[Transaction, int], Any], threads: int = 20) -> list[Any]:
    """What each of many threads, let go at the same moment, got or raised."""
    gate = threading.Barrier(threads)

    def one(number: int) -> Any:
        gate.wait()
        try:
            with database.transaction() as tx:
                return work(tx, number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))
