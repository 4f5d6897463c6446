"""Several languages' models and a few threads: what waits, what is refused, and a real model that is loaded behind."""

import asyncio
import logging
from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from ivr.audio.samples import Samples
from ivr.errors import SpeechFailed
from ivr.speech import ears
from ivr.speech.ears import Ears
from ivr.speech.heard import Heard
from tests.speech import korean
from tests.speech.korean import spoken

SILENCE = np.zeros(1600, np.int16)
NOWHERE = Path("nowhere")


class Ear:
    """Hears the first phrase, when it may."""

    def __init__(self) -> None:
        self.may, self.listens = Event(), Event()
        self.may.set()

    def knows(self, word: str) -> bool:
        return word.islower()

    def missing(self, phrases: Iterable[str]) -> tuple[str, ...]:
        return tuple(phrase for phrase in phrases if not self.knows(phrase))

    def hear(self, samples: Samples, phrases: Iterable[str]) -> tuple[str, ...]:
        return ()

    def understand(self, samples: Samples, phrases: Iterable[str]) -> Heard:
        self.listens.set()
        assert self.may.wait(60)
        if "fail" in phrases:
            raise SpeechFailed("deaf")
        return Heard(next(iter(phrases)), 0.5)


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    """What every language is heard with."""
    found = Ear()
    monkeypatch.setattr(ears, "recognizer", lambda models, name: None if name == "broken" else found)
    return found


def ready(names: dict[str, str | None], threads: int = 1, **more: object) -> Ears:
    made = Ears(NOWHERE, names, threads, **more)  # type: ignore[arg-type]
    assert made.ready(60)
    return made


def result(future: Future[dict[str, Heard]]) -> dict[str, Heard]:
    return future.result(60)


def test_each_language_is_heard_with_its_own_phrases(ear: Ear) -> None:
    house = ready({"aa": "good", "bb": "good", "cc": None})
    assert house.languages() == {"aa", "bb"}
    assert result(house.submit(SILENCE, {"aa": ("one",), "bb": ("two", "one"), "cc": ("three",), "dd": ()})) == {
        "aa": Heard("one", 0.5),
        "bb": Heard("two", 0.5),
        "cc": Heard(),
        "dd": Heard(),
    }
    assert house.missing("aa", ["one", "TWO"]) == ("TWO",)
    assert house.missing("cc", ["one", "TWO"]) == ()
    house.close()


def test_a_broken_model_is_told_of_and_its_language_is_left_to_the_keys(
    ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "ivr.speech"):
        house = ready({"aa": "good", "bb": "broken"})
    assert house.languages() == {"aa"}
    assert "speech model good of aa is ready after" in caplog.text
    assert "speech model broken of bb cannot be used" in caplog.text
    house.close()


def test_what_cannot_be_decoded_is_nothing_heard_and_the_words_are_not_logged(
    ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    house = ready({"aa": "good", "bb": "good"})
    assert result(house.submit(SILENCE, {"aa": ("fail",), "bb": ("secret",)})) == {
        "aa": Heard(),
        "bb": Heard("secret", 0.5),
    }
    assert "an utterance of 0.2 s could not be heard with the model of aa" in caplog.text
    assert "secret" not in caplog.text
    house.close()


def test_what_waits_is_counted_and_so_is_how_long(ear: Ear) -> None:
    now = [100.0]
    house = ready({"aa": "good"}, clock=lambda: now[0])
    assert (house.waiting, house.late) == (0, 0.0)
    ear.may.clear()
    first = house.submit(SILENCE, {"aa": ("one",)})
    assert ear.listens.wait(60)
    now[0] = 102.0
    second, third = house.submit(SILENCE, {"aa": ("two",)}), house.submit(SILENCE, {"aa": ("three",)})
    now[0] = 103.0
    assert (house.waiting, house.late) == (3, 3.0)
    assert second.cancel()  # its call has ended
    assert (house.waiting, house.late) == (2, 3.0)
    ear.may.set()
    assert result(first) == {"aa": Heard("one", 0.5)}
    assert result(third) == {"aa": Heard("three", 0.5)}
    house.close()
    assert (house.waiting, house.late) == (0, 0.0)


def test_a_house_that_closes_hears_nothing_more(ear: Ear) -> None:
    house = ready({"aa": "good"})
    ear.may.clear()
    running = house.submit(SILENCE, {"aa": ("one",)})
    assert ear.listens.wait(60)
    waits = house.submit(SILENCE, {"aa": ("two",)})
    house._closed = True  # as close() does before it waits
    late = house.submit(SILENCE, {"aa": ("three",)})
    assert late.done()
    ear.may.set()
    house.close()
    house.close()
    assert [result(one)["aa"].words for one in (running, waits, late)] == ["one", "", ""]


def test_a_model_is_loaded_behind_and_hears_what_many_say_at_once(tmp_path: Path) -> None:
    house = Ears(korean.installed(tmp_path / "models"), {"aa": korean.NAME, "bb": "vosk-none"}, threads=2)
    assert house.ready(300)
    assert house.languages() == {"aa"}
    yes_or_no = {"aa": ("네", "아니요"), "bb": ("네",)}

    async def talk() -> list[dict[str, Heard]]:
        said = ["네", "아니요"] * 4
        return await asyncio.gather(*(asyncio.wrap_future(house.submit(spoken(word), yes_or_no)) for word in said))

    heard = asyncio.run(talk())
    assert [one["aa"].words for one in heard] == ["네", "아니요"] * 4
    assert all(0 < one["aa"].sure <= 1 for one in heard)
    assert {one["bb"] for one in heard} == {Heard()}
    assert house.waiting == 0
    house.close()
