"""Uploads: files are sealed as they came, matched with their sounds by name, and each becomes a take by a job.

Files first, rows second, all rows in one transaction: an upload that is interrupted leaves nothing but strays, which
are swept. A job's work is its rows alone, stored with its end: done twice, it finds that there is nothing left to do.
"""

from collections.abc import Iterable, Sequence

from ivr.actions import taking
from ivr.actions.audit import Actor, Deed, What, note
from ivr.actions.entries import Why
from ivr.actions.jobs import Handler, Job, Kind, Written
from ivr.actions.matching import Matcher
from ivr.actions.refusals import Reason, Refused
from ivr.actions.studio import Spot, Studio, current
from ivr.actions.studio import Written as Content
from ivr.actions.unpacking import LIMITS, Came, Found, Limits, TooMany, unpack
from ivr.store import jobs, prompt_codes, takes, uploads
from ivr.store.database import Transaction
from ivr.store.jobs import NewJob
from ivr.store.takes import Source
from ivr.store.uploads import File, NewFile, NewUpload, State

FILE = "upload-file"


def receive(studio: Studio, language: str, came: Sequence[Came], deed: Deed, limits: Limits = LIMITS) -> int:
    """Keeps what was sent; its id. Refused, and nothing is kept: no file, too many, or a zip that cannot be read."""
    with studio.database.reading() as tx:
        content = current(tx, studio)
    if language not in {tongue.code for tongue in content.content.tongues}:
        raise Refused(Reason.BAD_CHOICE, "language")
    kept = _sealed(studio, came, limits)
    with studio.database.transaction() as tx:
        id = _store(tx, matcher(tx, content, language), kept, deed)
    studio.hurry()
    return id


def matcher(tx: Transaction, content: Content, language: str) -> Matcher:
    """Knows which names mean what, where this language was chosen; every sound has its code afterwards."""
    codes = prompt_codes.of_names(tx, dict.fromkeys(name for _, name in content.words))
    return Matcher(language, frozenset(content.words), {code: name for name, code in codes.items()})


def match(tx: Transaction, studio: Studio, file: File, spot: Spot, deed: Deed) -> bool:
    """A person says what a file is a recording of; False when it does not wait for that any more."""
    if spot not in current(tx, studio).words:
        raise Refused(Reason.NO_SUCH_PROMPT, f"spot-{file.n}")
    if not uploads.match(tx, file.id, *spot):
        return False
    _enqueue(tx, [file], deed.now)
    return True


def cancel(tx: Transaction, id: int, deed: Deed) -> int | None:
    """What is no take yet becomes none; how many files. None when there is nothing to cancel."""
    count = uploads.cancel(tx, id)
    if count is not None:
        note(tx, deed, What.UPLOAD_CANCELLED, f"upload/{id}", files=count)
    return count


def file_kind(studio: Studio) -> Kind:
    """Makes a take of an uploaded file, once."""
    return Kind(_handler(studio), repeats=True)


def _handler(studio: Studio) -> Handler:
    def handle(job: Job) -> Written:
        id = int(job.args["file"])
        return lambda tx: _become(tx, studio, id)

    return handle


def _become(tx: Transaction, studio: Studio, id: int) -> None:
    """The file's row and the take's in one transaction, and nobody else's take of this name meanwhile."""
    file = uploads.lock_file(tx, id)
    if file is None or file.state is not State.WAITING or file.language is None or file.name is None:
        return
    prompt_codes.of_names(tx, [file.name])
    uploads.lock_name(tx, file.name)
    spot = file.language, file.name
    there = [take.id for take in takes.same(tx, file.sha256) if (take.language, take.name) == spot]
    if there:
        uploads.end(tx, id, State.SAME, take_id=there[0])
        return
    upload = uploads.find(tx, file.upload_id)
    deed = Deed(Actor(None if upload is None else upload.staff_id), studio.clock())
    try:
        take_id = taking.add(tx, studio, spot, taking.Kept(file.file, file.sha256), taking.Origin(Source.UPLOAD, deed))
    except Refused:  # callers hear nothing of this name any more
        uploads.end(tx, id, State.REFUSED, reason=Why.GONE)
        return
    uploads.end(tx, id, State.TAKEN, take_id=take_id)


def _sealed(studio: Studio, came: Sequence[Came], limits: Limits) -> list[NewFile]:
    """Every file, those that are taken in the vault; nothing of them stays there when the whole is refused."""
    kept: list[NewFile] = []
    try:
        for found in unpack(came, limits):
            kept.append(_kept(studio, found))
        _check(kept)
    except (TooMany, Refused) as error:
        for file in kept:
            if file.file:
                studio.vault.remove(file.file)
        raise Refused(Reason.TOO_MANY_FILES, "files") if isinstance(error, TooMany) else error from None
    return kept


def _kept(studio: Studio, found: Found) -> NewFile:
    if found.why is not None:
        return NewFile(found.name, "", "", State.REFUSED, found.why)
    kept = taking.keep(studio, found.data)
    return NewFile(found.name, kept.file, kept.sha256, State.UNMATCHED)


def _check(kept: Sequence[NewFile]) -> None:
    if not kept:
        raise Refused(Reason.NO_FILES, "files")
    if len(kept) == 1 and kept[0].reason == Why.BAD_ZIP:
        raise Refused(Reason.BAD_ZIP, "files")


def _store(tx: Transaction, known: Matcher, kept: Sequence[NewFile], deed: Deed) -> int:
    new = NewUpload(deed.actor.staff_id, deed.now, known.language)
    id = uploads.add(tx, new, [_matched(file, known) for file in kept])
    _enqueue(tx, (file for file in uploads.files_of(tx, id) if file.state is State.WAITING), deed.now)
    note(tx, deed, What.UPLOADED, f"upload/{id}", files=len(kept))
    return id


def _matched(file: NewFile, known: Matcher) -> NewFile:
    spot = known.match(file.shown) if file.state is State.UNMATCHED else None
    if spot is None:
        return file
    return NewFile(file.shown, file.file, file.sha256, State.WAITING, None, *spot)


def _enqueue(tx: Transaction, files: Iterable[File], now: float) -> None:
    for file in files:
        jobs.enqueue(tx, NewJob(FILE, f"upload/{file.upload_id}/{file.n}", {"file": file.id}, now, now))
