"""Every route as everybody, with all that a hostile or broken client sends: nothing may break, and no log may tell.

There is no OpenAPI document to drive a fuzzer by (schemathesis needs one): pages are found by their links and forms,
webhooks by the documents that name them, the rest by the server's own table of routes. One seed makes one run; the
server is the real one, on a socket of its own, with its worker; the telephone company is the double.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from xml.etree.ElementTree import ParseError

from starlette.routing import Route

from ivr.actions import signing
from ivr.store import sessions, staff
from ivr.store.staff import Totp
from tests import helpline
from tests.soak import fuzz_values as values
from tests.soak.fuzz_house import LIGHT_HASH, ROLES, Ear, House, listening, roles_of
from tests.soak.fuzz_line import Line
from tests.soak.fuzz_pages import HOST, Browser
from tests.soak.fuzz_wire import Asked, Got, Wire
from tests.web import people

LANGUAGES = ("fa", "fr")
SECRET = "JBSWY3DPEHPK3PXP" * 2
"""Of the second step."""
METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
FAULTS = ("429", "500", "503", "lost")
SECRETS = (helpline.KEY, helpline.TOKEN, "$argon2", "Traceback (most recent call last)")
PHONE = re.compile(r"63998\d{4}|19900\d{4}")
NAMES_TEXT = """
name email roles languages phone password again old code sealed next language theme outcome note window number
reason to_staff date day part starts ends weekday topic request_id rang staff_id
"""
NAMES = NAMES_TEXT.split()
"""Fields that forms of ours have."""
RENEWED_EACH = 200
ENOUGH, PROGRESS_EACH = 5000, 5000


@dataclass(frozen=True)
class Plan:
    """Until `seconds` are over or `requests` are sent."""

    seed: int
    seconds: float = 0.0
    requests: int = 0


@dataclass
class Found:
    """What was wrong, each kind once; and how often what was asked."""

    wrong: dict[str, str] = field(default_factory=dict)
    asked: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # route, role, method
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)  # route, status

    def add(self, kind: str, what: str) -> None:
        """The first of a kind is told whole."""
        self.wrong.setdefault(kind, what)


def soak(folder: Path, database_url: str, plan: Plan, tell: Callable[[str], None]) -> list[str]:
    """All that is wrong."""
    with listening(folder, database_url) as (house, base, ear):
        fuzz = Fuzz(house, Wire(base), ear, Random(plan.seed))
        until = time.monotonic() + plan.seconds
        sent = 0
        while sent < plan.requests or time.monotonic() < until:
            fuzz.step()
            sent += 1
            if sent % PROGRESS_EACH == 0:
                tell(f"{sent} requests, {len(fuzz.found.wrong)} kinds of wrong")
        fuzz.close()
        tell(fuzz.summary())
        fuzz.found.wrong |= {f"never {pair}": f"never asked: {pair}" for pair in fuzz.unasked() if sent > ENOUGH}
        return list(fuzz.found.wrong.values())


class Fuzz:
    """One run: who asks what next, and whether the answer is one."""

    def __init__(self, house: House, wire: Wire, ear: Ear, random: Random) -> None:
        self._house, self._wire, self._ear, self._random = house, wire, ear, random
        self.found = Found()
        self._browsers = {role: Browser(role, random) for role in ROLES}
        self._line = Line(random, self._outgoing)
        self._routes = [route for route in house.routes if isinstance(route, Route)]
        self._sweep = self._every_route()
        self._seen = ["1", "2", "3", "waiting", "fr", "0"]
        self._steps = 0

    def step(self) -> None:
        """One request, and a look at what came of it."""
        if self._steps % RENEWED_EACH == 0:
            self._renew()
        self._steps += 1
        asked = self._next()
        try:
            got = self._wire.send(asked)
        except TimeoutError:
            self.found.add(f"silent {self._route(asked)}", f"no answer to {asked}")
            self._wire.close()
            return
        self._judge(asked, got)

    def close(self) -> None:
        """Ends the connection."""
        self._wire.close()

    def summary(self) -> str:
        """What was asked and answered, and the routes of which only the door was seen."""
        statuses = Counter[int]()
        for (_, status), count in self.found.answered.items():
            statuses[status] += count
        well = {route for route, status in self.found.answered if 200 <= status < 400}
        ours = {route.path for route in self._routes}
        pairs = len(ours) * (len(ROLES) + 1)
        return "\n".join(
            [
                f"{self._steps} requests; {pairs - len(self.unasked())} of {pairs} pairs of route and role",
                f"statuses: {dict(sorted(statuses.items()))}",
                f"never answered well: {sorted(ours - well) or 'none'}",
            ]
        )

    def unasked(self) -> set[tuple[str, str]]:
        """Pairs of a route and a role that never met."""
        asked = {(route, role) for route, role, _ in self.found.asked}
        return {(route.path, role) for route in self._routes for role in (*ROLES, "company")} - asked

    def _next(self) -> Asked:
        chance = self._random.random()
        if chance < 0.55:
            return self._browsers[self._random.choice(ROLES)].next()
        if chance < 0.75:
            return self._line.next()
        if chance < 0.93:
            return next(self._sweep)
        if chance < 0.98:
            return self._odd()
        return self._company()

    def _company(self) -> Asked:
        """The telephone company fails for a while, or time passes; then whatever comes."""
        chance = self._random.random()
        if chance < 0.5:
            self._house.carrier.fail_next(self._random.choice(FAULTS), times=self._random.randrange(1, 4))  # type: ignore[arg-type]
        elif chance < 0.95:
            self._house.clock.ahead += self._random.choice((20, 60, 200, 700))
        else:
            self._house.clock.ahead += self._random.choice((3600, 4 * 3600, 86400))
            self._renew()
        return self._line.next()

    def _every_route(self) -> Iterator[Asked]:
        """Each route, as everybody, with each method, over and over."""
        while True:
            for method in ("GET", "POST", *self._random.sample(METHODS, 2)):
                for route in self._random.sample(self._routes, len(self._routes)):
                    for role in (*ROLES, "company"):
                        yield self._at(route, role, method)

    def _at(self, route: Any, role: str, method: str) -> Asked:
        path = re.sub(r"\{[^}]+\}", lambda _: values.piece(self._random, self._seen), route.path)
        names = ("done", "before", "who", "what", "since", "next", "q", "s", "n", "d", "l", "view", "language")
        query = values.query(self._random, names) if self._random.random() < 0.4 else ""
        target = f"{path}?{query}" if query else path
        if role == "company":
            asked = self._line.odd(target)
            return Asked(
                asked.method if method == "POST" else method, target, route.path, role, asked.headers, asked.body
            )
        browser = self._browsers[role]
        pairs = [("form", browser.token)]
        pairs += [(self._random.choice(NAMES), values.text(self._random)) for _ in range(self._random.randrange(5))]
        asked = browser.post(target, pairs, wild=self._random.random() < 0.2)
        body = asked.body if method in ("POST", "PUT", "PATCH") else b""
        return Asked(method, target, route.path, role, asked.headers, body, asked.cut and bool(body))

    def _odd(self) -> Asked:
        """No route at all, or what is no path."""
        path = "/".join(values.piece(self._random, self._seen) for _ in range(self._random.randrange(5)))
        target = self._random.choice(
            (f"/{path}", "*", "//", f"/static/{path}", f"/audio/{path}.wav", f"http://x/{path}")
        )
        headers = (HOST, *values.headers(self._random))
        return Asked(self._random.choice((*METHODS, "CONNECT", "G\xcbT")), target, "-", "stranger", headers)

    def _outgoing(self) -> dict[str, list[str]]:
        """The last calls that the helpline asked for, and where it wants to hear of them."""
        last = list(self._house.carrier.asked.items())[-3:]
        named = ("url", "status_callback")
        return {
            sid: [str(asked[name]).removeprefix(helpline.PUBLIC) for name in named if asked.get(name)]
            for sid, asked in last
        }

    def _renew(self) -> None:
        """Whatever they did to themselves: everybody works here again, signed in."""
        for role in self._house.ids:
            self._sign_in(role)

    def _sign_in(self, role: str) -> None:
        joined, id = self._house.joined, self._house.ids[role]
        with joined.database.transaction() as tx:
            known = {"roles": roles_of(role), "languages": LANGUAGES, "password_hash": LIGHT_HASH}
            staff.change(tx, id, disabled_at=None, **known)
            staff.set_phone(tx, id, values.NUMBERS[id])
            if role == "half":
                staff.set_totp(tx, id, Totp(SECRET, 0))
            member = staff.find(tx, id)
            assert member is not None
            admitted = signing.admit(tx, member, people.BROWSER, joined.clock(), proven=role != "half")
        self._browsers[role].cookies["__Host-hamrah"] = admitted.token

    def _judge(self, asked: Asked, got: Got) -> None:
        route = self._route(asked)
        self.found.asked[route, asked.role, asked.method] += 1
        self.found.answered[route, got.status] += 1
        for kind, what in self._wrong(asked, got, route):
            self.found.add(f"{kind} {route}", what)
        self._learn(asked, got, route)
        lost = got.status == 303 and got.headers.get("location", "").startswith("/sign-in")
        if lost and asked.role in self._house.ids and asked.role != "half":
            self._sign_in(asked.role)
        for line, broke in self._ear.heard():
            if broke or PHONE.search(line) or values.MARK in line or any(secret in line for secret in SECRETS):
                self.found.add(_kind(line), f"logged near {asked}: {line}")

    def _wrong(self, asked: Asked, got: Got, route: str) -> Iterator[tuple[str, str]]:
        """What is wrong with an answer."""
        if got.status >= 500:
            yield str(got.status), f"{got.status} to {asked}: {got.text[:200]!r}"
        if got.status == 0 and not asked.cut and asked.method in METHODS:
            yield "none", f"the connection was closed without an answer to {asked}"
        for secret in SECRETS:
            if secret in got.text:
                yield "told", f"{secret[:20]!r} in the answer to {asked}"
        if got.status == 200 and asked.role == "stranger" and self._closed(route) and not self._known(asked):
            yield "open", f"a stranger saw the answer to {asked}"

    def _learn(self, asked: Asked, got: Got, route: str) -> None:
        try:
            teacher = self._line if asked.role == "company" else self._browsers[asked.role]
            named = teacher.learn(asked, got)
            stranger = self._browsers["stranger"]
            stranger.links = (stranger.links + self._line.sounds[-2:])[-80:]
            made = [address for address in named if address.startswith("/enter/")]
            if made and got.status == 200 and asked.method == "POST":
                stranger.told(made[-1])
        except ParseError:
            self.found.add(f"xml {route}", f"no document in the answer to {asked}: {got.text[:300]!r}")
            return
        for address in named:
            if PHONE.search(address):
                self.found.add(f"number {route}", f"a number in {address!r}, named in the answer to {asked}")
            if address.startswith(("/static/", "/audio/")):
                continue
            self._seen += [part for part in address.partition("?")[0].split("/") if part and not part.startswith("+")]
        self._seen = self._seen[-200:]

    def _known(self, asked: Asked) -> bool:
        """Whether the stranger signed in meanwhile: links lie about, and an account was given an address to guess."""
        token = re.search(r"__Host-hamrah=([^;]+)", dict(asked.headers).get("Cookie", ""))
        with self._house.joined.database.reading() as tx:
            return token is not None and sessions.find(tx, token[1], self._house.clock()) is not None

    def _closed(self, route: str) -> bool:
        pages = [one.page for one in self._routes if hasattr(one, "page") and one.path == route]
        return any(page.roles for page in pages)

    def _route(self, asked: Asked) -> str:
        if asked.route:
            return asked.route
        path = asked.target.partition("?")[0]
        return next((route.path for route in self._routes if route.path_regex.match(path)), "-")


def _kind(line: str) -> str:
    """One line of each place in the code is enough."""
    found = re.search(r'"at": \[.*"([^"]+)"\]', line)
    return f"log {found[1] if found else re.sub(r'[0-9a-f]{6,}|[0-9]+', '#', line)[40:140]}"
