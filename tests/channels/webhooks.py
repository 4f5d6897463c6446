"""One signed delivery, written by hand: for what no well-behaved telephone company sends."""

from urllib.parse import urlencode, urlsplit

import httpx

from tests.actions.tiny import CALLER, NUMBER, PUBLIC, TOKEN, Tiny
from tests.doubles.phone import Phone
from tests.doubles.signer import signature

Pairs = tuple[tuple[str, str], ...]
SID = "CA" + "5" * 32
FIELDS: Pairs = (("CallSid", SID), ("From", CALLER), ("To", NUMBER), ("CallStatus", "in-progress"))


def fields(sid: str = SID, **more: str) -> Pairs:
    """The fields of a webhook about a call."""
    known = {**dict(FIELDS), "CallSid": sid, **more}
    return tuple(known.items())


def post(tiny: Tiny, address: str, sent: Pairs = FIELDS, *, signed: str | None = None) -> httpx.Response:
    """Posts `sent` to `address` (public, or a path) with a signature that fits, or with the one given."""
    url = address if address.startswith("http") else f"{PUBLIC}{address}"
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {
        "X-Twilio-Signature": signature(TOKEN, url, sent) if signed is None else signed,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return tiny.client.post(target, content=urlencode(sent).encode(), headers={k: v for k, v in headers.items() if v})


def addresses(phone: Phone) -> tuple[str, str]:
    """Where the running Gather posts keys, and silence."""
    call = phone.call
    assert call.wait is not None
    return call.wait.attributes["action"], call.verbs[call.at].text


def stored(tiny: Tiny, table: str) -> int:
    """How many rows a table holds."""
    with tiny.parts.database.reading() as tx:
        return int(tx.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
