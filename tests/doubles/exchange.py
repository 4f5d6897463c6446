"""The telephone company's end of a webhook: signed, sent to where the application listens, repeated or lost."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urldefrag, urlencode, urlsplit

import httpx

from tests.doubles.signer import signature

HTTP_FAILURE, CONNECTION_FAILURE = 11200, 11205

Pairs = tuple[tuple[str, str], ...]


class WebhookFailed(Exception):
    """Twilio's view of a webhook without a usable answer: `code` 11200 (HTTP, too slow) or 11205 (connection)."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code, self.why = code, why


class NotTheSame(AssertionError):
    """One webhook, delivered twice, was answered differently."""


class Elsewhere(AssertionError):
    """A URL that does not lie under the public one: tests never leave loopback."""


class Chaos(Protocol):
    """How deliveries misbehave; `answers_until_lost` counts down to the lost answer (0: none)."""

    deliver_twice: bool
    deliver_concurrently: bool
    retry_until_up: float
    answers_until_lost: int


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request to the application, at its public `url`."""

    url: str
    fields: Pairs
    token: str  # I-Twilio-Idempotency-Token: the same when the same webhook is delivered again
    method: str = "POST"

    def field(self, name: str) -> str | None:
        """The first value of a form field."""
        return next((value for key, value in self.fields if key == name), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; two answers are the same when these three are equal."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """A line of the log: `answer` is None when none came."""

    webhook: Webhook
    answer: Answer | None


def call_fields(sids: tuple[str, str], from_: str, to: str, status: str, direction: str) -> Pairs:
    """The fields that every call webhook carries (`sids`: call, account), and some that Twilio sends without notice."""
    return (
        ("CallSid", sids[0]),
        ("AccountSid", sids[1]),
        ("From", from_),
        ("To", to),
        ("CallStatus", status),
        ("ApiVersion", "2010-04-01"),
        ("Direction", direction),
        ("Caller", from_),
        ("Called", to),
        ("FromCountry", "FR"),
        ("ToCity", "Orléans"),
        ("FromCity", ""),
        ("StirVerstat", "TN-Validation-Passed-A"),
        ("AddedWithoutNotice", "سلام & more=1"),
        ("AddedWithoutNotice", "twice"),
    )


class Exchange:
    """Sends webhooks to `client`, signed over the public URL; `patience` is Twilio's hard limit of 15 s."""

    def __init__(self, client: httpx.Client, public_url: str, auth_token: str, patience: float = 15.0) -> None:
        self.client, self.public_url, self.auth_token, self.patience = client, public_url, auth_token, patience
        self.log: list[Sent] = []
        self._writing = threading.Lock()

    def deliver(self, webhook: Webhook, chaos: Chaos) -> Answer:
        """The answer, after whatever chaos is switched on; WebhookFailed as Twilio would see it."""
        answer = self._patiently(lambda: self._deliver(webhook, chaos), chaos.retry_until_up)
        if chaos.answers_until_lost:
            chaos.answers_until_lost -= 1
            if not chaos.answers_until_lost:
                raise WebhookFailed(CONNECTION_FAILURE, "the answer was lost")
        if answer.status not in (200, 204):
            raise WebhookFailed(HTTP_FAILURE, f"status {answer.status}")
        return answer

    def send(self, webhook: Webhook) -> Answer:
        """One delivery of one webhook, whatever its status; httpx.TransportError when there is no answer."""
        answer = None
        try:
            got = self.client.send(self._request(webhook), follow_redirects=False)
            answer = Answer(got.status_code, got.headers.get("content-type", ""), got.content)
        finally:
            with self._writing:
                self.log.append(Sent(webhook, answer))
        return answer

    def get(self, url: str) -> httpx.Response:
        """Fetches media as Play does: unsigned, no redirect followed."""
        return self.client.send(self.client.build_request("GET", self._where(url)), follow_redirects=False)

    def _deliver(self, webhook: Webhook, chaos: Chaos) -> Answer:
        if chaos.deliver_concurrently:
            return self._at_once(webhook)
        answer = self._once_more_on_refusal(webhook)
        return _same(webhook, answer, self.send(webhook)) if chaos.deliver_twice else answer

    def _at_once(self, webhook: Webhook) -> Answer:
        both = threading.Barrier(2)

        def send() -> Answer:
            both.wait()
            return self.send(webhook)

        with ThreadPoolExecutor(2) as threads:
            first, second = (job.result() for job in [threads.submit(send), threads.submit(send)])
        return _same(webhook, first, second)

    def _once_more_on_refusal(self, webhook: Webhook) -> Answer:
        """Twilio's default: one more try, and only when the connection could not be made (rc=1, rp=ct)."""
        try:
            return self.send(webhook)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return self.send(webhook)

    def _patiently(self, attempt: Callable[[], Answer], seconds: float) -> Answer:
        until = time.monotonic() + seconds
        while True:
            try:
                return attempt()
            except httpx.ReadTimeout as error:
                raise WebhookFailed(HTTP_FAILURE, f"no answer in {self.patience} s") from error
            except httpx.TransportError as error:
                if time.monotonic() >= until:
                    raise WebhookFailed(CONNECTION_FAILURE, repr(error)) from error
                time.sleep(0.02)

    def _request(self, webhook: Webhook) -> httpx.Request:
        url, fields = urldefrag(webhook.url).url, webhook.fields
        if webhook.method == "GET":
            url, fields = url + ("&" if urlsplit(url).query else "?") + urlencode(webhook.fields), ()
        headers = {
            "X-Twilio-Signature": signature(self.auth_token, url, fields),
            "I-Twilio-Idempotency-Token": webhook.token,
            "User-Agent": "TwilioProxy/1.1",
        }
        if webhook.method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        body = urlencode(fields).encode() if webhook.method == "POST" else None
        return self.client.build_request(
            webhook.method, self._where(url), content=body, headers=headers, timeout=self.patience
        )

    def _where(self, url: str) -> httpx.URL:
        """A public URL as the client reaches it; parsed once, which costs as much as answering."""
        public, parts = urlsplit(self.public_url), urlsplit(url)
        if (parts.scheme, parts.netloc) != (public.scheme, public.netloc):
            raise Elsewhere(f"{url} is not under {self.public_url}")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        base = self.client.base_url
        target = base.raw_path.rstrip(b"/").decode() + target
        found = base.copy_with(raw_path=target.encode())
        if found.raw_path.decode() != target:
            raise ValueError(f"this URL would not arrive as it was signed: {url}")
        return found


def _same(webhook: Webhook, first: Answer, second: Answer) -> Answer:
    if first != second:
        raise NotTheSame(f"{webhook.method} {webhook.url} {dict(webhook.fields)}:\n{first}\n{second}")
    return first
