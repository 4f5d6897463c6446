"""Publishing: what callers hear from a moment on. Each publication makes a release; calls in progress keep theirs.

A job makes a publication when it is due: the release is computed from the files, what stands and what changes, and is
kept; then the database says that it is made, as the next one after those it was computed from; then new calls get it.
Of two at once the slower one is computed anew. Whoever is killed in between leaves a release that nobody hears, or one
that the same job, the next start of a server or `ivr prepare` makes the current one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ivr.actions import jobs as doing
from ivr.actions.audit import Actor, Deed, What, note
from ivr.actions.jobs import Job, Written
from ivr.actions.overlay import Overlay
from ivr.actions.refusals import Reason, Refused
from ivr.actions.releases import prepare
from ivr.actions.standing import follow
from ivr.actions.studio import Studio, current, overlay
from ivr.actions.taking import place_of
from ivr.errors import BadContent
from ivr.store import jobs, publications, takes, wordings
from ivr.store.database import Transaction
from ivr.store.jobs import NewJob
from ivr.store.publications import Change, Kind, NewPublication, Place, Publication, State

PUBLISH = "publish"
LEASE = 900.0
"""Seconds: after a restore every sound may have to be made anew."""


def publish(tx: Transaction, studio: Studio, changes: Sequence[Change], due_at: float, deed: Deed) -> int:
    """Plans a publication that a job makes when it is due; its id. Refused: a take is not approved, no such version."""
    written = current(tx, studio)
    for place in (change.place for change in changes if change.after is not None):
        known = written.words if place.kind is Kind.TAKE else written.texts
        if (place.language, place.name) not in known:
            raise Refused(Reason.NO_SUCH_PROMPT)
    return _plan(tx, changes, NewPublication(deed.actor.staff_id, deed.now, due_at), deed)


def back(tx: Transaction, _: Studio, id: int, deed: Deed) -> int:
    """Plans, for now, that what stood before a publication stands again, but where something else stands by now."""
    publication = publications.find(tx, id)
    if publication is None or publication.state is not State.MADE:
        raise Refused(Reason.CHANGED_MEANWHILE)
    now = publications.standing(tx)
    swapped = [
        Change(change.place, change.before)
        for change in publications.changes_of(tx, id)
        if now.get(change.place) == change.after
    ]
    return _plan(tx, swapped, NewPublication(deed.actor.staff_id, deed.now, deed.now, id), deed)


def cancel(tx: Transaction, id: int, deed: Deed) -> None:
    """A planned publication shall not be made; Refused when it was made, refused or cancelled already."""
    if not publications.cancel(tx, id):
        raise Refused(Reason.CHANGED_MEANWHILE)
    note(tx, deed, What.PUBLICATION_CANCELLED, _object(id))


def publish_kind(studio: Studio, then: Callable[[], None] = lambda: None) -> doing.Kind:
    """Makes a publication; done twice it is made once. `then` is called when new calls hear it."""

    def handle(job: Job) -> Written | None:
        id = int(job.args["publication"])
        try:
            while (wanted := _wanted(studio, id)) is not None:
                _make(studio, wanted)
        except BadContent as error:
            problem = str(error)
            return lambda tx: _refuse(tx, studio, id, problem)
        follow(studio)
        then()
        return None

    return doing.Kind(handle, repeats=True, lease=LEASE)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A publication that is to be made: after how many, and what is laid over the files then."""

    publication: Publication
    after: int
    overlay: Overlay


def _plan(tx: Transaction, changes: Sequence[Change], new: NewPublication, deed: Deed) -> int:
    if len({change.place for change in changes}) != len(changes):
        raise Refused(Reason.BAD_CHOICE)
    now = publications.standing(tx)
    if all(now.get(change.place) == change.after for change in changes):
        raise Refused(Reason.NOTHING_CHANGES)
    if _unfit(tx, changes):
        raise Refused(Reason.NOT_APPROVED)
    id = publications.plan(tx, new, changes)
    jobs.enqueue(tx, NewJob(PUBLISH, f"publication/{id}", {"publication": id}, new.due_at, deed.now))
    note(tx, deed, What.PUBLICATION_PLANNED, _object(id), changes=len(changes))
    return id


def _wanted(studio: Studio, id: int) -> _Wanted | None:
    """None when it was made, refused or cancelled."""
    with studio.database.reading() as tx:
        publication = publications.find(tx, id)
        if publication is None or publication.state is not State.PLANNED:
            return None
        standing = publications.standing(tx)
        for change in publications.changes_of(tx, id):
            standing.pop(change.place, None)
            standing |= {} if change.after is None else {change.place: change.after}
        return _Wanted(publication, publications.last_made(tx), overlay(tx, studio, standing))


def _make(studio: Studio, wanted: _Wanted) -> None:
    """Does nothing when another one was made meanwhile: then this one is computed anew."""
    made = prepare(studio.folders, studio.sounds, studio.today(), overlay=wanted.overlay)
    studio.shelf.keep(made.release)
    id, now = wanted.publication.id, studio.clock()
    with studio.database.transaction() as tx:
        if unfit := _unfit(tx, publications.changes_of(tx, id)):
            raise BadContent(
                "\n".join(f"{at.name} ({at.language}): not an approved recording any more" for at in unfit)
            )
        if publications.make(tx, id, wanted.after, made.release.id, now):
            deed = Deed(Actor(wanted.publication.staff_id), now)
            note(tx, deed, What.PUBLICATION_MADE, _object(id), release=made.release.id)


def _unfit(tx: Transaction, changes: Sequence[Change]) -> list[Place]:
    """Places for which something else is chosen than an approved take or a text of theirs; takes stay as they are."""
    texts = wordings.find_all(tx, [c.after for c in changes if c.place.kind is Kind.WORDING and c.after is not None])
    voices = takes.hold(tx, [c.after for c in changes if c.place.kind is Kind.TAKE and c.after is not None])
    fit = {(Place(Kind.WORDING, text.language, text.prompt), text.id) for text in texts.values()}
    fit |= {(place_of(take), take.id) for take in voices.values() if take.state is takes.State.APPROVED}
    return [change.place for change in changes if change.after is not None and (change.place, change.after) not in fit]


def _refuse(tx: Transaction, studio: Studio, id: int, problem: str) -> None:
    if publications.refuse(tx, id, problem):
        publication = publications.find(tx, id)
        staff_id = None if publication is None else publication.staff_id
        note(tx, Deed(Actor(staff_id), studio.clock()), What.PUBLICATION_REFUSED, _object(id))


def _object(id: int) -> str:
    return f"publication/{id}"
