"""The seconds to each leaf as lines, from made-up lengths and from the published release."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.cli import main
from ivr.engine.pace import Pace, leaves
from ivr.engine.turn import Variant
from ivr.release import pacing
from tests.engine.books import Nodes, content, menu
from tests.helpline import helpline, prepared, surroundings


def pace(first: Nodes) -> Pace:
    fact = {"full": "x", "facts": ["fee"]}
    made = content(first, texts={"p1": fact}, facts={"fee": {"says": "x", "source": "doc"}})
    return Pace(made, "aa", {("aa", id, Variant.FULL): 1.0 for id in made.tongues[0].texts})


def test_each_leaf_and_each_first_fact_is_a_line_and_the_last_sums_them_up() -> None:
    tell = {"kind": "steps", "pages": ["p1", "p2"], "then": "after"}
    first = {"first": menu("offer", "tell"), "offer": menu("person"), "tell": tell, "after": menu("person")}
    assert list(pacing.listed(pace(first), "aa")) == [
        "aa    5 s  2 choices  offer",
        "aa   11 s  2 choices  tell",
        "aa    6 s  first fact of tree",
        "aa: 2 leaves, the middle one after 8 s; the longest way is to tell, 11 s",
    ]


def test_where_nothing_is_told_there_is_nothing_to_list() -> None:
    assert list(pacing.listed(pace({"first": menu("main")}), "aa")) == ["aa: no leaves"]


def test_the_command_lists_the_published_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helpline(tmp_path).database.dispose()
    for name, value in surroundings(tmp_path / "data").items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(main, ["prompts", "seconds"])
    assert done.exit_code == 0, done.output
    release = prepared().release
    for tongue in release.content.tongues:
        said = [line for line in done.output.splitlines() if line.startswith(tongue.code)]
        told = [line.rpartition("  ")[2] for line in said if " choices " in line]
        assert sorted(told) == sorted(node.id for node in leaves(release.content))
