"""A whole call ends at every leaf of every tree, in every language."""

from pathlib import Path

import pytest

from ivr.engine.menu import Steps
from tests.helpline import ROOT, helpline
from tests.leaves import FOLDER, dump, file_of, load, played, trees

FILES = sorted(FOLDER.glob("*.yaml"))
LANGUAGES = sorted(path.parent.name for path in (ROOT / "prompts").glob("*/language.yaml"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_call_to_each_leaf_goes_as_it_is_written(file: Path, language: str, tmp_path: Path) -> None:
    written, joined = load(file), helpline(tmp_path)
    for call, (went, kept) in zip(written, played(joined, language, written), strict=True):
        assert went == call
        assert (kept.language, kept.requests) == (language, ())
    joined.database.dispose()


def test_every_leaf_of_every_tree_has_its_call() -> None:
    assert sorted(file_of(tree) for tree in trees()) == FILES
    for tree, nodes in trees().items():
        calls = load(file_of(tree))
        assert [call.leaf for call in calls] == [node.id for node in nodes], "run `python -m tests.leaves --rewrite`"
        for node, call in zip(nodes, calls, strict=True):
            passed = [step.node for step in call.steps if step.node is not None]
            assert call.steps[-1].do == "hang up"
            assert node.id in passed[-len(getattr(node, "pages", "x")) - 1 :]
            assert isinstance(node, Steps) or passed[-1] == node.id


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_of_calls_is_written_as_the_tool_writes_it(file: Path) -> None:
    assert dump(file.stem, load(file)) == file.read_text(encoding="utf-8")
