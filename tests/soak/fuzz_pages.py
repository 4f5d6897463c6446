"""A browser that follows links and submits forms: as they are meant, and as they are not."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from random import Random
from urllib.parse import urljoin, urlsplit

from ivr.web.safety import form_token
from tests.soak import fuzz_values as values
from tests.soak.fuzz_wire import Asked, Got

Pairs = list[tuple[str, str]]
HX = ("hx-get", "hx-post", "hx-put", "hx-delete", "hx-patch")
HOST = ("Host", "help.example")
MOST_KEPT = 60
OURS = re.compile(r"https://help\.example(/[\w/?=&%.-]+)")


@dataclass
class FormSeen:
    """A form of a page; each field with the values that it offers."""

    action: str
    method: str
    id: str = ""
    fields: list[tuple[str, str, list[str]]] = field(default_factory=list)  # name, type, values


class Page(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, where: str, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[FormSeen] = []
        self._where, self._select = where, ""
        self.feed(html)
        self.links += OURS.findall(html)
        self.forms = [form for form in self.forms if form.fields]  # one without a token only closes a dialog

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        for name in ("href", "src", "sse-connect", "hx-get"):
            if has.get(name) and not has[name].startswith(("tel:", "mailto:", "data:")):
                self.links.append(self._own(has[name]))
        if tag == "form":
            action = next((has[name] for name in HX if has.get(name)), has.get("action") or self._where)
            method = "GET" if has.get("method", "get").lower() == "get" and not has.get("hx-post") else "POST"
            self.forms.append(FormSeen(self._own(action), method, has.get("id", "")))
        elif self.forms and tag in ("input", "select", "textarea", "button"):
            self._field(tag, has)
        elif self.forms and tag == "option" and self._select:
            self.forms[-1].fields[-1][2].append(has.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""

    def _field(self, tag: str, has: dict[str, str]) -> None:
        if tag == "select":
            self._select = has.get("name", "")
        if has.get("name"):
            offered = (
                []
                if tag in ("select", "textarea")
                else [has.get("value", "on" if has.get("type") == "checkbox" else "")]
            )
            of = [form for form in self.forms if has.get("form") and form.id == has["form"]] or self.forms[-1:]
            of[0].fields.append((has["name"], has.get("type", tag), offered))

    def _own(self, address: str) -> str:
        parts = urlsplit(urljoin(f"https://help.example{self._where}", address))
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class Browser:
    """One role's: the cookie of its session, and what its pages offered."""

    def __init__(self, role: str, random: Random) -> None:
        self.role, self._random = role, random
        self.cookies: dict[str, str] = {}
        self._page: Page | None = None
        self._onward = ""
        self.links: list[str] = ["/"]
        self.forms: list[FormSeen] = []

    @property
    def token(self) -> str:
        """What every form of a page that this browser sees carries."""
        return form_token(self.cookies.get("__Host-hamrah", ""))

    def next(self) -> Asked:
        """Where the last answer leads, mostly; a link, a form as it is meant, or one that somebody meddled with."""
        if self._onward:
            target, self._onward = self._onward, ""
            return self.request("GET", target)
        chance = self._random.random()
        here = self._page is not None and chance < 0.75
        links, forms = (self._page.links, self._page.forms) if here and self._page else (self.links, self.forms)
        links = [link for link in links if self._wanted(link)] or ["/", "/desk"]
        forms = [form for form in forms if self._wanted(form.action)]
        if not forms or self._random.random() < 0.4:
            return self.request("GET", self._random.choice(links))
        return self._sent(self._random.choice(forms))

    def told(self, address: str) -> None:
        """Somebody sent them a link."""
        self._onward = address

    def _sent(self, form: FormSeen) -> Asked:
        chance = self._random.random()
        pairs = [pair for one in form.fields for pair in self._filled(*one)]
        if chance > 0.6:
            pairs = self._meddled(pairs)
        if form.method == "GET":
            return self.request("GET", f"{form.action.partition('?')[0]}?{values.form(pairs).decode()}")
        return self.post(form.action, pairs, wild=chance > 0.93)

    def _wanted(self, address: str) -> bool:
        """What stands on every page is seldom worth it."""
        often = {"/static": 0.02, "/sign-out": 0.02, "/preferences": 0.1, "/staff/": 0.4}
        return self._random.random() < next((share for start, share in often.items() if address.startswith(start)), 1.0)

    def request(self, method: str, target: str, body: bytes = b"", kind: str = "", more: Pairs | None = None) -> Asked:
        """A request with this browser's cookies."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        known = {"Host": HOST[1], "User-Agent": "Mozilla/5.0 Firefox/140.0", "Accept": "text/html", "Cookie": cookies}
        if kind:
            known["Content-Type"] = kind
        known |= dict(more or ())
        return Asked(
            method, target, "", self.role, tuple(known.items()), body, cut=bool(body) and self._random.random() < 0.01
        )

    def post(self, target: str, pairs: Pairs, *, wild: bool) -> Asked:
        """A form sent; `wild` with a body and headers that no browser sends."""
        body, kind = values.form(pairs), values.KINDS[0]
        if wild:
            body, kind = values.body(self._random, pairs)
        return self.request("POST", target, body, kind, values.headers(self._random) if wild else None)

    def learn(self, asked: Asked, got: Got) -> list[str]:
        """Keeps the cookies, and the links and forms of a page; addresses that it named."""
        for line in got.cookies:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        where = asked.target.partition("?")[0]
        if 300 <= got.status < 400:
            self._onward = urlsplit(got.headers.get("location", "/"))._replace(scheme="", netloc="").geturl()
            return [got.headers.get("location", "/")]
        if not got.headers.get("content-type", "").startswith("text/html") or not where.startswith("/"):
            return []
        page = self._page = Page(where, got.text)
        self.links = (self.links + page.links)[-MOST_KEPT:]
        self.forms = (self.forms + page.forms)[-MOST_KEPT:]
        return [*page.links, *(form.action for form in page.forms)]

    def _filled(self, name: str, kind: str, offered: list[str]) -> Pairs:
        """As somebody fills it in who means well."""
        if kind in ("checkbox", "radio", "button", "submit") and self._random.random() < 0.5:
            return []
        if name == "form":
            return [(name, self.token)]
        if kind in ("hidden", "checkbox", "radio", "button", "submit"):
            return [(name, offered[0])]
        if offered and kind == "select":
            return [(name, self._random.choice(offered))]
        return [(name, self._typed(name, kind, offered))]

    def _typed(self, name: str, kind: str, offered: list[str]) -> str:
        known = {
            "email": f"somebody-{self._random.randrange(99)}@example.org",
            "password": "four plain words here",
            "tel": values.NUMBERS[self._random.randrange(40)],
            "date": f"2026-{self._random.randrange(11, 13)}-{self._random.randrange(1, 29):02}",
            "time": f"{self._random.randrange(24):02}:{self._random.randrange(60):02}",
            "number": str(self._random.randrange(100)),
            "search": "a",
        }
        if "phone" in name or "number" in name:
            return self._random.choice(values.NUMBERS)
        return known.get(kind) or (
            offered[0] if offered and offered[0] else f"{values.MARK} {self._random.randrange(9)}"
        )

    def _meddled(self, pairs: Pairs) -> Pairs:
        """One or two things are not as the page wrote them; mostly the token stays."""
        for _ in range(self._random.randrange(1, 3)):
            at = self._random.randrange(len(pairs) + 1)
            if at == len(pairs):
                pairs = [*pairs, (values.text(self._random)[:50], values.text(self._random))]
            elif pairs[at][0] != "form" or self._random.random() < 0.1:
                name, value = pairs[at]
                change = self._random.randrange(4)
                new = [
                    [],
                    [(name, values.text(self._random))],
                    [(name, value)] * 2,
                    [(name, value), (name, values.text(self._random))],
                ]
                pairs = pairs[:at] + new[change] + pairs[at + 1 :]
        return pairs
