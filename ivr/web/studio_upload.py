"""Recordings made elsewhere, for admins: sent one, many or in a zip; matched by hand where names say nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from ivr.actions import uploading
from ivr.actions.matching import Matcher, Spot
from ivr.actions.refusals import Reason, Refused
from ivr.actions.studio import current
from ivr.actions.unpacking import LIMITS
from ivr.errors import TooLarge
from ivr.store import staff, uploads
from ivr.store.database import Transaction
from ivr.store.uploads import File, State, Upload
from ivr.web import access, sent, studio_uploaded
from ivr.web.ask import Ask
from ivr.web.door import NotOurForm, Page
from ivr.web.safety import is_ours
from ivr.web.sent import Sent
from ivr.web.studio_places import settle_codes
from ivr.web.studio_uploaded import tongues, wanted

AT_ONCE, RECENT = 50, 10
"""Files that are matched together (their fields are those of one form), and uploads that are listed."""


@dataclass(frozen=True, slots=True)
class Before:
    """An upload of before: how many files it had, and how many of them still wait, or need a person."""

    upload: Upload
    who: str | None
    files: int
    waiting: int
    unmatched: int


def show(ask: Ask) -> Response:
    """The form, and the newest uploads."""
    return _form(ask)


async def read(ask: Ask) -> None:
    """Files go to the disk as they come, and not one before we know that the form is ours."""

    def may(files: Sent) -> None:
        if not is_ours(ask.visitor.token, files.form.one("form")):
            raise NotOurForm

    length = ask.request.headers.get("content-length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > LIMITS.sent + sent.AT_ONCE:
        raise TooLarge("more was sent than is taken at once")
    ask.sent = Sent(ask.site.studio.vault.folder, LIMITS, may)
    await sent.read(ask.request, ask.sent)
    ask.form = ask.sent.form


def receive(ask: Ask) -> Response:
    """Keeps what was sent, then shows what becomes of it."""
    assert ask.sent is not None
    try:
        id = uploading.receive(ask.site.studio, ask.form.one("language"), ask.sent.files, ask.deed, LIMITS)
    except Refused as problem:
        return _form(ask, problem)
    finally:
        ask.sent.close()
    return ask.go(f"/studio/upload/{id}")


def follow(ask: Ask) -> Response:
    """Every file of an upload, with its verdict."""
    with ask.reading() as tx:
        found = studio_uploaded.live(ask, tx)
    return ask.page("studio_uploaded.html", **found, done=ask.query.one("done"))


def cancel(ask: Ask) -> Response:
    """Stops what is no recording yet."""
    with ask.writing() as tx:
        upload = wanted(ask, tx)
        if uploading.cancel(tx, upload.id, ask.deed) is None:
            raise Refused(Reason.CHANGED_MEANWHILE)
    return ask.go(f"/studio/upload/{upload.id}?done=cancelled")


def rest(ask: Ask) -> Response:
    """The files whose name says nothing, each with a field for its text."""
    return _rest(ask, {})


def match(ask: Ask) -> Response:
    """Takes what was filled in; what is none of our texts stands there again."""
    wrong: dict[int, Refused] = {}
    known = _matchers(ask)
    with ask.writing() as tx:
        upload = wanted(ask, tx)
        for file in _unmatched(tx, upload):
            typed = ask.form.one(f"spot-{file.n}").strip()
            if not typed:
                continue
            try:
                uploading.match(tx, ask.site.studio, file, _spot(ask, known, file, typed), ask.deed)
            except Refused as problem:
                wrong[file.n] = problem
        left = _unmatched(tx, upload)
    ask.site.hurry()
    if wrong:
        return _rest(ask, wrong)
    return ask.go(f"/studio/upload/{upload.id}{'/match' if left else ''}")


def _matchers(ask: Ask) -> dict[str, Matcher]:
    """For each language, made before anybody has to wait for what is written."""
    settle_codes(ask)
    with ask.reading() as tx:
        written, upload = current(tx, ask.site.studio), wanted(ask, tx)
        found = {code: uploading.matcher(tx, written, code) for code in tongues(written)}
    return found | {"": found[upload.language]} if upload.language in found else found


def _spot(ask: Ask, known: Mapping[str, Matcher], file: File, typed: str) -> Spot:
    matcher = known.get(ask.form.one(f"language-{file.n}"))
    spot = None if matcher is None else matcher.match(typed)
    if spot is None:
        raise Refused(Reason.NO_SUCH_PROMPT, f"spot-{file.n}")
    return spot


def _unmatched(tx: Transaction, upload: Upload) -> list[File]:
    return [file for file in uploads.files_of(tx, upload.id) if file.state is State.UNMATCHED]


def _rest(ask: Ask, wrong: Mapping[int, Refused]) -> Response:
    with ask.reading() as tx:
        upload = wanted(ask, tx)
        files = _unmatched(tx, upload)
        written = current(tx, ask.site.studio)
    names = {name: said for (language, name), said in written.words.items() if language == upload.language}
    return ask.page(
        "studio_match.html",
        422 if wrong else 200,
        upload=upload,
        files=files[:AT_ONCE],
        more=max(0, len(files) - AT_ONCE),
        tongues=tongues(written),
        names=names,
        wrong=wrong,
        filled=ask.form,
    )


def _form(ask: Ask, problem: Refused | None = None) -> Response:
    with ask.reading() as tx:
        written = current(tx, ask.site.studio)
        newest = uploads.newest(tx, RECENT)
        counts = uploads.counts(tx, [upload.id for upload in newest])
        names: dict[int | None, str] = {member.id: member.name for member in staff.everybody(tx)}
    known = tongues(written)
    given = ask.form.one("language") or ask.query.one("language")
    return ask.page(
        "studio_upload.html",
        422 if problem else 200,
        problem=problem,
        tongues=known,
        chosen=given if given in known else next(iter(known), ""),
        newest=[_before(upload, names, counts[upload.id]) for upload in newest],
        limits=LIMITS,
    )


def _before(upload: Upload, names: Mapping[int | None, str], counts: Mapping[State, int]) -> Before:
    return Before(
        upload=upload,
        who=names.get(upload.staff_id),
        files=sum(counts.values()),
        waiting=counts.get(State.WAITING, 0),
        unmatched=counts.get(State.UNMATCHED, 0),
    )


PAGES = (
    Page("/studio/upload", access.ADMINS, show, receive, read),
    Page("/studio/upload/{id}", access.ADMINS, follow),
    Page("/studio/upload/{id}/match", access.ADMINS, rest, match),
    Page("/studio/upload/{id}/cancel", access.ADMINS, None, cancel),
)
