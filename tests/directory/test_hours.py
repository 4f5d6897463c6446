"""Opening hours: what the sets write is read whole or not at all, and what opens when."""

import json
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.directory.hours import (
    Hours,
    Parsed,
    from_dila,
    from_france_services,
    from_listing,
    from_osm,
    grouped,
    hold,
    is_holiday,
    opens,
    read,
    spans_on,
    written,
)
from tests.directory.shared import needs_shared, rows

HALVES = (("09:00", "12:00"), ("13:30", "17:00"))
PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 11, 23, 8, 30, tzinfo=PARIS)


def monday(text: str) -> Hours | None:
    return from_listing(f"lundi: {text}").hours


def test_the_lists_form_is_read() -> None:
    listing = "lundi: 09:00 - 12:00 / 13:30 - 17:00; mardi: 13:30 - 17:00"
    assert from_listing(listing) == Parsed({"1": HALVES, "2": (("13:30", "17:00"),)})
    columns = {"h_lundi": "09:00 - 12:00 / 13:30 - 17:00", "h_mardi": "13:30 - 17:00", "h_mercredi": "-", "h_jeudi": ""}
    assert from_france_services(columns) == from_listing(listing)


@pytest.mark.parametrize(
    "said",
    [
        "9h-12h / 13h30-17h",
        "9h – 12h et 13h30 — 17h",
        "de 9h à 12h, de 13h30 à 17h",
        "9 h 00 à midi / 13 h 30 - 17 heures",
        "9-12h / 13:30-17",
        "9h-12 / 13h30-17h",
        "09:00:00 - 12:00:00 / 13:30:00 - 17:00:00",
        "13:30 - 17:00 / 09:00 - 12:00",
        "09:00 - 12:00 / 09:00 - 12:00 / 13:30 - 17:00",
        "09:00 - 11:00 / 11:00 - 12:00 / 13:30 - 17:00",
        "00:00 - 00:00 / 09:00 - 12:00 / 13:30 - 17:00",
    ],
)
def test_other_ways_of_writing_the_same(said: str) -> None:
    assert monday(said) == {"1": HALVES}


@pytest.mark.parametrize(
    "said",
    [
        "25:00 - 26:00",
        "12:75 - 13:00",
        "08:00 - 24:01",
        "12:00 - 09:00",
        "22:00 - 02:00",
        "09:00 - 09:00",
        "00:00 - 00:00",
        "08:30 - 17:30 / 08:30 - 12:30",
        "9-12",
        "Après-midi sur RDV",
        "09:00 - 12:00 sauf le premier lundi du mois",
        "09:00 - 12:00 / ?",
        "09:00",
        "- 12:00",
    ],
)
def test_what_is_not_certain_is_not_known_and_kept_for_people(said: str) -> None:
    assert from_listing(f"mardi: 09:00 - 12:00; lundi: {said}") == Parsed(None, f"mardi: 09:00 - 12:00; lundi: {said}")


def test_a_day_may_end_at_midnight() -> None:
    assert monday("22:00 - 24:00") == monday("22h - minuit") == {"1": (("22:00", "24:00"),)}


def test_several_days_may_share_their_hours() -> None:
    week = from_listing("Lundi au mercredi, vendredi: 9h-12h; le samedi: fermé; dimanche: FERMÉE").hours
    assert week == dict.fromkeys("1235", (("09:00", "12:00"),))
    assert from_listing("vendredi au lundi: 9h-12h").hours is None
    assert from_listing("1er lundi: 9h-12h").hours is None


@pytest.mark.parametrize("text", ["", "lundi: -", "lundi: fermé; mardi: fermé"])
def test_no_hours_at_all_are_unknown_ones(text: str) -> None:
    assert from_listing(text) == Parsed(None, text)


def dila(first: str, last: str, *times: str, comment: str = "") -> dict[str, object]:
    names = ("valeur_heure_debut_1", "valeur_heure_fin_1", "valeur_heure_debut_2", "valeur_heure_fin_2")
    given = dict(zip(names, (*times, "", "", "", ""), strict=False))
    return {"nom_jour_debut": first, "nom_jour_fin": last, **given, "commentaire": comment}


