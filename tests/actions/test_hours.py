"""When people are there: spans, holidays, closed days, the year's end, and the two Sundays on which clocks change."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ivr.actions.hours import check, known, next_opening, part_of_day, spans
from ivr.engine.inputs import Known
from ivr.engine.turn import When

DAY = [["09:00", "12:30"], ["13:30", "17:30"]]
WEEK = {"mon": DAY, "tue": DAY, "wed": DAY, "thu": DAY, "fri": DAY, "sat": [], "sun": []}
HOURS = {"week": WEEK, "holidays": "FR", "closed": ["2026-12-24"]}
SUNDAYS = {"week": {"sun": [["01:00", "04:00"]], "mon": [["19:00", "21:00"]]}}
PARIS = ZoneInfo("Europe/Paris")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize("time", ["09:00", "12:29:59", "13:30", "17:29"])
def test_within_a_span_it_is_open(time: str) -> None:
    assert known(HOURS, at(f"2026-11-25T{time}")) == Known("open")


@pytest.mark.parametrize(
    ("now", "date", "part"),
    [
        ("2026-11-25T08:59", "2026-11-25", "morning"),
        ("2026-11-25T12:30", "2026-11-25", "afternoon"),  # a span's end is outside it
        ("2026-11-25T17:30", "2026-11-26", "morning"),
        ("2026-11-27T18:00", "2026-11-30", "morning"),  # over the weekend
        ("2026-12-23T20:00", "2026-12-28", "morning"),  # a closed day, Christmas, the weekend
        ("2026-12-31T17:30", "2027-01-04", "morning"),  # New Year's Day is a Friday, of the next year's holidays
        ("2027-05-13T10:00", "2027-05-14", "morning"),  # no holiday: Ascension 2027 is 6 May
        ("2027-05-06T10:00", "2027-05-07", "morning"),
        ("2028-02-29T23:59", "2028-03-01", "morning"),
    ],
)
def test_closed_says_when_it_opens(now: str, date: str, part: str) -> None:
    opens = When(date, part)
    answer = known(HOURS, at(now))
    assert answer == (Known("closed", {"opens": opens}) if now != "2027-05-13T10:00" else Known("open"))


def test_without_an_opening_in_sight_no_time_is_promised() -> None:
    assert known({"week": {}}, at("2026-11-25T10:00")) == known({}, at("2026-11-25T10:00")) == Known("closed", {})
    assert next_opening({"week": WEEK, "closed": _all_days(2027)}, at("2027-01-01T00:00")) is None


def _all_days(year: int) -> list[str]:
    return [
        date.fromordinal(day).isoformat() for day in range(date(year, 1, 1).toordinal(), date(year, 4, 1).toordinal())
    ]


@pytest.mark.parametrize("day", ["2026-10-25", "2027-03-28"])
@pytest.mark.parametrize(
    ("time", "case"), [("00:59", "closed"), ("01:00", "open"), ("03:59", "open"), ("04:00", "closed")]
)
def test_on_the_sundays_on_which_clocks_change_the_wall_clock_counts(day: str, time: str, case: str) -> None:
    assert known(SUNDAYS, at(f"{day}T{time}")).case == case


def test_the_hour_that_comes_twice_is_open_both_times() -> None:
    # 2026-10-25 02:30 in Paris is 00:30 UTC and, an hour later, 01:30 UTC
    for epoch in (1_792_888_200, 1_792_891_800):
        now = datetime.fromtimestamp(epoch, PARIS)
        assert (now.strftime("%H:%M"), known(SUNDAYS, now).case) == ("02:30", "open")


def test_the_hour_that_is_left_out_does_not_hide_the_next_opening() -> None:
    night = {"week": {"sun": [["02:15", "02:45"], ["10:00", "11:00"]]}}
    assert next_opening(night, at("2027-03-28T03:00")) == When("2027-03-28", "morning")


def test_an_evening_opening_is_called_evening() -> None:
    assert next_opening(SUNDAYS, at("2026-11-22T05:00")) == When("2026-11-23", "evening")
    parts = [
        part_of_day(datetime.fromisoformat(f"2026-01-01T{time}").time())
        for time in ("11:59", "12:00", "17:59", "18:00")
    ]
    assert parts == ["morning", "afternoon", "afternoon", "evening"]


def test_holidays_are_those_of_the_country_or_none() -> None:
    bastille = date(2027, 7, 14)
    assert list(spans(HOURS, bastille)) == []
    assert len(list(spans({"week": WEEK}, bastille))) == 2
    assert len(list(spans({"week": WEEK, "holidays": None, "closed": None}, bastille))) == 2


def test_good_hours_have_no_mistake() -> None:
    assert list(check(HOURS)) == []
    assert list(check({"week": {"mon": None}, "holidays": None, "closed": []})) == []


@pytest.mark.parametrize(
    ("hours", "where", "what"),
    [
        ({}, "week", "must give the open spans"),
        ({"week": [["09:00", "10:00"]]}, "week", "must give the open spans"),
        ({"week": WEEK, "weeks": 1}, "weeks", "unknown field"),
        ({"week": {"monday": DAY}}, "monday", "no such day"),
        ({"week": {"mon": [["12:30", "09:00"]]}}, "mon", "in order"),
        ({"week": {"mon": [["09:00", "12:30"], ["12:00", "14:00"]]}}, "mon", "none overlapping"),
        ({"week": {"mon": [["09:00", "12:30"], ["12:30", "14:00"]]}}, "mon", "none overlapping"),
        ({"week": {"mon": [["9", "12:30"]]}}, "mon", "must be a list"),
        ({"week": {"mon": [[540, 750]]}}, "mon", "must be a list"),  # what YAML makes of a bare 9:00
        ({"week": {"mon": ["09:00", "12:30"]}}, "mon", "must be a list"),
        ({"week": {"mon": "09:00-12:30"}}, "mon", "must be a list"),
        ({"week": {"mon": 9}}, "mon", "must be a list"),
        ({"week": {"mon": [["09:00+01:00", "12:30+01:00"]]}}, "mon", "must be a list"),
        ({"week": {"mon": [["09:00Z", "12:30"]]}}, "mon", "must be a list"),
        ({"week": {}, "holidays": "XX"}, "holidays", "no public holidays are known for `XX`"),
        ({"week": {}, "holidays": ["FR"]}, "holidays", "no public holidays are known"),
        ({"week": {}, "closed": ["2027-02-30"]}, "closed", "`2027-02-30` is no date"),
        ({"week": {}, "closed": ["20270102"]}, "closed", "`20270102` is no date"),
        ({"week": {}, "closed": "2027-01-02"}, "closed", "must be a list of dates"),
        ({"week": {}, "closed": 20270102}, "closed", "must be a list of dates"),
    ],
)
def test_each_mistake_is_named(hours: dict[str, Any], where: str, what: str) -> None:
    found = [mistake for mistake in check(hours) if mistake.where == where and what in mistake.what]
    assert len(found) == 1
    assert str(found[0]).startswith(f"menus/hours.yaml:1: {where}: ")
    assert not found[0].warning
