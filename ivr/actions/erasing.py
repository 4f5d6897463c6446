"""One person is forgotten on request: here at once, at the telephone company by jobs that know its ids only.

The company is asked which calls it knows before anything is deleted, outside of every transaction, because no job may
hold a number: what it does not answer then is asked by erasing once more.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum

from ivr.actions import copies, machine
from ivr.actions.audit import Deed, What, note
from ivr.actions.machine import Event
from ivr.actions.messages import recording_id
from ivr.actions.retention import DAY, TELEPHONE
from ivr.carrier.protocol import CallRef, Carrier, RecordingRef, TextRef
from ivr.errors import CarrierFailed
from ivr.store import audit, erasure, keyed, news
from ivr.store.audit import Filter
from ivr.store.database import Database, Transaction
from ivr.store.erasure import Counts, Found
from ivr.store.spool import PREFIX, Spool
from ivr.store.vault import Vault

log = logging.getLogger("ivr.erasing")

COMPANY_DAYS = 10 * 365
"""How far back the telephone company is asked; it keeps calls for about a year."""


class Company(StrEnum):
    """What the telephone company said to the question which calls it knows."""

    NONE = "none"  # there is none
    ASKED = "asked"
    AWAY = "away"  # known calls are deleted all the same


@dataclass(frozen=True, slots=True)
class Preview:
    """What would go; see `Found` for `others` and `going_on`. `written` counts notes of others that name the number."""

    counts: Counts
    others: int
    going_on: int
    written: int

    def __bool__(self) -> bool:
        """Whether anything is known of this number here."""
        return bool(self.counts) or bool(self.written)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased; `token` finds it again, `copies` how many the telephone company was asked to delete."""

    token: str
    counts: Counts
    others: int
    going_on: int
    written: int
    copies: int
    company: Company


@dataclass(frozen=True, slots=True)
class Eraser:
    """Who erases: `line` is the helpline's own number at the carrier (E.164), `strips` what was just spoken to us."""

    database: Database
    vault: Vault
    carrier: Carrier | None
    line: str
    strips: Spool

    def look(self, number: str) -> Preview:
        """What is known of this number (E.164); nothing is changed."""
        where, notes = keyed.calls_with(self.database, number), keyed.notes_with(self.database, number)
        with self.database.reading() as tx:
            found = erasure.find(tx, number, where)
            own = set(keyed.of_requests(tx, found.requests))
            counts = erasure.count(tx, found)
        return Preview(counts, found.others, found.going_on, len(set(notes) - own))

    def erase(self, number: str, deed: Deed) -> Erasure:
        """Forgets this number (E.164) for ever; when it returns, nothing here leads to it."""
        where, notes = keyed.calls_with(self.database, number), keyed.notes_with(self.database, number)
        company, known = self._known(number, deed.now)
        token = secrets.token_hex(8)
        with self.database.transaction() as tx:
            found = erasure.find(tx, number, where, hold=True)
            for request_id in found.requests:
                machine.go(tx, machine.held(tx, request_id), Event.ERASE, deed, staff_id=None)
            asked = self._ask(tx, found, known, Group(token, deed.now))
            for file in found.files:
                self.vault.remove(file)
            for ref in found.recording_refs:
                if ref.startswith(PREFIX):
                    self.strips.remove(ref)
            counts = erasure.erase(tx, found)
            written = keyed.remove_from_notes(tx, number, notes)
            made = Erasure(token, counts, found.others, found.going_on, written, asked, company)
            _note(tx, deed, made)
            news.tell(tx, news.REQUESTS)
        return made

    def _known(self, number: str, now: float) -> tuple[Company, frozenset[str]]:
        if self.carrier is None or not self.line:
            return Company.NONE, frozenset()
        since = datetime.fromtimestamp(now - COMPANY_DAYS * DAY, UTC)
        try:
            found = [
                call
                for to, from_ in ((self.line, number), (number, self.line))
                for call in self.carrier.find_calls(to, from_, since)
            ]
        except CarrierFailed as error:
            log.warning("calls of a person who is erased are not looked up", extra={"why": type(error).__name__})
            return Company.AWAY, frozenset()
        return Company.ASKED, frozenset(call.ref.id for call in found)

    def _ask(self, tx: Transaction, found: Found, known: frozenset[str], group: "Group") -> int:
        """Recordings first: those of a call go with it, and the company lets go of them one by one."""
        if self.carrier is None:
            return 0
        recordings = {id for ref in found.recording_refs if (id := recording_id(ref)) is not None}
        calls = {ref for channel, ref in found.call_refs if channel == TELEPHONE} | found.leg_refs | known
        refs: list[copies.Ref] = [*map(RecordingRef, sorted(recordings)), *map(CallRef, sorted(calls))]
        refs += map(TextRef, sorted(found.text_refs))
        for ref in refs:
            copies.delete_copies(tx, ref, group.now, group=group.token)
        return len(refs)


@dataclass(frozen=True, slots=True)
class Group:
    """The deletions of one erasure."""

    token: str
    now: float


def report(tx: Transaction, token: str) -> tuple[Mapping[str, str | int], Mapping[str, int]] | None:
    """What the audit says of an erasure, and how far the deletions at the company are; None when it is not known."""
    rows = audit.page(tx, Filter(what=What.PERSON_ERASED.value, about=_object(token)), 1)
    return (rows[0].details, copies.states(tx, token)) if rows else None


def _note(tx: Transaction, deed: Deed, made: Erasure) -> None:
    rest = {name: getattr(made, name) for name in ("others", "going_on", "written", "copies")}
    note(tx, deed, What.PERSON_ERASED, _object(made.token), **asdict(made.counts), **rest, company=made.company.value)


def _object(token: str) -> str:
    return f"erasure/{token}"
