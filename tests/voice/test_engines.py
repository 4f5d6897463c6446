import hashlib
import subprocess
import sys
import types
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from ivr.audio.loudness import loudness
from ivr.audio.samples import Samples, duration
from ivr.errors import VoiceFailed
from ivr.voice.engines import ENGINES, VoiceChoice, best_voice, slowly
from ivr.voice.espeak import _paths as espeak_paths
from ivr.voice.pico import Pico
from ivr.voice.piper import Piper

FRENCH = VoiceChoice("pico", "fr-FR")
PERSIAN = VoiceChoice("espeak", "fa")
TEXTS = {FRENCH: "Bonjour. Pour les papiers, tapez un.", PERSIAN: "سلام. برای اسناد، یک را فشار دهید."}
OTHERS = {FRENCH: "Merci, au revoir.", PERSIAN: "تشکر، خدا حافظ."}
BOTH = pytest.mark.parametrize("choice", [FRENCH, PERSIAN], ids=["pico", "espeak"])


def digest(samples: Samples) -> str:
    return hashlib.sha256(samples.tobytes()).hexdigest()


@BOTH
def test_a_text_is_heard(choice: VoiceChoice) -> None:
    spoken = best_voice([choice]).speak(TEXTS[choice])
    assert spoken.dtype == np.int16
    assert 1.5 < duration(spoken) < 6
    assert -35 < loudness(spoken) < -8


@BOTH
def test_the_same_text_is_the_same_sound_whatever_was_said_before(choice: VoiceChoice) -> None:
    voice = best_voice([choice])
    first = digest(voice.speak(TEXTS[choice]))
    for _ in range(6):  # the memory a library is given is only dirty after a while
        voice.speak(OTHERS[choice])
        assert digest(voice.speak(TEXTS[choice])) == first


@BOTH
def test_another_process_makes_the_same_sound(choice: VoiceChoice) -> None:
    program = (
        "import hashlib; from ivr.voice.engines import VoiceChoice, best_voice\n"
        f"print(hashlib.sha256(best_voice([{choice!r}]).speak({TEXTS[choice]!r}).tobytes()).hexdigest())"
    )
    theirs = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert theirs.strip() == digest(best_voice([choice]).speak(TEXTS[choice]))


def test_two_voices_speak_in_several_threads_and_stay_what_they_are() -> None:
    voices = {choice: best_voice([choice]) for choice in TEXTS}
    alone = {choice: digest(voice.speak(TEXTS[choice])) for choice, voice in voices.items()}
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda choice: (choice, digest(voices[choice].speak(TEXTS[choice]))), list(TEXTS) * 6))
    assert all(alone[choice] == sound for choice, sound in made)


def test_a_long_text_is_spoken_to_its_end() -> None:
    for choice, voice in ((choice, best_voice([choice])) for choice in TEXTS):
        once, often = (duration(voice.speak(" ".join([TEXTS[choice]] * times))) for times in (1, 20))
        assert often > 15 * once


def test_markup_in_a_text_is_not_obeyed() -> None:
    voice = best_voice([FRENCH])
    with_markup = voice.speak('Bonjour <speed level="300"> tout le monde, comment allez-vous ?')
    assert duration(with_markup) > duration(voice.speak("Bonjour tout le monde, comment allez-vous ?"))


def test_phonemes_in_brackets_give_other_sounds() -> None:
    voice = best_voice([PERSIAN])
    assert digest(voice.speak("[[jak]]")) not in {digest(voice.speak("jak")), digest(voice.speak("یک"))}


@pytest.mark.parametrize("text", ["", " ", "\0"])
@BOTH
def test_of_nothing_nothing_is_said(choice: VoiceChoice, text: str) -> None:
    assert loudness(best_voice([choice]).speak(text)) == float("-inf")


@pytest.mark.parametrize(
    ("slow", "fast"),
    [
        (VoiceChoice("pico", "fr-FR", rate=80), VoiceChoice("pico", "fr-FR", rate=140)),
        (VoiceChoice("espeak", "fa", rate=100), VoiceChoice("espeak", "fa", rate=200)),
    ],
)
def test_the_rate_is_kept_and_is_part_of_the_name(slow: VoiceChoice, fast: VoiceChoice) -> None:
    text = "Un, deux, trois, quatre, cinq."
    slower, faster = best_voice([slow]), best_voice([fast])
    assert duration(slower.speak(text)) > 1.2 * duration(faster.speak(text))
    assert slower.name != faster.name


def test_the_amplitude_is_kept_and_is_part_of_the_name() -> None:
    soft, loud = (best_voice([VoiceChoice("espeak", "fa", amplitude=amplitude)]) for amplitude in (35, 70))
    assert loudness(soft.speak(TEXTS[PERSIAN])) < loudness(loud.speak(TEXTS[PERSIAN])) - 3
    assert soft.name != loud.name


