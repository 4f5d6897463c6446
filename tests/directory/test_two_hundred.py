"""Two hundred places to live, every office: the competent one, or an honest "not known" (judged by `judge.py`)."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ivr.actions import referring, referring_area
from ivr.actions.knowledge import Asked
from ivr.actions.referring import Referrals
from ivr.directory import communes
from ivr.engine.inputs import Known
from ivr.engine.state import State
from ivr.engine.turn import Ask
from ivr.store import calls
from ivr.store.calls import NewCall
from ivr.store.database import Database, Transaction
from tests.actions.tiny import line, release
from tests.databases import opened
from tests.directory import judge
from tests.directory.judge import Home, Told
from tests.directory.shared import needs_shared
from tests.helpline import PARIS

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=PARIS)
SATURDAY = datetime(2026, 11, 28, 13, 0, tzinfo=PARIS)
BOOK = release()
ANSWERS = {
    kind: answer
    for one in (referring, referring_area)
    for kind, answer in one.answerers(Referrals(communes.load)).items()
}

pytestmark = needs_shared


@pytest.fixture(scope="module")
def directory(all_places: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The shared data, in a database of their own."""
    file = Path(shutil.copy(all_places, tmp_path_factory.mktemp("two-hundred")))
    with opened(f"sqlite:///{file}") as database:
        yield database


class Caller:
    """A call that only asks where the caller lives and which office is theirs."""

    def __init__(self, tx: Transaction, office: str, now: datetime) -> None:
        self.tx, self.now, self.line = tx, now.timestamp(), line(sid="CA200")
        self.state = State("somewhere", self.now, language="aa", values={"office": office})

    def asks(self, kind: str, **answers: str) -> str:
        self.state = replace(self.state, answers={**self.state.answers, **answers})
        told = ANSWERS[kind](Asked(Ask(kind), self.line, self.state, BOOK, self.now, self.tx))
        assert isinstance(told, Known)
        self.state = replace(
            self.state,
            values=_with(self.state.values, told.values),
            secrets=_with(self.state.secrets, told.secrets),
        )
        return told.case

    def keys(self, code: str) -> str:
        self.state = replace(self.state, secrets={"keyed_area": code})
        return self.asks("area")

    def is_told(self) -> Told | None:
        case, secrets = self.asks("places"), self.state.secrets
        if case == "none":
            return None
        sure = "place_sure" in self.state.values
        return Told(case, secrets["place_name"], secrets["place_address"], secrets.get("place_phone", ""), sure)

    def every_choice(self) -> Iterator[Home]:
        """Of the names that were read out, each in turn."""
        while True:
            page = self.state
            for name in [name for name in referring_area.NAMES if name in page.secrets]:
                self.state = page
                assert self.asks("which_chosen", which=name.replace("which_", "w")) == "found"
                kind, where = self.state.secrets["area"].split(":")
                yield Home(where) if kind == "d" else Home(communes.load().by_insee[where].departement, where)
            self.state = page
            if self.asks("which_more") == "none":
                return


def _with(old: Any, new: Any) -> dict[str, Any]:
    return {name: value for name, value in {**old, **new}.items() if value is not None}


def wrong(tx: Transaction, code: str, office: str, now: datetime) -> Iterator[str]:
    """What is wrong with what somebody is told who keys this code."""
    caller = Caller(tx, office, now)
    asked = caller.keys(code)
    if asked == "found":
        told = caller.is_told()
        for home in judge.homes(code):
            if said := judge.verdict(judge.right(home, office, now), told):
                yield f"{code} {office} {home.insee or home.departement}: {said}"
        return
    assert asked == "which", f"{code} {office}: {asked}"
    different = set()
    offered = set()
    for home in caller.every_choice():
        told = caller.is_told()
        different.add(told)
        offered.add(home)
        if said := judge.verdict(judge.right(home, office, now), told):
            yield f"{code} {office} {home.insee or home.departement}: {said}"
    if len(different) == 1:
        yield f"{code} {office}: asked which commune, though the answer is the same"
    if missing := set(judge.homes(code)) - offered:
        yield f"{code} {office}: {missing} was not offered"


def test_there_are_two_hundred_over_the_whole_country() -> None:
    codes = judge.two_hundred()
    assert len(codes) == len(set(codes)) == 200
    there = {home.departement for code in codes for home in judge.homes(code)}
    assert set(judge.departements()) | {"975", "977", "978", "986", "987", "988"} <= there
    assert sum(len({home.departement for home in judge.homes(code)}) > 1 for code in codes) >= 12


@pytest.mark.parametrize("office", judge.OFFICES)
def test_each_is_told_the_right_office_or_that_nobody_knows(directory: Database, office: str) -> None:
    with directory.transaction() as tx:
        calls.log_call(tx, NewCall(line(sid="CA200").call_id, "twilio", "CA200", None, "r", MONDAY.timestamp()))
        nows = (MONDAY, SATURDAY) if office == "digital_help" else (MONDAY,)
        mistakes = [one for now in nows for code in judge.two_hundred() for one in wrong(tx, code, office, now)]
    assert mistakes == [], "\n".join(mistakes)


def test_for_how_many_departements_there_is_an_answer(directory: Database) -> None:
    """Of 101, with this data; printed for the note."""
    known = {}
    with directory.transaction() as tx:
        calls.log_call(tx, NewCall(line(sid="CA200").call_id, "twilio", "CA200", None, "r", MONDAY.timestamp()))
        for office in judge.OFFICES:
            answered = 0
            for departement in judge.departements():
                caller = Caller(tx, office, MONDAY)
                caller.state = replace(caller.state, secrets={"area": f"d:{departement}", "area_code": departement})
                answered += caller.is_told() is not None
            known[office] = answered
    print(known)
    right = {
        office: sum(bool(judge.right(Home(departement), office, MONDAY).rows) for departement in judge.departements())
        for office in judge.OFFICES
    }
    assert known == right


def test_the_judge_says_what_is_wrong() -> None:
    home = Home("13", "13201")
    caf = judge.right(home, "caf", MONDAY)
    (row,) = caf.rows
    told = Told("write", row["name"], f"{row['address_1']}, {row['postal_code']} {row['city']}", "", False)
    assert judge.verdict(caf, told) == ""
    assert judge.verdict(caf, None).startswith("nothing was told")
    assert judge.verdict(judge.Right(), told).startswith("told")
    assert judge.verdict(judge.Right(), None) == ""
    assert "right is write" in judge.verdict(caf, replace(told, case="visit"))
    assert judge.verdict(caf, replace(told, name="Another")).startswith("told Another")
    assert judge.verdict(caf, replace(told, address="elsewhere")).startswith("told")
    assert judge.verdict(caf, replace(told, sure=True)).endswith("was called theirs")
    assert "the phone none" in judge.verdict(caf, replace(told, phone="0199001234"))


def test_the_judge_measures_and_reads_hours_by_itself() -> None:
    right = judge.right(Home("35", "35238"), "digital_help", MONDAY)
    assert right.rows
    assert all(judge.spots()["35238"] is not None and row["departement"] == "35" for row in right.rows)
    closed = judge.right(Home("35", "35238"), "digital_help", MONDAY.replace(hour=3))
    assert closed.why != right.why
    assert judge.right(Home("93", "93066"), "court_admin", MONDAY).rows == ()
    assert judge.right(Home("92", "92050"), "court_admin", MONDAY).rows[0]["city"].startswith("Cergy")
