"""The engine alone, in this process, on the real release's book."""

import time
from collections.abc import Mapping
from statistics import median

from ivr.engine import engine
from ivr.engine.inputs import Arrived, Context, Input, Pressed, StayedSilent
from ivr.engine.menu import Book
from tests.bench.wire import WALK

ROUNDS, CALLS = 5, 200


def turns_a_second(book: Book, today: str) -> float:
    """The median of some rounds: menus, pages by key and by silence, wrong keys, again, back, another tree."""
    context = Context(1000.0, today)
    silent, keys = StayedSilent(), {key: Pressed(key) for key in "0123456789*#"}
    walk: list[Input] = [silent if n % 4 == 3 else keys[key] for n, key in enumerate(WALK)]
    return median(_round(book, walk, context) for _ in range(ROUNDS))


def kinds(book: Book, today: str) -> Mapping[str, int]:
    """How the turns of the walk came out: what is measured is not one easy turn again and again."""
    context, counted = Context(1000.0, today), dict[str, int]()
    state, _ = engine.begin(book, Arrived(book.languages[-1], first_call=False), context)
    for key in WALK:
        state, turn = engine.advance(book, state, Pressed(key), context)
        counted[turn.result.value] = counted.get(turn.result.value, 0) + 1
    return counted


def _round(book: Book, walk: list[Input], context: Context) -> float:
    begun, _ = engine.begin(book, Arrived(book.languages[-1], first_call=False), context)
    start = time.perf_counter()
    for _ in range(CALLS):
        state = begun
        for input in walk:
            state, _ = engine.advance(book, state, input, context)
    return CALLS * len(walk) / (time.perf_counter() - start)
