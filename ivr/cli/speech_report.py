"""`ivr speech report`: how well callers were understood, as the page *Speech* shows it."""

import csv
import sys
from collections.abc import Iterator

import click

from ivr.actions.speech_report import BY, HOW, LEAST_PEOPLE, Misheard, Report, Row
from ivr.actions.speech_report import report as summed
from ivr.cli.common import explained, joined_parts, need_tables

DAY = 86_400
EVERYWHERE, NOT_CHOSEN = "everywhere", "-"
LAG = "lag"
TITLES = (*(name.replace("_", " ") for name in (*BY, *HOW)), " lag")
LEGEND = (
    "key, voice, nothing: what it was answered by. Then, of those by voice: understood; missed; refused (asked back,",
    "not confirmed); corrected (came back at once); repeated (once more); gave up (hung up, or was led to a person).",
    "lag: the median of the seconds from the end of a voice to the next sound.",
)


@click.command("report")
@click.option("--days", type=click.IntRange(1, 3650), default=28, show_default=True, help="how far back")
@click.option("--language", help="only calls in this language (its code)")
@click.option("--csv", "as_table", is_flag=True, help="as comma-separated values")
def report(days: int, language: str | None, as_table: bool) -> None:
    """Sums up how often callers spoke, what was understood, and what they did next."""
    with explained():
        joined = joined_parts()
        need_tables(joined)
        book = joined.shelf.current().book
        with joined.database.reading() as tx:
            found = summed(tx, joined.clock() - days * DAY, language, book)
        if as_table:
            _write(found)
            return
        for line in _lines(found, days):
            click.echo(line)


def _write(found: Report) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("node", "language", *BY, *HOW, LAG))
    for row in found.rows:
        lag = "" if row.lag is None else round(row.lag, 3)
        writer.writerow((row.node, row.language or "", *(row.counts[name] for name in (*BY, *HOW)), lag))


def _lines(found: Report, days: int) -> Iterator[str]:
    if not found.rows:
        yield f"nobody was listened to in the last {days} days (`ivr models list` shows what can be understood)"
        return
    rows = [*found.rows, found.total]
    wide = max(len(row.node or EVERYWHERE) for row in rows)
    yield f"{'node':{wide}}  lang  {'  '.join(TITLES)}"
    for row in rows:
        cells = (f"{cell:>{len(title)}}" for title, cell in zip(TITLES, _numbers(row), strict=True))
        yield f"{row.node or EVERYWHERE:{wide}}  {_language(row):4}  {'  '.join(cells)}"
    yield from ("", *LEGEND, "")
    if not found.words:
        yield f"no words that {LEAST_PEOPLE} callers said at one place were missed or taken back"
        return
    yield f"words that were missed or taken back, of at least {LEAST_PEOPLE} callers:"
    yield from map(_word, found.words)


def _language(row: Row | Misheard) -> str:
    return row.language or NOT_CHOSEN


def _numbers(row: Row) -> Iterator[str]:
    yield from (str(row.counts[name]) for name in (*BY, *HOW))
    yield "-" if row.lag is None else f"{row.lag:.2f}"


def _word(one: Misheard) -> str:
    return f"  {one.missed} missed, {one.corrected} taken back: {one.words} ({one.node}, {_language(one)})"
