"""Every piece that a turn plays becomes sounds with addresses."""

import pytest

from ivr.actions.sounds import NO_LANGUAGE, Played, caption, nobody_speaks, played
from ivr.engine.turn import Digits, Moment, Number, Piece, Prompt, Speech, Variant
from ivr.errors import VoiceFailed
from ivr.release.release import SoundRef
from tests.actions.tiny import TONE, release

SPOKEN = SoundRef("c" * 32, 1.0, "placeholder")


def names(*pieces: Piece) -> list[str]:
    return [f"{sound.language}/{sound.name}" for sound in played(release(), pieces)]


def test_every_kind_of_piece_is_played() -> None:
    assert names(Prompt("main", "aa"), Prompt("main", "bb", Variant.SHORT)) == ["aa/main", "bb/main.short"]
    assert names(Number(0, "aa"), Number(100, "bb")) == ["aa/number.0", "bb/number.100"]
    today = "2026-11-25"
    assert names(Moment("2026-11-26", "morning", today, "bb")) == ["bb/moment.tomorrow", "bb/part.morning"]
    assert names(Moment("2026-11-30", "evening", today, "aa")) == ["aa/weekday.1", "aa/part.evening"]
    far = names(Moment("2027-01-04", "afternoon", today, "aa"))
    assert far == ["aa/weekday.1", "aa/number.4", "aa/month.1", "aa/part.afternoon"]


def test_digits_are_read_one_by_one_in_the_groups_of_the_language() -> None:
    assert names(Digits("0639", "bb")) == [
        "bb/digit.0",
        "bb/digit.6",
        f"{NO_LANGUAGE}/pause.300",
        "bb/digit.3",
        "bb/digit.9",
    ]


def test_a_sound_s_address_names_language_name_and_content() -> None:
    [sound] = played(release(), [Prompt("main", "aa")])
    assert sound.path == f"/audio/aa/main/{TONE}.wav"


def test_free_speech_is_rendered_by_whoever_speaks() -> None:
    speech = Speech("12 rue des Lilas", "aa")
    assert list(played(release(), [speech], lambda _: SPOKEN)) == [Played(NO_LANGUAGE, "speech", SPOKEN)]
    with pytest.raises(VoiceFailed, match="aa"):
        nobody_speaks(speech)
    with pytest.raises(VoiceFailed):
        played(release(), [speech])


def test_a_sound_that_the_release_lacks_is_an_error() -> None:
    with pytest.raises(KeyError):
        names(Prompt("nothing", "aa"))


def test_captions_say_what_is_heard_and_nothing_for_a_pause() -> None:
    whole = release()
    said = [caption(whole, sound) for sound in played(whole, [Prompt("main", "aa"), Digits("1234", "aa")])]
    assert said == ["aa main", "aa-key1", "aa-key2", "", "aa-key3", "aa-key4"]
