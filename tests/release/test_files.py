"""Reading the authors' folders: nothing raises, every file that cannot be read is named."""

from pathlib import Path

import pytest

from ivr.engine.reading import Mistake
from ivr.release.files import read_folders

LANGUAGE = "name: A\ndirection: ltr\norder: 1\n"


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """A folder with menus and one language, all well."""
    files = {
        "menus/helpline.yaml": "start: welcome\n",
        "menus/facts.yaml": "fee:\n  says: x\n\nother:\n  says: y\n",
        "menus/hours.yaml": "week: {}\n",
        "menus/outcomes.yaml": "helped: {then: done}\n",
        "menus/tree.yaml": "tree: tree\nnodes:\n  one:\n    kind: end\n\n  two:\n    kind: end\n",
        "prompts/aa/language.yaml": LANGUAGE,
        "prompts/aa/texts.yaml": "one: hello\n# a note\ntwo: {full: bye}\n",
        "prompts/aa/words.yaml": "one: [un]\n",
        "prompts/README.md": "no language",
    }
    for name, text in files.items():
        write(tmp_path, name, text)
    return tmp_path


def write(folder: Path, name: str, text: str | bytes) -> None:
    """One file more, or another text of it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def read(folder: Path):
    """What the folder holds, and what is wrong with it."""
    return read_folders(folder / "menus", folder / "prompts")


def test_good_folders_become_plain_data_with_the_line_of_each_entry(folders):
    raw, mistakes = read(folders)
    assert mistakes == []
    assert raw["helpline"] == {"start": "welcome"}
    assert raw["lines"] == {"facts": {"fee": 1, "other": 4}}
    (tree,) = raw["trees"]
    assert (tree["file"], tree["lines"]) == ("menus/tree.yaml", {"one": 3, "two": 6})
    assert tree["nodes"] == {"one": {"kind": "end"}, "two": {"kind": "end"}}
    assert raw["languages"]["aa"]["lines"] == {"one": 1, "two": 3}
    assert raw["languages"]["aa"]["words"] == {"one": ["un"]}
    assert set(raw["languages"]) == {"aa"}


def test_words_may_be_absent(folders):
    (folders / "prompts/aa/words.yaml").unlink()
    raw, mistakes = read(folders)
    assert (raw["languages"]["aa"]["words"], mistakes) == ({}, [])


@pytest.mark.parametrize(
    "name", ["menus/helpline.yaml", "menus/facts.yaml", "menus/hours.yaml", "prompts/aa/texts.yaml"]
)
def test_a_missing_file_is_named(folders, name):
    (folders / name).unlink()
    assert read(folders)[1] == [Mistake(name, 1, "", "the file is missing")]


def test_a_language_that_does_not_say_what_it_is_is_not_passed_over(folders):
    (folders / "prompts/aa/language.yaml").unlink()
    assert read(folders)[1] == [Mistake("prompts/aa/language.yaml", 1, "", "the file is missing")]


def test_a_name_that_stands_twice_is_named_with_its_line_at_any_depth(folders):
    write(folders, "menus/tree.yaml", "tree: t\nnodes:\n  a: {kind: end}\n  b:\n    - {x: 1, x: 2}\n  a: {kind: end}\n")
    assert read(folders)[1] == [
        Mistake("menus/tree.yaml", 5, "x", "this name stands here twice"),
        Mistake("menus/tree.yaml", 6, "a", "this name stands here twice"),
    ]


def test_what_is_no_yaml_is_named_with_its_line(folders):
    write(folders, "menus/tree.yaml", "tree: t\nnodes: [\n")
    (mistake,) = read(folders)[1]
    assert (mistake.file, mistake.line) == ("menus/tree.yaml", 3)
    assert mistake.what.startswith("not readable as YAML: ")


def test_what_is_not_utf_8_is_named(folders):
    write(folders, "menus/tree.yaml", b"tree: caf\xe9\n")
    assert read(folders)[1] == [Mistake("menus/tree.yaml", 1, "", "the file is not UTF-8 text")]


def test_a_date_that_no_calendar_has_is_named(folders):
    write(folders, "menus/tree.yaml", "tree: t\nreview: 2026-02-30\n")
    (mistake,) = read(folders)[1]
    assert str(mistake).startswith("menus/tree.yaml:1: : not readable as YAML: day is out of range")


def test_a_sign_that_yaml_forbids_is_named(folders):
    write(folders, "menus/tree.yaml", "tree: \x07\n")
    (mistake,) = read(folders)[1]
    assert mistake.what.startswith("not readable as YAML: ")


@pytest.mark.parametrize("text", ["[a, b]\n", "just words\n", ""])
def test_a_file_that_is_no_mapping_is_named(folders, text):
    write(folders, "menus/tree.yaml", text)
    assert read(folders)[1] == [Mistake("menus/tree.yaml", 1, "", "the file must hold a mapping")]


def test_nodes_that_are_no_mapping_are_named(folders):
    write(folders, "menus/tree.yaml", "tree: t\nnodes: [a]\n")
    raw, mistakes = read(folders)
    assert mistakes == [Mistake("menus/tree.yaml", 1, "nodes", "`nodes` must be a mapping")]
    assert raw["trees"][0]["nodes"] == {}


def test_a_tree_without_nodes_is_a_tree(folders):
    write(folders, "menus/tree.yaml", "tree: t\nremoved: {a: b}\n")
    raw, mistakes = read(folders)
    assert (raw["trees"][0]["lines"], mistakes) == ({}, [])


def test_dates_become_texts_and_keys_words(folders):
    write(folders, "menus/facts.yaml", "fee:\n  valid_until: 2026-12-31\n  cases: {yes: 1, no: 2, 3: [2027-01-01]}\n")
    raw, _ = read(folders)
    assert raw["facts"]["fee"] == {"valid_until": "2026-12-31", "cases": {"yes": 1, "no": 2, "3": ["2027-01-01"]}}


def test_text_messages_are_read_with_their_lines_and_may_be_absent(folders):
    assert "sms" not in read(folders)[0]["languages"]["aa"]
    write(folders, "prompts/aa/sms.yaml", "place: |-\n  {name}\n  {address}\nmore: {full: x}\n")
    raw, mistakes = read(folders)
    language = raw["languages"]["aa"]
    assert mistakes == []
    assert language["sms"] == {"place": "{name}\n{address}", "more": {"full": "x"}}
    assert (language["lines"]["sms.yaml/place"], language["lines"]["sms.yaml/more"]) == (1, 4)


def test_text_messages_that_are_no_yaml_are_a_mistake(folders):
    write(folders, "prompts/aa/sms.yaml", "- a\n- b\n")
    assert Mistake("prompts/aa/sms.yaml", 1, "", "the file must hold a mapping") in read(folders)[1]
