"""What is measured with labelled recordings, and that a wrong answer costs most."""

from pathlib import Path

import numpy as np
import pytest

from ivr.audio.samples import RATE, Samples
from ivr.audio.wav import wav_bytes
from ivr.errors import BadInput
from ivr.speech.evaluating import (
    AFTER,
    BEFORE,
    WEIGHTS,
    Clip,
    Outcome,
    Verdict,
    by_words,
    cost,
    counted,
    evaluate,
    labelled,
    telephoned,
)

SENSE = by_words({"one": ("Eins", "ein Uhr"), "two": ("zwei", "zwo"), "both": ("zwo", "drei")})


def tone(seconds: float = 0.5, strength: float = 8000) -> Samples:
    return (strength * np.sin(2 * np.pi * 300 * np.arange(int(RATE * seconds)) / RATE)).astype(np.int16)


@pytest.mark.parametrize(
    ("said", "heard", "verdict"),
    [
        ("eins", "EINS", Verdict.RIGHT),
        ("eins", "ein Uhr", Verdict.RIGHT),
        ("zwei", "zwo", Verdict.RIGHT),
        ("drei", "zwo", Verdict.RIGHT),
        ("zwei", "drei", Verdict.WRONG),
        ("eins", "zwei", Verdict.WRONG),
        ("eins", "", Verdict.REJECTED),
        ("eins", "eins eins", Verdict.REJECTED),
        ("acht", "zwei", Verdict.ACCEPTED),
        ("acht", "", Verdict.IGNORED),
        ("acht", "eins zwei", Verdict.IGNORED),
    ],
)
def test_what_means_the_same_is_right(said: str, heard: str, verdict: Verdict) -> None:
    assert SENSE.verdict(said, heard) is verdict


def test_each_phrase_is_listened_for_once() -> None:
    assert SENSE.phrases == ("Eins", "ein Uhr", "zwei", "zwo", "drei")


def outcome(verdict: Verdict, word: str = "a", speaker: str = "s") -> Outcome:
    return Outcome(Clip(Path("x.wav"), "xx", word, speaker), "", verdict)


def test_a_wrong_answer_costs_most_and_hearing_nothing_costs_one() -> None:
    assert cost([]) == 0
    assert cost([outcome(Verdict.RIGHT), outcome(Verdict.IGNORED)]) == 0
    assert cost([outcome(Verdict.REJECTED)] * 4) == 1
    assert max(WEIGHTS, key=lambda verdict: WEIGHTS[verdict]) is Verdict.WRONG
    assert cost([outcome(Verdict.WRONG), outcome(Verdict.RIGHT)]) > cost([outcome(Verdict.REJECTED)] * 2)
    assert cost([outcome(Verdict.ACCEPTED)]) > cost([outcome(Verdict.REJECTED)])


def test_verdicts_are_counted_by_word_and_by_speaker() -> None:
    outcomes = [outcome(Verdict.RIGHT, "b", "x"), outcome(Verdict.WRONG, "b", "y"), outcome(Verdict.RIGHT, "a", "x")]
    assert counted(outcomes, lambda clip: clip.word) == {"a": {"right": 1}, "b": {"right": 1, "wrong": 1}}
    assert counted(outcomes, lambda clip: clip.speaker) == {"x": {"right": 2}, "y": {"wrong": 1}}


def test_a_telephone_adds_the_line_around_and_no_more_where_there_is_no_noise() -> None:
    heard = telephoned(tone())
    assert len(heard) == int((BEFORE + AFTER + 0.5) * RATE)
    assert np.abs(heard[: int(BEFORE * RATE)]).max() == 0
    body = heard[int(BEFORE * RATE) : int((BEFORE + 0.5) * RATE)].astype(float)
    assert np.abs(body - tone()).max() < 0.04 * 8000  # mu-law
    assert len(telephoned(np.zeros(0, np.int16), 10)) == int((BEFORE + AFTER) * RATE)


@pytest.mark.parametrize("snr", [30, 20, 10, 5])
def test_noise_is_as_far_below_the_speech_as_was_told(snr: float) -> None:
    pause = np.zeros(2 * RATE, np.int16)
    heard = telephoned(np.concatenate([tone(), pause, tone()]), snr, "clip")  # pauses are no speech
    noise = heard[int((BEFORE + 0.6) * RATE) : int((BEFORE + 2.4) * RATE)].astype(float)
    level = 20 * np.log10(8000 / np.sqrt(2) / np.sqrt(np.mean(noise**2)))
    assert level == pytest.approx(snr, abs=0.5)


def test_the_same_clip_gets_the_same_noise_each_time() -> None:
    assert np.array_equal(telephoned(tone(), 10, "a"), telephoned(tone(), 10, "a"))
    assert not np.array_equal(telephoned(tone(), 10, "a"), telephoned(tone(), 10, "b"))
    assert np.abs(telephoned(tone(strength=32767), 0, "a")).max() < 32768


def test_labels_may_have_the_columns_of_either_kind(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("\ufefffile,lang,text,speaker,licence\na/b.wav,xx, hello you ,me,MIT\n")
    assert labelled(tmp_path) == (Clip(tmp_path / "a" / "b.wav", "xx", "hello you", "me"),)
    (tmp_path / "labels.csv").write_text('speaker,file,language,word\n,c.wav,yy,"a, b"\n')
    assert labelled(tmp_path) == (Clip(tmp_path / "c.wav", "yy", "a, b", ""),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no column file"),
        ("file,language,word\n", "no column speaker"),
        ("file,lang,speaker\n", "no column word or text"),
        ("file,language,word,speaker\nx.wav,,a,b\n", r"labels\.csv:2: a line names"),
        ("file,language,word,speaker\na.wav,x,a,b\nx.wav\n", r"labels\.csv:3: a line names"),
        ("\udcff", "can't decode"),
    ],
)
def test_labels_that_cannot_be_read_are_named(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "labels.csv").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(BadInput, match=why):
        labelled(tmp_path)


def test_without_labels_there_is_nothing_to_measure(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"labels\.csv"):
        labelled(tmp_path)


def test_recordings_are_heard_at_the_telephones_rate(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav_bytes(tone()))
    clip = Clip(tmp_path / "a.wav", "xx", "eins", "me")
    lengths: list[int] = []

    def hear(samples: Samples) -> str:
        lengths.append(len(samples))
        return "zwei"

    assert evaluate([clip], SENSE, hear) == [Outcome(clip, "zwei", Verdict.WRONG)]
    assert evaluate([clip], SENSE, lambda samples: "eins", 20) == [Outcome(clip, "eins", Verdict.RIGHT)]
    assert lengths == [int((BEFORE + AFTER + 0.5) * RATE)]


@pytest.mark.parametrize("data", [None, b"no wav"])
def test_a_recording_that_cannot_be_read_is_named(tmp_path: Path, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(BadInput, match=r"a\.wav"):
        evaluate([Clip(tmp_path / "a.wav", "xx", "eins", "me")], SENSE, lambda _: "")
