"""Speech models and measurements as an operator types them; the real model hears an invented language."""

import csv
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from ivr import cli
from ivr.audio.samples import RATE, Samples
from ivr.audio.wav import wav_bytes
from ivr.cli import models
from ivr.errors import SpeechFailed
from ivr.fetching.fetch import Patience
from ivr.speech.heard import Heard
from ivr.speech.recognizer import ENGINES
from ivr.voice.espeak import Espeak
from tests.actions import folders, zips
from tests.actions.folders import hum, humming
from tests.doubles.mirror import Fault, Mirror, serving
from tests.speech import korean

NAME = "toy-model-0.1"
ARCHIVE = zips.zipped({f"{NAME}/words.txt": b"aa one two three"})
Ivr = Callable[..., Result]


class Toy:
    """Knows the words of its file, and hears in a sound of n tenths of a second the nth phrase of `told`."""

    told: tuple[str, ...] = ()

    def __init__(self, folder: Path) -> None:
        file = folder / "words.txt"
        if not file.is_file():
            raise SpeechFailed("there are no words in it")
        self._words = set(file.read_text().split())

    def knows(self, word: str) -> bool:
        return word in self._words

    def missing(self, phrases: Iterable[str]) -> tuple[str, ...]:
        return tuple(phrase for phrase in phrases if not all(map(self.knows, phrase.split())))

    def hear(self, samples: Samples, phrases: Iterable[str]) -> tuple[str, ...]:
        raise NotImplementedError

    def understand(self, samples: Samples, phrases: Iterable[str]) -> Heard:
        """Nothing that was not asked for can be heard."""
        told = self.told[round((len(samples) / RATE - 0.8) * 10)]
        return Heard(told, 1.0) if told in set(phrases) else Heard()


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with serving() as mirror:
        mirror.files[f"/models/{NAME}.zip"] = ARCHIVE
        yield mirror


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two languages, one of which names a model."""
    data = folders.small(languages=("aa", "bb"), words={"one": ["aa one"], "a": ["aa three", "aa four"]})
    data["languages"]["aa"]["language"]["speech_model"] = NAME
    folders.write(tmp_path, data)
    monkeypatch.setitem(ENGINES, "toy", Toy)
    humming(monkeypatch)
    return tmp_path


@pytest.fixture
def ivr(root: Path, sqlite_url: str, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> Ivr:
    """Runs a command in an environment that holds nothing else of ours; nobody waits for a server."""
    monkeypatch.setattr(Patience, "__init__", _impatient(Patience.__init__))
    known = {
        "IVR_DATA_DIR": str(root / "data"),
        "IVR_DATABASE_URL": sqlite_url,
        "IVR_MENUS_DIR": str(root / "menus"),
        "IVR_PROMPTS_DIR": str(root / "prompts"),
        "IVR_MODELS_URL": f"{mirror.url}/models/",
        "NO_PROXY": "127.0.0.1",
    }

    def run(*words: str, **environ: str) -> Result:
        result = CliRunner().invoke(cli.main, list(words), env={**known, **environ})
        assert "Traceback" not in result.output
        return result

    return run


def _impatient(made: Callable[..., None]) -> Callable[..., None]:
    return lambda self, *given, **named: made(self, *given, **{"tries": 2, "sleep": lambda _: None, **named})


def put(root: Path, words: str = "aa one two three") -> None:
    """Somebody unpacked a model there by hand."""
    folder = root / "data" / "models" / NAME
    folder.mkdir(parents=True)
    (folder / "words.txt").write_text(words)


def test_a_model_is_installed_by_its_language_and_listed_with_what_it_lacks(ivr: Ivr, root: Path) -> None:
    before = ivr("models", "list").output.splitlines()
    assert before[0] == f"AA (aa): {NAME} is not installed, callers use keys: `ivr models install aa`"
    assert before[1] == "BB (bb): no speech model is named, callers use keys"
    result = ivr("models", "install", "aa")
    assert result.exit_code == 0
    assert f"{NAME} is installed, NOT VERIFIED (http://127.0.0.1:" in result.output
    assert hashlib.sha256(ARCHIVE).hexdigest() in result.output
    (root / "data" / "models" / "toy-older").mkdir()
    after = ivr("models", "list").output.splitlines()
    assert after[0].startswith(f"AA (aa): {NAME}, 0 MB, NOT VERIFIED (http://")
    known, _, of = after[1].strip().partition(" of ")
    assert 0 < int(known) < int(of.split()[0])
    assert after[2].startswith("    never: ")
    assert "aa four" in after[2].removeprefix("    never: ").split(", ")
    assert "aa three" not in after[2].removeprefix("    never: ").split(", ")
    assert after[-1] == "of no language: toy-older, 0 MB, put there by hand"
    assert ivr("models", "install", "aa").output == f"{NAME} is installed already\n"


def test_what_is_verified_says_by_what(ivr: Ivr, mirror: Mirror) -> None:
    mirror.files["/models/model-list.json"] = json.dumps(
        [{"name": NAME, "md5": hashlib.md5(ARCHIVE).hexdigest()}]
    ).encode()
    assert f"{NAME} is installed, verified by the md5 in the vendor's list" in ivr("models", "install", "aa").output
    given = hashlib.sha256(ARCHIVE).hexdigest()
    forced = ivr("models", "install", "aa", "--sha256", given, "--force")
    assert "verified by the sha256 that was given" in forced.output
    assert "verified by the sha256 that was given" in ivr("models", "list").output


def test_without_network_a_file_does_as_well(ivr: Ivr, root: Path, mirror: Mirror) -> None:
    (root / "stick.zip").write_bytes(ARCHIVE)
    result = ivr("models", "install", "aa", "--from", str(root / "stick.zip"))
    assert (result.exit_code, "NOT VERIFIED (stick.zip, " in result.output, mirror.heard) == (0, True, [])


def test_one_that_fails_does_not_keep_the_others_away(ivr: Ivr, root: Path, mirror: Mirror) -> None:
    language = root / "prompts" / "bb" / "language.yaml"
    about = yaml.safe_load(language.read_text())
    failed = ivr("models", "install", "bb", "aa")
    assert failed.exit_code == 1
    assert "BB (bb) names no speech_model in its language.yaml" in failed.output
    assert f"{NAME} is installed, " in failed.output
    language.write_text(yaml.safe_dump({**about, "speech_model": "toy-other"}))
    missing = ivr("models", "install", "bb", "aa")
    assert (missing.exit_code, "BB (bb): http://" in missing.output, "answers 404" in missing.output) == (1, True, True)
    language.write_text(yaml.safe_dump({**about, "speech_model": "../toy"}))
    assert "is no name of a speech model" in ivr("models", "install", "bb").output


def test_a_server_that_is_away_is_said_so(ivr: Ivr, mirror: Mirror) -> None:
    mirror.faults = [Fault(status=503)] * 2
    result = ivr("models", "install", "aa")
    assert (result.exit_code, "answers 503: try again later" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("xx",), "there is no language 'xx' (there are: aa, bb)"),
        ((), "Missing argument"),
        (("aa", "--sha256", "123"), "64 hexadecimal digits"),
        (("aa", "bb", "--sha256", "0" * 64), "one language at a time"),
        (("aa", "--from", "nowhere.zip"), "does not exist"),
    ],
)
def test_what_cannot_be_installed_is_explained(ivr: Ivr, mirror: Mirror, words: tuple[str, ...], why: str) -> None:
    result = ivr("models", "install", *words)
    assert result.exit_code != 0
    assert why in result.output
    assert mirror.heard == []


def test_check_says_which_words_cannot_be_heard(ivr: Ivr, root: Path, mirror: Mirror) -> None:
    result = ivr("check")
    assert result.exit_code == 0
    assert f"missing  speech, AA (aa): {NAME} is not installed: `ivr models install aa`, or keys only" in result.output
    assert "note  speech, BB (bb): no model is named" in result.output
    assert "note  IVR_SPEECH is off: callers use keys only" in result.output
    assert "IVR_SPEECH" not in ivr("check", IVR_SPEECH="on").output
    assert "model" not in ivr("check", "--content").output
    put(root)
    found = ivr("check").output
    assert f"ok  speech, AA (aa): {NAME} knows " in found
    assert "note  speech, AA (aa): these phrases are never heard: " in found
    assert " more (`ivr models list`)" in found


def test_check_says_that_a_model_does_not_work(ivr: Ivr, root: Path) -> None:
    (root / "data" / "models" / NAME).mkdir(parents=True)
    result = ivr("check")
    assert f"note  speech, AA (aa): {NAME} does not work here: keys only" in result.output
    assert "it does not work here, callers use keys" in ivr("models", "list").output
    assert "no speech model of AA works here" in ivr("models", "test", "aa").output


def test_of_content_that_cannot_be_read_only_the_mistake_is_said(ivr: Ivr, root: Path) -> None:
    (root / "prompts" / "aa" / "words.yaml").write_text("one: [")
    result = ivr("check")
    assert (result.exit_code, "speech, AA" in result.output) == (1, False)
    assert "words.yaml" in ivr("models", "list").output


def test_who_watches_sees_how_much_has_come(ivr: Ivr, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_watched", lambda: True)
    mirror.files[f"/models/{NAME}.zip"] = zips.zipped({f"{NAME}/words.txt": bytes(3_000_000)}, zipfile.ZIP_STORED)
    output = ivr("models", "install", "aa").output
    assert all(f"\r{NAME}: {here} of 3 MB" in output for here in range(4))


def test_with_every_word_known_nothing_is_noted(ivr: Ivr, root: Path) -> None:
    words = yaml.safe_load((root / "prompts" / "aa" / "words.yaml").read_text())
    about = yaml.safe_load((root / "prompts" / "aa" / "language.yaml").read_text())
    every = json.dumps([words, about]).replace('"', " ").replace(",", " ").replace("[", " ").replace("]", " ")
    put(root, every.replace("-", " ") + every)
    output = ivr("check").output
    assert "never heard" not in output
    assert f"speech, AA (aa): {NAME} knows " in output
    assert "never" not in ivr("models", "list").output


def test_the_words_of_the_menus_are_tried(ivr: Ivr, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root)
    monkeypatch.setattr(Toy, "told", ("", "", "", "aa one"))  # the hum lasts three tenths
    result = ivr("models", "test", "aa", "--node", "main")
    rows = [line.split() for line in result.output.splitlines()]
    assert ["right", "main", "aa", "one"] in rows
    assert ["wrong", "main", "aa", "person", "(not", "in", "the", "model)"] in rows
    right, wrong, rejected = (int(part.split()[0]) for part in result.output.splitlines()[-1].split(", "))
    assert (right, rejected, wrong) == (1, 0, len(rows) - 2)
    monkeypatch.setattr(Toy, "told", ("", "", "", ""))
    whole = [line.split() for line in ivr("models", "test", "aa").output.splitlines()]
    assert ["nothing", "main", "aa", "one"] in whole
    phrases = [" ".join(row[2:]).removesuffix(" (not in the model)") for row in whole[:-1]]
    assert len(phrases) == len(set(phrases)) > len(rows)
    assert "there is no node 'nowhere'" in ivr("models", "test", "aa", "--node", "nowhere").output


def recorded(folder: Path, *clips: tuple[str, str, str, Samples]) -> Path:
    """A folder of recordings: language, word, speaker, sound."""
    folder.mkdir()
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("file", "language", "word", "speaker"))
        for n, (language, word, speaker, samples) in enumerate(clips):
            (folder / f"{n}.wav").write_bytes(wav_bytes(samples))
            rows.writerow((f"{n}.wav", language, word, speaker))
    return folder


def test_recordings_are_counted_by_word_and_speaker_with_one_cost(
    ivr: Ivr, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root)
    monkeypatch.setattr(Toy, "told", ("", "aa one", "aa three", ""))
    folder = recorded(
        tmp_path / "clips",
        ("aa", "aa one", "ann", hum(0.1)),  # right
        ("aa", "aa one", "bob", hum(0.2)),  # wrong
        ("aa", "aa one", "bob", hum(0.3)),  # not understood
        ("aa", "rain", "ann", hum(0.2)),  # falsely accepted
        ("aa", "snow", "", hum(0.3)),
        ("bb", "bb one", "ann", hum(0.1)),
        ("cc", "cc one", "ann", hum(0.1)),
    )
    result = ivr("speech", "eval", str(folder), "--snr", "20")
    assert result.exit_code == 0
    lines = [line.removeprefix("aa: ").split() for line in result.output.splitlines()]
    assert lines.count(["right", "wrong", "rejected", "outside", "accepted", "word"]) == 2
    for row in (
        "1 1 1 0 0 aa one",
        "0 0 0 1 1 rain",
        "0 0 0 1 0 snow",
        "1 0 0 1 1 ann",
        "0 1 1 0 0 bob",
        "0 0 0 1 0 -",
        "1 1 1 2 1 all together",
    ):
        assert row.split() in lines
    assert f"aa: no noise added: cost {(5 + 1 + 3) / 5:.2f}" in result.output
    assert "aa: noise 20 dB below the speech: cost 1.80" in result.output
    for other in ("bb", "cc"):
        assert f"{other}: 1 recordings left out, no speech model of this language is installed" in result.output


def test_what_is_listened_for_can_be_a_node_or_words(
    ivr: Ivr, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root)
    monkeypatch.setattr(Toy, "told", ("", "aa one", "aa three", "rain"))
    clips = [("aa", word, "ann", hum(n / 10)) for n, word in ((1, "aa one"), (2, "aa three"), (3, "rain"))]
    folder = str(recorded(tmp_path / "clips", *clips))

    def all_together(*more: str) -> list[str]:
        output = ivr("speech", "eval", folder, *more).output
        return next(line.split()[1:6] for line in output.splitlines() if line.endswith("all together"))

    assert all_together() == ["2", "0", "0", "1", "0"]
    assert all_together("--node", "main") == ["1", "0", "0", "2", "0"]
    assert all_together("--word", "rain", "--word", "aa one") == ["2", "0", "0", "1", "0"]
    assert "exclude each other" in ivr("speech", "eval", folder, "--node", "main", "--word", "x").output
    assert "there is no node 'x'" in ivr("speech", "eval", folder, "--node", "x").output
    (tmp_path / "clips" / "0.wav").unlink()
    broken = ivr("speech", "eval", folder)
    assert (broken.exit_code, "0.wav: No such file" in broken.output) == (1, True)


def test_the_weights_are_said(ivr: Ivr) -> None:
    assert "wrong 5, accepted 3, rejected 1" in " ".join(ivr("speech", "eval", "--help").output.split())


@pytest.fixture
def korean_house(root: Path) -> Path:
    """The first language is one that the real model hears."""
    (root / "data").mkdir()
    korean.installed(root / "data" / "models")
    folder = root / "prompts" / "aa"
    about = yaml.safe_load((folder / "language.yaml").read_text())
    voices = [{"engine": "espeak", "voice": "ko"}]
    about |= {"speech_model": korean.NAME, "voices": voices, "yes": ["네"], "no": ["아니요"], "numbers": {}}
    about["globals"] = {"person": ["도움"], "again": ["넷"], "back": ["일곱"], "main": ["이야기"], "next": ["삼"]}
    (folder / "language.yaml").write_text(yaml.safe_dump(about, allow_unicode=True), encoding="utf-8")
    words = {"one": ["어머니"], "aa": ["일자리"], "bb": ["나무", "zzz"]}
    (folder / "words.yaml").write_text(yaml.safe_dump(words, allow_unicode=True), encoding="utf-8")
    return root


def test_the_real_model_understands_the_placeholder_voice(
    ivr: Ivr, korean_house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ivr.actions import releases  # noqa: PLC0415

    monkeypatch.setattr(releases, "best_voice", lambda *_: Espeak("ko"))
    output = ivr("models", "test", "aa").output
    rows = {tuple(line.split()[1:3]): line.split()[0] for line in output.splitlines()[:-1]}
    assert rows["main", "어머니"] == "right"
    assert rows["start", "zzz"] == "nothing"
    assert "zzz (not in the model)" in output
    assert sum(verdict == "right" for verdict in rows.values()) >= len(rows) / 2
    assert "never: " in ivr("models", "list").output


def test_the_real_model_is_measured_with_recordings(ivr: Ivr, korean_house: Path, tmp_path: Path) -> None:
    said: Any = [(word, Espeak("ko").speak(word)) for word in ("어머니", "이야기", "도움", "학교")]
    folder = recorded(tmp_path / "clips", *[("aa", word, "machine", sound) for word, sound in said])
    output = ivr("speech", "eval", str(folder), "--node", "main", "--snr", "30").output
    rows = [line.split()[1:] for line in output.splitlines() if line.startswith("aa: ")]
    assert ["1", "0", "0", "0", "0", "어머니"] in rows
    assert rows.count(["학교"]) == 0
    totals = [[int(count) for count in row[:5]] for row in rows if row[5:] == ["all", "together"]]
    assert [sum(each[:4]) for each in totals] == [4, 4, 4, 4]
