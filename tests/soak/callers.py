"""Callers who never lose heart: each walks the menus at random, call after call, and remembers what was heard."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlsplit

import httpx

from ivr.channels.twilio.parse import call_id
from tests.doubles.exchange import Sent
from tests.doubles.phone import Phone
from tests.soak.house import ACCOUNT, NUMBER, TOKEN

KEYS = "1" * 12 + "2" * 6 + "3" * 3 + "4" * 3 + "0" * 4 + "9" + "8" + "*" * 2 + "#" * 2 + "s" * 3
"""What a caller does next: a key, or stays silent (s)."""

KEYED = "0639980001"
"""What is keyed where a number is asked for; its first digits are the code that everybody tries."""

PATIENCE = 120.0
"""Seconds for which an unreachable server is asked the same again."""

TURN = re.compile(r"/twilio/call/[^/]+/(\d+)/\w+$")


@dataclass(frozen=True)
class Heard:
    """One turn as a caller heard it: its number, when it was asked for and answered, the webhook and the sounds."""

    n: int
    asked: float
    answered: float
    sent: Sent
    sounds: tuple[str, ...]

    def says(self, prompt: str) -> bool:
        """Whether this prompt, or one below it, was played."""
        return any(f"/{prompt}" in sound for sound in self.sounds)

    @property
    def language(self) -> str:
        """The language of its addresses; empty while none is chosen."""
        body = self.sent.answer.body.decode() if self.sent.answer else ""
        found = re.search(r"[?;]l=([^&\"]*)", body.replace("&amp;", ";"))
        return found[1].partition(";")[0] if found else ""


@dataclass
class Told:
    """One call from the caller's side."""

    number: str
    sid: str
    turns: list[Heard] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The helpline's id of this call."""
        return call_id(self.sid)

    @property
    def promised(self) -> bool:
        """Whether the caller was told that somebody will call back."""
        return any(turn.says("person.noted") for turn in self.turns)

    @property
    def begun(self) -> bool:
        """Whether the caller was asked what is asked only once the request is stored."""
        return any(turn.says("person.phone") or turn.says("person.tell-code") for turn in self.turns)

    @property
    def languages(self) -> list[str]:
        """The language after each turn, where there was one."""
        return [turn.language for turn in self.turns if turn.language]


class Crowd:
    """So many callers at once, each on a number of their own, until told to stop."""

    def __init__(self, base: str, count: int, seed: int, pause: float = 0.02) -> None:
        self.base, self.pause = base, pause
        self.calls: list[Told] = []
        self.broken: list[BaseException] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._live, args=(n, Random(seed * 100 + n))) for n in range(count)]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Everybody ends the call they are in."""
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE + 30)
        if self.broken:
            raise self.broken[0]

    def _live(self, place: int, random: Random) -> None:
        number = f"+3363998{place:04}"
        try:
            while not self._stop.is_set():
                self.calls.append(call(self.base, number, random, self._goes_on))
        except BaseException as error:  # told by `stop`, on the thread that asks
            self.broken.append(error)

    def _goes_on(self) -> bool:
        time.sleep(self.pause)
        return not self._stop.is_set()


def call(base: str, number: str, random: Random, goes_on: Callable[[], bool], keys: str = "") -> Told:
    """One call: `keys`, else keys at random until the caller has had enough, the call ends or `goes_on` says no."""
    with httpx.Client(base_url=base) as client:
        phone = Phone(client, base, TOKEN, ACCOUNT, NUMBER)
        phone.retry_until_up = PATIENCE
        told, moves = Told(number, ""), len(keys) or random.randint(8, 40)
        _listen(phone, told, lambda: phone.ring(number))
        told.sid = phone.call.sid
        planned = iter(keys)
        for _ in range(moves):
            if not phone.alive or not goes_on():
                break
            _listen(phone, told, lambda: _act(phone, next(planned, "") or random.choice(KEYS)))
        if phone.alive:
            phone.hang_up()
        told.troubles = [f"{trouble.code} {trouble.why} at {trouble.url}" for trouble in phone.errors]
        return told


def _act(phone: Phone, key: str) -> None:
    if key == "s":
        phone.stay_silent()
    elif int(phone.gather.get("numDigits", "1")) > 1 and key != "*":
        phone.press(KEYED[: int(phone.gather["numDigits"])])
    else:
        phone.press(key)


def _listen(phone: Phone, told: Told, act: Callable[[], None]) -> None:
    """Does it, and writes down every turn that came of it; the sounds are those of the last one."""
    before, asked = len(phone.requests), time.monotonic()
    act()
    for sent in phone.requests[before:]:
        n = _number(sent)
        if n and sent.answer is not None and sent.answer.status == 200:
            told.turns.append(Heard(n, asked, time.monotonic(), sent, tuple(phone.heard)))


def _number(sent: Sent) -> int:
    """The number of the turn that this webhook asks for; 0 when it asks for none."""
    path = urlsplit(sent.webhook.url).path
    if path.endswith("/twilio/voice"):
        return 1
    found = TURN.search(path)
    return int(found[1]) + 1 if found else 0
