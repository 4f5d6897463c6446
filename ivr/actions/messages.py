"""Voice messages: expected in the call's own transaction, fetched, checked and sealed by a job, heard by the staff.

The carrier's copy is deleted by a job of its own, which is stored together with the row that says that we have it.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2s
from urllib.parse import urlsplit

from ivr.actions import copies
from ivr.actions.audit import Deed, What, note
from ivr.actions.jobs import Backoff, Handler, Hopeless, Job, Kind, Written
from ivr.audio import mulaw
from ivr.audio.loudness import loudness
from ivr.audio.samples import duration
from ivr.audio.wav import read_wav, wav_bytes
from ivr.carrier.protocol import Carrier, RecordingRef
from ivr.errors import BadInput, CarrierRefused
from ivr.store import jobs, messages, news
from ivr.store.database import Database, Transaction
from ivr.store.jobs import NewJob
from ivr.store.messages import Kept, NewMessage, State
from ivr.store.spool import PREFIX, Spool
from ivr.store.vault import DRAFT, SUFFIX, Vault

log = logging.getLogger("ivr.messages")

FETCH, SWEEP = "fetch-message", "sweep-messages"
FETCH_AFTER = 2.0
"""Seconds: just after a call there is an id and no sound yet."""
REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,99}")
"""What an id of a recording looks like with every provider that we know."""
SILENT_LUFS = -55.0
"""Below that there is nothing but the line's own noise."""
STRAY_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Postbox:
    """Where messages come from and where they are kept; `strips` hold those that were spoken to us.

    Without a carrier only those come.
    """

    database: Database
    carrier: Carrier | None
    vault: Vault
    clock: Callable[[], float]
    strips: Spool


def expect(tx: Transaction, call_id: str, ref: str, now: float) -> int | None:
    """A caller left a message: it will be fetched. Its id; None without such a call. Again is nothing."""
    id = ref if ref.startswith(PREFIX) else recording_id(ref)
    state = State.LOST if id is None else State.EXPECTED
    added = messages.add(tx, NewMessage(call_id, id or _no_ref(call_id, ref), state, now))
    if added is None:
        log.warning("a message of no call", extra={"call": call_id})
        return None
    message_id, new = added
    if not new:
        return message_id
    request_id = messages.asked_in(tx, call_id)
    if request_id is not None:
        belongs(tx, call_id, request_id)
    if id is None:
        log.error("a message without a usable id", extra={"call": call_id})
    else:
        jobs.enqueue(tx, NewJob(FETCH, f"{FETCH}/{message_id}", {"message": message_id}, now + FETCH_AFTER, now))
    news.tell(tx, news.REQUESTS)
    return message_id


def belongs(tx: Transaction, call_id: str, request_id: int) -> None:
    """The call's messages belong to this request; to be called when a request is put after a message was left."""
    messages.attach(tx, call_id, request_id)


def recording_id(ref: str) -> str | None:
    """The carrier's id of a recording; None for what is none, or was spoken to us.

    Of an address only its last part is believed: it is never fetched.
    """
    try:
        last = urlsplit(ref).path.rsplit("/", 1)[-1] if "://" in ref else ref
    except ValueError:
        return None
    return last if REF.fullmatch(last) and not last.startswith(PREFIX) else None


def _no_ref(call_id: str, ref: str) -> str:
    return f"none/{call_id}/{blake2s(ref.encode(), digest_size=6).hexdigest()}"


def hear(tx: Transaction, message_id: int, deed: Deed) -> str | None:
    """The message's file in the vault, to be opened after the commit, which says who hears it; None without one."""
    message = messages.find(tx, message_id)
    if message is None or message.file is None:
        return None
    note(tx, deed, What.MESSAGE_HEARD, f"message/{message_id}", request=message.request_id or 0)
    messages.hear(tx, message_id, deed.now)
    return message.file


def fetch_kind(box: Postbox) -> Kind:
    """Fetches a message; doing it twice keeps the same message once."""
    return Kind(_fetch(box), repeats=True, attempts=12, backoff=Backoff(5, 3600), lease=300)


def sweep_kind(database: Database, vault: Vault) -> Kind:
    """Takes away what a killed process left half done, and files whose row was erased."""

    def handle(_: Job) -> None:
        with database.reading() as tx:
            known = messages.files(tx)
        vault.sweep(known, STRAY_SECONDS)

    return Kind(handle, repeats=True)


def _fetch(box: Postbox) -> Handler:
    def handle(job: Job) -> Written | None:
        id = int(job.args["message"])
        with box.database.reading() as tx:
            message = messages.find(tx, id)
        if message is None or message.state not in (State.EXPECTED, State.LOST):
            return None
        try:
            data = _come(box, id, message.ref)
        except CarrierRefused as refused:
            if refused.status != 404:
                raise
            return lambda tx: _lose(tx, id)
        except BadInput as error:  # no wav, or more than a message can be: a person may look there
            with box.database.transaction() as tx:
                _lose(tx, id)
            raise Hopeless("what the company keeps is no message") from error
        seconds, silent = checked(data)
        put = box.vault.put(str(id), data)
        kept = Kept(put.name, put.sha256, seconds, silent, box.clock())
        if message.ref.startswith(PREFIX):
            box.strips.remove(message.ref)  # done again, it is found in the vault
        return lambda tx: _keep(tx, id, message.ref, kept)

    return handle


def _come(box: Postbox, id: int, ref: str) -> bytes:
    """The message's sound, from the company or from the strip into which it was spoken."""
    if not ref.startswith(PREFIX):
        if box.carrier is None:
            raise Hopeless("no telephone company is configured")
        return fetched(box.carrier, box.vault, str(id), RecordingRef(ref))
    try:
        return wav_bytes(mulaw.decode(box.strips.read(ref)[1]))
    except FileNotFoundError:
        return box.vault.open(f"{id}{SUFFIX}")


def fetched(carrier: Carrier, vault: Vault, name: str, ref: RecordingRef) -> bytes:
    """A recording of the company's; it lies in the vault's folder only while it is fetched."""
    vault.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    into = vault.folder / f".{name}.fetched{DRAFT}"
    try:
        carrier.fetch_recording(ref, into)
        return into.read_bytes()
    finally:
        into.unlink(missing_ok=True)


def checked(data: bytes) -> tuple[float | None, bool]:
    """How many seconds it lasts (None: it can be kept, and not be measured), and whether nothing is heard."""
    try:
        samples, rate = read_wav(data)
    except BadInput:
        return None, False
    return duration(samples, rate), loudness(samples, rate) < SILENT_LUFS


def _keep(tx: Transaction, id: int, ref: str, kept: Kept) -> None:
    messages.store(tx, id, kept)
    if not ref.startswith(PREFIX):
        copies.delete_copies(tx, RecordingRef(ref), kept.at)
    news.tell(tx, news.REQUESTS)


def _lose(tx: Transaction, id: int) -> None:
    if messages.lose(tx, id):
        news.tell(tx, news.REQUESTS)
