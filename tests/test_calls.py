"""The whole conversations of tests/calls, through every channel that can, on both databases."""

import re
import shutil
from pathlib import Path

import pytest

from ivr.actions import releases
from ivr.channels.terminal.saved import Scenario, Step, dump
from ivr.voice.sounds import Sounds
from tests import scenarios
from tests.helpline import ROOT, SOUNDS, at, helpline
from tests.scenarios import CHANNELS, FILES, load, ready, suits, visible

BOTH = ("first-call-dari-permit", "withheld-number-french", "asked-twice", "another-language")
"""Played on PostgreSQL too: a promise, a secret, a repetition, a caller without a language."""

PLAYS = [
    pytest.param(file, channel, id=f"{file.stem}-{channel}")
    for file in FILES
    for channel in CHANNELS
    if suits(channel, load(file))
]


def check(scenario: Scenario, channel: str, tmp: Path, database_url: str = "") -> None:
    with ready(scenario, tmp, database_url) as joined:
        steps, kept = CHANNELS[channel](joined, scenario)
    assert [visible(channel, step) for step in scenario.steps] == [visible(channel, step) for step in steps]
    assert kept == scenario.stored


@pytest.mark.parametrize(("file", "channel"), PLAYS)
def test_a_conversation_goes_as_it_is_written(file: Path, channel: str, tmp_path: Path) -> None:
    check(load(file), channel, tmp_path)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("channel", CHANNELS)
def test_it_goes_the_same_on_postgresql(name: str, channel: str, tmp_path: Path, postgres_url: str) -> None:
    check(load(scenarios.CALLS / f"{name}.yaml"), channel, tmp_path, postgres_url)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_scenario_says_what_it_is_about_and_what_comes_of_each_step(file: Path) -> None:
    scenario = load(file)
    assert scenario.about
    assert all(step.node and step.then for step in scenario.steps if step.do != "hang up")
    assert dump(scenario) == file.read_text(encoding="utf-8")
    assert not re.search(r"\+33(?!(19900|63998))\d", file.read_text(encoding="utf-8"))


def test_rewriting_writes_down_what_happens(tmp_path: Path) -> None:
    original = scenarios.CALLS / "go-back.yaml"
    file = Path(shutil.copy(original, tmp_path / "x.yaml"))
    file.write_text(file.read_text().replace("node: permit\n", "node: elsewhere\n"))
    with pytest.raises(AssertionError):
        check(load(file), "terminal", tmp_path)
    assert scenarios.rewrite(file)
    assert file.read_text() == original.read_text()
    assert not scenarios.rewrite(file)


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_language_of_one_call_greets_in_the_next(channel: str, tmp_path: Path) -> None:
    first = load(scenarios.CALLS / "first-call-french-permit.yaml")
    with ready(first, tmp_path) as joined:
        CHANNELS[channel](joined, first)
        steps, _ = CHANNELS[channel](joined, first_step_only(first))
    assert (steps[0].node, steps[0].hears[0]) == ("main", "fr/welcome-back")


def first_step_only(scenario: Scenario) -> Scenario:
    steps = (scenario.steps[0], Step("hang up"))
    return Scenario(scenario.about, scenario.caller, scenario.at, None, steps, scenario.stored)


@pytest.mark.parametrize(
    ("day", "heard"), [("2026-12-31", "permit.collect.stamp"), ("2027-01-01", "permit.collect.stamp.doubt")]
)
def test_a_value_past_its_date_is_said_in_doubtful_words(day: str, heard: str, tmp_path: Path) -> None:
    menus = Path(shutil.copytree(ROOT / "menus", tmp_path / "menus"))
    facts = (menus / "facts.yaml").read_text(encoding="utf-8")
    about = facts[facts.index("permit.stamp:") : facts.index("permit.stamp-where:")]
    certain = about.replace("doubt: true", "doubt: false\n  valid_until: 2026-12-31")
    assert certain != about
    (menus / "facts.yaml").write_text(facts.replace(about, certain), encoding="utf-8")
    collecting = load(scenarios.CALLS / "doubtful-french.yaml")
    joined = helpline(tmp_path, clock=at(f"{day}T10:00"))
    folders = releases.Folders(menus, ROOT / "prompts", ROOT / "var" / "models")
    joined.shelf.put(releases.prepare(folders, Sounds(SOUNDS), day).release)
    steps, _ = scenarios.by_terminal(
        joined, Scenario("", "+33639980157", day, None, press_through(collecting), collecting.stored)
    )
    joined.database.dispose()
    assert f"fr/{heard}" in [name for step in steps for name in step.hears]


def press_through(scenario: Scenario) -> tuple[Step, ...]:
    """The same steps from a first call: French is chosen, the help is skipped."""
    return (scenario.steps[0], Step("press 2"), Step("press #"), *scenario.steps[1:])
