"""Every piece that a turn plays becomes sounds with addresses."""

import pytest

from ivr.actions.sounds import NO_LANGUAGE, NOTHING, Played, caption, played
from ivr.engine.turn import Digits, Hours, Moment, Number, Piece, Prompt, Speech, Variant
from ivr.release.release import SoundRef
from tests.actions.tiny import TONE, content, release

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


def test_hours_are_said_with_the_clock_of_the_language() -> None:
    data = content(nodes={"bye": {"kind": "end", "say": [{"hours": "today"}]}})
    data["languages"]["bb"]["language"]["clock"] = {"full": ["clock.hour", "hour"]}
    made = release(data)
    for language, start in (("aa", ["number.9", "clock.hour"]), ("bb", ["clock.hour", "number.9"])):
        sounds = played(made, [Hours("7", (("09:00", "10:05"),), language)])
        heard = [sound.name for sound in sounds if sound.language == language]
        assert heard[:4] == ["weekday.7", "hours.from", *start]
        assert heard[-3:] == ["number.10", "clock.hour-and", "number.5"]


def test_free_speech_is_one_sound_at_an_address_of_the_caller_s_language_that_does_not_hold_it() -> None:
    speech = Speech("12 rue des Lilas", "bb", "aa")
    [sound] = played(release(), [speech], lambda _release, _speech: SPOKEN)
    assert sound == Played("aa", "speech", SPOKEN, speech)
    assert (sound.path, sound.tongue) == (f"/audio/aa/speech/{SPOKEN.hash}.wav", "bb")
    assert caption(release(), sound) == "12 rue des Lilas"


def test_where_nobody_speaks_free_text_it_has_an_address_all_the_same() -> None:
    [sound] = played(release(), [Speech("12 rue des Lilas", "bb", "aa")])
    assert sound.path == f"/audio/aa/speech/{NOTHING.hash}.wav"


def test_a_sound_that_the_release_lacks_is_an_error() -> None:
    with pytest.raises(KeyError):
        names(Prompt("nothing", "aa"))


def test_captions_say_what_is_heard_and_nothing_for_a_pause() -> None:
    whole = release()
    said = [caption(whole, sound) for sound in played(whole, [Prompt("main", "aa"), Digits("1234", "aa")])]
    assert said == ["aa main", "aa-key1", "aa-key2", "", "aa-key3", "aa-key4"]
