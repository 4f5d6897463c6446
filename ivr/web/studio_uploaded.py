"""An upload, file by file: what became of each, in words, and what can be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ivr.actions.entries import Why
from ivr.actions.studio import Written, current
from ivr.engine.content import Tongue
from ivr.store import news, staff, takes, uploads
from ivr.store.database import Transaction
from ivr.store.takes import Take
from ivr.store.uploads import File, State, Upload
from ivr.web import access, studio_words
from ivr.web.ask import Ask
from ivr.web.sentences import _
from ivr.web.studio_places import address
from ivr.web.studio_words import Told

WHY: Mapping[Why, str] = {
    Why.EMPTY: _("The file is empty: save the recording once more."),
    Why.TOO_LARGE: _("The file is larger than 30 MB: a text lasts seconds, send each one as a file of its own."),
    Why.TOO_MUCH: _("All the files together are too much: send this one again in another upload."),
    Why.ARCHIVE: _("An archive inside an archive: unpack it, then send the recordings in it."),
    Why.BAD_ZIP: _("This archive cannot be read: it is broken, or no ZIP. Pack it anew and send it again."),
    Why.BOMB: _("It is packed as no recording is, and would become far larger than it is. It was not unpacked."),
    Why.DAMAGED: _("It is broken inside the archive: pack it anew and send it again."),
    Why.ENCRYPTED: _("It is locked with a password: pack it without one."),
    Why.PACKED: _("It is packed in a way that is not read here: pack it as an ordinary ZIP."),
    Why.LINK: _("This is a link to another file, not the file itself."),
    Why.PATH: _("Its name leads out of the archive: pack it anew."),
    Why.TWICE: _("There is another file of this name in the upload: only the first one was taken."),
    Why.GONE: _("Callers do not hear this text any more."),
}
"""Why a file was refused, and what to do."""
STATES: Mapping[State, str] = {
    State.WAITING: _("waits for its turn"),
    State.UNMATCHED: _("which text is it?"),
    State.TAKEN: _("a recording now"),
    State.SAME: _("there already"),
    State.REFUSED: _("not taken"),
    State.CANCELLED: _("stopped"),
}
A_PAGE = 100
"""Files that are listed together."""
SOUND = (takes.State.WAITING, takes.State.GOOD, takes.State.APPROVED)
TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Shown:
    """A file with what became of it; `tongue`, `said` and `address` tell which text it is, empty for none."""

    file: File
    take: Take | None
    reason: str
    findings: Sequence[Told]
    tongue: Tongue | None
    said: str
    address: str


@dataclass(frozen=True, slots=True)
class Part:
    """Which of an upload's files are listed."""

    only: bool
    page: int


def live(ask: Ask, tx: Transaction) -> dict[str, Any]:
    """What an open list is sent when something happened."""
    upload, part = wanted(ask, tx), _part(ask)
    files = uploads.files_of(tx, upload.id)
    made = takes.find_all(tx, [file.take_id for file in files if file.take_id is not None])
    troubled = [file for file in files if _troubled(file, made)]
    listed = troubled if part.only else files
    pages = max(1, -(-len(listed) // A_PAGE))
    page = min(part.page, pages)
    written = current(tx, ask.site.studio)
    return {
        "upload": upload,
        "tongue": tongues(written).get(upload.language),
        "who": next((member.name for member in staff.everybody(tx) if member.id == upload.staff_id), None),
        "shown": [_shown(ask, file, made, written) for file in listed[(page - 1) * A_PAGE : page * A_PAGE]],
        "total": len(files),
        "troubled": len(troubled),
        "taken": sum(file.state is State.TAKEN for file in files),
        "unmatched": sum(file.state is State.UNMATCHED for file in files),
        "moving": _moving(files, made),
        "stoppable": any(file.state in uploads.MOVING for file in files),
        "only": part.only,
        "page": page,
        "pages": pages,
        "words": studio_words,
        "states": STATES,
        "version": f"{news.versions(tx, (news.STUDIO,))[news.STUDIO]}.{page}.{int(part.only)}",
    }


def wanted(ask: Ask, tx: Transaction) -> Upload:
    """The upload that the address names; NotThere when there is none."""
    id = ask.request.path_params.get("id") or ask.query.one("id")
    found = uploads.find(tx, access.number(id))
    if found is None:
        raise access.NotThere
    return found


def tongues(written: Written) -> dict[str, Tongue]:
    """The languages that callers can hear, by their codes."""
    return {tongue.code: tongue for tongue in written.content.tongues}


def _part(ask: Ask) -> Part:
    page = ask.query.one("page")
    known = page.isascii() and page.isdigit() and 0 < len(page) < 6
    return Part(ask.query.one("only") == TROUBLE, max(1, int(page)) if known else 1)


def _troubled(file: File, made: Mapping[int, Take]) -> bool:
    """Whether somebody has to look at it."""
    if file.state in (State.UNMATCHED, State.REFUSED):
        return True
    take = made.get(file.take_id or 0)
    return file.state is State.TAKEN and take is not None and take.state not in SOUND


def _moving(files: Sequence[File], made: Mapping[int, Take]) -> int:
    """How many are still to become takes, or to be checked."""
    taken = [take for file in files if (take := made.get(file.take_id or 0)) and file.state is State.TAKEN]
    checked = [take.state is takes.State.WAITING for take in taken]
    return sum(file.state is State.WAITING for file in files) + sum(checked)


def _shown(ask: Ask, file: File, made: Mapping[int, Take], written: Written) -> Shown:
    take = made.get(file.take_id or 0)
    spot = (file.language, file.name) if file.language and file.name else None
    return Shown(
        file=file,
        take=take,
        reason=WHY.get(Why(file.reason), "") if file.reason in set(Why) else "",
        findings=studio_words.findings(ask.language, take.report) if take and file.state is State.TAKEN else (),
        tongue=tongues(written).get(spot[0]) if spot else None,
        said=written.words.get(spot, "") if spot else "",
        address=address(*spot) if spot else "",
    )
