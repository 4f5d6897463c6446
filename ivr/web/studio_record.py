"""The recorder: a text at a time, read into the browser's microphone; what is kept comes in as it was recorded."""

import hashlib
from dataclasses import dataclass
from typing import Any

from starlette.responses import PlainTextResponse, Response

from ivr.actions import studio, taking
from ivr.actions.refusals import Reason, Refused
from ivr.actions.taking import Origin
from ivr.engine.content import Tongue
from ivr.errors import BadInput
from ivr.store import news, takes
from ivr.store.database import Transaction
from ivr.store.takes import Source, Take
from ivr.web import access, forms, studio_kit, studio_words
from ivr.web.ask import Ask
from ivr.web.door import Page
from ivr.web.forms import Form
from ivr.web.studio_places import address, settle_codes
from ivr.web.studio_words import Told

MOST_BYTES = 30 * 1024 * 1024
SHOWN = 8
"""How many of one's newest recordings are listed."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A take of theirs, with what the checks found."""

    id: int
    state: str
    says: str
    words: str
    address: str
    findings: list[Told]


def show(ask: Ask) -> Response:
    """The recorder, at the text of the address or at the first one."""
    wanted = ask.query.one("name")
    settle_codes(ask)
    with ask.reading() as tx:
        found = studio_kit.session(ask, tx, wanted)
        newest = recorded(ask, tx, found.tongue)
    ask.records = True
    shown = {**studio_kit.values(found), **newest, "first": wanted, "fingerprint": fingerprint}
    return ask.page("studio_record.html", **shown)


def receive(ask: Ask) -> Response:
    """Keeps a take; 201 with its id. Refused when the text is not the one any more that was read out."""
    place = (ask.request.path_params["language"], ask.request.path_params["name"])
    with ask.reading() as tx:
        words = studio.current(tx, ask.site.studio).words.get(place)
    if words is None:
        raise access.NotThere
    if not ask.body:
        raise BadInput("nothing was recorded")
    if ask.query.one("of") != fingerprint(words):
        raise Refused(Reason.OTHER_WORDS)
    id = taking.receive(ask.site.studio, place, ask.body, Origin(Source.BROWSER, ask.deed, words))
    return PlainTextResponse(f"{id}\n", 201)


async def read(ask: Ask) -> None:
    """The recording as it is; a header holds what forms hold in a hidden field."""
    ask.form = Form({"form": [ask.request.headers.get("x-form", "")]})
    ask.body = await forms.body(ask.request, MOST_BYTES)


def fingerprint(words: str) -> str:
    """Tells one text from another."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def live(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """What an open recorder is sent when something happened to takes."""
    here = studio.current(tx, ask.site.studio).content
    found = next((tongue for tongue in here.tongues if tongue.code == ask.query.one("language")), None)
    if found is None:
        raise access.NotThere
    return recorded(ask, tx, found)


def recorded(ask: Ask, tx: Transaction, tongue: Tongue) -> dict[str, Any]:
    """Their own newest takes in this language, the newest first."""
    member, _ = access.oneself(ask.visitor)
    mine = [take for take in takes.newest(tx).values() if (take.made_by, take.language) == (member.id, tongue.code)]
    newest = sorted(mine, key=lambda take: take.id, reverse=True)[:SHOWN]
    version = str(news.versions(tx, (news.STUDIO,))[news.STUDIO])
    return {"recorded": [_told(ask, take) for take in newest], "tongue": tongue, "version": version}


def _told(ask: Ask, take: Take) -> Recorded:
    return Recorded(
        take.id,
        take.state.value,
        studio_words.STATES[take.state],
        take.text,
        address(take.language, take.name),
        studio_words.findings(ask.language, take.report),
    )


PAGES = (
    Page("/studio/record", access.ADMINS, show),
    Page("/studio/{language}/{name}/take", access.ADMINS, None, receive, read),
)
