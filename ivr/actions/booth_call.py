"""What a call is in which somebody records by telephone, and the PIN that opens it.

The PIN stands on the page of whoever asked, and nowhere else: it is made of the attempt's own row and our key. So it is
of use in that one call only.
"""

from dataclasses import dataclass

from ivr.actions.audit import Actor, Deed
from ivr.actions.studio import Studio
from ivr.engine.booth import BYE
from ivr.store import booth
from ivr.store.booth import Sitting, Step
from ivr.store.crypto import Keyring
from ivr.store.database import Transaction
from ivr.store.dials import Dial

PIN_SECONDS = 600
TRIES = 5
"""How often in a row nothing, or nothing right, may come."""


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that happened: in which call, both rows locked, and when."""

    tx: Transaction
    studio: Studio
    dial: Dial
    sitting: Sitting
    now: float

    @property
    def deed(self) -> Deed:
        """Done by whoever keyed the PIN."""
        return Deed(Actor(self.dial.staff_id), self.now)

    def go(self, step: Step, *said: str, tries: int = 0, name: str | None = None, spoken: int | None = None) -> Sitting:
        """On to a step, saying this."""
        before = self.sitting
        what = {"name": name or before.name, "spoken_id": before.spoken_id if spoken is None else spoken}
        return booth.go_on(self.tx, self.dial, before, step=step, said=said, tries=tries, **what)

    def stay(self, *said: str, most: int = TRIES, last: tuple[str, ...] = (BYE,)) -> Sitting:
        """The same step once more; after so many in a row the call ends."""
        tries = self.sitting.tries + 1
        if tries >= most:
            return self.go(Step.OVER, *last, tries=tries)
        return self.go(self.sitting.step, *said, tries=tries)


def pins(keyring: Keyring, dial: Dial) -> list[str]:
    """The four digits that open this call, under each of our keys, the current one's first; they are nowhere stored."""
    found = keyring.hashes(f"booth/{dial.id}/{dial.created_at!r}")
    return [f"{int(digest, 16) % 10_000:04}" for digest in found]


def pin_is_good(dial: Dial, now: float) -> bool:
    """Whether it is young enough."""
    return now <= dial.created_at + PIN_SECONDS
