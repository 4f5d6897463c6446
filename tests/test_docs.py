"""What the documents claim and can be checked: links, commands, settings, generated parts.

`python -m tests.test_docs` writes the generated parts anew.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic_core import PydanticUndefined

from ivr.actions import retention
from ivr.cli import main
from ivr.settings import Settings
from tests import desk_drawing

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = {str(field.alias) for field in Settings.model_fields.values()}
AGPL = "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"
"""SHA-256 of the text as the Free Software Foundation publishes it."""


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def settings_table() -> str:
    rows = ["| name | default | |", "|---|---|---|"]
    for field in Settings.model_fields.values():
        default = field.default
        shown = "" if default in (None, "", PydanticUndefined) else f"`{default}`"
        rows.append(f"| `{field.alias}` | {shown} | {field.description} |")
    return "\n".join(rows) + "\n"


def terms_table() -> str:
    rows = ["| what | kept for | after | then | setting |", "|---|---|---|---|---|"]
    for rule in retention.RULES:
        field = Settings.model_fields[rule.setting]
        rows.append(f"| {rule.what} | {field.default} days | {rule.since} | {rule.then} | `{field.alias}` |")
    return "\n".join(rows) + "\n"


GENERATED = {
    "docs/callback.md": ("machine", desk_drawing.fenced),
    "docs/operator.md": ("settings", settings_table),
    "docs/privacy.md": ("terms", terms_table),
}
"""Page -> the name of its part between `<!-- name: … -->` and `<!-- end of name -->`, and what stands there."""


def part(page: str) -> tuple[str, str, str]:
    """A page before its generated part, the part, and behind it."""
    text = (ROOT / page).read_text(encoding="utf-8")
    name = GENERATED[page][0]
    found = re.fullmatch(rf"(.*<!-- {name}: [^\n]*-->\n)(.*)(<!-- end of {name} -->.*)", text, re.DOTALL)
    assert found is not None, f"{page} has lost its markers"
    return found[1], found[2], found[3]


@pytest.mark.parametrize("page", GENERATED)
def test_a_generated_part_is_what_would_be_written_now(page: str) -> None:
    assert part(page)[1] == GENERATED[page][1](), "run `python -m tests.test_docs`"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{target} is not there"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_exists(page: Path) -> None:
    known = set(commands(main))
    for words in re.findall(r"(?:`|bin/|app )ivr ((?:[a-z]+)(?: [a-z]+)?)", page.read_text(encoding="utf-8")):
        assert {words, words.split()[0]} & known, f"ivr {words}"
        group = main.commands.get(words.split()[0])
        assert not isinstance(group, click.Group) or words in known, f"ivr {words}"


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        yield f"{before}{name}"
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named_here = {name.removesuffix("_FILE") for name in re.findall(r"\b(?:IVR|TWILIO)_[A-Z_]+\b", text)}
    assert named_here <= NAMES


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_file_of_the_project_that_is_named_exists(page: Path) -> None:
    folders = "ivr|tests|menus|prompts|docs|deploy|engine|actions|channels"
    for name in re.findall(rf"`((?:{folders})/[\w./-]*\w\.(?:py|yaml|md))`", page.read_text(encoding="utf-8")):
        assert (ROOT / name).exists() or (ROOT / "ivr" / name).exists(), f"{name} is not there"


def test_every_decision_is_short_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in folder.glob("0*.md"))
    assert all(len((folder / name).read_text(encoding="utf-8").splitlines()) <= 40 for name in listed)


def test_the_licence_is_the_whole_text_of_the_agpl() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == AGPL


def write() -> None:
    """Puts every generated part into its page."""
    for page, (_, make) in GENERATED.items():
        before, _, behind = part(page)
        (ROOT / page).write_text(f"{before}{make()}{behind}", encoding="utf-8")


if __name__ == "__main__":
    write()