def test_the_annuaires_ranges_of_days() -> None:
    ranges = [
        dila("Lundi", "Jeudi", "09:00:00", "12:00:00", "13:30:00", "17:00:00"),
        dila("Vendredi", "Vendredi", "09:00:00", "12:00:00", comment="Sur rendez-vous"),
    ]
    assert from_dila(ranges) == Parsed({**dict.fromkeys("1234", HALVES), "5": (HALVES[0],)}, "Sur rendez-vous")
    assert from_dila([]) == Parsed(None)


@pytest.mark.parametrize(
    "one",
    [
        dila("Lundi", "Jeudi", "09:00:00", "12:00:00", comment="sauf le 1er jeudi du mois"),
        dila("Lundi", "Jeudi", "09:00:00", ""),
        dila("Lundi", "Jeudi"),
        dila("", "", "09:00:00", "12:00:00"),
        {"nom_jour_debut": None, "valeur_heure_debut_1": 9},
    ],
)
def test_a_comment_or_a_half_range_makes_it_unknown(one: dict[str, object]) -> None:
    parsed = from_dila([dila("Vendredi", "Vendredi", "09:00:00", "12:00:00"), one])
    assert parsed.hours is None
    assert parsed.note.startswith("Vendredi: 09:00:00 - 12:00:00; ")


def test_openstreetmaps_way() -> None:
    week = {**dict.fromkeys("12345", (("09:00", "12:00"), ("14:00", "18:30"))), "6": (("08:30", "12:00"),)}
    assert from_osm("Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00") == Parsed(week)
    assert from_osm("Mo-Fr 9:00-12:00, 14:00-18:30, Sa 08:30-12:00; PH off") == Parsed(week)
    assert from_osm("Mo-Fr 09:00-12:00; We off").hours == dict.fromkeys("1245", (("09:00", "12:00"),))
    assert from_osm("Sa-Mo 10:00-12:00").hours == dict.fromkeys("167", (("10:00", "12:00"),))
    assert from_osm("24/7").hours == dict.fromkeys("1234567", (("00:00", "24:00"),))
    assert from_osm("off") == Parsed({})
    halves = (("09:00", "12:00"), ("14:00", "17:00"))
    more = from_osm("Mo-We 09:00-12:00, Tu 14:00-17:00; We 10:00-11:00").hours  # a comma adds, a semicolon replaces
    assert more == {"1": halves[:1], "2": halves, "3": (("10:00", "11:00"),)}
    assert from_osm("Mo-Tu 09:00-12:00, Tu off").hours == {"1": halves[:1]}
    asked = 'Tu 09:00-12:00 "sur rendez-vous"'
    assert from_osm(asked) == Parsed({"2": (("09:00", "12:00"),)}, asked)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mo-Fr",
        "PH off",
        "PH 09:00-12:00",
        "SH off; Mo 09:00-12:00",
        "Mo[1] 09:00-12:00",
        "Apr-Oct Mo 09:00-12:00",
        "week 1-53/2 Mo 09:00-12:00",
        "Mo 09:00-12:00+",
        "Mo 22:00-02:00",
        "Mo 22:00-26:00",
        "Mo sunrise-sunset",
        'Mo 09:00-12:00 "en été"',
        "Mo-Xx 09:00-12:00",
        "Mo 09:00-12:00 || Tu 10:00-12:00",
    ],
)
def test_the_rest_of_openstreetmaps_language_is_left_to_people(text: str) -> None:
    assert from_osm(text) == Parsed(None, text)


@given(st.text(max_size=40) | st.from_regex(r"(lundi|Mo|mardi)?:? ?[0-9h:. /;à-]{0,30}"))
def test_no_text_breaks_a_parser_and_whatever_is_read_is_in_order(text: str) -> None:
    for parsed in (from_listing(text), from_osm(text), from_france_services({"lundi": text})):
        assert parsed.hours is not None or parsed.note == " ".join(parsed.note.split())
        for day, spans in (parsed.hours or {}).items():
            assert day in "1234567"
            assert all("00:00" <= start < end <= "24:00" for start, end in spans)
            assert all(earlier[1] < later[0] for earlier, later in pairwise(spans))
        assert read(written(parsed.hours)) == parsed.hours


CLOCKS = st.integers(0, 24 * 4).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
DAY = st.lists(CLOCKS, min_size=2, max_size=6, unique=True).map(
    lambda times: tuple(zip(sorted(times)[::2], sorted(times)[1::2], strict=False))
)
WEEKS = st.dictionaries(st.sampled_from("1234567"), DAY, min_size=1)


