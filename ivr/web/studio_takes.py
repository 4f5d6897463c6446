"""A sound's takes, what of them can be published, and what was, as its page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.actions import studio
from ivr.store import publications, takes
from ivr.store.database import Transaction
from ivr.store.publications import Kind, Place, State
from ivr.store.takes import Source, Take
from ivr.store.takes import State as Taken
from ivr.voice.findings import Code
from ivr.web import access, studio_words
from ivr.web.ask import Ask
from ivr.web.studio_places import Here
from ivr.web.studio_words import Told

NEWEST = 3
"""Takes that are shown before somebody asks for the older ones."""
NO_SOUND = {Code.UNREADABLE, Code.NOT_AUDIO, Code.VIDEO, Code.TOO_LONG}
"""Nothing can be played of such a file."""

Names = Mapping[int, str]
"""Who works here, by id."""


@dataclass(frozen=True, slots=True)
class TakeShown:
    """A take; `stale` when it was made for other words than stand there now, `own` when the reader recorded it."""

    id: int
    state: Taken
    source: Source
    text: str
    who: str | None
    made_at: float
    seconds: float | None
    sound: str | None
    told: list[Told]
    overruled_by: str | None
    overruled_why: str | None
    approved_by: str | None
    approved_at: float | None
    stale: bool
    own: bool
    standing: bool
    playable: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be published: the newest text, where it never was, and approved takes that callers do not hear."""

    wording: int | None
    takes: list[TakeShown]
    chosen: int | None  # the take that is probably wanted
    standing: bool  # whether callers hear one, so that it can be taken away


@dataclass(frozen=True, slots=True)
class Past:
    """Something that was published, or that is planned; `version` None is what the files say."""

    at: float | None
    who: str | None
    what: str
    state: State
    kind: Kind
    version: int | None
    standing: bool
    again: bool  # whether one can go back to it


def taken(ask: Ask, tx: Transaction, here: Here, names: Names) -> list[TakeShown]:
    """Every take of a sound, the newest first."""
    member, _ = access.oneself(ask.visitor)
    words = here.written.words.get(here.spot)
    standing = publications.standing(tx).get(Place(Kind.TAKE, *here.spot))
    second = ask.site.studio.second_person
    return [
        TakeShown(
            id=take.id,
            state=take.state,
            source=take.source,
            text=take.text,
            who=names.get(take.made_by or 0),
            made_at=take.made_at,
            seconds=take.seconds,
            sound=None if take.state is Taken.FORGOTTEN else take.sound,
            told=studio_words.findings(ask.language, take.report),
            overruled_by=names.get(take.overruled_by or 0),
            overruled_why=take.overruled_why,
            approved_by=names.get(take.approved_by or 0),
            approved_at=take.approved_at,
            stale=words is not None and take.text != words,
            own=second and take.made_by == member.id,
            standing=take.id == standing,
            playable=_playable(take),
        )
        for take in takes.of_place(tx, *here.spot)
    ]


def offered(tx: Transaction, here: Here, shown: list[TakeShown]) -> Offered:
    """What can be published here."""
    draft = studio.drafts(tx).get((here.tongue.code, here.prompt or ""))
    approved = [take for take in shown if take.state is Taken.APPROVED and not take.standing]
    stands = next((take.id for take in shown if take.standing), 0)
    heard = publications.ever_made(tx, Kind.TAKE)  # what was taken back is not offered first
    fit = [take.id for take in approved if not take.stale and take.id > stands and take.id not in heard]
    return Offered(None if draft is None else draft.id, approved, next(iter(fit), None), bool(stands))


def past(ask: Ask, tx: Transaction, here: Here, names: Names, shown: list[TakeShown]) -> list[Past]:
    """What was published here and what will be, the newest first, and at the end what came with the program."""
    found: list[tuple[int, Past]] = []
    lost = {take.id for take in shown if take.state is not Taken.APPROVED}
    for place in places(here):
        known, stands = set[int | None](), publications.standing(tx).get(place)
        for publication, version in publications.history(tx, place):
            made = publication.state is State.MADE
            first = made and version not in known
            known |= {version} if made else set()
            one = Past(
                at=publication.made_at or publication.due_at,
                who=names.get(publication.staff_id or 0),
                what=called(ask, place, version),
                state=publication.state,
                kind=place.kind,
                version=version,
                standing=first and version == stands,
                again=first and version != stands and not (place.kind is Kind.TAKE and version in lost),
            )
            found.append((publication.id, one))
        if stands is not None and None not in known:
            files = called(ask, place, None)
            found.append((0, Past(None, None, files, State.MADE, place.kind, None, standing=False, again=True)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0], reverse=True)]


def places(here: Here) -> list[Place]:
    """What can be published for a sound: takes of it, and its prompt's text."""
    text = [] if here.prompt is None else [Place(Kind.WORDING, here.tongue.code, here.prompt)]
    return [Place(Kind.TAKE, *here.spot), *text]


def called(ask: Ask, place: Place, version: int | None) -> str:
    """What a version is called."""
    if version is None:
        return ask.language.say(studio_words.FROM_FILES[place.kind])
    return ask.language.say(studio_words.VERSIONS[place.kind], id=version)


def _playable(take: Take) -> bool:
    if take.state is Taken.FORGOTTEN:
        return False
    found: list[dict[str, Any]] = [] if take.report is None else take.report.get("findings", [])
    return not {entry["code"] for entry in found} & NO_SOUND
