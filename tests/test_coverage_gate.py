"""The gate itself: it lets through what is covered and names what is not."""

import json
from pathlib import Path

import pytest

from tests import coverage_gate

COVERED = {"missing_lines": [], "missing_branches": []}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one engine module and one that parses."""
    for name in ("ivr/engine/a.py", "ivr/parse.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(coverage_gate, "ROOT", tmp_path)
    monkeypatch.setattr(coverage_gate, "RENDER_AND_PARSE", ("ivr/parse.py",))
    return tmp_path


def run(root: Path, files: dict, *options: str, branches: bool = True) -> int:
    """The gate's exit status for this report."""
    (root / "report.json").write_text(json.dumps({"meta": {"branch_coverage": branches}, "files": files}))
    return coverage_gate.main([str(root / "report.json"), *options])


def test_full_coverage_passes(root, capsys):
    assert run(root, {"ivr/engine/a.py": COVERED, "ivr/parse.py": COVERED, "ivr/web.py": {}}) == 0
    assert capsys.readouterr().out == "Engine, render and parse are fully covered.\n"


def test_what_is_not_covered_is_named(root, capsys):
    short = {"missing_lines": [3, 4], "missing_branches": [[7, -1], [8, 9]]}
    assert run(root, {"ivr/engine/a.py": short, "ivr/parse.py": COVERED}) == 1
    assert capsys.readouterr().out.splitlines() == [
        "ivr/engine/a.py: lines 3, 4; branches 7->exit, 8->9",
        "Short of full coverage: 1.",
    ]


def test_a_file_that_no_test_ever_imports_falls_short(root, capsys):
    assert run(root, {"ivr/parse.py": COVERED}) == 1
    assert "ivr/engine/a.py: not in the report" in capsys.readouterr().out


def test_a_listed_file_must_exist_unless_allowed(root, capsys):
    (root / "ivr/parse.py").unlink()
    assert run(root, {"ivr/engine/a.py": COVERED}) == 1
    assert "ivr/parse.py: listed, but it does not exist" in capsys.readouterr().out
    assert run(root, {"ivr/engine/a.py": COVERED}, "--allow-missing") == 0


def test_a_report_without_branches_proves_nothing(root):
    assert run(root, {"ivr/engine/a.py": COVERED, "ivr/parse.py": COVERED}, branches=False) == 1


def test_every_listed_file_is_in_the_repository():
    root = Path(coverage_gate.__file__).parent.parent
    assert [name for name in coverage_gate.wanted(root) if not (root / name).is_file()] == []
