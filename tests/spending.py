"""Limits for tests: a few a day, France and its overseas, mobiles and landlines."""

from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

from ivr.actions.limits import Cap, Limits
from ivr.numbers import Kind, Reach
from ivr.settings import load

PARIS = ZoneInfo("Europe/Paris")
FRANCE = load({}).reach.countries


def reach(*more: str, types: Iterable[str] = ("mobile", "landline")) -> Reach:
    """France and these countries."""
    return Reach(FRANCE | set(more), frozenset(map(Kind, types)))


def limits(
    cap: Cap | None = None,
    *,
    whom: Reach | None = None,
    zone: ZoneInfo = PARIS,
    production: bool = False,
    watch: Callable[[str, str], None] = lambda _kind, _reason: None,
) -> Limits:
    """The same cap for everything: two for a number and three for all, unless another is given."""
    cap = cap or Cap(2, 3)
    return Limits(zone, production, whom or reach(), {"request": cap, "call": cap, "text": cap}, watch)
