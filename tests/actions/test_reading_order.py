"""A script is read as the menus lead, whatever the files and nodes are called."""

from typing import Any

from ivr.actions.reading_order import Spoken, reading_order
from ivr.engine.turn import Variant
from ivr.release.release import script
from tests.engine import books
from tests.engine.books import MENU, menu

TREE: dict[str, Any] = {
    "first": menu("zebra", "apple"),
    "apple": {"kind": "steps", "pages": ["apple.b", "apple.a"], "then": "first"},
    "zebra": MENU,
}


def order(*languages: str) -> list[Spoken]:
    content = books.content(TREE, languages=languages or ("aa",))
    return reading_order(content, script(content, spelled=False), "aa")


def test_what_a_key_leads_to_is_read_after_the_menu_in_the_order_of_its_keys() -> None:
    read = [spoken.name for spoken in order() if spoken.tree == "tree" and spoken.wording is Variant.FULL]
    assert [name for name in read if name in ("first", "zebra", "apple.b", "apple.a")] == [
        "first",
        "zebra",
        "apple.b",
        "apple.a",
    ]


def test_each_tree_is_read_in_one_go_from_the_welcome_on_and_what_no_menu_says_comes_last() -> None:
    trees = [spoken.tree for spoken in order()]
    assert [tree for n, tree in enumerate(trees) if n == 0 or trees[n - 1] != tree] == ["frame", "tree", "person", ""]


def test_a_short_text_is_read_after_its_full_one() -> None:
    names = [spoken.name for spoken in order()]
    assert names[names.index("zebra") + 1] == "zebra.short"
    (short,) = (spoken for spoken in order() if spoken.name == "zebra.short")
    assert (short.prompt, short.wording, short.node) == ("zebra", Variant.SHORT, "zebra")


def test_all_of_one_language_is_read_once() -> None:
    content = books.content(TREE, languages=("aa", "bb"))
    words = script(content, spelled=False)
    names = [spoken.name for spoken in order("aa", "bb")]
    assert sorted(names) == sorted(name for language, name in words if language == "aa")
    assert names[-1] == "number.100"
