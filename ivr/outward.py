"""What leaves the building, joined for app.py: where no telephone company is configured, nothing of it is there."""

from collections.abc import Callable

from starlette.routing import Route

from ivr.actions import booth_fetch, copies, dial_jobs, looking, moving, placing, text_jobs, text_sending
from ivr.actions.booth import Booth
from ivr.actions.direct import Switch
from ivr.actions.jobs import Kind
from ivr.actions.limits import Limits
from ivr.actions.placing import Trunk
from ivr.actions.ring import Ring
from ivr.actions.studio import Studio
from ivr.actions.text_sending import Outbox
from ivr.actions.texting import Texting
from ivr.carrier.twilio import Account, TwilioCarrier
from ivr.channels.twilio.addresses import Addresses, BoothAddresses, DeskAddresses, TextAddresses
from ivr.channels.twilio.booth import BoothWebhooks
from ivr.channels.twilio.desk import DeskWebhooks
from ivr.channels.twilio.texts import TextWebhooks
from ivr.release.shelf import Shelf
from ivr.settings import Settings
from ivr.store.database import Database


def trunk(settings: Settings, database: Database, limits: Limits, clock: Callable[[], float]) -> Trunk | None:
    """How the helpline calls out, when the account and our number there are known."""
    token = settings.twilio_auth_token
    if token is None or not settings.has_carrier:
        return None
    account = Account(settings.twilio_account_sid, token.get_secret_value(), settings.twilio_api_url)
    return Trunk(
        database=database,
        carrier=TwilioCarrier(account),
        number=settings.twilio_number,
        limits=limits,
        call_seconds=settings.call_minutes * 60,
        addresses=DeskAddresses(settings.public_url).of_call,
        clock=clock,
    )


def kinds(trunk: Trunk | None, public_url: str) -> dict[str, Kind]:
    """The kinds of job that need the telephone company."""
    if trunk is None:
        return {}
    return {
        moving.MOVE: moving.move_kind(trunk.database, trunk.carrier, Addresses(public_url).at_turn),
        copies.KIND: copies.kind(trunk.carrier),
        dial_jobs.DIAL: placing.dial_kind(trunk),
        dial_jobs.END: placing.end_kind(trunk),
        dial_jobs.LOOK_UP: looking.look_up_kind(trunk),
        dial_jobs.WATCH: looking.watch_kind(trunk),
    }


def texting(settings: Settings, limits: Limits) -> Texting | None:
    """Who sends text messages, where that is configured."""
    return Texting(limits, settings.sms_from, settings.sms_from_shared) if settings.sends_texts else None


def text_kinds(trunk: Trunk | None, texting: Texting | None, public_url: str) -> dict[str, Kind]:
    """The kinds of job that send text messages."""
    if trunk is None or texting is None:
        return {}
    outbox = Outbox(trunk.database, trunk.carrier, texting, TextAddresses(public_url).status, trunk.clock)
    return {text_jobs.SEND: text_sending.send_kind(outbox), text_jobs.WATCH: text_sending.watch_kind(outbox)}


def text_routes(trunk: Trunk | None, settings: Settings) -> list[Route]:
    """Where the company tells of texts; also of those that were sent before somebody took the sender away."""
    token = settings.twilio_auth_token
    if trunk is None or token is None:
        return []
    addresses = TextAddresses(settings.public_url)
    return list(TextWebhooks(trunk.database, addresses, token.get_secret_value(), trunk.clock).routes())


def switch(trunk: Trunk | None) -> Switch | None:
    """How callers are put through."""
    return None if trunk is None else Switch(trunk.database, trunk.number, trunk.call_seconds, trunk.clock)


def routes(trunk: Trunk | None, shelf: Shelf, settings: Settings) -> list[Route]:
    """Where the company tells of the calls that we asked for."""
    token = settings.twilio_auth_token
    if trunk is None or token is None:
        return []
    ring = Ring(trunk.database, shelf, trunk.number, trunk.limits, trunk.call_seconds, trunk.clock)
    return list(DeskWebhooks(ring, DeskAddresses(settings.public_url), token.get_secret_value()).routes())


def booth_kinds(trunk: Trunk | None, studio: Studio) -> dict[str, Kind]:
    """The kinds of job of recording by telephone."""
    return {} if trunk is None else {booth_fetch.FETCH: booth_fetch.fetch_kind(studio, trunk.carrier)}


def booth_routes(trunk: Trunk | None, studio: Studio, settings: Settings) -> list[Route]:
    """Where the company tells of the calls in which somebody records."""
    token = settings.twilio_auth_token
    if trunk is None or token is None:
        return []
    addresses = BoothAddresses(settings.public_url)
    return list(BoothWebhooks(Booth(studio), addresses, token.get_secret_value()).routes())
