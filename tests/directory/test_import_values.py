"""What others write into a field, and what becomes of it."""

import pytest

from ivr.directory.importing import cleaning
from ivr.directory.record import Bad


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("  Caf \n de l’Ain ", "Caf de l’Ain"),
        ("<b>Caf</b> de l&#39;Ain", "Caf de l'Ain"),
        ("&lt;i&gt;Caf&lt;/i&gt; &amp;amp; Msa", "Caf & Msa"),
        ("Caf<script>alert(1)</script> de l'Ain", "Caf de l'Ain"),
        ("Caf <img src=x onerror=alert(1)", "Caf"),
        ("Caf &lt;script&gt;x&lt;/script&gt;", "Caf"),
        ("1 < 2 > 0", "1 2 0"),
        ("Caf\u202e\u200b\x00 de l'Ain", "Caf de l'Ain"),
        ("Caf\xa0de l'Ain", "Caf de l'Ain"),
        (None, ""),
    ],
)
def test_text_has_no_markup_and_no_hidden_signs(written: str | None, clean: str) -> None:
    assert cleaning.text(written) == clean


def test_markup_never_survives_however_often_it_is_wrapped() -> None:
    written = "<b>x</b>"
    for _ in range(6):
        written = written.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert not set("<>") & set(cleaning.text(written))


@pytest.mark.parametrize(
    ("written", "keyed"),
    [
        ("01 99 00 12 34", "0199001234"),
        ("+33 1 99 00 12 34", "0199001234"),
        ("+33 (0)1 99 00 12 34", "0199001234"),
        ("0033199001234", "0199001234"),
        ("+590 5 90 00 12 34", "0590001234"),
        ("+262 262 00 12 34", "0262001234"),
        ("+269 2 69 00 12 34", "0269001234"),
        ("+508 41 00 00", "0508410000"),
        ("00(687)279999", "00687279999"),
        ("+689 40 00 12 34", "0068940001234"),
        ("0199001234/1", "0199001234"),
        ("01 99 00 12 34 - 01 99 00 12 35", "0199001234"),
        ("36 46", "3646"),
        ("115", "115"),
        ("0 810 25 26 27", ""),
        ("+33 810 25 26 27", ""),
        ("0 899 00 12 34", ""),
        ("+33 892 00 12 34", ""),
        ("0 820 00 12 34", ""),
        ("118 000", ""),
        ("0 800 00 12 34", "0800001234"),
        ("116 006", "116006"),
        ("+44 20 7946 0000", ""),
        ("019900123", ""),
        ("on the door", ""),
        ("12 ou 13 heures", ""),
        ("", ""),
    ],
)
def test_a_number_becomes_what_is_keyed_or_nothing(written: str, keyed: str) -> None:
    assert cleaning.phone(written) == keyed


@pytest.mark.parametrize(
    ("lat", "lon", "found"),
    [
        ("46.1", "5.8", (46.1, 5.8)),
        ("46,1", "5,8", (46.1, 5.8)),
        ("-20.9", "55.5", (-20.9, 55.5)),  # La Réunion
        ("4.9", "-52.3", (4.9, -52.3)),  # Guyane
        ("-17.5", "-149.5", (-17.5, -149.5)),  # Tahiti
        ("", "5.8", None),
        ("0", "0", None),
    ],
)
def test_coordinates_in_france_are_taken(lat: str, lon: str, found: tuple[float, float] | None) -> None:
    assert cleaning.coordinates(lat, lon) == found


@pytest.mark.parametrize(
    ("lat", "lon", "why"),
    [
        ("5.8", "46.1", "swapped"),
        ("52.5", "13.4", "outside of France"),
        ("34.5", "69.2", "outside of France"),
        ("north", "5.8", "no numbers"),
        ("nan", "5.8", "outside of France"),
    ],
)
def test_coordinates_elsewhere_are_refused_with_the_reason(lat: str, lon: str, why: str) -> None:
    with pytest.raises(Bad, match=why):
        cleaning.coordinates(lat, lon)


def test_values_that_cannot_be_are_refused() -> None:
    for clean, value, why in (
        (cleaning.postal, "Bourg", "postal code"),
        (cleaning.city, "01000", "swapped"),
        (cleaning.insee, "1001", "INSEE"),
        (cleaning.departement, "99", "département"),
        (lambda text: cleaning.line(text, "the name"), "x" * 201, "longer than 200"),
    ):
        with pytest.raises(Bad, match=why):
            clean(value)  # type: ignore[operator]


def test_values_that_are_only_spelled_differently_are_taken() -> None:
    assert (cleaning.departement("1"), cleaning.departement("2a")) == ("01", "2A")
    assert cleaning.insee(["2B033", "x"]) == "2B033"
    assert (cleaning.day("03/12/2021 07:55:01"), cleaning.day("2021-12-03")) == ("2021-12-03", "2021-12-03")
    assert (cleaning.day("9/17/97"), cleaning.day("31/31/2021")) == (None, None)
    assert cleaning.email("a@example.org; b@example.org") == "a@example.org"
    assert cleaning.website("www.example.org/a?b") == "http://www.example.org/a?b"


@pytest.mark.parametrize("written", ["javascript:alert(1)", "see below", "https://", 'http://x.fr/"onx'])
def test_what_is_no_web_address_is_dropped(written: str) -> None:
    assert cleaning.website(written) == ""


def test_a_long_note_is_cut() -> None:
    assert len(cleaning.note("x " * 2000)) == cleaning.NOTE_MOST
