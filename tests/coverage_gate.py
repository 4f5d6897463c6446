"""Fails unless the engine, and all that renders or parses, is covered to the last line and branch.

python tests/coverage_gate.py .coverage.json [--allow-missing]
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
WHOLE_FOLDERS = ("ivr/engine",)
RENDER_AND_PARSE = (
    "ivr/channels/twilio/render.py",
    "ivr/channels/twilio/parse.py",
    "ivr/channels/twilio/desk.py",
    "ivr/channels/media_streams/render.py",
    "ivr/channels/media_streams/parse.py",
    "ivr/channels/terminal/render.py",
    "ivr/channels/terminal/parse.py",
    "ivr/release/parse.py",
)
"""Whoever adds a module that renders or parses adds it here."""


def wanted(root: Path) -> list[str]:
    """Every file that must be covered, as written in the report."""
    found = [path.relative_to(root).as_posix() for folder in WHOLE_FOLDERS for path in (root / folder).rglob("*.py")]
    return [*sorted(found), *RENDER_AND_PARSE]


def shortfalls(report: Mapping[str, Any], root: Path, *, allow_missing: bool) -> list[str]:
    """A line for each file that falls short, with its lines and branches."""
    short = []
    for name in wanted(root):
        if not (root / name).is_file():
            short += [] if allow_missing else [f"{name}: listed, but it does not exist"]
        elif name not in report["files"]:
            short.append(f"{name}: not in the report")
        elif missing := _missing(report["files"][name]):
            short.append(f"{name}: {missing}")
    return short


def _missing(file: Mapping[str, Any]) -> str:
    branches = [f"{start}->{'exit' if end < 0 else end}" for start, end in file["missing_branches"]]
    parts = (("lines", map(str, file["missing_lines"])), ("branches", branches))
    return "; ".join(f"{kind} {places}" for kind, found in parts if (places := ", ".join(found)))


def main(arguments: Sequence[str]) -> int:
    """The exit status: 1 when any file falls short."""
    (path,) = [argument for argument in arguments if not argument.startswith("-")]
    report = json.loads(Path(path).read_text())
    if not report["meta"]["branch_coverage"]:
        print("The report has no branches: run pytest with --cov-branch.")
        return 1
    short = shortfalls(report, ROOT, allow_missing="--allow-missing" in arguments)
    print(*short, sep="\n", end="\n" if short else "")
    print(f"Short of full coverage: {len(short)}." if short else "Engine, render and parse are fully covered.")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
