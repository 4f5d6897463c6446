"""The people of the tests of pages: a stranger, an aidant, a coordinator and an admin; and a browser for each."""

import re
import secrets
from collections.abc import Mapping
from functools import cache
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ivr.actions import passwords, signing
from ivr.actions.signing import Browser
from ivr.app import Parts
from ivr.store import staff
from ivr.store.staff import NewMember
from ivr.web.pages import PAGES
from tests import helpline

PASSWORD = "four plain words here"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
BROWSER = Browser(AGENT, "a place")
NOW = helpline.at(helpline.MONDAY_MORNING)()
ROLES = ("stranger", "aidant", "coordinator", "admin")
FORM = re.compile(r'name="form" value="([^"]+)"')
NAMES = {"aidant": "Leïla Karimi", "coordinator": "Claude Martin", "admin": "نسرین احمدی"}


class Clock:
    """Monday morning, until it is set on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@cache
def password_hash() -> str:
    return passwords.hashed(PASSWORD)


def email(role: str) -> str:
    return f"{role}@example.org"


def hire(joined: Parts, role: str, *, roles: frozenset[str] | None = None) -> int:
    """An account with the usual password."""
    with joined.database.transaction() as tx:
        new = NewMember(email(role), NAMES.get(role, role), roles or frozenset({role}), ("fa",), NOW)
        id = staff.add(tx, new)
        assert id is not None
        staff.change(tx, id, password_hash=password_hash())
        return id


def staffed(folder: Path, clock: Clock) -> tuple[Parts, dict[str, int]]:
    """A helpline where each role has an account, hired once for all; who they are (role to id)."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    database, ids = _hired()
    (folder / "data" / "hamrah.db").write_bytes(database)
    return helpline.helpline(folder, clock=clock), dict(ids)


@cache
def _hired() -> tuple[bytes, dict[str, int]]:
    with TemporaryDirectory() as folder:
        joined = helpline.helpline(Path(folder), clock=Clock())
        ids = {role: hire(joined, role) for role in ROLES[1:]}
        joined.database.dispose()
        return (Path(folder) / "data" / "hamrah.db").read_bytes(), ids


def signed_in(joined: Parts, staff_id: int) -> str:
    """The cookie of a new session."""
    with joined.database.transaction() as tx:
        member = staff.find(tx, staff_id)
        assert member is not None
        return signing.admit(tx, member, BROWSER, joined.clock(), proven=True).token


class Visit:
    """A browser without scripts: keeps its cookie, fills in forms with their token.

    `forms` is the token that a page had for this cookie.
    """

    def __init__(self, http: Any, token: str = "") -> None:
        self.http = http
        self.cookies: dict[str, str] = {"__Host-hamrah": token} if token else {}
        self.headers = {"user-agent": AGENT, "accept": "text/html"}
        self.forms: dict[str, str] = {}

    @property
    def token(self) -> str:
        return self.cookies.get("__Host-hamrah", "")

    def ask(self, method: str, path: str, **options: Any) -> Any:
        headers = self.headers | options.pop("headers", {})
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.http.request(method, path, headers=headers, **options)
        self.http.cookies.clear()  # each visit keeps its own
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        if found := FORM.search(answer.text if "html" in answer.headers.get("content-type", "") else ""):
            self.forms[self.token] = found[1]
        return answer

    def get(self, path: str, **options: Any) -> Any:
        return self.ask("GET", path, **options)

    def post(self, path: str, fields: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Sends a form with the token of the page that this browser saw."""
        if not self.token:
            self.get("/sign-in")
        return self.ask("POST", path, data={"form": form_token(self), **(fields or {})}, **options)

    def sign_in(self, role: str, password: str = PASSWORD, **fields: str) -> Any:
        return self.post("/sign-in", {"email": email(role), "password": password, **fields})


def form_token(visit: Visit) -> str:
    """The token of the pages that this browser saw last; of one that is not there, if it saw none."""
    if visit.token not in visit.forms:
        visit.get("/no-such-page")
    return visit.forms[visit.token]


def text(answer: Any) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def pages() -> list[Any]:
    return list(PAGES)


def unknown() -> str:
    return secrets.token_urlsafe(32)
