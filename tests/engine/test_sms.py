"""Parts of text messages, against an independent count, and what the messages say."""

from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.sms import BASIC, EXTENDED, Length, length, strange
from ivr.engine.sms_text import LEFT_TO_RIGHT, Told, explained, of_place
from ivr.release.parse import parse
from tests.engine.books import raw

TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""3GPP TS 23.038, 6.2.1: the default alphabet, row by row; 1/11 escapes to the extension."""
PLACE = Told(
    "CPAM", "12 rue X, 06000 Nice", "0399000000", (("1-5", (("09:00", "12:00"), ("14:00", "17:00"))),), "m://x"
)
SMS = {
    "place": "{name}\n{address}\nTel {phone}\n{hours}\n{map}",
    "place.write": "By post only\n{name}\n{address}\nMap {map}",
    "place.address": "Ring first\n{name}",
    "hours.day": "{days}: {spans}",
    "hours.range": "{first}-{last}",
    "hours.span": "{from}-{to}",
    "hours.and": ", ",
}


def counted(text):
    """Each part is filled as a phone would, one sign after the other, by another way than the code's."""
    if set(text) <= BASIC | EXTENDED:
        pieces, alone, each = [2 if sign in "^{}\\[~]|€\f" else 1 for sign in text], 160, 153
    else:
        pieces, alone, each = [len(sign.encode("utf-16-le")) // 2 for sign in text], 70, 67
    if sum(pieces) <= alone:
        return 1
    parts = [0]
    for piece in pieces:
        if parts[-1] + piece > each:
            parts.append(0)
        parts[-1] += piece
    return len(parts)


@given(st.text(st.sampled_from("ab@€^é"), max_size=700) | st.text(st.sampled_from("ابa😀"), max_size=400) | st.text())
def test_parts_are_those_of_an_independent_count(text):
    assert length(text).parts == counted(text)


def test_the_alphabet_is_that_of_the_standard():
    assert (len(TABLE), len(EXTENDED)) == (128, 10)
    assert set(TABLE) - {"\x1b"} == BASIC


def test_a_message_is_full_at_the_lengths_of_the_standard():
    assert [length("a" * n).parts for n in (0, 160, 161, 306, 307)] == [1, 1, 2, 2, 3]
    assert [length("س" * n).parts for n in (70, 71, 134, 135)] == [1, 2, 2, 3]
    assert [length("€" * n).parts for n in (80, 81, 152, 153)] == [1, 2, 2, 3]  # 76 pairs a part: one septet is left
    assert [length("😀" * n).parts for n in (35, 36, 66, 67)] == [1, 2, 2, 3]
    assert length("ê") == Length(1, wide=True)
    assert (length("é"), strange("pâté ê â")) == (Length(1, wide=False), "âê")


def messages(direction="ltr", **sms):
    facts = {
        "site": {"says": "x", "source": "doc", "value": "a-3.example"},
        "days": {"says": "x", "source": "doc", "value": 30, "speak": "number", "doubt": True},
        "old": {"says": "x", "source": "doc", "value": "9", "valid_until": "2026-01-01"},
    }
    data = raw(facts=facts)
    about = data["languages"]["aa"]
    about["language"] |= {"direction": direction, "digits": "٠١٢٣٤٥٦٧٨٩"}
    about["sms"] = {**SMS, **sms}
    content = parse(data)
    assert content.mistakes == ()
    return content


def test_an_address_with_its_hours_and_map():
    lines = of_place(messages(), "aa", PLACE).splitlines()
    assert lines[:3] == ["CPAM", "12 rue X, 06000 Nice", "Tel 0399000000"]
    assert lines[3:] == ["aa weekday.1-aa weekday.5: ٠٩:٠٠-١٢:٠٠, ١٤:٠٠-١٧:٠٠", "m://x"]


def test_what_nobody_knows_takes_its_line_along():
    assert of_place(messages(), "aa", Told("CPAM", "Nice")) == "CPAM\nNice"


def test_where_one_cannot_go_nobody_is_sent():
    assert of_place(messages(), "aa", Told("Court", "Nice", visit=False)) == "By post only\nCourt\nNice"
    assert of_place(messages(), "aa", Told("Court", "Nice", visit=None)) == "Ring first\nCourt"


def test_two_days_and_days_apart_are_named_one_by_one():
    told = Told("CPAM", "Nice", week=(("14", (("09:00", "12:00"),)),))
    assert of_place(messages(), "aa", told).splitlines()[2] == "aa weekday.1, aa weekday.4: ٠٩:٠٠-١٢:٠٠"


def test_from_right_to_left_what_is_latin_stays_in_one_piece():
    lines = of_place(messages("rtl"), "aa", PLACE).splitlines()
    assert lines[1] == f"{LEFT_TO_RIGHT}12 rue X, 06000 Nice"
    assert explained(messages("rtl", x={"full": "{site}", "facts": ["site"]}), "aa", "x", "2026-11-22") == (
        f"{LEFT_TO_RIGHT}a-3.example"
    )


def test_an_explanation_writes_addresses_as_they_are_and_numbers_in_the_figures_of_the_language():
    words = {"full": "{site}: {days}", "doubt": "{site}, perhaps {days}", "facts": ["site", "days"]}
    assert explained(messages(x=words), "aa", "x", "2026-11-22") == "a-3.example, perhaps ٣٠"
    assert explained(messages(x={**words, "facts": ["site"]}), "aa", "x", "2026-11-22") == "a-3.example: ٣٠"


def test_what_expired_is_not_told_as_certain():
    words = {"full": "sure", "doubt": "ask", "facts": ["old"]}
    assert explained(messages(x=words), "aa", "x", "2026-01-01") == "sure"
    assert explained(messages(x=words), "aa", "x", "2026-01-02") == "ask"
