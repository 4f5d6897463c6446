"""The right answer to "which office is mine", found straight from the shared tables and the issue's words.

It shares no code with the helpline: its own reading of the files, its own distance, its own clock. What it says:
- an administrative court is the one that `ta_ressort` names; where that table has none, nobody knows;
- préfecture, CPAM, CAF and MSA are those of the same département, the nearest where several can be measured; only the
  préfecture is certainly theirs: of the others there may be more than the data has;
- digital help is, of the five nearest France services within 30 km, the nearest of those that open about now, else
  later today, else tomorrow …; where none is so near, the nearest;
- Carsat, the other courts, OFII, legal aid and associations: the data says for whom none of them is, so nobody knows.
"""

import csv
import math
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "shared" / "directory"

OF_THE_DEPARTEMENT = {
    "prefecture": ("prefectures_sous_prefectures_2022", "prefecture"),
    "cpam": ("cpam_2026", "cpam"),
    "caf": ("caf_2026", "caf"),
    "msa": ("msa_2016_2019", "msa"),
}
NOBODY_KNOWS = ("carsat", "court", "ofii", "legal_aid", "association")
OFFICES = (*OF_THE_DEPARTEMENT, "court_admin", "digital_help", *NOBODY_KNOWS)

CEDEX = """
    13388 20195 20293 31058 33077 35042 44041 59045 67011 69401 76037 87031 97199 97491 97307 97288 98849 98716 97699
"""
SHORT = "01 20 75 971 974 976 988"
PICKED = """
    75001 75011 75015 75016 75116 69001 69003 69009 13001 13008 13016 20000 20090 20110 20167 20200 20220 20260 20600
    97100 97110 97120 97139 97200 97220 97230 97300 97310 97320 97354 97400 97410 97430 97440 97600 97620 97500 97133
    97150 98600 98620 98713 98714 98735 98800 98820 98860
"""
"""Of every kind that is unlike the others: arrondissements, Corsica, overseas départements and collectivités."""
HOW_MANY = 200
MERGED = frozenset({"02311", "08300", "16238", "25297", "26371", "42072", "71131", "72287"})
"""Communes that became part of another since the postal codes were counted (Code officiel géographique 2026)."""

Row = Mapping[str, str]
Spot = tuple[float, float]
OFFSETS = {"971": -4, "972": -4, "973": -3, "974": 4, "975": -3, "976": 3, "977": -4, "978": -4}
"""Hours from UTC in winter; Paris is at +1."""
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@dataclass(frozen=True)
class Home:
    """Somebody lives in this commune, or only this département is known."""

    departement: str
    insee: str = ""


@dataclass(frozen=True)
class Told:
    """What the helpline said: `case` is visit, write or address; `sure` that it called the office theirs."""

    case: str
    name: str
    address: str
    phone: str
    sure: bool


@dataclass(frozen=True)
class Right:
    """Any of these rows; none is an honest "not known". `sure`: whether it may be called theirs; None: either."""

    rows: tuple[Row, ...] = ()
    sure: bool | None = False
    why: str = field(default="", compare=False)


def verdict(right: Right, told: Told | None) -> str:
    """What is wrong with it; empty when nothing is."""
    if told is None:
        return "" if not right.rows else f"nothing was told, but there is {right.rows[0]['name']}"
    if not right.rows:
        return f"told {told.name}, but nobody knows: {right.why}"
    same = [row for row in right.rows if _letters(row["name"]) == _letters(told.name) and _addressed(row, told)]
    if not same:
        return f"told {told.name}, {told.address}; right is {right.rows[0]['name']}: {right.why}"
    if told.case not in _cases(same[0]):
        return f"told to {told.case} {told.name}; right is {' or '.join(_cases(same[0]))}"
    if right.sure is not None and told.sure != right.sure:
        return f"{told.name} was {'' if told.sure else 'not '}called theirs"
    return _phone_verdict(same, told)


def _phone_verdict(rows: Sequence[Row], told: Told) -> str:
    digits = [re.sub(r"\D", "", row["phone"]) for row in rows]
    if any(
        (not one or one[-9:].startswith(("81", "82", "89"))) if not told.phone else one[-9:] == told.phone[-9:]
        for one in digits
    ):
        return ""
    return f"{told.name} has the phone {rows[0]['phone'] or 'none'}, told was {told.phone or 'none'}"


