from pathlib import Path

import numpy as np
import pytest

from ivr.audio.loudness import TARGET, loudness
from ivr.audio.samples import RATE, Samples, duration, silence, to_samples
from ivr.audio.wav import wav_bytes
from ivr.errors import VoiceFailed
from ivr.voice.findings import Code, Finding, Level
from ivr.voice.judging import Verdict, expected, judge
from tests.voice import people
from tests.voice.awkward import AWKWARD, USUAL, verdicts

HUMAN = pytest.mark.skipif(not people.PEOPLE.is_dir(), reason=f"no human recordings in {people.PEOPLE}")


def murmur(seconds: float, seed: int = 1) -> Samples:
    """Noise that comes and goes like syllables, in a quiet room."""
    noise = np.random.default_rng(seed).normal(size=int(RATE * seconds))
    return to_samples(0.05 * noise * np.maximum(0.002, np.sin(2 * np.pi * 2 * np.arange(len(noise)) / RATE)))


def file(path: Path, *parts: Samples) -> Path:
    path.write_bytes(wav_bytes(np.concatenate([silence(300), *parts, silence(300)])))
    return path


def test_each_awkward_file_gets_its_verdict(tmp_path: Path) -> None:
    found, wanted = {}, {}
    for name, codes, verdict in verdicts(tmp_path):
        found[name] = [str(finding.code) for finding in verdict.findings]
        wanted[name] = [str(code) for code in codes]
        if verdict.samples is not None:
            assert abs(loudness(verdict.samples) - TARGET) <= 1, name
    assert len(found) == len(USUAL) + len(AWKWARD) >= 40
    assert found == wanted


def test_one_dead_side_or_two_opposed_ones_cost_no_loudness(tmp_path: Path) -> None:
    levels = {name: verdict.measures["lufs"] for name, _, verdict in verdicts(tmp_path, *SIDES)}
    assert len(levels) == len(SIDES)
    assert max(levels.values()) - min(levels.values()) < 1


SIDES = ("wav.wav", "stereo.wav", "dead right.wav", "dead left.mp3", "opposed.wav")


@HUMAN
def test_every_human_voice_passes_the_chain(capsys: pytest.CaptureFixture[str]) -> None:
    some = people.clips()
    counts = people.outcomes(some, people.judged(some))
    with capsys.disabled():
        print("", *(f"{folder}: {how} {count}" for (folder, how), count in sorted(counts.items())), sep="\n")
    assert {how for _, how in counts} <= {"within 1 LU", "at the true-peak limit", "refused: too-short"}
    assert {how for folder, how in counts if folder == "fa-commands"} == {"within 1 LU"}
    assert counts["fa-commands", "within 1 LU"] == 6


@HUMAN
@pytest.mark.parametrize(
    ("damage", "at_least"),
    [
        ("peaks 6 dB over full scale", 0.9),
        ("noise 15 dB under the voice", 0.9),
        ("0.25 s of the beginning gone", 0.5),
        ("0.25 s of the end gone", 0.4),
    ],
)
def test_a_damaged_human_voice_is_noticed(damage: str, at_least: float) -> None:
    some = [clip for clip in people.clips() if clip.folder != "fr-armelle"][::12]
    assert people.noticed(some, damage) >= at_least * len(some)


@HUMAN
def test_a_human_voice_with_close_silence_around_is_seldom_warned_of() -> None:
    some = [clip for clip in people.clips() if clip.folder != "fr-armelle"][::12]
    assert people.noticed(some, "as it came, the silence around it cut close") <= 0.1 * len(some)


def test_a_good_recording_says_what_it_was_and_what_is_heard(tmp_path: Path) -> None:
    verdict = judge(file(tmp_path / "a.wav", murmur(2)), "x" * 20)
    assert verdict.samples is not None
    assert verdict.before is not None
    assert (verdict.findings, verdict.state) == ((), "good")
    assert duration(verdict.before) == pytest.approx(2.6, abs=0.01)
    assert duration(verdict.samples) == verdict.measures["seconds"] < 2.6
    assert set(verdict.measures) == {"lufs", "snr", "pause", "flat", "start", "end", "seconds", "expected"}


def test_the_same_recording_gives_the_same_samples(tmp_path: Path) -> None:
    path = file(tmp_path / "a.wav", murmur(2))
    first, second = judge(path, "x"), judge(path, "x")
    assert np.array_equal(first.samples, second.samples)


def test_a_silent_recording_can_still_be_looked_at(tmp_path: Path) -> None:
    verdict = judge(file(tmp_path / "a.wav", silence(2000)), "x")
    assert verdict.before is not None
    assert (verdict.samples, verdict.state) == (None, "bad")
    assert all(np.isfinite(value) for value in verdict.measures.values())


@pytest.mark.parametrize(
    ("codes", "state"),
    [((), "good"), ((Code.NOISY,), "doubtful"), ((Code.NOISY, Code.SILENT), "bad"), ((Code.SAME_AS,), "doubtful")],
)
def test_an_error_is_bad_and_a_warning_doubtful(codes: tuple[Code, ...], state: str) -> None:
    assert Verdict(tuple(map(Finding, codes))).state == state


def test_a_finding_is_as_grave_as_its_code() -> None:
    errors = {code for code in Code if Finding(code).level is Level.ERROR}
    assert errors == {
        Code.UNREADABLE, Code.NOT_AUDIO, Code.VIDEO, Code.SILENT, Code.TOO_SHORT, Code.TOO_LONG,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("spoken", "placeholder", "code"),
    [
        (6.0, 2.0, Code.LONG_FOR_TEXT),
        (3.0, 2.0, None),
        (2.0, 6.0, Code.SHORT_FOR_TEXT),
        (2.0, 3.5, None),
        (6.0, None, Code.LONG_FOR_TEXT),
        (0.7, None, Code.SHORT_FOR_TEXT),
        (2.0, None, None),
    ],
)
def test_a_recording_takes_about_as_long_as_its_text(
    spoken: float, placeholder: float | None, code: Code | None, tmp_path: Path
) -> None:
    words = "x" * 26  # 2.3 seconds in a calm voice
    verdict = judge(file(tmp_path / "a.wav", murmur(spoken)), words, placeholder)
    lengths = {finding.code for finding in verdict.findings} & {Code.LONG_FOR_TEXT, Code.SHORT_FOR_TEXT}
    assert lengths == ({code} if code else set())


def test_a_short_word_may_be_said_slowly(tmp_path: Path) -> None:
    assert judge(file(tmp_path / "a.wav", murmur(1.5)), "un", 0.3).state == "good"


def test_a_digit_takes_longer_than_a_letter() -> None:
    assert expected("3919") > 1.2 > expected("abcd")


def test_where_ffmpeg_cannot_run_nothing_is_held_against_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "no-ffmpeg"))
    with pytest.raises(VoiceFailed):
        judge(file(tmp_path / "a.wav", murmur(2)), "x")
