"""From a piece to the names of its sounds, in playing order. Pure; which words they are is language data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from ivr.engine.content import HOUR, HOURS, MINUTE, USUAL_CLOCK, Clock
from ivr.engine.turn import Digits, Hours, Moment, Number, Prompt, Variant

Named = Prompt | Number | Digits | Moment | Hours
"""Pieces whose sounds are made before any call; free speech is not among them."""

PAUSE = "pause."

PARTS = ("morning", "afternoon", "evening")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a language reads digits one by one: a pause of `pause` milliseconds after each `group` of them.

    And how it tells the time.
    """

    group: int = 1
    pause: int = 300
    clock: Clock = USUAL_CLOCK

    @property
    def silence(self) -> str:
        """The pause's name. Where every digit is its own group it is half as long: enough to write one down."""
        return f"{PAUSE}{self.pause if self.group > 1 else self.pause // 2}"


def names(piece: Named, reading: Reading) -> tuple[str, ...]:
    """Names of sounds; `pause.<ms>` belongs to no language. ValueError for digits that are none."""
    match piece:
        case Prompt(id=id, variant=variant):
            return (id if variant is Variant.FULL else f"{id}.{variant}",)
        case Number(n=n):
            return (f"number.{n}",)
        case Digits(digits=digits):
            return _digits("".join(digits.split()), reading)
        case Moment():
            return (*_day(date.fromisoformat(piece.date), date.fromisoformat(piece.today)), f"part.{piece.part}")
        case Hours(days, spans):
            return (*_weekdays(days, reading), *_spans(spans, reading))
        case _:
            assert_never(piece)


def vocabulary(reading: Reading) -> tuple[str, ...]:
    """Every name beside the prompts that `names` can give: what each language must have."""
    return (
        *(f"digit.{n}" for n in range(10)),
        *(f"number.{n}" for n in range(101)),
        "moment.today",
        "moment.tomorrow",
        *(f"weekday.{n}" for n in range(1, 8)),
        *(f"month.{n}" for n in range(1, 13)),
        *(f"part.{part}" for part in PARTS),
        *HOURS,
        reading.silence,
    )


def pause(name: str) -> int | None:
    """Milliseconds, when this is the name of a pause."""
    length = name.removeprefix(PAUSE)
    return int(length) if name != length and length.isascii() and length.isdigit() else None


def _digits(digits: str, reading: Reading) -> tuple[str, ...]:
    if not digits.isascii() or not digits.isdigit():
        raise ValueError("only the digits 0 to 9 can be read out")
    spoken: list[str] = []
    for group in _groups(digits, max(1, reading.group)):
        spoken += [reading.silence] if spoken else []
        spoken += [f"digit.{digit}" for digit in group]
    return tuple(spoken)


def _groups(digits: str, size: int) -> Sequence[str]:
    """From the left; a single digit left over joins the group before it, for alone it would be missed."""
    groups = [digits[at : at + size] for at in range(0, len(digits), size)]
    if size > 1 and len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def _day(day: date, today: date) -> tuple[str, ...]:
    """Today, tomorrow, a weekday within the week; else the date, because the same weekday could be either."""
    distance = (day - today).days
    if distance in (0, 1):
        return ("moment.today",) if distance == 0 else ("moment.tomorrow",)
    weekday = f"weekday.{day.isoweekday()}"
    if 1 < distance < 7:
        return (weekday,)
    return (weekday, f"number.{day.day}", f"month.{day.month}")


def _weekdays(days: str, reading: Reading) -> Iterator[str]:
    """From Monday to Friday; or Monday, Wednesday and Friday; then a pause."""
    first, to, last = days.partition("-")
    if to:
        yield from ("hours.from", f"weekday.{first}", "hours.to", f"weekday.{last}")
    for place, day in enumerate(() if to else days):
        if place and place == len(days) - 1:
            yield "hours.and"
        yield f"weekday.{day}"
    if days:
        yield reading.silence


def _spans(spans: Sequence[tuple[str, str]], reading: Reading) -> Iterator[str]:
    if not spans:
        yield "hours.closed"
    for place, (start, end) in enumerate(spans):
        if place:
            yield "hours.and"
        yield from ("hours.from", *_time(start, reading.clock), "hours.till", *_time(end, reading.clock))


def _time(time: str, clock: Clock) -> tuple[str, ...]:
    """ValueError for a time that is none."""
    hour, minute = map(int, time.split(":"))
    said = {HOUR: f"number.{clock.hour(hour)}", MINUTE: f"number.{minute}"}
    return tuple(said.get(word, word) for word in clock.words(minute))
