"""One signed-in way to a REST API of Twilio's shape: the only place where its answers become our errors.

Whether trying again helps depends on what was asked. Reading, ending and deleting may be repeated. Creating may not: a
lost answer, or a 5xx other than 503, leaves open whether somebody's phone rings (Twilio's page on error 20500 says so).
"""

import logging
import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import requests
from urllib3.exceptions import NewConnectionError, ProxyError

from ivr.errors import CarrierBusy, CarrierFailed, CarrierRefused, CarrierUnknown

PAGE, MOST_PAGES = 100, 100
NOT_DONE = frozenset({408, 429, 503})
"""HTTP statuses that say that nothing was done."""
LATER = frozenset({10004, 20009, 20429, 21611})
"""Refusals that pass: too many calls at once, not yet over, too many requests, too many texts waiting."""

Record = Mapping[str, Any]
Form = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait: for a connection, for the next byte, for a whole recording."""

    connect: float = 5
    read: float = 15
    whole: float = 120


class Link:
    """Requests below one address. Each has its own connection: one that died while idle would lose an answer."""

    def __init__(self, base: str, credentials: tuple[str, str], patience: Patience) -> None:
        self.base, self.credentials, self.patience = base, credentials, patience
        # it logs whole addresses, and a search for calls names two numbers in its address
        logging.getLogger("urllib3").setLevel(logging.ERROR)

    def __repr__(self) -> str:
        return f"Link({urlsplit(self.base).hostname})"

    def address(self, kind: str, id: str | None = None, suffix: str = ".json") -> str:
        """Where a list or one of its members is; an empty id would name the list."""
        if id is None:
            return f"{self.base}/{kind}{suffix}"
        if not id:
            raise ValueError(f"one of {kind} needs an id")
        return f"{self.base}/{kind}/{quote(id, safe='')}{suffix}"

    def own(self, url: str) -> bool:
        """Whether the credentials may be sent there: the very same scheme, host and port."""
        return _origin(url) == _origin(self.base)

    def read(self, kind: str, id: str) -> Record:
        """One record."""
        return _record(self._send("GET", self.address(kind, id)))

    def all(self, kind: str, query: Mapping[str, str], key: str) -> Iterator[Record]:
        """Every record of a list that fits the query, page by page; `key` is the list's name in an answer."""
        url, asked = self.address(kind), {**query, "PageSize": str(PAGE)}
        for _ in range(MOST_PAGES):
            page = _record(self._send("GET", url, params=asked))
            yield from page.get(key) or ()
            if not page.get("next_page_uri"):
                return
            url, asked = urljoin(self.base, str(page["next_page_uri"])), {}
            if not self.own(url):
                raise CarrierRefused("the provider's next page is on another host")
        raise CarrierRefused(f"the provider has more than {MOST_PAGES} pages of what was asked")

    def create(self, kind: str, form: Form) -> str:
        """Asks for something that must not happen twice; its id, or CarrierUnknown."""
        made = _record(self._send("POST", self.address(kind), repeatable=False, data=form), repeatable=False)
        if not made.get("sid"):
            raise CarrierUnknown("the provider's answer holds no id")
        return str(made["sid"])

    def change(self, kind: str, id: str, form: Form) -> Record:
        """Brings a record into a state; asking twice is asking once."""
        return _record(self._send("POST", self.address(kind, id), data=form))

    def delete(self, kind: str, id: str) -> None:
        """Afterwards it is gone."""
        try:
            self._send("DELETE", self.address(kind, id))
        except CarrierRefused as refused:
            if refused.status != 404:
                raise

    def _send(self, method: str, url: str, repeatable: bool = True, **what: Any) -> requests.Response:
        answer = self._answer(method, url, repeatable, **what)
        if isinstance(answer, CarrierFailed):
            raise answer
        failure = judged(answer, repeatable)
        if failure:
            raise failure
        return answer

    def _answer(self, method: str, url: str, repeatable: bool, **what: Any) -> requests.Response | CarrierFailed:
        """Returns a failure, so that the library's error, which holds the address, is not its context."""
        wait = (self.patience.connect, self.patience.read)
        try:
            return requests.request(method, url, auth=self.credentials, timeout=wait, allow_redirects=False, **what)
        except (requests.RequestException, ValueError) as error:  # ValueError: a redirection to no address
            return lost(error, repeatable)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def lost(error: Exception, repeatable: bool = True) -> CarrierFailed:
    """No answer at all: busy, or unknown where the request may have arrived."""
    if repeatable or _never_sent(error):
        return CarrierBusy("the provider did not answer")
    return CarrierUnknown("the provider's answer was lost: nobody knows whether it was done")


def judged(answer: requests.Response, repeatable: bool = True) -> CarrierFailed | None:
    """What an answer means, without the provider's words: they quote numbers."""
    status = answer.status_code
    if status < 300:
        return None
    code = _code(answer)
    said = f"the provider answered {status}, error {code}" if code else f"the provider answered {status}"
    if status in NOT_DONE or code in LATER or (status >= 500 and repeatable):
        busy = CarrierBusy(said, code, status)
        busy.retry_after = _retry_after(answer.headers.get("Retry-After", ""))
        return busy
    if status >= 500:
        return CarrierUnknown(f"{said}: nobody knows whether it was done", code, status)
    if status == 401:
        said += ": it does not accept TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN"
    elif status < 400:
        said += ", a redirection: TWILIO_API_URL is not its address"
    return CarrierRefused(said, code, status)


def _never_sent(error: Exception) -> bool:
    """Whether no connection was made, so that nothing can have happened."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    untrusted = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in getattr(reason, "args", ()))
    unreached = isinstance(reason, NewConnectionError | ProxyError)
    return isinstance(error, requests.ConnectTimeout) or unreached or untrusted


def _record(answer: requests.Response, repeatable: bool = True) -> Record:
    try:
        record = answer.json()
    except requests.JSONDecodeError:
        record = None
    if isinstance(record, dict):
        return record
    kind = CarrierBusy if repeatable else CarrierUnknown
    raise kind("the provider's answer cannot be read", status=answer.status_code)


def _code(answer: requests.Response) -> int:
    try:
        return int(answer.json()["code"])
    except (requests.RequestException, ValueError, TypeError, KeyError):
        return 0


def _retry_after(header: str) -> float | None:
    """Seconds, from a number or from a date (RFC 9110, 10.2.3)."""
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", header):
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
