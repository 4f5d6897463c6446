"""Recordings are listened to where a speech model for their language is installed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.actions import hearing
from ivr.audio.samples import Samples
from ivr.audio.wav import wav_bytes
from ivr.errors import SpeechFailed
from ivr.store.takes import State
from tests.actions import studios
from tests.actions.folders import humming
from tests.actions.studios import LANGUAGE, House
from tests.speech import korean
from tests.speech.korean import TEXTS, spoken

PROMPTS = ("main", "start", "first", "noted", "goodbye", "sorry", "trouble", "desk.next")


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A studio with eight texts that can be heard, and the model in its place."""
    humming(monkeypatch)
    with studios.studio(tmp_path, sqlite_url) as made:
        folder = made.studio.folders.prompts / LANGUAGE
        change(folder / "language.yaml", speech_model=korean.NAME)
        entries = {prompt: {"full": text} for prompt, text in zip(PROMPTS, TEXTS, strict=True)}
        change(folder / "texts.yaml", **entries)
        korean.installed(made.studio.folders.models)
        yield made


def change(file: Path, **more: Any) -> None:
    data = yaml.safe_load(file.read_text(encoding="utf-8")) | more
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


def report(house: House, id: int) -> dict[str, Any]:
    """What was found in it once it was treated."""
    found = house.take(id).report
    assert found is not None
    return found


def elsewhere(house: House, id: int) -> list[dict[str, Any]]:
    return [finding["values"] for finding in report(house, id)["findings"] if finding["code"] == "says-else"]


def test_of_eight_recordings_the_two_that_were_swapped_are_found(house: House) -> None:
    said = [TEXTS[1], TEXTS[0], *TEXTS[2:]]
    ids = [house.receive(prompt, wav_bytes(spoken(text))) for prompt, text in zip(PROMPTS, said, strict=True)]
    house.work()
    expected = [[{"name": "start"}], [{"name": "main"}], *([[]] * 6)]
    assert [elsewhere(house, id) for id in ids] == expected
    assert [house.take(id).state for id in ids[:2]] == [State.DOUBTFUL, State.DOUBTFUL]
    measures = [report(house, id)["measures"] for id in ids]
    assert [each["listened"] for each in measures] == [1] * 8
    assert all(each["other_fits"] > each["fits"] for each in measures[:2])


def test_a_text_whose_words_the_model_lacks_is_not_listened_for(house: House) -> None:
    id = house.receive("system.limit", wav_bytes(spoken(TEXTS[0])))
    house.work()
    assert elsewhere(house, id) == []
    assert report(house, id)["measures"]["listened"] == 0


def test_without_a_model_nothing_is_listened_to(house: House) -> None:
    (house.studio.folders.models / korean.NAME).unlink()
    id = house.receive("main", wav_bytes(spoken(TEXTS[1])))
    house.studio.folders.models.rmdir()
    other = house.receive("start", wav_bytes(spoken(TEXTS[0])))
    house.work()
    for take in (id, other):
        assert elsewhere(house, take) == []
        assert "listened" not in report(house, take)["measures"]


def test_an_ear_that_fails_takes_nothing_from_the_treatment(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Deaf:
        def knows(self, word: str) -> bool:
            return True

        def hear(self, samples: Samples, phrases: object) -> tuple[str, ...]:
            raise SpeechFailed("deaf")

    monkeypatch.setattr(hearing, "recognizer", lambda *_: Deaf())
    id = house.receive("main", wav_bytes(spoken(TEXTS[1])))
    house.work()
    assert house.take(id).sound is not None
    assert elsewhere(house, id) == []
    assert f"take {id} was not listened to: deaf" in caplog.text
