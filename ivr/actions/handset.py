"""A call from a browser: what opens it."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ringing:
    """A call that waits for its sound; whoever brings the token opens it, once."""

    call_id: str
    token: str = field(repr=False)


Rings = Callable[[str, str | None], Ringing]
"""Begins a call for somebody (see web/safety.py `ringer`), in a release by its id or in the current one."""