def _addressed(row: Row, told: Told) -> bool:
    said = _letters(told.address)
    return all(_letters(row[name]) in said for name in ("address_1", "postal_code", "city"))


def _cases(row: Row) -> tuple[str, ...]:
    """A mailing address is never a place to go to."""
    if row["note"].startswith("postal"):
        return ("write",)
    if re.search(r"format_fs=(Bus|Itin)", row["note"]):  # it is elsewhere most of the week
        return ("address",)
    certain = row["kind"] == "france_services" or row["note"].startswith("physical")
    return ("visit",) if certain else ("visit", "address")


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def rows(name: str) -> Iterator[Row]:
    """One of the shared tables."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)


@cache
def homes_by_code() -> Mapping[str, tuple[Home, ...]]:
    """Postal code -> where one may live."""
    found = defaultdict[str, list[Home]](list)
    for row in rows("postal_codes"):
        if row["insee_code"] not in MERGED:
            found[row["postal_code"]].append(Home(row["departement"], row["insee_code"]))
    return {code: tuple(homes) for code, homes in found.items()}


def homes(code: str) -> tuple[Home, ...]:
    """A code that no commune has is its département: two digits, three overseas, both of Corsica."""
    known = homes_by_code().get(code)
    if known is not None:
        return known
    digits = code[: 3 if code[:2] in ("97", "98") else 2]
    return tuple(map(Home, ("2A", "2B") if digits == "20" else (digits,)))


def two_hundred() -> tuple[str, ...]:
    """The codes: always the same, at least one of each département, then some of every odd kind, then any."""
    chance = random.Random(8)
    by_departement = defaultdict[str, list[str]](list)
    for code, found in sorted(homes_by_code().items()):
        for departement in sorted({home.departement for home in found}):
            by_departement[departement].append(code)
    two = [code for code, found in sorted(homes_by_code().items()) if len({home.departement for home in found}) > 1]
    one_each = [chance.choice(codes) for departement, codes in sorted(by_departement.items()) if departement != "989"]
    known = [code for code in PICKED.split() if code in homes_by_code()]
    codes = dict.fromkeys([*one_each, *known, *CEDEX.split(), *SHORT.split(), *chance.sample(two, 12)])
    others = [code for code in sorted(homes_by_code()) if code not in codes and code != "98799"]
    codes |= dict.fromkeys(chance.sample(others, max(0, HOW_MANY - len(codes))))
    return tuple(codes)[:HOW_MANY]


def departements() -> tuple[str, ...]:
    """The 101, without the collectivités."""
    codes = [row["departement"] for row in rows("departements")]
    return tuple(code for code in codes if len(code) == 2 or code in ("971", "972", "973", "974", "976"))


@cache
def spots() -> Mapping[str, Spot]:
    """Where communes are."""
    return {row["insee_code"]: (float(row["lat"]), float(row["lon"])) for row in rows("commune_coords")}


@cache
def places(table: str, kind: str) -> Mapping[str, tuple[Row, ...]]:
    """Département -> its places. The lands in the far south have their prefect on La Réunion, who is not theirs."""
    found = defaultdict[str, list[Row]](list)
    for row in rows(table):
        if row["kind"] == kind and "Terres australes" not in row["name"]:
            found[row["departement"]].append(row)
    return {departement: tuple(those) for departement, those in found.items()}


def right(home: Home, office: str, now: datetime) -> Right:
    """The answer for somebody who lives there; `now` is aware."""
    if office in NOBODY_KNOWS:
        return Right(why="no competence is in the data")
    if office == "court_admin":
        return _court(home)
    if office == "digital_help":
        return _digital_help(home, now)
    if office == "prefecture" and home.departement == "75":
        return Right(why="papers are with the police prefecture, which the data lacks")
    there = places(*OF_THE_DEPARTEMENT[office]).get(home.departement, ())
    if home.departement == "974" and office == "prefecture":
        return Right(there, None, "La Réunion's own")
    if len(there) <= 1:
        return Right(there, office == "prefecture", "the only one that is known; of a préfecture there is no other")
    open_to_all = [row for row in there if not row["note"].startswith("postal")]
    return Right((*_nearest(there, home), *_nearest(open_to_all, home)), False, "the nearest of the département")


def _court(home: Home) -> Right:
    court = courts().get(home.departement)
    return Right((court,) if court else (), court is not None, "as CJA R221-3 says, if it is in the data")


@cache
def courts() -> Mapping[str, Row]:
    """Département -> its administrative court."""
    there = {row["source_id"]: row for row in rows("tribunaux_administratifs_2016_2019")}
    named = {row["departement"]: row["ta_source_id"] for row in rows("ta_ressort")}
    return {departement: there[id] for departement, id in named.items() if id in there}


def _nearest(there: Sequence[Row], home: Home) -> tuple[Row, ...]:
    """Those that are as near as the nearest, give or take what two ways of measuring may differ."""
    away = _measured(there, home)
    if not away:
        return tuple(there)
    best = min(km for km, _ in away)
    return tuple(row for km, row in away if km <= best * 1.01 + 0.2)


def _measured(there: Iterable[Row], home: Home) -> list[tuple[float, Row]]:
    here = spots().get(home.insee)
    if here is None:
        return []
    found = ((_km(here, at), row) for row in there if (at := _spot(row)) is not None)
    return sorted(found, key=lambda each: each[0])


def _spot(row: Row) -> Spot | None:
    return (float(row["lat"]), float(row["lon"])) if row["lat"] else spots().get(row["insee_code"])


def _km(one: Spot, other: Spot) -> float:
    """On a sphere, by the cosine rule."""
    (lat, lon), (lat2, lon2) = (tuple(map(math.radians, spot)) for spot in (one, other))
    cosine = math.sin(lat) * math.sin(lat2) + math.cos(lat) * math.cos(lat2) * math.cos(lon - lon2)
    return 6371 * math.acos(max(-1.0, min(1.0, cosine)))


def _digital_help(home: Home, now: datetime) -> Right:
    there = places("france_services_2024", "france_services").get(home.departement, ())
    away = _measured(there, home)
    if not there or not away:
        return Right(there, False, "one of the département")
    five = [(km, row) for km, row in away[:5] if km <= 30]
    if not five:
        return Right(_nearest(there, home), False, "the nearest of the département")
    local = now + timedelta(hours=OFFSETS.get(home.departement, 1)) - (now.utcoffset() or timedelta())
    there_now = local.replace(tzinfo=None)
    waits = [
        ((_cases(row) != ("visit",), _day(_wait(row["opening_hours"], there_now), there_now)), km, row)
        for km, row in away
        if km <= 30.5
    ]
    furthest = five[-1][0] * 1.01 + 0.2
    soonest = min(wait for wait, _, _ in waits[: len(five)])
    first = min(km for wait, km, _ in waits[: len(five)] if wait == soonest)
    good = [row for wait, km, row in waits if km <= furthest and wait <= soonest and km <= first * 1.01 + 0.2]
    return Right(tuple(good), False, f"the nearest of the five that opens about now, or on day {soonest[1]}")


def _day(wait: float, now: datetime) -> float:
    """0 when it opens within two hours, 1 later today, 2 tomorrow …: nobody is sent further for half an hour."""
    return wait if wait == math.inf else 0 if wait <= 120 else 1 + (now.hour * 60 + now.minute + wait) // 1440


def _wait(text: str, now: datetime) -> float:
    """Minutes until it opens, 0 when it is open; without end where the text contradicts itself or says nothing."""
    week = _week(text)
    if week is None:
        return math.inf
    minute = now.hour * 60 + now.minute
    for ahead in range(8):
        for start, end in week.get((now.weekday() + ahead) % 7, ()):
            if ahead * 1440 + end > minute:
                return max(0, ahead * 1440 + start - minute)
    return math.inf


@cache
def _week(text: str) -> Mapping[int, list[tuple[int, int]]] | None:
    week: dict[int, list[tuple[int, int]]] = {}
    for part in text.split("; ") if text else ():
        name, _, said = part.partition(": ")
        times = [
            [int(hour) * 60 + int(minute) for hour, minute in re.findall(r"(\d\d):(\d\d)", one)]
            for one in said.split("/")
        ]
        spans = sorted({(start, end) for start, end in times})
        real = [span for span in spans if span != (0, 0)] or spans
        if any(end <= start for start, end in real) or any(b[0] < a[1] for a, b in pairwise(real)):
            return None
        week[WEEKDAYS.index(name)] = real
    return week or None
