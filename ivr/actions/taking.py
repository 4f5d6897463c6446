"""Takes: a recording comes in, is treated and checked by a job (treating.py), is overruled, approved or withdrawn.

File first, row second: who is killed between the two leaves a stray file, which is swept.
"""

import hashlib
import secrets
from dataclasses import dataclass

from ivr.actions.audit import Deed, What, note
from ivr.actions.refusals import Reason, Refused
from ivr.actions.studio import Spot, Studio, current
from ivr.store import jobs, prompt_codes, publications, takes, uploads
from ivr.store.database import Transaction
from ivr.store.jobs import NewJob
from ivr.store.publications import Place
from ivr.store.takes import NewTake, Source, Take

TREAT = "treat-take"
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording that lies sealed in the vault; sha256 of it as it came."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Origin:
    """How a recording came, by whom and when; `words` that were read out, where more is known than what stands now."""

    source: Source
    deed: Deed
    words: str | None = None


def receive(studio: Studio, place: Spot, data: bytes, origin: Origin) -> int:
    """Keeps a recording of (language, name) as a take that waits for its checks; its id. Refused: no such place.

    What somebody sent twice, because no answer reached them, is one take.
    """
    kept = keep(studio, data)
    with studio.database.transaction() as tx:
        there = _sent_before(tx, place, kept, origin)
        id = there or add(tx, studio, place, kept, origin)
    if there:
        studio.vault.remove(kept.file)
    studio.hurry()
    return id


def keep(studio: Studio, data: bytes) -> Kept:
    """Seals a recording into the vault; `add` makes a take of it, and what never became one is swept."""
    put = studio.vault.put(secrets.token_hex(16), data)
    return Kept(put.name, hashlib.sha256(data).hexdigest())


def add(tx: Transaction, studio: Studio, place: Spot, kept: Kept, origin: Origin) -> int:
    """The take of a recording that was kept, and the job that treats it; its id. Refused: no such place."""
    language, name = place
    words = current(tx, studio).words.get(place)
    if words is None:
        raise Refused(Reason.NO_SUCH_PROMPT)
    deed = origin.deed
    staff_id = deed.actor.staff_id
    said = words if origin.words is None else origin.words
    new = NewTake(language, name, said, origin.source, kept.file, kept.sha256, staff_id, deed.now)
    id = takes.add(tx, new)
    jobs.enqueue(tx, NewJob(TREAT, f"take/{id}", {"take": id}, deed.now, deed.now))
    note(tx, deed, What.TAKE_ADDED, _object(id), language=language, name=name, source=origin.source.value)
    return id


def again(tx: Transaction, _: Studio, id: int, deed: Deed) -> None:
    """The take is treated and checked anew; Refused when it waits already, or is approved or withdrawn."""
    _changed(takes.again(tx, id))
    key = f"take/{id}/{secrets.token_hex(8)}"
    jobs.enqueue(tx, NewJob(TREAT, key, {"take": id}, deed.now, deed.now))
    note(tx, deed, What.TAKE_CHECKED_ANEW, _object(id))


def overrule(tx: Transaction, _: Studio, id: int, why: str, deed: Deed) -> None:
    """Somebody heard a doubtful take and finds it good; Refused without a reason, or when it is not doubtful."""
    if not 0 < len(why.strip()) <= LONGEST_REASON:
        raise Refused(Reason.NO_REASON, "why")
    _changed(takes.overrule(tx, id, deed.actor.staff_id, why.strip()))
    note(tx, deed, What.TAKE_OVERRULED, _object(id))


def approve(tx: Transaction, studio: Studio, id: int, deed: Deed) -> None:
    """It may be published; Refused when it is not good, or when whoever recorded it approves it and may not."""
    take = takes.find(tx, id)
    if take is not None and not may_approve(studio, take, deed.actor.staff_id):
        raise Refused(Reason.OWN_TAKE)
    _changed(takes.approve(tx, id, deed.actor.staff_id, deed.now))
    note(tx, deed, What.TAKE_APPROVED, _object(id))


def may_approve(studio: Studio, take: Take, staff_id: int | None) -> bool:
    """Whether somebody is the second person that a recording needs, where one is needed."""
    return not studio.second_person or take.made_by is None or take.made_by != staff_id


def withdraw(tx: Transaction, _: Studio, id: int, deed: Deed) -> None:
    """Nobody shall publish it; Refused while callers hear it, or when it was withdrawn already."""
    _changed(takes.withdraw(tx, id, deed.now))
    take = takes.find(tx, id)  # now that its row is ours: whoever publishes it waits, or was quicker
    if take is not None and publications.standing(tx).get(place_of(take)) == id:
        raise Refused(Reason.IS_PUBLISHED)
    note(tx, deed, What.TAKE_WITHDRAWN, _object(id))


def place_of(take: Take) -> Place:
    """Where a take can be published."""
    return Place(publications.Kind.TAKE, take.language, take.name)


def _sent_before(tx: Transaction, place: Spot, kept: Kept, origin: Origin) -> int | None:
    """Their take of this very file; nobody else makes one of this name before the commit."""
    prompt_codes.of_names(tx, [place[1]])
    uploads.lock_name(tx, place[1])
    mine = origin.deed.actor.staff_id
    same = (take for take in takes.same(tx, kept.sha256) if (take.language, take.name) == place)
    return next((take.id for take in same if take.made_by == mine), None)


def _changed(done: bool) -> None:
    if not done:
        raise Refused(Reason.CHANGED_MEANWHILE)


def _object(id: int) -> str:
    return f"take/{id}"