@given(WEEKS)
def test_a_week_written_as_a_list_is_read_back(week: dict[str, tuple[tuple[str, str], ...]]) -> None:
    names = dict(zip("1234567", ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"), strict=True))
    text = "; ".join(f"{names[day]}: {' / '.join(f'{a} - {b}' for a, b in spans)}" for day, spans in week.items())
    assert from_listing(text) == Parsed(week)
    assert read(written(week)) == week


@given(WEEKS, st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))
def test_the_next_opening_is_the_first_open_minute(week: Hours, moment: datetime) -> None:
    found = opens(week, moment)
    end = moment.replace(hour=0, minute=0) + timedelta(days=8) if found is None else found
    minutes = int((end - moment).total_seconds() // 60)
    steps = (moment + timedelta(minutes=n) for n in range(0, max(minutes, 0), 7))
    assert not any(_open(week, step) for step in steps if step < end)
    assert found is None or _open(week, found)


def _open(week: Hours, moment: datetime) -> bool:
    at = moment.strftime("%H:%M")
    return not is_holiday(moment.date()) and any(a <= at < b for a, b in spans_on(week, moment.date()))


def test_when_it_opens() -> None:
    week = {"1": HALVES}
    assert opens(week, MONDAY) == MONDAY.replace(hour=9, minute=0)
    assert opens(week, MONDAY.replace(hour=11)) == MONDAY.replace(hour=11)
    assert opens(week, MONDAY.replace(hour=12, minute=0)) == MONDAY.replace(hour=13, minute=30)
    assert opens(week, MONDAY.replace(hour=17, minute=0)) == datetime(2026, 11, 30, 9, tzinfo=PARIS)
    assert opens({}, MONDAY) is None


def test_a_public_holiday_says_nothing_about_the_day() -> None:
    christmas = datetime(2026, 12, 25, 9, tzinfo=PARIS)
    assert is_holiday(christmas.date())
    assert opens({"5": HALVES}, christmas) is None
    saint_stephen = date(2026, 12, 26)
    assert [is_holiday(saint_stephen, where) for where in (None, "75", "67")] == [False, False, True]
    assert is_holiday(date(2026, 5, 27), "971")  # the abolition of slavery


def test_a_week_is_said_in_groups_of_days() -> None:
    week = {**dict.fromkeys("1235", HALVES), "6": (HALVES[0],), "7": (HALVES[0],)}
    assert grouped(week) == (("1-3", HALVES), ("5", HALVES), ("67", (HALVES[0],)))
    assert grouped({}) == ()


@pytest.mark.parametrize(
    "comment",
    [
        "Fermeture le 3eme jeudi après-midi de chaque mois",
        "Le site sera fermé du 9 au 30 août",
        "Pendant les vacances scolaires : 9:00 - 12:00",
        "Sur rendez-vous du lundi au vendredi sauf mercredi matin",
        "Horaires d’été du 15 juillet au 25 août : congés annuels",
        "Pour la période estivale, le lundi seulement",
    ],
)
def test_a_comment_may_take_the_hours_back_at_times(comment: str) -> None:
    assert not hold(comment)
    assert hold("Café offert, prise de RDV conseillée")
    assert hold("")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"1": 3}', '{"8": [["09:00", "12:00"]]}', '{"1": [["9", "12"]]}'])
def test_a_column_that_is_none_of_ours_is_unknown(text: str) -> None:
    assert read(text) is None
    assert read(None) is None
    assert written(None) is None
    assert json.loads(written({"2": HALVES, "1": HALVES}) or "") == {
        "1": [list(x) for x in HALVES],
        "2": [list(x) for x in HALVES],
    }


@needs_shared
def test_nearly_all_of_the_real_list_is_read_whole() -> None:
    """2772 of the 2797 that say anything; the others contradict themselves, or have a day of 00:00 - 00:00."""
    said = [row["opening_hours"] for row in rows("france_services_2024") if row["opening_hours"]]
    unread = [text for text in said if from_listing(text).hours is None]
    assert len(unread) == 25
    assert all("00:00 - 00:00" in text or text.count(" / ") > 1 or " / " in text for text in unread)
