"""Twilio's request signature, written from its description and not from the vendor's package.

`base64(HMAC-SHA1(auth_token, url + for each sorted distinct name, each sorted distinct value: name + value))`.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urldefrag, urlsplit

Fields = Iterable[tuple[str, str]]
"""Form fields in the order sent; a name may come several times."""


def signature(auth_token: str, url: str, fields: Fields = ()) -> str:
    """What X-Twilio-Signature holds for a form POST (or, without fields, a GET) of the exact public `url`."""
    text = urldefrag(url).url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def websocket_signature(auth_token: str, url: str) -> str:
    """What the lower-case x-twilio-signature of a media stream holds; `url` is wss://, without port or query."""
    parts = urlsplit(url)
    if parts.scheme != "wss" or parts.port or parts.query:
        raise ValueError(f"a stream is signed as wss:// without port and query, not {url}")
    return signature(auth_token, url)
