"""A server with its staff, and a Chromium that looks at it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from ivr import staffing
from ivr.app import Parts, application
from ivr.store import staff
from ivr.store.staff import NewMember
from tests import helpline
from tests.browser import chromium
from tests.doubles.carrier import Carrier
from tests.doubles.outgoing import Outgoing
from tests.doubles.serving import in_process, serve
from tests.helpline import ROOT
from tests.web import people
from tests.web.people import AGENT, Clock

PUBLIC = "http://127.0.0.1:8000"
"""Where the telephone company believes us to be."""
PATIENCE = 60.0
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Office:
    """The server, and a way to open a browser in it: as whom, in which language, how wide, light or dark."""

    joined: Parts
    base: str
    clock: Clock
    ids: dict[str, int]
    open: Callable[..., Page]


def until(true: Callable[[], Any]) -> Any:
    """Waits for what another thread does."""
    end = time.monotonic() + PATIENCE
    while not (known := true()):
        assert time.monotonic() < end, "it did not happen"
        threading.Event().wait(0.02)
    return known


@dataclass
class Line:
    """An office that can call: the telephone company, and the way it reaches our server."""

    office: Office
    company: Carrier
    client: Any

    def placed(self) -> Outgoing:
        """The call to the aidant, once the company was asked for it."""
        calls = self.company.kept["Calls"]
        sid = until(lambda: next((sid for sid, call in calls.items() if call["direction"] == "outbound-api"), ""))
        return Outgoing(self.company, sid, self.client)


# One browser a module, not a session: while it runs, no other test of this process may run a loop of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.running() as running:
        yield running


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.exists():
        pytest.fail("axe-core is missing: run `npm ci` (`make test` does)")
    return AXE.read_text()


@pytest.fixture
def office(tmp_path: Path, browser: Browser) -> Iterator[Office]:
    with opened_office(tmp_path, browser) as made:
        yield made


@pytest.fixture
def line(tmp_path: Path, browser: Browser) -> Iterator[Line]:
    with Carrier(account_sid=helpline.ACCOUNT, auth_token=helpline.TOKEN) as company:
        company.add_number(helpline.NUMBER)
        known = {"TWILIO_NUMBER": helpline.NUMBER, "TWILIO_API_URL": company.url}
        with opened_office(tmp_path, browser, **known) as office, in_process(application(office.joined)) as client:
            yield Line(office, company, client)


@contextmanager
def opened_office(
    tmp_path: Path, browser: Browser, dress: Callable[[Any], None] = lambda app: None, **environ: str
) -> Iterator[Office]:
    """A server of these settings; `dress` adds what only this test has."""
    clock = Clock()
    works = {"IVR_WORKER": "inside", **environ}  # who looks at a page waits for what jobs do
    joined = helpline.helpline(tmp_path, clock=clock, IVR_PUBLIC_URL=PUBLIC, **works)
    with office_of(joined, clock, browser, dress) as office:
        yield office


@contextmanager
def office_of(
    joined: Parts, clock: Clock, browser: Browser, dress: Callable[[Any], None] = lambda app: None
) -> Iterator[Office]:
    """A server of this helpline, with its staff."""
    ids = {role: people.hire(joined, role) for role in people.ROLES[1:]}
    with joined.database.transaction() as tx:
        staff.add(tx, NewMember("jb@example.org", "Jean-Baptiste Rochemont", frozenset({"aidant"}), ("fr",), clock()))
    contexts: list[BrowserContext] = []

    app = application(joined)
    dress(app)
    with serve(app, ws="auto") as base:

        def opened(role: str = "stranger", language: str = "fr", *, width: int = 1280, **options: object) -> Page:
            context = browser.new_context(viewport={"width": width, "height": 800}, user_agent=AGENT, **options)  # type: ignore[arg-type]
            contexts.append(context)
            cookies = {"hamrah-language": language}
            if role in ids:
                cookies["hamrah"] = people.signed_in(joined, ids[role])
            context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
            page = context.new_page()
            page.set_default_timeout(45_000)
            return page

        yield Office(joined, base, clock, ids, opened)
        for context in contexts:
            context.close()


def printed_link(office: Office) -> str:
    """The link that a trial run prints, for the server of this test."""
    return here(office, staffing.trial_entry(office.joined))


def here(office: Office, link: str) -> str:
    return office.base + "/enter/" + link.rpartition("/")[2]
