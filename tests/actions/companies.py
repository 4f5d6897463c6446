"""A telephone company on loopback for tests of what we keep and forget there: calls between the helpline and people."""

from collections.abc import Iterator
from contextlib import contextmanager

from ivr.carrier.link import Patience
from ivr.carrier.twilio import Account, TwilioCarrier
from tests.doubles.carrier import Carrier
from tests.doubles.carrier_records import new_sid, stamp
from tests.doubles.scripted import tone

OURS = "+33199000001"
HASTY = Patience(connect=5, read=0.5, whole=5)


@contextmanager
def company() -> Iterator[Carrier]:
    """It rents us our number."""
    with Carrier() as made:
        made.add_number(OURS)
        yield made


def line(company: Carrier, token: str = "") -> TwilioCarrier:
    """Our way to it; with a wrong token everything is refused."""
    return TwilioCarrier(Account(company.account_sid, token or company.auth_token, company.url), HASTY)


def call(company: Carrier, from_: str, to: str, status: str = "completed") -> str:
    """A call that it knows of; its id."""
    sid = new_sid("CA")
    company.kept["Calls"][sid] = {
        "sid": sid,
        "to": to,
        "from": from_,
        "status": status,
        "direction": "inbound" if to == OURS else "outbound-dial",
        "date_created": stamp(),
        "start_time": stamp(),
    }
    return sid


def recording(company: Carrier, call_sid: str) -> str:
    """A recording of a call; its id."""
    return company.add_recording(call_sid, tone(1))


def left(company: Carrier) -> set[str]:
    """The ids of all calls, recordings and texts that it still keeps."""
    return {sid for name in ("Calls", "Recordings", "Messages") for sid in company.kept[name]}
