"""The real library with a real model: what it hears, and what would end the process if nobody minded."""

import copy
import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import SpeechFailed
from ivr.speech import vosk
from ivr.speech.choosing import FITS, fit
from ivr.speech.heard import Heard
from ivr.speech.recognizer import recognizer
from ivr.speech.vosk import Vosk
from tests.speech import korean
from tests.speech.korean import TEXTS, spoken


def linked(folder: Path) -> Path:
    """A copy of the model in which files can be replaced."""
    shutil.copytree(korean.FOLDER, folder, copy_function=lambda source, target: Path(target).symlink_to(source))
    return folder


def test_a_text_is_heard_by_several_at_once(tmp_path: Path) -> None:
    ear, text = korean.ear(tmp_path / "models"), TEXTS[1]
    with ThreadPoolExecutor(4) as pool:
        heard = list(pool.map(lambda _: ear.hear(spoken(text), [text]), range(8)))
    assert min(fit(text.split(), words) for words in heard) >= FITS


def test_what_the_model_does_not_know_is_left_out_and_nothing_is_heard_where_nothing_is_left(tmp_path: Path) -> None:
    ear = korean.ear(tmp_path / "models")
    assert ear.knows("어머니")
    assert not ear.knows("zzz")
    assert not ear.knows("")
    for phrases in ([], [""], ["zzz", "qqq \u0000 [unk]"]):
        assert ear.hear(spoken(TEXTS[0]), phrases) == ()
    assert ear.hear(np.zeros(0, np.int16), [TEXTS[0]]) == ()
    assert ear.hear(np.zeros(16_000, np.int16), [TEXTS[0], 'zzz "}\n']) == ()
    assert "어머니" in ear.hear(spoken(TEXTS[0]), [f"zzz {TEXTS[0]}"])


def test_whole_phrases_are_understood_in_their_own_spelling(tmp_path: Path) -> None:
    ear, menu = korean.ear(tmp_path / "models"), ("«어머니»,", "일자리", "넷", "하나")
    for word, phrase in (("어머니", "«어머니»,"), ("일자리", "일자리"), ("넷", "넷")):
        heard = ear.understand(spoken(word), menu)
        assert heard.words == phrase
        assert 0.5 < heard.sure <= 1
    assert ear.understand(spoken("일자리 어머니"), menu).words == "일자리 «어머니»,"


def test_a_phrase_with_a_word_that_the_model_lacks_is_left_out_whole(tmp_path: Path) -> None:
    ear = korean.ear(tmp_path / "models")
    assert ear.missing(["어머니", "어머니 zzz", "zzz", "", "«일자리»!"]) == ("어머니 zzz", "zzz", "")
    for phrases in ([], [""], ["어머니 zzz"], ["zzz", "qqq \u0000 [unk]"]):
        assert ear.understand(spoken("어머니"), phrases) == Heard()
    assert ear.understand(np.zeros(0, np.int16), ["어머니"]) == Heard()
    assert ear.understand(np.zeros(16_000, np.int16), ["어머니"]) == Heard()


@pytest.mark.parametrize(
    ("decoded", "heard"),
    [
        ([("넷", 0.5), ("나무", 1.0)], Heard("넷 나무", 0.75)),
        ([("어머니", 0.5), ("나무", 1.0)], Heard("어머니 나무", 0.75)),
        ([("어머니", 1.0)], Heard()),
        ([("넷", 1.0), ("<UNK>", 1.0)], Heard()),
        ([("<UNK>", 1.0)], Heard()),
        ([], Heard()),
    ],
    ids=["two", "one of two words", "half of it", "and something else", "something else", "nothing"],
)
def test_what_is_more_or_less_than_phrases_is_nothing(
    decoded: list[tuple[str, float]], heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = korean.ear(tmp_path / "models")
    monkeypatch.setattr(ear, "_decoded", lambda samples, grammar: iter(decoded))
    assert ear.understand(spoken("넷"), ["넷", "나무", "어머니 나무"]) == heard


def test_what_the_library_throws_is_told_as_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ear = korean.ear(tmp_path / "models")

    class Broken:
        def KaldiRecognizer(self, *_: object) -> None:
            raise RuntimeError("Failed to create a recognizer")

    monkeypatch.setattr(ear, "_vosk", Broken())
    for hear in (ear.hear, ear.understand):
        with pytest.raises(SpeechFailed, match="Failed to create"):
            hear(spoken("어머니"), ["어머니"])


def test_a_model_that_takes_no_telephone_sound_is_given_twice_as_many_samples(tmp_path: Path) -> None:
    folder = linked(tmp_path / "model")
    conf = (korean.FOLDER / "conf" / "mfcc.conf").read_text(encoding="utf-8")
    (folder / "conf" / "mfcc.conf").unlink()
    (folder / "conf" / "mfcc.conf").write_text(conf.replace("--allow-upsample=true", ""), encoding="utf-8")
    assert vosk._tried(folder) == (16_000, ("<UNK>",))
    ear = copy.copy(korean.ear(tmp_path / "models"))  # the model itself takes both
    ear._rate = 16_000
    heard = ear.hear(spoken(TEXTS[1]), [TEXTS[1]])
    assert fit(TEXTS[1].split(), heard) > 0.5  # at a wrong rate nothing at all is heard


def test_half_a_model_is_left_out_and_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = linked(tmp_path / "vosk-half")
    graph = folder / "graph" / "HCLr.fst"
    graph.unlink()
    with (korean.FOLDER / "graph" / "HCLr.fst").open("rb") as whole:
        graph.write_bytes(whole.read(10_000_000))
    with caplog.at_level(logging.WARNING, "ivr.speech"):
        assert recognizer(tmp_path, "vosk-half") is None
        assert recognizer(tmp_path, "vosk-half") is None
    assert [record.args[0] for record in caplog.records if record.args] == ["vosk-half"]


def test_what_is_no_model_is_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("vosk-empty", "other-engine"):
        (tmp_path / name).mkdir()
        assert recognizer(tmp_path, name) is None
    assert "no Gr.fst" in caplog.text
    assert "no engine other" in caplog.text
    for name in ("vosk-missing", "", None):
        assert recognizer(tmp_path, name) is None
    assert len(caplog.records) == 2
    graph = tmp_path / "vosk-empty" / "graph"
    graph.mkdir()
    (graph / "Gr.fst").touch()
    with pytest.raises(SpeechFailed, match="cannot be loaded"):
        Vosk(tmp_path / "vosk-empty")
