"""Twilio's REST API, or that of a provider which speaks the same, at one configurable address."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from ivr.errors import CarrierBusy, CarrierRefused

VENDOR = "https://api.twilio.com"
SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What a number does when it rings: addresses that are posted to."""

    voice: str
    fallback: str
    status: str


@dataclass(frozen=True, slots=True)
class Account:
    """Whose telephone line it is; the secret is only ever sent to `api_url`."""

    sid: str
    auth_token: str
    api_url: str


class _ElsewhereClient(TwilioHttpClient):  # type: ignore[misc]  # the package carries no types
    """The package builds addresses of its vendor; here they become those of the configured API."""

    def __init__(self, api_url: str) -> None:
        super().__init__(timeout=SECONDS)
        self._api_url = api_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Sends the request to the configured address."""
        return super().request(method, url.replace(VENDOR, self._api_url, 1), *args, **kwargs)


class Numbers:
    """The rented numbers of an account."""

    def __init__(self, account: Account) -> None:
        self._client = Client(account.sid, account.auth_token, http_client=_ElsewhereClient(account.api_url))

    def webhooks(self, number: str) -> Webhooks:
        """What this number (E.164) does now; CarrierRefused when the account does not rent it."""
        with _named():
            return _webhooks(self._find(number))

    def set_webhooks(self, number: str, wanted: Webhooks) -> Webhooks:
        """Makes the number post to these addresses; returns what the provider then says."""
        with _named():
            self._find(number).update(
                voice_url=wanted.voice,
                voice_method="POST",
                voice_fallback_url=wanted.fallback,
                voice_fallback_method="POST",
                status_callback=wanted.status,
                status_callback_method="POST",
            )
            return _webhooks(self._find(number))

    def _find(self, number: str) -> Any:
        found = self._client.incoming_phone_numbers.list(phone_number=number, limit=2)
        if len(found) != 1:
            raise CarrierRefused("the account does not rent the number in TWILIO_NUMBER")
        return found[0]


def _webhooks(number: Any) -> Webhooks:
    return Webhooks(number.voice_url or "", number.voice_fallback_url or "", number.status_callback or "")


@contextmanager
def _named() -> Iterator[None]:
    """The provider's errors as ours: does trying again help?"""
    try:
        yield
    except TwilioRestException as error:
        busy = error.status == 429 or error.status >= 500
        kind: Callable[[str], Exception] = CarrierBusy if busy else CarrierRefused
        raise kind(f"the provider answered {error.status}, code {error.code}") from error
    except requests.RequestException as error:
        raise CarrierBusy("the provider did not answer") from error
