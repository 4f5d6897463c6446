"""Whom we dial: every example number of every country and type that the library knows, against every setting."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from ivr.numbers import COUNTRIES, Kind, Number, Reach, may_dial, understand
from tests.spending import reach

BOTH = frozenset({Kind.MOBILE, Kind.LANDLINE})
EVERYWHERE = Reach(COUNTRIES | {"001"}, BOTH)
"""More than any setting allows: the world that has no country is named too."""

OWN_LINES = {
    PhoneNumberType.MOBILE: {Kind.MOBILE},
    PhoneNumberType.FIXED_LINE: {Kind.LANDLINE},
    PhoneNumberType.VOIP: {Kind.LANDLINE},
    PhoneNumberType.FIXED_LINE_OR_MOBILE: BOTH,
}
TYPES = sorted(value for name, value in vars(PhoneNumberType).items() if name.isupper())


def examples() -> list[tuple[str, int]]:
    """Every country's example of every type (E.164), with the type that it is told by."""
    found = []
    for country in sorted(phonenumbers.SUPPORTED_REGIONS):
        for type in TYPES:
            number = phonenumbers.example_number_for_type(country, type)
            if number is not None and phonenumbers.is_valid_number(number):
                e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
                found.append((e164, phonenumbers.number_type(number)))
    return found


EXAMPLES = examples()
countries = st.frozensets(st.sampled_from(sorted(COUNTRIES)), max_size=40)
types = st.frozensets(st.sampled_from(sorted(BOTH)))


def country(e164: str) -> str | None:
    return phonenumbers.region_code_for_number(phonenumbers.parse(e164))


def test_there_are_examples_of_everything() -> None:
    assert len(EXAMPLES) > 1000
    assert {type for _, type in EXAMPLES} >= {*OWN_LINES, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST}


@pytest.mark.parametrize("production", [False, True])
def test_of_all_the_world_only_people_s_own_lines_are_ever_dialled(production: bool) -> None:
    dialled = {type for e164, type in EXAMPLES if may_dial(understand(e164, production), EVERYWHERE)}
    assert dialled == set(OWN_LINES)
    refused = {
        e164 for e164, type in EXAMPLES if type in OWN_LINES and not may_dial(understand(e164, True), EVERYWHERE)
    }
    assert {country(e164) for e164 in refused} <= {
        "FR",
        "RE",
        "GP",
        "MQ",
        "GF",
        "PM",
        "NC",
        "PF",
        "WF",
        "YT",
        "BL",
        "MF",
    }


@given(st.sampled_from(EXAMPLES), countries, types)
def test_a_number_is_dialled_only_in_a_country_and_on_a_line_that_the_setting_names(
    example: tuple[str, int], named: frozenset[str], lines: frozenset[Kind]
) -> None:
    e164, type = example
    if may_dial(understand(e164, True), Reach(named, lines)):
        assert country(e164) in named
        assert OWN_LINES[type] <= lines


@given(st.sampled_from(EXAMPLES), countries, types)
def test_a_narrower_setting_never_allows_more(
    example: tuple[str, int], named: frozenset[str], lines: frozenset[Kind]
) -> None:
    number = understand(example[0], True)
    if may_dial(number, Reach(named, lines)):
        assert may_dial(number, EVERYWHERE)


@pytest.mark.parametrize("code", sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS))
def test_satellites_and_worldwide_services_are_refused_whatever_the_setting_says(code: int) -> None:
    number = phonenumbers.example_number_for_non_geo_entity(code)
    assert number is not None
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    assert not may_dial(understand(e164, True), EVERYWHERE)
    assert not may_dial(Number(Kind.MOBILE, e164), EVERYWHERE)


@given(st.from_regex(r"\+8(?:7[0-9]|8[1-5]|8[7-9])[0-9]{5,12}", fullmatch=True))
def test_nothing_that_begins_like_a_satellite_is_dialled(e164: str) -> None:
    assert not may_dial(understand(e164, True), EVERYWHERE)


@pytest.mark.parametrize(
    ("written", "production", "allowed"),
    [
        ("0639980001", False, True),
        ("0639980001", True, False),  # fiction
        ("+33142685300", True, True),
        ("+33612345678", True, True),
        ("0912345678", True, True),  # a box at home
        ("0692000000", True, True),  # La Réunion
        ("0899000000", True, False),
        ("0810000000", True, False),
        ("0800000000", True, False),
        ("3639", True, False),
        ("112", True, False),
        ("anonymous", True, False),
        ("nonsense", True, False),
        ("+493012345678", True, False),
        ("+870301234567", True, False),
    ],
)
def test_out_of_the_box_france_and_its_overseas_are_dialled_and_nobody_else(
    written: str, production: bool, allowed: bool
) -> None:
    assert may_dial(understand(written, production), reach()) is allowed


def test_where_mobile_and_landline_look_alike_both_must_be_allowed() -> None:
    ambiguous = understand("+12015550123", True)
    assert phonenumbers.number_type(phonenumbers.parse("+12015550123")) == PhoneNumberType.FIXED_LINE_OR_MOBILE
    assert may_dial(ambiguous, reach("US"))
    assert not may_dial(ambiguous, reach("US", types=["mobile"]))
    assert not may_dial(ambiguous, reach("CA"))


def test_a_setting_of_mobiles_only_leaves_landlines_alone() -> None:
    only = reach(types=["mobile"])
    assert may_dial(understand("0639980001", False), only)
    assert not may_dial(understand("0199000001", False), only)


@pytest.mark.parametrize("kind", sorted(Kind))
def test_what_has_no_number_is_not_dialled(kind: Kind) -> None:
    assert not may_dial(Number(kind), EVERYWHERE)
    assert not may_dial(Number(kind, "not E.164"), EVERYWHERE)
