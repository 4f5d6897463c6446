"""Names of files, as people and their devices write them, and the sounds that they mean."""

import pytest

from ivr.actions.matching import Matcher

NAMES = ("welcome", "welcome.short", "permit", "permit.menu", "permit.menu.first", "no-answer", "digit.5", "xx-help")
SPOTS = {("xx", name) for name in NAMES} | {("yy", name) for name in NAMES} | {("fa_AF", "welcome"), ("yy", "help")}
CODES = {1001: "welcome", 1007: "permit.menu.first", 1008: "welcome.short", 1009: "only-elsewhere"}
XX = Matcher(
    "xx", frozenset(SPOTS | {("xx", "help"), ("xx", "a.b-c"), ("xx", "a-b.c"), ("xx", "d.1"), ("xx", "d-1")}), CODES
)

MEANT = [
    ("welcome.wav", ("xx", "welcome")),
    ("welcome", ("xx", "welcome")),
    ("Welcome.WAV", ("xx", "welcome")),
    ("  WELCOME .mp3", ("xx", "welcome")),
    ("welcome.short.wav", ("xx", "welcome.short")),
    ("welcome.short", ("xx", "welcome.short")),
    ("welcome short.m4a", ("xx", "welcome.short")),
    ("welcome_short.ogg", ("xx", "welcome.short")),
    ("permit.menu.first.opus", ("xx", "permit.menu.first")),
    ("permit.menu", ("xx", "permit.menu")),
    ("Permit Menu First.wav", ("xx", "permit.menu.first")),
    ("no_answer.wav", ("xx", "no-answer")),
    ("no answer.wav", ("xx", "no-answer")),
    ("no–answer.wav", ("xx", "no-answer")),
    ("digit 5.wav", ("xx", "digit.5")),
    ("digit.5.wav", ("xx", "digit.5")),
    ("digit.۵.wav", ("xx", "digit.5")),
    ("welcome (2).wav", ("xx", "welcome")),
    ("welcome(12).wav", ("xx", "welcome")),
    ("welcome - Copy.wav", ("xx", "welcome")),
    ("welcome - Copie (3).wav", ("xx", "welcome")),
    ("welcome take 2.wav", ("xx", "welcome")),
    ("1001.wav", ("xx", "welcome")),
    ("1001", ("xx", "welcome")),
    ("1007 second take.m4a", ("xx", "permit.menu.first")),
    ("1007-b.m4a", ("xx", "permit.menu.first")),
    ("1008_Nasrin.wav", ("xx", "welcome.short")),
    ("۱۰۰۱.wav", ("xx", "welcome")),
    ("xx-1007.wav", ("xx", "permit.menu.first")),
    ("yy-1007.wav", ("yy", "permit.menu.first")),
    ("YY_1007 again.wav", ("yy", "permit.menu.first")),
    ("yy welcome.wav", ("yy", "welcome")),
    ("yy.welcome.wav", ("yy", "welcome")),
    ("fa-AF welcome.wav", ("fa_AF", "welcome")),
    ("yy/welcome.wav", ("yy", "welcome")),
    ("Yy\\1001.wav", ("yy", "welcome")),
    ("session 3/yy/take one/1001.wav", ("yy", "welcome")),
    ("recordings of Monday/1001.wav", ("xx", "welcome")),
    ("yy/yy-welcome.wav", ("yy", "welcome")),
    ("\u200ewelcome\u200f.wav", ("xx", "welcome")),
    ("ｗｅｌｃｏｍｅ.wav", ("xx", "welcome")),
    ("d-1.wav", ("xx", "d-1")),
    ("d.1.wav", ("xx", "d.1")),
]
NOTHING = [
    "",
    "/",
    ".wav",
    "-.wav",
    "خوش آمدید.wav",
    "welcomes.wav",
    "permit menu second.wav",
    "welcome second.wav",
    "2024.wav",
    "10071.wav",
    "100.wav",
    "REC_1007.wav",
    "zz-1007.wav",
    "1009.wav",  # a code whose sound the language does not have
    "xx/yy/welcome.wav",
    "xx/yy-welcome.wav",
    "fa_AF-permit.wav",
    "xx-help.wav",  # a prompt of that name, or "help" in that language
    "a b c.wav",  # two prompts are written like this
]


@pytest.mark.parametrize(("path", "spot"), MEANT)
def test_a_name_that_can_mean_one_sound_means_it(path: str, spot: tuple[str, str]) -> None:
    assert XX.match(path) == spot


@pytest.mark.parametrize("path", NOTHING)
def test_a_name_that_means_none_or_two_is_left_to_a_person(path: str) -> None:
    assert XX.match(path) is None


def test_every_sound_is_found_by_its_own_name_its_code_and_both_with_the_language() -> None:
    spots = frozenset(("xx", name) for name in NAMES) | frozenset(("yy", name) for name in NAMES)
    codes = dict(enumerate(NAMES, 1001))
    matcher = Matcher("yy", spots, codes)
    for code, name in codes.items():
        assert matcher.match(f"{name}.wav") == ("yy", name)
        assert matcher.match(f"{code}.wav") == ("yy", name)
        assert matcher.match(f"xx-{code}.wav") == matcher.match(f"xx/{name}.flac") == ("xx", name)
