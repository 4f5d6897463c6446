"""Bringing in what another studio exported: texts become drafts, recordings become takes, and both may be published."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from ivr.actions import bundle, publishing, taking, treating
from ivr.actions.audit import Deed
from ivr.actions.bundle import BundledTake, BundledText, Manifest
from ivr.actions.jobs import Job, Kind
from ivr.actions.refusals import Reason, Refused
from ivr.actions.studio import Spot, Studio, current
from ivr.actions.taking import Origin
from ivr.actions.wording import Edit, checked, tidied, write
from ivr.store import publications, takes, wordings
from ivr.store.publications import Change, Place
from ivr.store.takes import Source, State


@dataclass
class Brought:
    """What came of an archive: how many of each, and which places are not known here or were edited here too."""

    texts: int = 0
    takes: int = 0
    known: int = 0
    unknown: set[Spot] = field(default_factory=set)
    kept: set[Spot] = field(default_factory=set)  # texts of here, since somebody wrote a version of them here
    refused: dict[Spot, str] = field(default_factory=dict)
    doubtful: set[Spot] = field(default_factory=set)  # takes that could not be approved by themselves
    stale: set[Spot] = field(default_factory=set)  # takes of words that are not those of here
    publication: int | None = None


def bring(studio: Studio, file: Path, deed: Deed) -> Brought:
    """Adds what is not here yet; BadInput when the archive is not whole: then nothing changes."""
    manifest, brought = bundle.opened(file), Brought()
    for text in manifest.texts:
        _bring_text(studio, text, deed, brought)
    for take in manifest.takes:
        _bring_take(studio, file, take, deed, brought)
    studio.hurry()
    return brought


def publish(studio: Studio, file: Path, deed: Deed) -> Brought:
    """Callers hear here what they heard there: what was approved there is checked here, and taken as approved."""
    manifest, brought = bundle.opened(file), Brought()
    changes = _texts_to_publish(studio, manifest)
    for take in manifest.takes:
        if take.published and (id := _approved(studio, take, deed, brought)) is not None:
            changes[Place(publications.Kind.TAKE, take.language, take.name)] = id
    with studio.database.transaction() as tx:
        now = publications.standing(tx)
        wanted = [Change(place, id) for place, id in changes.items() if now.get(place) != id]
        if wanted:
            brought.publication = publishing.publish(tx, studio, wanted, deed.now, deed)
    if brought.publication is not None:
        job = {"publication": brought.publication}
        _do(studio, publishing.publish_kind(studio), f"publication/{brought.publication}", job)
    return brought


def _texts_to_publish(studio: Studio, manifest: Manifest) -> dict[Place, int]:
    """The version of here that says what is published there."""
    found: dict[Place, int] = {}
    with studio.database.reading() as tx:
        newest = wordings.newest(tx)
    for text in manifest.texts:
        here = newest.get((text.language, text.prompt))
        if text.published is None or here is None:
            continue
        if tidied(here.entry) == tidied(text.versions[text.published].entry):
            found[Place(publications.Kind.WORDING, text.language, text.prompt)] = here.id
    return found


def _bring_text(studio: Studio, text: BundledText, deed: Deed, brought: Brought) -> None:
    """Its versions in their order; the one that is published there comes last, so that it is the newest here."""
    spot = (text.language, text.prompt)
    live = [] if text.published is None else [text.versions[text.published]]
    entries = [tidied(each.entry) for each in (*(each for each in text.versions if each not in live), *live)]
    try:
        with studio.database.reading() as tx:
            here = [tidied(each.entry) for each in reversed(wordings.of_prompt(tx, *spot))]
        if not here:
            good = [checked(studio, spot, Edit(entry, 0)) for entry in entries]
            with studio.database.transaction() as tx:
                seen = 0
                for version in good:
                    seen = write(tx, replace(version, seen=seen), deed)
    except Refused as problem:
        if problem.reason is Reason.NO_SUCH_PROMPT:
            brought.unknown.add(spot)
        else:
            brought.refused[spot] = " ".join(getattr(problem, "sentences", ())) or problem.reason.value
        return
    brought.texts += not here
    brought.known += here == entries
    brought.kept |= {spot} if here and here != entries else set()


def _bring_take(studio: Studio, file: Path, take: BundledTake, deed: Deed, brought: Brought) -> None:
    spot = (take.language, take.name)
    with studio.database.reading() as tx:
        if any((each.language, each.name) == spot for each in takes.same(tx, take.sha256)):
            brought.known += 1
            return
    kept = taking.keep(studio, bundle.recording(file, take.sha256))
    with studio.database.transaction() as tx:
        try:
            taking.add(tx, studio, spot, kept, Origin(Source.BUNDLE, deed, take.text))
        except Refused:
            brought.unknown.add(spot)
            return
    brought.takes += 1


def _approved(studio: Studio, take: BundledTake, deed: Deed, brought: Brought) -> int | None:
    """The take of here, treated and approved as it was there; None when it is not here or the checks found more."""
    spot = (take.language, take.name)
    with studio.database.reading() as tx:
        words = current(tx, studio).words
        found = [each for each in takes.same(tx, take.sha256) if (each.language, each.name) == spot]
    if not found:
        return None
    if found[0].text != words.get(spot):
        brought.stale.add(spot)
        return None
    id = found[0].id
    _do(studio, treating.treat_kind(studio), f"take/{id}", {"take": id})
    with studio.database.transaction() as tx:
        here = takes.find(tx, id)
        assert here is not None
        if here.state is State.DOUBTFUL and take.overruled_why:
            taking.overrule(tx, studio, id, take.overruled_why, deed)
        elif here.state not in (State.GOOD, State.APPROVED):
            brought.doubtful.add(spot)
            return None
        if here.state is not State.APPROVED:
            taking.approve(tx, studio, id, deed)
    return id


def _do(studio: Studio, kind: Kind, key: str, args: dict[str, int]) -> None:
    """What the job of this key would do, now: the job itself finds nothing left to do."""
    written = kind.handler(Job(0, "", key, args, 1))
    if written is not None:
        with studio.database.transaction() as tx:
            written(tx)
