"""When somebody may be called: parts of days, both Sundays on which clocks change, callers who live overseas."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ivr.actions import hours, windows
from ivr.actions.windows import DAY, LOOK_AHEAD, PARTS, ZONES, Calendar, Due, offered, outside, retry_at, zone_of
from ivr.engine.turn import When
from ivr.store.shifts import Shift

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")
WEEKDAY = [["09:00", "12:30"], ["13:30", "17:30"]]
HOURS = {
    "week": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), WEEKDAY),
    "holidays": "FR",
    "closed": ["2026-11-27"],
}
ALWAYS = {"week": {day: [["08:00", "20:00"]] for day in hours.DAYS}}
NEVER: dict[str, object] = {"week": {}}
WEEK = Calendar(HOURS, PARIS)
SPRING, AUTUMN = "2027-03-28", "2026-10-25"
"""Sundays on which clocks change in Paris."""


def at(local: str, zone: ZoneInfo = PARIS) -> float:
    return datetime.fromisoformat(local).replace(tzinfo=zone).timestamp()


def local(when: float, zone: ZoneInfo = PARIS) -> str:
    return datetime.fromtimestamp(when, zone).strftime("%Y-%m-%dT%H:%M")


def shown(found: list[When]) -> list[str]:
    return [f"{when.date} {when.part}" for when in found]


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        ("+33639980001", "Europe/Paris"),
        ("+262262000001", "Indian/Reunion"),
        ("+262692000001", "Indian/Reunion"),
        ("+262639000001", "Indian/Mayotte"),
        ("+262269000001", "Indian/Mayotte"),
        ("+590690000001", "America/Guadeloupe"),
        ("+687700001", "Pacific/Noumea"),
        ("+4930000001", None),
    ],
)
def test_a_number_tells_where_its_owner_lives(number: str, zone: str | None) -> None:
    assert zone_of(number) == zone


def test_every_zone_is_one_that_the_machine_knows() -> None:
    assert {ZoneInfo(zone).key for zone in ZONES.values()} == set(ZONES.values())


def test_the_next_parts_of_open_days_are_offered() -> None:
    # Monday; there is no evening and no weekend, the Friday is closed
    assert shown(offered(WEEK, at("2026-11-23T10:00"))) == [
        "2026-11-23 morning",
        "2026-11-23 afternoon",
        "2026-11-24 morning",
        "2026-11-24 afternoon",
    ]
    assert shown(offered(WEEK, at("2026-11-26T13:00"), count=2)) == ["2026-11-26 afternoon", "2026-11-30 morning"]


@pytest.mark.parametrize(
    ("now", "first"),
    [
        ("2026-11-23T11:30", "2026-11-23 morning"),
        ("2026-11-23T11:31", "2026-11-23 afternoon"),  # of the morning too little is left
        ("2026-11-23T17:00", "2026-11-23 afternoon"),
        ("2026-11-23T17:01", "2026-11-24 morning"),
        ("2026-11-23T03:00", "2026-11-23 morning"),
    ],
)
def test_a_part_that_is_nearly_over_is_not_offered(now: str, first: str) -> None:
    assert shown(offered(WEEK, at(now), count=1)) == [first]


def test_holidays_and_closed_days_are_passed_over() -> None:
    christmas_and_more = Calendar(HOURS, PARIS, closures=frozenset({"2026-12-24", "2026-12-28"}))
    assert shown(offered(christmas_and_more, at("2026-12-23T18:00"), count=2)) == [
        "2026-12-29 morning",
        "2026-12-29 afternoon",
    ]


def test_only_parts_in_which_somebody_is_on_shift_are_offered() -> None:
    shifts = [Shift(1, "11:00", "12:00", 7), Shift(1, "11:30", "14:30", 8), Shift(3, "12:15", "12:45", 7)]
    tuesdays = Calendar(HOURS, PARIS, shifts=shifts)  # on Thursday it is 15 minutes: too little
    assert shown(offered(tuesdays, at("2026-11-23T10:00"))) == [
        "2026-11-24 morning",
        "2026-11-24 afternoon",
        "2026-12-01 morning",
        "2026-12-01 afternoon",
    ]
    assert shown(offered(tuesdays, at("2026-11-24T11:20"), count=1)) == ["2026-11-24 morning"]


def test_nothing_is_promised_where_nobody_is_on_shift_or_it_is_never_open() -> None:
    assert offered(Calendar(HOURS, PARIS, shifts=[]), at("2026-11-23T10:00")) == []
    assert offered(Calendar(NEVER, PARIS), at("2026-11-23T10:00")) == []


@pytest.mark.parametrize(
    ("now", "theirs", "is_there"),
    [
        ("2026-11-23T09:00", None, True),
        ("2026-11-23T12:30", None, False),
        ("2026-11-22T10:00", None, False),  # Sunday
        ("2026-11-27T10:00", None, False),  # closed
        ("2026-11-23T16:59", REUNION, True),
        ("2026-11-23T17:00", REUNION, False),  # night there
    ],
)
def test_now_is_offered_while_somebody_is_there_and_it_is_day(
    now: str, theirs: ZoneInfo | None, is_there: bool
) -> None:
    assert windows.there(WEEK, at(now), theirs) is is_there
    assert not windows.there(Calendar(HOURS, PARIS, shifts=[]), at(now), theirs)


def test_two_shifts_that_overlap_count_once() -> None:
    shifts = [Shift(0, "09:00", "09:20", 7), Shift(0, "09:00", "09:20", 8), Shift(1, "09:00", "10:00", 7)]
    assert shown(offered(Calendar(HOURS, PARIS, shifts=shifts), at("2026-11-23T08:00"), count=1)) == [
        "2026-11-24 morning"
    ]


@pytest.mark.parametrize(
    ("day", "part", "begins", "ends"),
    [
        (SPRING, "morning", "06:00", "10:00"),
        (AUTUMN, "morning", "07:00", "11:00"),
        (SPRING, "evening", "16:00", "18:00"),
        (AUTUMN, "evening", "17:00", "19:00"),
        ("2026-11-23", "afternoon", "11:00", "17:00"),
        ("2026-07-23", "afternoon", "10:00", "16:00"),
    ],
)
def test_a_window_is_local_time_on_the_sundays_when_clocks_change_too(
    day: str, part: str, begins: str, ends: str
) -> None:
    due = windows.due((day, part), PARIS)
    assert due.until is not None
    assert [local(when, ZoneInfo("UTC")) for when in (due.at, due.until)] == [f"{day}T{begins}", f"{day}T{ends}"]


@pytest.mark.parametrize("sunday", [SPRING, AUTUMN])
def test_a_sunday_when_clocks_change_is_offered_like_any_other(sunday: str) -> None:
    saturday = (date.fromisoformat(sunday) - timedelta(days=1)).isoformat()
    assert shown(offered(Calendar(ALWAYS, PARIS), at(f"{saturday}T19:00"), count=3)) == [
        f"{saturday} evening",
        f"{sunday} morning",
        f"{sunday} afternoon",
    ]


@pytest.mark.parametrize(
    ("now", "then"), [("2027-03-27T17:00", f"{SPRING}T18:00"), ("2026-10-24T17:00", f"{AUTUMN}T16:00")]
)
def test_minutes_pass_at_the_same_pace_when_clocks_change(now: str, then: str) -> None:
    assert retry_at(Calendar(ALWAYS, PARIS), at(now), 24 * 60, None, None) == Due(at(then))


@pytest.mark.parametrize(
    ("window", "theirs", "begins"),
    [
        (("2026-11-24", "afternoon"), "Indian/Reunion", "2026-11-24T09:00"),
        (("2026-07-21", "afternoon"), "Indian/Reunion", "2026-07-21T10:00"),
        (("2026-11-24", "morning"), "America/Guadeloupe", "2026-11-24T13:00"),
        (("2026-11-25", "evening"), "Pacific/Noumea", "2026-11-25T08:00"),
        (("2026-11-24", "evening"), "Pacific/Tahiti", "2026-11-25T05:00"),
    ],
)
def test_a_window_is_of_the_clock_where_the_caller_lives(window: tuple[str, str], theirs: str, begins: str) -> None:
    assert local(windows.due(window, ZoneInfo(theirs)).at) == begins


@pytest.mark.parametrize(
    ("theirs", "parts"),
    [
        ("Indian/Reunion", ["2026-11-24 afternoon", "2026-11-24 evening", "2026-11-25 afternoon"]),
        ("America/Guadeloupe", ["2026-11-24 morning", "2026-11-24 afternoon", "2026-11-25 morning"]),
        ("Pacific/Noumea", ["2026-11-24 evening", "2026-11-25 evening", "2026-11-26 evening"]),
        ("Pacific/Tahiti", []),
    ],
)
def test_overseas_those_parts_of_the_day_are_offered_in_which_somebody_is_there(theirs: str, parts: list[str]) -> None:
    assert shown(offered(WEEK, at("2026-11-24T07:00"), ZoneInfo(theirs), count=3)) == parts


def test_a_helpline_overseas_is_there_in_its_own_time() -> None:
    overseas = Calendar(ALWAYS, REUNION)  # until 17 h in Paris
    assert shown(offered(overseas, at("2026-11-24T06:00"), PARIS, count=3)) == [
        "2026-11-24 morning",
        "2026-11-24 afternoon",
        "2026-11-25 morning",
    ]


def test_an_early_morning_waits_for_the_day_there_and_a_late_evening_for_the_next() -> None:
    assert windows.soonest(at("2026-11-24T10:00"), PARIS) == at("2026-11-24T10:00")
    assert windows.soonest(at("2026-11-24T05:00"), PARIS) == at("2026-11-24T08:00")
    assert windows.soonest(at("2026-11-24T20:00"), PARIS) == at("2026-11-25T08:00")
    assert windows.soonest(at("2026-11-24T18:00"), REUNION) == at("2026-11-25T08:00", REUNION)
    assert windows.asleep(at("2026-11-24T10:00")) >= {"America/Guadeloupe", "Pacific/Noumea"}
    assert windows.asleep(at("2026-11-24T10:00")).isdisjoint({"Europe/Paris", "Indian/Reunion"})


def test_a_call_is_outside_before_and_after_its_window_and_at_night() -> None:
    agreed = Due(at("2026-11-24T12:00"), at("2026-11-24T17:00"))
    assert [outside(agreed, at(f"2026-11-24T{hour}"), PARIS) for hour in ("11:59", "12:00", "16:59", "17:00")] == [
        True,
        False,
        False,
        True,
    ]
    soon = Due(at("2026-11-23T10:00"))
    assert not outside(soon, at("2026-11-24T19:59"), PARIS)
    assert outside(soon, at("2026-11-24T20:00"), PARIS)
    assert outside(soon, at("2026-11-24T17:00"), REUNION)
    assert not outside(soon, at("2026-11-24T20:00"), None)


@pytest.mark.parametrize(
    ("now", "minutes", "then"),
    [
        ("2026-11-23T10:00", 15, "2026-11-23T10:15"),
        ("2026-11-23T12:20", 15, "2026-11-23T13:30"),  # the lunch break
        ("2026-11-23T17:20", 15, "2026-11-24T09:00"),
        ("2026-11-26T17:20", 15, "2026-11-30T09:00"),  # a closed day and a weekend
        ("2026-11-23T10:00", 1440, "2026-11-24T10:00"),
    ],
)
def test_a_retry_comes_when_people_are_there(now: str, minutes: int, then: str) -> None:
    assert retry_at(WEEK, at(now), minutes, None, None) == Due(at(then))


def test_a_retry_overseas_comes_in_the_day_there() -> None:
    # 16:50 in Paris is 19:50 there; the next open moment that is day there is the next morning
    assert retry_at(WEEK, at("2026-11-23T16:50"), 15, None, REUNION) == Due(at("2026-11-24T09:00"))


@pytest.mark.parametrize(
    ("now", "minutes", "begins", "day"),
    [
        ("2026-11-23T14:00", 60, "2026-11-23T15:00", "2026-11-23"),
        ("2026-11-23T17:20", 15, "2026-11-24T12:00", "2026-11-24"),  # at 17:35 there is nobody
        ("2026-11-23T17:50", 15, "2026-11-24T12:00", "2026-11-24"),
        ("2026-11-26T17:50", 15, "2026-11-30T12:00", "2026-11-30"),
        ("2026-11-20T14:00", 60, "2026-11-23T12:00", "2026-11-23"),  # not before the agreed day
    ],
)
def test_a_retry_keeps_to_the_agreed_part_of_a_day(now: str, minutes: int, begins: str, day: str) -> None:
    due = retry_at(WEEK, at(now), minutes, ("2026-11-23", "afternoon"), None)
    assert due == Due(at(begins), at(f"{day}T18:00"), (day, "afternoon"))


def test_a_retry_in_a_part_that_is_never_open_comes_in_it_nevertheless() -> None:
    due = retry_at(WEEK, at("2026-11-23T14:00"), 60, ("2026-11-23", "evening"), None)
    assert due == Due(at("2026-11-23T18:00"), at("2026-11-23T20:00"), ("2026-11-23", "evening"))


def test_a_retry_that_can_never_be_comes_after_its_minutes() -> None:
    now = at("2026-11-23T14:00")
    assert retry_at(Calendar(NEVER, PARIS), now, 60, None, None) == Due(now + 3600)


def test_a_retry_overseas_keeps_to_the_part_of_the_day_there() -> None:
    due = retry_at(WEEK, at("2026-11-23T10:00"), 15, ("2026-11-23", "evening"), REUNION)
    assert due == Due(at("2026-11-23T18:00", REUNION), at("2026-11-23T20:00", REUNION), ("2026-11-23", "evening"))


zones = some.sampled_from(sorted(set(ZONES.values()))).map(ZoneInfo)
moments = some.floats(at("2026-01-01T00:00"), at("2028-12-31T00:00"))
calendars = some.builds(Calendar, some.sampled_from([HOURS, ALWAYS]), zones)
agreements = some.tuples(some.integers(-9, 9), some.sampled_from(sorted(PARTS)))
"""So many days from now, and a part of that day."""


@given(calendars, moments, zones)
def test_whatever_is_offered_lies_ahead_in_its_part_there_while_somebody_is_here(
    calendar: Calendar, now: float, theirs: ZoneInfo
) -> None:
    for when in offered(calendar, now, theirs):
        due = windows.due((when.date, when.part), theirs)
        assert due.until is not None
        assert due.until > now
        first, last = (datetime.fromtimestamp(moment, theirs) for moment in (due.at, due.until))
        assert first.date() == last.date() == date.fromisoformat(when.date)
        assert DAY[0] <= first.time() < last.time() <= DAY[1]
        minutes = range(int(max(due.at, now)), int(due.until), 60)
        assert sum(windows.there(calendar, minute, theirs) for minute in minutes) >= 29


@given(calendars, moments, zones, some.integers(1, 3000), agreements)
def test_a_retry_is_never_too_early_never_at_night_and_never_outside_what_was_agreed(
    calendar: Calendar, now: float, theirs: ZoneInfo, minutes: int, agreement: tuple[int, str]
) -> None:
    days, part = agreement
    agreed = (datetime.fromtimestamp(now, theirs).date() + timedelta(days=days)).isoformat()
    earliest, latest = now + minutes * 60, now + minutes * 60 + (LOOK_AHEAD + 10) * 86_400
    soon = retry_at(calendar, now, minutes, None, theirs)
    kept = retry_at(calendar, now, minutes, (agreed, part), theirs)
    assert earliest <= soon.at < latest
    assert earliest <= kept.at < latest
    assert not outside(kept, kept.at, theirs)
    assert kept.window is not None
    assert (kept.window[0] >= agreed, kept.window[1]) == (True, part)
