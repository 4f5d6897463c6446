"""Where a caller lives and which place they are told: asked question by question, in a country that is not."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from ivr.actions import referring, referring_area
from ivr.actions.knowledge import CALLBACK_NUMBER, Asked
from ivr.actions.referring import Referrals
from ivr.actions.wishes import PHONE
from ivr.directory.communes import Commune, Found
from ivr.directory.offices import OFFICES
from ivr.engine.inputs import Known, Unavailable
from ivr.engine.state import State
from ivr.engine.turn import Ask, Opening
from ivr.errors import BadSetting
from ivr.store import callers, calls, given, lookup, places
from ivr.store.calls import NewCall
from ivr.store.database import Database, Transaction
from ivr.store.requests import Wish
from tests.actions.desks import ask as request
from tests.actions.desks import number
from tests.actions.tiny import CALLER, OTHER, line, release
from tests.helpline import PARIS
from tests.store.places import lies, put

BOOK = release()
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=PARIS).timestamp()
WEEK = {str(day): [["09:00", "12:00"], ["14:00", "17:00"]] for day in (1, 2, 3)}
DIGITAL = {"kind": "france_services"}


def commune(insee: str, name: str, *, parent: str | None = None) -> Commune:
    return Commune(insee, name, insee[:2], None, parent, ())


class Country:
    """Two départements: in 00 the commune 00001 and a city in two parts; 01 has eight communes under one code."""

    def __init__(self) -> None:
        city = [commune(f"0010{n}", f"City {n}", parent="00100") for n in (1, 2)]
        villages = [commune(f"0100{n}", f"Village {n}") for n in range(1, 9)]
        border = [commune("00001", "Alone"), commune("01001", "Village 1")]
        self.codes = {
            "00001": [commune("00001", "Alone")],
            "00100": city,
            "00101": city[:1],
            "01000": villages,
            "09000": border,
        }
        self.known = {one.insee: one for some in self.codes.values() for one in some}

    def at(self, keyed: str) -> Found:
        if keyed in self.codes:
            return Found("communes", tuple(self.codes[keyed]))
        named = {"00": ("00",), "01": ("01",), "20": ("00", "01")}.get(keyed[:2], ())
        return Found("departements" if named else "unknown", (), named)

    def commune(self, insee: str) -> Commune | None:
        return self.known.get(insee)

    def departement(self, code: str) -> str | None:
        return f"Departement {code}"


HERE = Referrals(Country)


def missing() -> Country:
    """Set-up did not make the table."""
    raise BadSetting("run `ivr assets`")


class Call:
    """One call: what is known so far, and questions that change it as the engine would."""

    def __init__(self, tx: Transaction, office: str = "caf", *, number: str = CALLER, sid: str = "CA1") -> None:
        self.tx, self.line, self.now, self.referrals = tx, line(number, sid), MONDAY, HERE
        self.state = State("somewhere", MONDAY, language="aa", values={"office": office})
        calls.log_call(tx, NewCall(self.line.call_id, "twilio", sid, None, "r", MONDAY))

    def asks(self, kind: str) -> Known | Unavailable:
        """Far away there is always such an office, so that it is worth asking where somebody lives."""
        office = OFFICES.get(str(self.value("office")))
        if kind == "where" and office is not None and not lookup.anywhere(self.tx, office.kinds, True):
            put(self.tx, ["c:99999"], kind=office.kinds[0], departement="99")
        return self.asks_as_it_is(kind)

    def asks_as_it_is(self, kind: str) -> Known | Unavailable:
        found = {**referring.answerers(self.referrals), **referring_area.answerers(self.referrals)}
        told = found[kind](Asked(Ask(kind), self.line, self.state, BOOK, self.now, self.tx))
        if isinstance(told, Known):
            gone = {name for name, value in told.values.items() if value is None}
            answers = {name: value for name, value in self.state.answers.items() if name not in gone}
            values, secrets = _with(self.state.values, told.values), _with(self.state.secrets, told.secrets)
            self.state = replace(self.state, answers=answers, values=values, secrets=secrets)
        return told

    def case(self, kind: str) -> str:
        told = self.asks(kind)
        return told.case if isinstance(told, Known) else "unavailable"

    def keys(self, code: str) -> str:
        self.state = replace(self.state, secrets={**self.state.secrets, "keyed_area": code})
        return self.case("area")

    def answers(self, name: str, value: str) -> None:
        self.state = replace(self.state, answers={**self.state.answers, name: value})

    def needs(self, office: str) -> None:
        self.state = replace(self.state, values={**self.state.values, "office": office})

    def value(self, name: str) -> Any:
        return self.state.values.get(name)

    def secret(self, name: str) -> str | None:
        return self.state.secrets.get(name)

    @property
    def names(self) -> list[str]:
        return [self.state.secrets[name] for name in referring_area.NAMES if name in self.state.secrets]


def _with(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**old, **new}.items() if value is not None}


def meet(tx: Transaction, number: str = CALLER) -> None:
    callers.meet(tx, number, MONDAY)


ASKS = sorted({**referring.answerers(HERE), **referring_area.answerers(HERE)})


@pytest.mark.parametrize("kind", ASKS)
def test_while_the_database_is_away_nothing_is_known(kind: str) -> None:
    found = {**referring.answerers(HERE), **referring_area.answerers(HERE)}
    assert found[kind](Asked(Ask(kind), line(), State("x", MONDAY), BOOK, MONDAY, None)) == Unavailable()


# --- where they live


def test_nobody_is_known_to_live_anywhere_until_they_key_it(database: Database) -> None:
    with database.transaction() as tx:
        call = Call(tx)
        assert call.case("where") == "unknown"
        assert call.keys("00001") == "found"
        assert (call.secret("area"), call.secret("area_code"), call.secret("keyed_area")) == ("c:00001", "00001", None)
        assert call.case("where") == "known"


@pytest.mark.parametrize(
    ("office", "areas", "asked"), [("caf", (), True), ("carsat", (), False), ("carsat", ("c:1",), True)]
)
def test_nobody_keys_a_code_for_an_office_that_nobody_knows(
    office: str, areas: tuple[str, ...], asked: bool, database: Database
) -> None:
    with database.transaction() as tx:
        call = Call(tx, office)
        assert call.asks_as_it_is("where") == Known("nowhere")
        gone = put(tx, ["c:1"], kind=office, gone_at=5.0)
        assert gone
        assert call.asks_as_it_is("where") == Known("nowhere")
        put(tx, list(areas), kind=office, departement="99")
        told = call.asks_as_it_is("where")
        assert isinstance(told, Known)
        assert told.case == ("unknown" if asked else "nowhere")


def test_what_means_nothing_is_wrong_and_forgets_what_was_known(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        call = Call(tx)
        call.keys("00001")
        assert call.keys("99") == "wrong"
        assert (call.case("where"), call.state.secrets) == ("unknown", {})


def test_a_departement_will_do(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        call = Call(tx)
        id = put(tx, departement="01")
        assert (call.keys("01"), call.secret("area")) == ("found", "d:01")
        assert (call.case("places"), call.value("place_id"), call.value("place_some")) == ("address", id, 1)


def test_without_the_table_of_communes_nothing_that_is_keyed_is_understood(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        call = Call(tx)
        call.keys("00101")
        id = put(tx, ["d:00"])
        call.referrals = Referrals(missing)
        assert call.keys("00001") == call.case("which_more") == "unavailable"
        assert (call.case("where"), call.case("places"), call.value("place_id")) == ("known", "address", id)


def test_several_communes_are_asked_only_where_the_answers_differ(database: Database) -> None:
    with database.transaction() as tx:
        call = Call(tx)
        put(tx, departement="01")
        assert (call.keys("01000"), call.secret("area"), call.names) == ("found", "c:01001", [])
        put(tx, ["c:01005"], departement="01")
        assert (call.keys("01000"), call.secret("area"), call.value("which_more")) == ("which", None, 1)
        assert call.names == [f"Village {n}" for n in range(1, 7)]


def test_names_come_in_pages_of_six_and_the_chosen_one_is_where_they_live(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        put(tx, ["c:01008"])
        call = Call(tx)
        assert (call.keys("01000"), call.case("which_more"), call.value("which_more")) == ("which", "which", None)
        assert call.names == ["Village 7", "Village 8"]
        call.answers("which", "w2")
        assert (call.case("which_chosen"), call.secret("area"), call.secret("area_code")) == (
            "found",
            "c:01008",
            "01000",
        )
        assert (call.names, call.value("which_page"), call.state.answers) == ([], None, {})
        assert (call.case("where"), call.case("places"), call.value("place_sure")) == ("known", "address", 1)


def test_after_the_last_names_there_are_none_and_nothing_is_chosen(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        put(tx, ["c:01008"])
        call = Call(tx)
        assert call.keys("01000") == "which"
        assert [call.case("which_more") for _ in range(2)] == ["which", "none"]
        assert (call.names, call.case("where"), call.case("which_more")) == ([], "unknown", "unavailable")


@pytest.mark.parametrize("said", ["w3", "w0", "w", "w²", "7000", None])
def test_a_name_that_was_not_offered_is_nobody_s_home(said: str | None, sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        put(tx, ["c:01008"])
        call = Call(tx)
        call.keys("01000")
        call.case("which_more")
        if said is not None:
            call.answers("which", said)
        assert (call.case("which_chosen"), call.secret("area")) == ("wrong", None)


def test_two_departements_under_one_number_are_asked_by_name(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        put(tx, departement="00")
        put(tx, departement="01")
        call = Call(tx)
        assert (call.keys("20"), call.names) == ("which", ["Departement 00", "Departement 01"])
        call.answers("which", "w2")
        assert (call.case("which_chosen"), call.secret("area")) == ("found", "d:01")


def test_what_was_all_the_same_for_one_office_is_asked_for_the_next(database: Database) -> None:
    with database.transaction() as tx:
        put(tx, departement="01")
        for insee in ("01001", "01002"):
            put(tx, [f"c:{insee}"], kind="msa", departement="01")
        call = Call(tx)
        assert (call.keys("01000"), call.case("where")) == ("found", "known")
        call.needs("msa")
        assert (call.case("where"), call.names[1]) == ("which", "Village 2")
        call.answers("which", "w2")
        assert (call.case("which_chosen"), call.case("where")) == ("found", "known")
        call.needs("caf")
        assert (call.case("where"), call.secret("area")) == ("known", "c:01002")


def test_where_it_was_not_asked_only_what_is_right_for_all_of_them_is_told(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        put(tx, departement="01")
        put(tx, ["c:01001"], kind="msa", departement="01")
        right = put(tx, ["c:01002"], kind="msa", departement="01")
        call = Call(tx)
        call.keys("01000")
        call.needs("msa")
        assert call.case("places") == "address"
        assert [call.value(f"place_{claim}") for claim in ("sure", "near", "some")] == [None, None, 1]
        assert right in [place.id for place in places.of_ids(tx, [call.value("place_id"), right]).values()]


def test_where_even_the_departement_is_not_certain_nothing_is_told(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        call = Call(tx, "cpam")
        assert call.keys("09000") == "found"
        put(tx, departement="00")
        put(tx, departement="01")
        call.needs("caf")
        assert (call.case("where"), call.case("places")) == ("which", "none")


def test_a_part_of_a_city_is_answered_by_what_the_whole_city_has(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        whole = put(tx, ["c:00100"], kind="tribunal_judiciaire")
        part = put(tx, ["c:00102"], kind="tribunal_judiciaire")
        call = Call(tx, "court")
        assert (call.keys("00101"), call.case("places"), call.value("place_id")) == ("found", "address", whole)
        assert call.keys("00100") == "which"
        call.answers("which", "w2")
        assert (call.case("which_chosen"), call.case("places"), call.value("place_id")) == ("found", "address", part)


# --- which place


def told(tx: Transaction, office: str = "caf", code: str = "00001") -> Call:
    """Somebody who asked for it."""
    call = Call(tx, office)
    assert call.keys(code) == "found"
    call.asks("places")
    return call


@pytest.mark.parametrize(("visit", "case"), [(True, "visit"), (False, "write"), (None, "address")])
def test_nobody_is_sent_where_one_can_only_write(visit: bool | None, case: str, sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        put(tx, departement="00", visit=visit)
        call = Call(tx)
        call.keys("00001")
        assert call.case("places") == case


def test_all_that_is_known_of_a_place_can_be_said(database: Database) -> None:
    with database.transaction() as tx:
        address = {"street": "2 rue A", "extra": "Hall B", "postal_code": "00001", "city": "Alone"}
        id = put(tx, departement="00", name="The place", phone="0199001234", hours=WEEK, **address)
        call = told(tx)
        (row,) = given.of_call(tx, call.line.call_id)
    assert (row.place_id, row.office, row.at) == (id, "caf", MONDAY)
    assert (call.secret("place_name"), call.secret("place_phone")) == ("The place", "0199001234")
    assert call.secret("place_address") == "2 rue A, Hall B, 00001 Alone"
    place = {name: value for name, value in call.state.values.items() if name.startswith("place")}
    assert place == {"place_some": 1, "place_n": 0, "place_id": id}
    assert (call.value("hours_known"), call.value("hours_today")) == (1, Opening("", tuple(map(tuple, WEEK["1"]))))


def test_what_nobody_knows_of_a_place_is_not_said(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        put(tx, departement="00", hours=WEEK, phone="0199001234", visit=True)
        call = told(tx)
        put(tx, ["c:00001"], street="")
        call.asks("places")
        assert (call.secret("place_phone"), call.secret("place_address")) == (None, "Testville")
        assert not any(name.startswith("hours") for name in call.state.values)


def test_a_place_of_which_no_address_is_known_is_not_told(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        put(tx, ["c:00001"], street="", city="")
        call = Call(tx)
        call.keys("00001")
        assert call.case("places") == "none"


def test_where_nothing_is_known_nothing_is_given_and_the_place_before_is_forgotten(database: Database) -> None:
    with database.transaction() as tx:
        put(tx, departement="00", hours=WEEK)
        put(tx, kind="carsat", departement="00")
        call = told(tx)
        call.needs("carsat")
        assert call.case("places") == "none"
        assert not [name for name in (*call.state.values, *call.state.secrets) if name.startswith(("place", "hours"))]
        assert len(given.of_call(tx, call.line.call_id)) == 1
        call.needs("nothing of ours")
        assert call.case("places") == "unavailable"


def test_who_never_said_where_they_live_is_told_nothing(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        put(tx, departement="00")
        assert Call(tx).case("places") == "none"


def test_one_place_after_the_other_is_given_the_nearest_first(database: Database) -> None:
    with database.transaction() as tx:
        lies(tx, "00001", 48.0, 2.0)
        ids = [put(tx, departement="00", at=(48.0 + n / 100, 2.0)) for n in range(9)]
        call = told(tx)
        seen = [(call.value("place_id"), call.value("place_near"), call.value("place_more"))]
        while call.case("next_place") != "none":
            seen.append((call.value("place_id"), call.value("place_near"), call.value("place_more")))
        assert seen == [*((id, 1, 1) for id in ids[:5]), (ids[5], None, None)]
        assert (call.value("place_id"), call.value("place_n")) == (ids[5], 5)
        assert [row.place_id for row in given.of_call(tx, call.line.call_id)] == ids[:6]


def test_the_only_one_of_a_departement_is_not_theirs_where_it_is_competent_for_others(database: Database) -> None:
    with database.transaction() as tx:
        put(tx, ["c:00999"], kind="prefecture", departement="00", city="Testville")
        call = told(tx, "prefecture")
        assert (call.value("place_sure"), call.value("place_some")) == (None, 1)


def test_the_only_one_of_a_departement_is_not_theirs_where_the_competent_one_is_gone(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        put(tx, ["d:00"], kind="prefecture", departement="00", gone_at=1.0)
        put(tx, kind="prefecture", departement="00")
        call = told(tx, "prefecture")
        assert (call.value("place_sure"), call.value("place_some")) == (None, 1)


def test_an_office_that_two_sources_have_is_told_once(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        lies(tx, "00001", 48.0, 2.0)
        where = {"departement": "00", "postal_code": "00001"}
        put(tx, name="Caf", street="1, rue du Test", at=(48.0, 2.0), **where)
        put(tx, name="CAF du Test", street="1 Rue du Têst", at=(48.001, 2.0), **where)
        put(tx, name="Caf 2", street="1 rue du Test", at=(48.1, 2.0), **where)  # another street of that name
        call = told(tx)
        assert (call.secret("place_name"), call.value("place_more")) == ("Caf", 1)
        assert (call.case("next_place"), call.secret("place_name"), call.value("place_more")) == (
            "address",
            "Caf 2",
            None,
        )


def test_an_association_beside_another_is_told_too(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        for name in ("One", "Two"):
            put(tx, kind="association", name=name, departement="00", postal_code="00001")
        call = Call(tx, "association")
        call.keys("00001")
        assert (call.case("places"), call.value("place_more")) == ("address", 1)


def test_what_a_person_says_is_no_court_is_competent_as_none(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        id = put(tx, ["d:00"], departement="00")
        kind = '{"kind": {"value": "msa", "was": "caf", "at": 1, "by": 1}}'
        tx.connection.exec_driver_sql(f"UPDATE places SET kind = 'msa', corrected = '{kind}' WHERE id = {id}")
        call = Call(tx)
        call.keys("00001")
        assert call.case("places") == "none"


def test_a_place_that_vanished_meanwhile_is_passed_over(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        ids = [put(tx, departement="00", name=name) for name in "abc"]
        call = told(tx)
        tx.connection.exec_driver_sql(f"UPDATE places SET gone_at = 1 WHERE id = {ids[1]}")
        assert (call.case("next_place"), call.value("place_id"), call.value("place_n")) == ("address", ids[2], 2)
        assert call.case("next_place") == "none"


def test_there_is_no_next_place_before_the_first(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        assert Call(tx).case("next_place") == "none"


def test_digital_help_is_the_near_one_that_opens_first(database: Database) -> None:
    with database.transaction() as tx:
        lies(tx, "00001", 48.0, 2.0)
        put(tx, departement="00", at=(48.01, 2.0), hours={"4": [["09:00", "12:00"]]}, **DIGITAL)
        open_now = put(tx, departement="00", at=(48.1, 2.0), hours=WEEK, kind="digital_help")
        call = told(tx, "digital_help")
        assert (call.value("place_id"), call.value("place_near"), call.value("place_sure")) == (open_now, 1, None)


# --- when it is open


@pytest.mark.parametrize(
    ("when", "today", "closed", "after"),
    [
        ("2026-11-23T08:00", WEEK["1"], None, None),
        ("2026-11-23T16:59", WEEK["1"], None, None),
        ("2026-11-23T17:00", None, 1, ("2", WEEK["2"])),
        ("2026-11-26T10:00", None, 1, ("1", WEEK["1"])),
        ("2026-11-11T10:00", None, None, ("1", WEEK["1"])),  # Wednesday, a holiday
    ],
)
def test_today_s_hours_are_said_while_something_is_left_of_them(
    when: str, today: Any, closed: int | None, after: Any, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as tx:
        put(tx, departement="00", hours=WEEK)
        call = Call(tx)
        call.now = datetime.fromisoformat(when).replace(tzinfo=PARIS).timestamp()
        call.keys("00001")
        call.asks("places")
        spoken = None if today is None else Opening("", tuple(map(tuple, today)))
        later = None if after is None else Opening(after[0], tuple(map(tuple, after[1])))
        assert (call.value("hours_today"), call.value("hours_closed_today")) == (spoken, closed)
        assert (call.value("hours_next"), call.value("hours_known")) == (later, 1)


def test_overseas_today_is_another_day(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        put(tx, ["d:00"], departement="987", hours=WEEK)
        call = Call(tx)
        call.now = datetime(2026, 11, 24, 3, 0, tzinfo=PARIS).timestamp()  # Monday 16 h in Tahiti
        call.keys("00001")
        call.asks("places")
        assert call.value("hours_today") == Opening("", tuple(map(tuple, WEEK["1"])))


def test_the_week_is_said_in_groups_of_days(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        put(tx, departement="00", hours={**WEEK, "6": [["10:00", "11:00"]]})
        call = told(tx)
        assert call.case("place_hours") == "known"
        assert call.value("hours_1") == Opening("1-3", tuple(map(tuple, WEEK["1"])))
        assert (call.value("hours_2"), call.value("hours_3")) == (Opening("6", (("10:00", "11:00"),)), None)


def test_hours_that_nobody_knows_are_not_said(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        call = Call(tx)
        assert call.case("place_hours") == "unknown"
        put(tx, departement="00")
        assert told(tx).case("place_hours") == "unknown"


def test_hours_that_a_comment_takes_back_at_times_are_told_only_when_a_person_corrected_them(
    sqlite_database: Database,
) -> None:
    with sqlite_database.transaction() as tx:
        closed = {"departement": "00", "hours": WEEK, "note": "Fermeture en août"}
        put(tx, **closed)
        call = told(tx)
        assert (call.case("place_hours"), call.value("hours_today")) == ("unknown", None)
    with sqlite_database.transaction() as tx:
        put(tx, **{**closed, "departement": "01", "corrected": json.dumps({"hours": WEEK})})
        call = Call(tx)
        call.keys("01")
        assert (call.case("places"), call.case("place_hours")) == ("address", "known")


# --- remembering it


def remembering(tx: Transaction, number: str = CALLER, sid: str = "CA1") -> Call:
    meet(tx, number)
    call = Call(tx, number=number, sid=sid)
    call.keys("00001")
    call.answers("keep_area", "yes")
    return call


def test_who_agrees_is_not_asked_again_in_the_next_call(database: Database) -> None:
    with database.transaction() as tx:
        meet(tx)
        call = Call(tx)
        assert call.case("may_remember") == "no"  # nothing to remember
        call.keys("00001")
        assert (call.case("may_remember"), call.case("remember_area")) == ("ask", "no")
        call.answers("keep_area", "yes")
        assert (call.case("remember_area"), call.case("may_remember")) == ("kept", "no")
    with database.transaction() as tx:
        later = Call(tx, sid="CA2")
        assert (later.case("where"), later.value("area_remembered")) == ("remembered", 1)
        assert (later.secret("area"), later.secret("area_code")) == ("c:00001", "00001")
        assert (later.case("where"), later.case("may_remember")) == ("known", "no")
        assert later.keys("00101") == "found"
        assert (later.value("area_remembered"), later.case("may_remember")) == (None, "ask")
        assert Call(tx, number=OTHER, sid="CA3").case("where") == "unknown"


def test_who_says_no_is_not_remembered(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        call = remembering(tx)
        call.answers("keep_area", "no")
        assert (call.case("remember_area"), callers.area(tx, CALLER)) == ("no", None)


def test_a_code_of_several_communes_is_remembered_as_such(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        call = remembering(tx)
        call.keys("01000")
        assert call.case("remember_area") == "kept"
        put(tx, ["c:01003"])
        later = Call(tx, sid="CA2")
        assert (later.case("where"), later.case("where")) == ("remembered", "which")


@pytest.mark.parametrize("name", [PHONE, "text_phone"])
def test_on_a_phone_that_others_use_nothing_is_remembered_and_nothing_said(
    name: str, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as tx:
        assert remembering(tx).case("remember_area") == "kept"
        shared = Call(tx, sid="CA2")
        shared.answers(name, "shared")
        assert shared.case("where") == "unknown"
        shared.keys("00101")
        assert shared.case("may_remember") == "no"
        shared.answers("keep_area", "yes")
        assert shared.case("remember_area") == "no"


def test_a_phone_that_was_once_said_to_be_shared_is_taken_for_shared(database: Database) -> None:
    with database.transaction() as tx:
        request(tx, 1, wish=Wish("aa", "shared", code="4071"))
        call = remembering(tx, number(1))
        assert (call.case("may_remember"), call.case("remember_area")) == ("no", "no")
        callers.remember_area(tx, number(1), "d:00 00 one")
        assert Call(tx, number=number(1), sid="CA2").case("where") == "unknown"


def test_who_calls_from_somebody_else_s_phone_is_not_remembered_by_it(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        call = remembering(tx)
        call.state = replace(call.state, secrets={**call.state.secrets, CALLBACK_NUMBER: "0199001234"})
        assert (call.case("may_remember"), call.case("remember_area")) == ("no", "no")


def test_where_a_late_husband_lived_is_not_where_the_caller_lives(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        call = remembering(tx)
        assert call.case("remember_area") == "kept"
        home = call.secret("area")
        call.needs("carsat")
        assert (call.case("where"), call.secret("area")) == ("unknown", None)
        assert call.keys("00002") == "found"
        assert (call.case("where"), call.case("may_remember"), call.case("remember_area")) == ("known", "no", "no")
        call.needs("caf")
        assert (call.case("where"), call.secret("area")) == ("remembered", home)
        assert call.case("where") == "known"


def test_without_a_number_nothing_is_remembered(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        call = Call(tx, number="anonymous")
        call.keys("00001")
        call.answers("keep_area", "yes")
        assert (call.case("may_remember"), call.case("remember_area")) == ("no", "no")
        assert (call.case("forget_area"), call.case("where")) == ("done", "unknown")


def test_who_wants_it_forgotten_is_asked_again(database: Database) -> None:
    with database.transaction() as tx:
        call = remembering(tx)
        assert (call.case("remember_area"), call.case("forget_area")) == ("kept", "done")
        assert (call.case("where"), call.state.secrets, callers.area(tx, CALLER)) == ("unknown", {}, None)


def test_where_somebody_lives_never_travels_in_an_address(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as tx:
        put(tx, ["c:01008"])
        call = Call(tx)
        call.keys("01000")
        call.case("which_more")
        call.answers("which", "w2")
        call.case("which_chosen")
        call.case("places")
        travels = repr((call.state.values, call.state.answers))
        assert "01000" not in travels
        assert "01008" not in travels
        assert "Village" not in travels
        assert "Testville" not in travels
