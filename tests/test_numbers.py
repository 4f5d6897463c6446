"""Numbers: every way in which a French number is written, every way of hiding one, and what is never called back."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from ivr.numbers import Kind, Number, mask, understand

MOBILE = Number(Kind.MOBILE, "+33639981824")
LANDLINE = Number(Kind.LANDLINE, "+33199001824")
FICTION = ("0199001824", "0261911824", "0353011824", "0465711824", "0536491824", "0639981824")


def example(region: str, type: int, format: int = PhoneNumberFormat.E164) -> str:
    """A number that this plan would have, from the library's own examples."""
    number = phonenumbers.example_number_for_type(region, type)
    assert number is not None
    return phonenumbers.format_number(number, format)


@pytest.mark.parametrize(
    "written",
    [
        "+33639981824",
        "0639981824",
        "06 39 98 18 24",
        "06.39.98.18.24",
        "06-39-98-18-24",
        "+33 (0)6 39 98 18 24",
        "0033639981824",
        "33639981824",
        "639981824",
        "  0639981824\n",
        "\u202a+33639981824\u202c",
        "۰۶۳۹۹۸۱۸۲۴",
        "٠٦٣٩٩٨١٨٢٤",
        "sip:+33639981824@sip.example.org",
        "sips:0639981824@example.org;transport=tls",
        "tel:+33639981824",
        "SIP:+33639981824@example.org",
    ],
)
def test_one_number_has_many_spellings(written: str) -> None:
    assert understand(written, production=False) == MOBILE


@pytest.mark.parametrize("written", FICTION)
def test_numbers_of_fiction_are_valid_outside_production_only(written: str) -> None:
    expected = Kind.MOBILE if written.startswith("06") else Kind.LANDLINE
    assert understand(written, production=False) == Number(expected, "+33" + written[1:])
    assert understand(written, production=True) == Number(Kind.INVALID)
    assert understand("+33" + written[1:], production=True) == Number(Kind.INVALID)


@pytest.mark.parametrize(
    ("type", "kind"),
    [
        (PhoneNumberType.MOBILE, Kind.MOBILE),
        (PhoneNumberType.FIXED_LINE, Kind.LANDLINE),
        (PhoneNumberType.VOIP, Kind.LANDLINE),
        (PhoneNumberType.PREMIUM_RATE, Kind.PREMIUM),
        (PhoneNumberType.SHARED_COST, Kind.PREMIUM),
        (PhoneNumberType.TOLL_FREE, Kind.PREMIUM),
    ],
)
def test_a_french_number_is_told_by_its_plan(type: int, kind: Kind) -> None:
    expected = Number(kind, example("FR", type))
    assert understand(example("FR", type), production=True) == expected
    assert understand(example("FR", type, PhoneNumberFormat.NATIONAL), production=True) == expected


@pytest.mark.parametrize("region", ["RE", "YT", "GP", "BL", "MF", "GF", "MQ", "PF"])
@pytest.mark.parametrize("type", [PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE])
def test_an_overseas_number_is_understood_as_it_is_dialled_there(region: str, type: int) -> None:
    kind = Kind.MOBILE if type == PhoneNumberType.MOBILE else Kind.LANDLINE
    expected = Number(kind, example(region, type))
    assert understand(example(region, type), production=True) == expected
    assert understand(example(region, type, PhoneNumberFormat.NATIONAL), production=True) == expected


@pytest.mark.parametrize("region", ["NC", "PM", "WF"])
def test_an_overseas_number_of_six_digits_is_understood_with_its_prefix(region: str) -> None:
    number = example(region, PhoneNumberType.MOBILE)
    assert understand(number, production=True) == Number(Kind.MOBILE, number)


def test_six_digits_that_two_islands_share_are_nobodys_number() -> None:
    shared = example("NC", PhoneNumberType.MOBILE)[4:]
    assert phonenumbers.is_valid_number(phonenumbers.parse(shared, "PM"))
    assert understand(shared, production=True) == Number(Kind.INVALID)


@pytest.mark.parametrize("region", ["AF", "DE", "GB", "IR", "US", "MC", "BE"])
def test_a_number_of_another_country_is_foreign(region: str) -> None:
    number = example(region, PhoneNumberType.FIXED_LINE)
    assert understand(number, production=True) == Number(Kind.FOREIGN, number)


def test_a_premium_number_of_another_country_is_premium() -> None:
    number = example("GB", PhoneNumberType.PREMIUM_RATE)
    assert understand(number, production=True) == Number(Kind.PREMIUM, number)


@pytest.mark.parametrize(
    "written",
    ["15", "17", "18", "112", "115", "119", "196", "1023", "3646", "36 46", "3939", "116000", "118712", "+333646"],
)
def test_a_short_number_is_short(written: str) -> None:
    assert understand(written, production=True) == Number(Kind.SHORT)


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "   ",
        "+",
        "anonymous",
        "Anonymous",
        "ANONYMOUS",
        "restricted",
        "unknown",
        "unavailable",
        "private",
        "blocked",
        "+266696687",  # ANONYMOUS on a keypad
        "266696687",
        "+7378742833",  # RESTRICTED
        "+8656696",  # UNKNOWN
        "+86282452253",  # UNAVAILABLE
        "+2562533",  # BLOCKED
        "+7748283",  # PRIVATE
        "sip:anonymous@anonymous.invalid",
        "sip:+266696687@example.org",
        "sip:alice@example.org",
        "sip:@example.org",
        "client:browser",
    ],
)
def test_every_way_of_hiding_a_number_is_withheld(written: str | None) -> None:
    assert understand(written, production=True) == Number(Kind.WITHHELD)


@pytest.mark.parametrize(
    "written",
    [
        "0",
        "1",
        "06",
        "+33",
        "0033",
        "063998182",  # a digit too few
        "06399818",
        "0639981",
        "06399818244",  # one too many
        "0039981824",
        "06 39 98 18 2x",
        "0639FLOWER",
        "hello",
        "+999123456789",
        "*31#0639981824",
        "0639981824,123",
        "#",
    ],
)
def test_what_is_no_number_is_invalid(written: str) -> None:
    assert understand(written, production=False) == Number(Kind.INVALID)


@pytest.mark.parametrize("letter", ["0", "+", "6", "a", "\x00", "٣", " ", "\ud800", "("])
def test_ten_thousand_letters_do_no_harm(letter: str) -> None:
    assert understand(letter * 10_000, production=False).e164 is None
    assert understand("sip:" + letter * 10_000, production=False).e164 is None
    assert mask(letter * 10_000)


@given(st.text() | st.text(alphabet="+0123456789 .-()*#") | st.from_regex(r"(\+33|0)[0-9]{6,12}"), st.booleans())
def test_nothing_that_is_written_raises(written: str, production: bool) -> None:
    number = understand(written, production)
    if number.e164 is not None:
        assert understand(number.e164, production) == number
        assert number.e164 not in mask(number.e164)
    mask(written)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+33639981824", "06 •• •• 18 24"),
        ("+33199001824", "01 •• •• 18 24"),
        (example("RE", PhoneNumberType.MOBILE), "06 •• •• 34 56"),
        (example("NC", PhoneNumberType.MOBILE), "+687 •• •• 34"),
        (example("AF", PhoneNumberType.MOBILE), "+93 •• •• 67"),
        ("", "••"),
        ("anonymous", "••"),
    ],
)
def test_a_masked_number_shows_only_its_end(number: str, masked: str) -> None:
    assert mask(number) == masked
