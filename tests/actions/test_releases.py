"""A release is made whole or not at all: checked, every sound there, a person's recording before a placeholder."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.actions import releases
from ivr.actions.releases import Folders, Made, lengths_of, prepare
from ivr.audio.wav import wav_bytes
from ivr.engine.check import check
from ivr.engine.turn import Variant
from ivr.errors import BadContent, VoiceFailed
from ivr.release.shelf import Shelf
from ivr.voice.engines import VoiceChoice
from ivr.voice.sounds import Sounds
from tests.actions import folders
from tests.actions.folders import TODAY, Hummer, hum, humming


@pytest.fixture
def voice(monkeypatch: pytest.MonkeyPatch) -> Hummer:
    return humming(monkeypatch)


@pytest.fixture
def content(tmp_path: Path) -> Folders:
    return folders.write(tmp_path, folders.small())


@pytest.fixture
def sounds(tmp_path: Path) -> Sounds:
    return Sounds(tmp_path / "sounds")


def change(file: Path, **entries: Any) -> None:
    """Changes top-level entries of a YAML file; None takes one away."""
    data = {**yaml.safe_load(file.read_text(encoding="utf-8")), **entries}
    kept = {name: entry for name, entry in data.items() if entry is not None}
    file.write_text(yaml.safe_dump(kept, allow_unicode=True), encoding="utf-8")


def test_a_release_has_a_sound_for_everything_that_can_be_heard(
    content: Folders, sounds: Sounds, voice: Hummer
) -> None:
    shown: list[tuple[int, int]] = []
    made = prepare(content, sounds, TODAY, lambda done, of: shown.append((done, of)))
    table = made.release.sounds
    assert all(sounds.path(sound.hash) for sound in table.values())
    assert {name for language, name in table if language == "-"} == {"pause.300"}
    wanted = {"start", "main.short", "system.broken", "digit.0", "number.100", "moment.today", "weekday.7", "month.12"}
    assert wanted <= {name for language, name in table if language == "aa"}
    assert len(shown) == shown[-1][0] == shown[-1][1]
    assert {sound.kind for sound in table.values()} == {"placeholder", "recorded"}  # a pause needs no voice


def test_the_same_files_give_the_same_release_and_nothing_is_said_twice(
    content: Folders, sounds: Sounds, voice: Hummer
) -> None:
    first = prepare(content, sounds, TODAY)
    said = len(voice.said)
    assert prepare(content, sounds, "2026-11-26").release.id == first.release.id
    assert len(voice.said) == said


def test_a_recording_beside_its_text_is_played_instead_of_the_placeholder(
    content: Folders, sounds: Sounds, voice: Hummer
) -> None:
    before = prepare(content, sounds, TODAY).release
    (content.prompts / "aa" / "main.short.wav").write_bytes(wav_bytes(hum(1.5)))
    after = prepare(content, sounds, TODAY).release
    assert after.id != before.id
    recorded = after.sounds["aa", "main.short"]
    assert (recorded.kind, before.sounds["aa", "main.short"].kind) == ("recorded", "placeholder")
    assert 1.3 < recorded.seconds < 1.6
    changed = {place for place in after.sounds if after.sounds[place] != before.sounds[place]}
    assert changed == {("aa", "main.short")}


def test_a_recording_that_cannot_be_used_is_named(content: Folders, sounds: Sounds, voice: Hummer) -> None:
    (content.prompts / "aa" / "main.wav").write_bytes(b"no sound")
    (content.prompts / "aa" / "start.ogg").write_bytes(b"")
    with pytest.raises(BadContent) as caught:
        prepare(content, sounds, TODAY)
    lines = str(caught.value).splitlines()
    assert [Path(line.split(":")[0]).name for line in lines] == ["main.wav", "start.ogg"]


def test_every_mistake_is_named_and_nothing_is_rendered_or_kept(
    content: Folders, sounds: Sounds, voice: Hummer, tmp_path: Path
) -> None:
    change(
        content.menus / "tree.yaml", nodes={"first": {"kind": "menu", "options": [{"key": 1, "id": "x", "to": "no"}]}}
    )
    change(content.menus / "hours.yaml", week={"monday": []}, closed=7)
    change(content.menus / "outcomes.yaml", busy={"then": "wait"}, helped=None)
    change(content.prompts / "aa" / "texts.yaml", main=None)
    (content.menus / "facts.yaml").write_text("a: [")
    shelf = Shelf(tmp_path / "releases")
    with pytest.raises(BadContent) as caught:
        shelf.put(prepare(content, sounds, TODAY).release)
    text = str(caught.value)
    for part in (
        "menus/tree.yaml:",
        "`no`",
        "menus/hours.yaml:1: monday",
        "closed: must be",
        "menus/outcomes.yaml:1: busy: must say `then`",
        "helped: the outcome is missing",
        "no text `main`",
        "menus/facts.yaml:",
    ):
        assert part in text
    assert (voice.said, shelf.ids()) == ([], set())
    with pytest.raises(BadContent, match="no release has been made yet"):
        shelf.current()


def test_warnings_do_not_stop_a_release(content: Folders, sounds: Sounds, voice: Hummer) -> None:
    change(content.menus / "tree.yaml", review="2020-01-01")
    change(content.prompts / "aa" / "texts.yaml", unused="nobody says this")
    made = prepare(content, sounds, TODAY)
    assert {mistake.where for mistake in made.warnings} >= {"unused"}
    assert all(mistake.warning for mistake in made.warnings)
    assert ("aa", "unused") not in made.release.sounds  # texts that no menu says need no sound


def test_a_voice_that_fails_leaves_the_release_of_before(
    content: Folders, sounds: Sounds, voice: Hummer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(tmp_path / "releases")
    first = prepare(content, sounds, TODAY)
    shelf.put(first.release)
    change(content.prompts / "aa" / "texts.yaml", main="other words")

    def fail(_: str) -> None:
        raise VoiceFailed("no breath")

    monkeypatch.setattr(voice, "speak", fail)
    with pytest.raises(VoiceFailed):
        shelf.put(prepare(content, sounds, TODAY).release)
    assert (shelf.ids(), shelf.current().id) == ({first.release.id}, first.release.id)


def test_lengths_are_those_of_each_wording(content: Folders, sounds: Sounds, voice: Hummer) -> None:
    made: Made = prepare(content, sounds, TODAY)
    lengths = lengths_of(made.release.content, made.release.sounds)
    assert lengths["aa", "main", Variant.SHORT] == made.release.sounds["aa", "main.short"].seconds
    without = {place: sound for place, sound in made.release.sounds.items() if place != ("aa", "main")}
    missing = check(made.release.content, TODAY, lengths_of(made.release.content, without))
    assert [(mistake.where, mistake.what) for mistake in missing if "no sound" in mistake.what] == [
        ("main", "no sound for the full wording")
    ]


def test_a_language_s_voice_is_the_best_of_those_it_names(
    content: Folders, sounds: Sounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []

    def best(choices: list[VoiceChoice], models: Path) -> Hummer:
        asked.append((choices, models))
        return Hummer()

    monkeypatch.setattr(releases, "best_voice", best)
    about = yaml.safe_load((content.prompts / "aa" / "language.yaml").read_text())
    change(content.prompts / "aa" / "language.yaml", voices=[{"engine": "espeak", "voice": "zz", "rate": 150}], **about)
    prepare(content, sounds, TODAY)
    assert asked == [([VoiceChoice("espeak", "zz", 150)], content.models)]
