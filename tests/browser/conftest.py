"""A server with its staff, and a Chromium that looks at it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from ivr import staffing
from ivr.app import Parts, application
from ivr.store import staff
from ivr.store.staff import NewMember
from tests import helpline
from tests.browser import chromium
from tests.doubles.serving import serve
from tests.helpline import ROOT
from tests.web import people
from tests.web.people import AGENT, Clock

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Office:
    """The server, and a way to open a browser in it: as whom, in which language, how wide, light or dark."""

    joined: Parts
    base: str
    clock: Clock
    ids: dict[str, int]
    open: Callable[..., Page]


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
    clock = Clock()
    joined = helpline.helpline(tmp_path, clock=clock, IVR_PUBLIC_URL="http://127.0.0.1:8000")
    ids = {role: people.hire(joined, role) for role in people.ROLES[1:]}
    with joined.database.transaction() as tx:
        staff.add(tx, NewMember("jb@example.org", "Jean-Baptiste Rochemont", frozenset({"aidant"}), ("fr",), clock()))
    contexts: list[BrowserContext] = []

    with serve(application(joined)) as base:

        def opened(role: str = "stranger", language: str = "fr", *, width: int = 1280, **options: object) -> Page:
            context = browser.new_context(viewport={"width": width, "height": 800}, user_agent=AGENT, **options)  # type: ignore[arg-type]
            contexts.append(context)
            cookies = {"hamrah-language": language}
            if role in ids:
                cookies["hamrah"] = people.signed_in(joined, ids[role])
            context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
            page = context.new_page()
            page.set_default_timeout(20_000)
            return page

        yield Office(joined, base, clock, ids, opened)
        for context in contexts:
            context.close()


def printed_link(office: Office) -> str:
    """The link that a trial run prints, for the server of this test."""
    return here(office, staffing.trial_entry(office.joined))


def here(office: Office, link: str) -> str:
    return office.base + "/enter/" + link.rpartition("/")[2]
