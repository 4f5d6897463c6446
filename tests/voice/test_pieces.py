from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.content import Clock
from ivr.engine.turn import Digits, Hours, Moment, Number, Prompt, Variant
from ivr.voice.pieces import PARTS, Reading, names, pause, vocabulary

PAIRS = Reading(group=2)
TODAY = "2026-11-22"  # a Sunday
readings = st.builds(Reading, group=st.integers(0, 5), pause=st.integers(100, 900))
dates = st.dates(date(2026, 1, 1), date(2030, 12, 31)).map(date.isoformat)
times = st.times().map("{:%H:%M}".format)
pieces = st.one_of(
    st.builds(Number, st.integers(0, 100), st.just("fr")),
    st.builds(Digits, st.text("0123456789", min_size=1, max_size=15), st.just("fr")),
    st.builds(Moment, dates, st.sampled_from(PARTS), dates, st.just("fr")),
    st.builds(
        Hours, st.sampled_from(["", "1", "26", "1-5"]), st.lists(st.tuples(times, times)).map(tuple), st.just("fr")
    ),
)


def spoken(digits: str, reading: Reading) -> str:
    """Digits as they are heard, a pause as a space."""
    heard = names(Digits(digits, "fr"), reading)
    return "".join(" " if pause(name) is not None else name.removeprefix("digit.") for name in heard)


@pytest.mark.parametrize(
    ("variant", "name"), [(Variant.FULL, "main"), (Variant.SHORT, "main.short"), (Variant.DOUBT, "main.doubt")]
)
def test_a_prompt_is_one_sound_in_its_wording(variant: Variant, name: str) -> None:
    assert names(Prompt("main", "fr", variant), PAIRS) == (name,)


def test_a_number_is_one_sound() -> None:
    assert names(Number(17, "fr"), PAIRS) == ("number.17",)


@pytest.mark.parametrize(
    ("digits", "group", "heard"),
    [
        ("0639980012", 2, "06 39 98 00 12"),
        ("75011", 2, "75 011"),
        ("115", 2, "115"),
        ("7", 2, "7"),
        ("0639980012", 3, "063 998 0012"),
        ("063998", 1, "0 6 3 9 9 8"),
        ("063", 0, "0 6 3"),
        ("06 39 98 00 12", 2, "06 39 98 00 12"),
    ],
)
def test_digits_are_read_one_by_one_with_pauses_between_groups(digits: str, group: int, heard: str) -> None:
    assert spoken(digits, Reading(group)) == heard


def test_between_single_digits_the_pause_is_half_as_long() -> None:
    assert names(Digits("12", "fr"), Reading(1, 300)) == ("digit.1", "pause.150", "digit.2")


@given(st.text("0123456789", min_size=1, max_size=15), readings)
def test_no_digit_is_lost_added_or_moved(digits: str, reading: Reading) -> None:
    heard = spoken(digits, reading)
    assert heard.replace(" ", "") == digits
    assert heard == heard.strip()
    assert "  " not in heard


@pytest.mark.parametrize("digits", ["", "+33639980012", "12*", "۱۲", "²"])
def test_what_is_not_0_to_9_is_never_read_wrongly(digits: str) -> None:
    with pytest.raises(ValueError, match="0 to 9"):
        names(Digits(digits, "fr"), PAIRS)


@pytest.mark.parametrize(
    ("day", "heard"),
    [
        ("2026-11-22", ("moment.today",)),
        ("2026-11-23", ("moment.tomorrow",)),
        ("2026-11-24", ("weekday.2",)),
        ("2026-11-28", ("weekday.6",)),
        ("2026-11-29", ("weekday.7", "number.29", "month.11")),
        ("2027-01-01", ("weekday.5", "number.1", "month.1")),
        ("2026-11-21", ("weekday.6", "number.21", "month.11")),
    ],
)
def test_a_day_is_said_as_people_say_it(day: str, heard: tuple[str, ...]) -> None:
    assert names(Moment(day, "morning", TODAY, "fr"), PAIRS) == (*heard, "part.morning")


@given(
    st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.lists(st.integers(0, 360), min_size=2, max_size=2, unique=True)
)
def test_two_days_within_a_year_never_sound_the_same(today: date, distances: list[int]) -> None:
    days = [(today + timedelta(days=distance)).isoformat() for distance in distances]
    first, second = (names(Moment(day, "evening", today.isoformat(), "fr"), PAIRS) for day in days)
    assert first != second


@pytest.mark.parametrize(
    ("days", "spans", "heard"),
    [
        ("", (("09:00", "17:00"),), "hours.from number.9 clock.hour hours.till number.17 clock.hour"),
        ("", (), "hours.closed"),
        ("7", (), "weekday.7 pause.300 hours.closed"),
        ("1-5", (), "hours.from weekday.1 hours.to weekday.5 pause.300 hours.closed"),
        ("13", (), "weekday.1 hours.and weekday.3 pause.300 hours.closed"),
        ("135", (), "weekday.1 weekday.3 hours.and weekday.5 pause.300 hours.closed"),
        (
            "",
            (("08:30", "12:00"), ("13:05", "24:00")),
            "hours.from number.8 clock.hour-and number.30 hours.till number.12 clock.hour"
            " hours.and hours.from number.13 clock.hour-and number.5 hours.till number.24 clock.hour",
        ),
    ],
)
def test_hours_are_said_with_their_days(days: str, spans: tuple[tuple[str, str], ...], heard: str) -> None:
    assert names(Hours(days, spans, "fr"), PAIRS) == tuple(heard.split())


def test_where_people_count_to_twelve_the_afternoon_begins_anew() -> None:
    reading = replace(PAIRS, clock=Clock(hours=12))
    said = names(Hours("", (("00:00", "12:00"), ("13:00", "24:00")), "fr"), reading)
    assert [name for name in said if name.startswith("number")] == ["number.12", "number.12", "number.1", "number.12"]


def test_how_a_time_is_put_together_belongs_to_the_language() -> None:
    clock = Clock(full=("clock.hour", "hour"), part=("minute", "clock.minutes", "hour"))
    heard = names(Hours("", (("09:00", "17:30"),), "fr"), Reading(clock=clock))
    assert heard == (
        *("hours.from", "clock.hour", "number.9"),
        *("hours.till", "number.30", "clock.minutes", "number.17"),
    )


def test_half_past_has_words_of_its_own_where_people_say_it_so() -> None:
    clock = Clock(half=("hour", "clock.half"), hours=12)
    heard = names(Hours("", (("08:30", "16:45"),), "fr"), Reading(clock=clock))
    assert heard == (
        *("hours.from", "number.8", "clock.half"),
        *("hours.till", "number.4", "clock.hour-and", "number.45"),
    )


@pytest.mark.parametrize("time", ["9", "", "nine:00", "09:00:00"])
def test_a_time_that_is_none_is_never_said_wrongly(time: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        names(Hours("", ((time, "10:00"),), "fr"), PAIRS)


@given(pieces, readings)
def test_every_name_is_one_that_each_language_must_have(
    piece: Number | Digits | Moment | Hours, reading: Reading
) -> None:
    assert set(names(piece, reading)) <= set(vocabulary(reading))


@given(st.integers(0, 5000))
def test_the_name_of_a_pause_says_how_long_it_is(milliseconds: int) -> None:
    assert pause(f"pause.{milliseconds}") == milliseconds


@pytest.mark.parametrize("name", ["pause", "pause.", "pause.x", "pause.-1", "150", "digit.1", "pause.²"])
def test_other_names_are_no_pause(name: str) -> None:
    assert pause(name) is None