def test_the_house_s_amplitude_does_not_clip() -> None:
    assert np.max(np.abs(best_voice([PERSIAN]).speak(TEXTS[PERSIAN]).astype(int))) < 32000


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        (VoiceChoice("pico", "fa-AF"), "pico has no voice 'fa-AF'"),
        (VoiceChoice("pico", "../lang/fr-FR*"), "pico has no voice"),
        (VoiceChoice("espeak", "xx-none"), "espeak-ng has no voice 'xx-none'"),
        (VoiceChoice("piper", "fr_FR-siwis-medium"), "piper"),
    ],
)
def test_a_voice_that_is_not_there_says_so_when_it_is_built(choice: VoiceChoice, reason: str) -> None:
    with pytest.raises(VoiceFailed, match=reason):
        ENGINES[choice.engine](choice, None)


@pytest.mark.parametrize("package", ["py_nanotts", "espeakng_loader", "piper"])
def test_a_package_that_is_not_installed_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    choice = {"py_nanotts": FRENCH, "espeakng_loader": PERSIAN, "piper": VoiceChoice("piper", "any")}[package]
    with pytest.raises(VoiceFailed, match="is not installed"):
        ENGINES[choice.engine](choice, None)


@pytest.mark.parametrize("choice", [FRENCH, PERSIAN], ids=["pico", "espeak"])
def test_a_package_without_its_library_is_named(
    choice: VoiceChoice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty = ModuleSpec("empty", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: empty)
    with pytest.raises(VoiceFailed, match="this build of"):
        ENGINES[choice.engine](choice, None)


def test_voice_data_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    voice = Pico("fr-FR")
    first, second = voice._files
    for files in ([tmp_path / "gone.bin", second], [first, tmp_path / "gone.bin"]):
        monkeypatch.setattr(voice, "_files", files)
        with pytest.raises(VoiceFailed, match=r"pico could not load gone\.bin \(status -"):
            voice.speak("Bonjour")
    monkeypatch.setattr("ivr.voice.espeak._paths", lambda: (espeak_paths()[0], tmp_path))
    with pytest.raises(VoiceFailed, match="cannot read its data"):
        ENGINES["espeak"](PERSIAN, None)


def test_the_first_voice_that_works_is_taken() -> None:
    assert best_voice([VoiceChoice("piper", "none"), VoiceChoice("pico", "xx"), PERSIAN, FRENCH]).name.startswith(
        "espeak"
    )


def test_where_no_voice_works_every_reason_is_told() -> None:
    with pytest.raises(
        VoiceFailed, match=r"no voice 'xx'; there is no engine 'robot' \(there are: espeak, pico, piper\)"
    ):
        best_voice([VoiceChoice("pico", "xx"), VoiceChoice("robot", "r2")])
    with pytest.raises(VoiceFailed, match="none is named"):
        best_voice([])


class PiperChunk:
    sample_rate = 16000
    audio_int16_bytes = np.full(16000, 1000, dtype="<i2").tobytes()


class PiperVoice:
    """Answers as the package's own class does."""

    @classmethod
    def load(cls, path: str) -> "PiperVoice":
        assert path.endswith("fr_FR-siwis-medium.onnx")
        return cls()

    def synthesize(self, text: str, syn_config: types.SimpleNamespace) -> Iterator[PiperChunk]:
        assert syn_config.length_scale == 1
        yield from [PiperChunk()] * len(text.split("."))


@pytest.fixture
def piper(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("piper")
    module.__spec__ = ModuleSpec("piper", None)
    vars(module).update(PiperVoice=PiperVoice, SynthesisConfig=types.SimpleNamespace)
    monkeypatch.setitem(sys.modules, "piper", module)
    installed = metadata.version
    monkeypatch.setattr("importlib.metadata.version", lambda name: "1.3" if name == "piper-tts" else installed(name))


@pytest.mark.usefixtures("piper")
@pytest.mark.parametrize("name", ["fr_FR-siwis-medium", "fr_FR-siwis-medium.onnx"])
def test_a_piper_voice_is_used_where_its_file_is_in_the_models_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "fr_FR-siwis-medium.onnx").write_bytes(b"model")
    voice = best_voice([VoiceChoice("piper", name), FRENCH], tmp_path)
    assert voice.name == "piper 1.3 fr_FR-siwis-medium 5 100"
    assert duration(voice.speak("Un. Deux")) == 2


@pytest.mark.usefixtures("piper")
def test_a_piper_voice_without_its_file_is_passed_by(tmp_path: Path) -> None:
    assert best_voice([VoiceChoice("piper", "fr_FR-siwis-medium"), FRENCH], tmp_path).name.startswith("pico")
    with pytest.raises(VoiceFailed, match="not in the models folder"):
        Piper("fr_FR-siwis-medium", tmp_path)


@BOTH
def test_names_and_streets_are_said_more_slowly(choice: VoiceChoice) -> None:
    usual, slow = (best_voice([each]) for each in (choice, slowly(choice)))
    assert duration(slow.speak(TEXTS[choice])) > 1.1 * duration(usual.speak(TEXTS[choice]))
    assert usual.name != slow.name


def test_slowly_is_a_part_of_the_rate_that_an_author_chose() -> None:
    assert slowly(VoiceChoice("espeak", "fa", rate=100, amplitude=60)) == VoiceChoice("espeak", "fa", 80, 60)
