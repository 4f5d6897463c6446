"""Twilio's request signature, computed by its own package, against the one configured public address."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator, compare

PORTS = {"https": 443, "http": 80, "wss": 443, "ws": 80}


class Signature:
    """Made once for the configured public address; the sender may or may not have written its port."""

    def __init__(self, auth_token: str, base: str) -> None:
        self._validator = RequestValidator(auth_token)
        self._bases = _written(base)

    def fits(self, target: str, fields: Mapping[str, Sequence[str]], given: str) -> bool:
        """Whether `given` was made for this path and query with these fields."""
        every = _Fields(fields)
        return any(compare(self._validator.compute_signature(base + target, every), given) for base in self._bases)


class _Fields(dict[str, Sequence[str]]):
    """The package asks for every value of a name by `getlist`."""

    def getlist(self, name: str) -> Sequence[str]:
        """Every value of a name."""
        return self[name]


def _written(base: str) -> tuple[str, ...]:
    """The address as configured, then with its port and without."""
    parts = urlsplit(base)
    host = parts.netloc.removesuffix(f":{parts.port}")
    named = f"{host}:{parts.port or PORTS[parts.scheme]}"
    return tuple(dict.fromkeys((base, *(parts._replace(netloc=netloc).geturl() for netloc in (named, host)))))
