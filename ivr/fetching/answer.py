"""One request of a file: where it leads, and what the answer means."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase

from ivr.errors import FetchBusy, FetchFailed, FetchRefused
from ivr.fetching.address import public

MOST_REDIRECTIONS = 5


class _Nobody(AuthBase):
    """Sends no credentials; with none at all the library would look for some in the address and in .netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


@contextmanager
def answered(url: str, headers: dict[str, str], wait: tuple[float, float]) -> Iterator[requests.Response]:
    """The answer behind any redirections, its body unread."""
    url = _onward("", url)
    with requests.Session() as session:
        for _ in range(MOST_REDIRECTIONS + 1):
            request = session.prepare_request(requests.Request("GET", url, headers, auth=_Nobody()))
            around = session.merge_environment_settings(url, {}, True, None, None)
            # a session's own `send` would read what a redirection says
            with session.get_adapter(url).send(request, timeout=wait, **around) as answer:
                if not answer.is_redirect:
                    yield answer
                    return
                url = _onward(url, answer.headers["Location"])
    raise FetchRefused(f"{public(url)}: it is redirected too often")


def _onward(before: str, url: str) -> str:
    """An address that may be asked; FetchRefused for any other."""
    try:
        onward = urljoin(before, url)
        parts = urlsplit(onward)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        raise FetchRefused(f"{public(before or url)}: this is no address") from None
    if not good or parts.username is not None or parts.password is not None:
        raise FetchRefused(
            f"{public(before) if before else 'an address'}: only http and https, and no credentials in the address"
        )
    if before.startswith("https:") and parts.scheme == "http":
        raise FetchRefused(f"{public(before)}: it is redirected from https to http")
    return onward


def judged(answer: requests.Response, url: str) -> FetchFailed | None:
    """What a status means; None where a body comes that can be taken as it is."""
    status = answer.status_code
    if status in (408, 416, 425, 429) or status >= 500:
        busy = FetchBusy(f"{public(url)}: the server answers {status}: try again later")
        after = answer.headers.get("Retry-After", "")
        busy.retry_after = float(after) if after.isdecimal() else None
        return busy
    if status not in (200, 206):
        return FetchRefused(f"{public(url)}: the server answers {status}: it has no such file, or does not give it")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        return FetchRefused(f"{public(url)}: the server packs the file, which it was asked not to")
    return None


def lost(error: requests.RequestException, url: str) -> FetchFailed:
    """Without the library's own words, which are long."""
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE" in str(error):
        return FetchRefused(f"{public(url)}: its certificate is not one that this machine trusts")
    if isinstance(error, (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)):
        what = "took too long" if isinstance(error, requests.Timeout) else "was lost"
        return FetchBusy(f"{public(url)}: the connection {what}; may this machine reach the internet?")
    return FetchRefused(f"{public(url)}: {type(error).__name__}")
