"""What calls listened for, read together with the turns that followed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, String, and_, bindparam, case, cast, func, select

from ivr.engine.turn import Result
from ivr.store.database import Transaction
from ivr.store.listenings import VOICE, about
from ivr.store.schema import calls, turns
from ivr.store.speech_tables import listenings

MOST_WORDS = 20_000
"""Windows whose words are opened at once, the newest."""


@dataclass(frozen=True, slots=True)
class Course:
    """What was answered, and what came next: `moved` if the answer led elsewhere, `after` the result of the next input.

    `stayed` if that led nowhere else, `returned` if it came back to where the window was, `by` what it came, `soon`
    after the answer; `ended` is how the call is over, none while it goes on. `denies` tells that words here were said
    when something had been asked back and did not mean yes, `denied` the same of the next input.
    """

    node: str
    language: str | None
    means: str
    outcome: str
    answered: bool
    moved: bool
    after: str | None
    stayed: bool
    returned: bool
    by: str | None
    soon: bool
    ended: str | None
    denies: bool
    denied: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """The words of one window; `who` tells persons apart, as far as they are known."""

    words: str
    who: str
    course: Course


@dataclass(frozen=True, slots=True)
class Span:
    """Windows since then whose next input came at most `soon` seconds after the answer; of one language, or of all."""

    since: float
    soon: float
    language: str | None = None


NODE, LANGUAGE = listenings.c.node, listenings.c.language
ANSWER, AFTER = turns.alias("answer"), turns.alias("after")
BEFORE, NEXT = listenings.alias("before"), listenings.alias("next")


def _follows(table: FromClause, by: int) -> ColumnElement[bool]:
    return and_(table.c.call_id == listenings.c.call_id, table.c.n == listenings.c.n + by)


def _true(condition: ColumnElement[bool], name: str) -> ColumnElement[bool]:
    """Where a turn is missing nothing is true."""
    return case((condition, True), else_=False).label(name)


def _denial(asked: FromClause, said: FromClause) -> ColumnElement[bool]:
    """Something was heard, and the engine counts it as not understood: all that was listened for was yes and no."""
    return and_(asked.c.outcome == Result.CONFIRM.value, said.c.outcome == Result.NO_MATCH.value, said.c.sure > 0)


FOLLOWED = (
    listenings.join(calls, calls.c.id == listenings.c.call_id)
    .outerjoin(ANSWER, _follows(ANSWER, 1))
    .outerjoin(AFTER, _follows(AFTER, 2))
    .outerjoin(BEFORE, _follows(BEFORE, -1))
    .outerjoin(NEXT, _follows(NEXT, 1))
)
COURSE: tuple[ColumnElement[Any], ...] = (
    listenings.c.node,
    listenings.c.language,
    listenings.c.means,
    listenings.c.outcome,
    _true(ANSWER.c.n.is_not(None), "answered"),
    _true(ANSWER.c.node != listenings.c.node, "moved"),
    AFTER.c.result.label("after"),
    _true(AFTER.c.node == ANSWER.c.node, "stayed"),
    _true(AFTER.c.node == listenings.c.node, "returned"),
    NEXT.c.means.label("by"),
    _true(func.coalesce(AFTER.c.at, calls.c.ended_at) - ANSWER.c.at <= bindparam("soon"), "soon"),
    calls.c.ended_how.label("ended"),
    _true(_denial(BEFORE, listenings), "denies"),
    _true(_denial(listenings, NEXT), "denied"),
)
RECENT = listenings.c.at >= bindparam("since")
SPOKEN = listenings.c.means == VOICE
EACH = select(*COURSE).select_from(FOLLOWED).where(RECENT)
WHO = func.coalesce(cast(calls.c.caller_id, String), listenings.c.call_id).label("who")
WORDS = (
    select(listenings.c.call_id, listenings.c.n, listenings.c.heard_sealed, WHO, *COURSE)
    .select_from(FOLLOWED)
    .where(RECENT, SPOKEN, listenings.c.heard_sealed != b"")
    .order_by(listenings.c.at.desc(), listenings.c.call_id, listenings.c.n)
    .limit(MOST_WORDS)
)
LANGUAGES = select(listenings.c.language).where(listenings.c.language.is_not(None)).distinct()


def courses(tx: Transaction, span: Span) -> Iterator[tuple[Course, int]]:
    """Every kind of window and what followed, with how many there were."""
    each = _of(EACH, span).subquery()
    rows = tx.execute(select(*each.c, func.count()).group_by(*each.c), _binds(span))
    for row in rows:
        yield _course(tx, row[:-1]), row[-1]


def lags(tx: Transaction, span: Span) -> dict[tuple[str, str | None], float]:
    """The median lag behind a voice, by node and language."""
    return {(tx.keyring.open_word(node), language): lag for node, language, lag in _medians(tx, span, NODE, LANGUAGE)}


def lag(tx: Transaction, span: Span) -> float | None:
    """The same of all of them; none where nobody spoke."""
    return next((row[0] for row in _medians(tx, span)), None)


def words(tx: Transaction, span: Span) -> Iterator[Heard]:
    """The words that were heard, the newest first, as far as they are not forgotten."""
    for row in tx.execute(_of(WORDS, span), _binds(span)):
        said = tx.keyring.open(row.heard_sealed, about(row.call_id, row.n)).decode()
        yield Heard(said, row.who, _course(tx, row[4:]))


def languages(tx: Transaction) -> list[str]:
    """The languages of all windows that are kept."""
    return sorted(tx.execute(LANGUAGES).scalars())


def _medians(tx: Transaction, span: Span, *by: ColumnElement[Any]) -> Iterator[Any]:
    """Of an even number of windows the lower one of the two in the middle."""
    ranked = _of(
        select(
            *by,
            listenings.c.lag,
            func.row_number().over(partition_by=by or None, order_by=listenings.c.lag).label("rank"),
            func.count().over(partition_by=by or None).label("of"),
        ).where(RECENT, SPOKEN),
        span,
    ).subquery()
    middle = ranked.c.rank == (ranked.c.of + 1) // 2
    shown = [column for column in ranked.c if column.name not in ("rank", "of")]
    yield from tx.execute(select(*shown).where(middle), {"since": span.since})


def _of(query: Select[*tuple[Any, ...]], span: Span) -> Select[*tuple[Any, ...]]:
    return query if span.language is None else query.where(listenings.c.language == span.language)


def _binds(span: Span) -> dict[str, float]:
    return {"since": span.since, "soon": span.soon}


def _course(tx: Transaction, row: Any) -> Course:
    node, *rest = row
    return Course(tx.keyring.open_word(node), *rest)
