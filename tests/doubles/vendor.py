"""The vendor's own package, pointed at the REST stand-in."""

from typing import Any

from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from tests.doubles.carrier import Carrier

CLOUD = "https://api.twilio.com"


class Rerouted(TwilioHttpClient):
    """Sends to `base` what is meant for the cloud; the package has no setting for it."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        assert self.session
        self.session.trust_env = False

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """As the package does, to another host."""
        if not url.startswith(f"{CLOUD}/"):
            raise ValueError(f"tests never leave loopback: {url}")
        return super().request(method, self.base + url.removeprefix(CLOUD), *args, **kwargs)


def vendor_client(carrier: Carrier) -> Client:
    """A twilio.rest.Client of the stand-in's account."""
    return Client(carrier.account_sid, carrier.auth_token, http_client=Rerouted(carrier.url))
