"""Texts side by side, and which prompt tells which fact."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.cli import main
from ivr.engine.content import Content
from ivr.release import comparing, drawing
from tests.helpline import ROOT


@pytest.fixture(scope="module")
def content() -> Content:
    return drawing.read(ROOT / "menus", ROOT / "prompts")


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_every_prompt_that_can_be_said_stands_in_every_language(content: Content) -> None:
    page = comparing.compared(content)
    for prompt in comparing.reading_order(content):
        assert page.count(f"<code>{prompt}</code>") == 1
    assert "<mark>missing</mark>" not in page
    rows = [attributes for tag, attributes in Tags(page).found if tag == "td" and "lang" in attributes]
    assert len(rows) == len(comparing.reading_order(content)) * len(content.tongues)


def test_each_language_is_set_in_its_own_direction(content: Content) -> None:
    directions = {tongue.code: tongue.direction for tongue in content.tongues}
    cells = [attributes for tag, attributes in Tags(comparing.compared(content)).found if tag == "td"]
    assert all(cell["dir"] == directions[str(cell["lang"])] for cell in cells if "lang" in cell)


def test_a_text_that_lacks_in_a_language_is_marked(content: Content) -> None:
    first, *others = content.tongues
    prompt = comparing.reading_order(content)[0]
    poorer = replace(first, texts={id: text for id, text in first.texts.items() if id != prompt})
    page = comparing.compared(replace(content, tongues=(poorer, *others)))
    assert page.count("<mark>missing</mark>") == 1


def test_markup_in_a_text_is_text(content: Content) -> None:
    first, *others = content.tongues
    prompt = comparing.reading_order(content)[0]
    text = replace(first.texts[prompt], wordings=dict.fromkeys(first.texts[prompt].wordings, "<script>alert()"))
    page = comparing.compared(replace(content, tongues=(replace(first, texts={**first.texts, prompt: text}), *others)))
    assert "<script>" not in page
    assert "&lt;script&gt;alert()" in page


def test_every_fact_is_told_and_names_who_tells_it(content: Content) -> None:
    told = comparing.facts_told(content)
    assert set(told) == set(content.facts)
    assert [fact for fact, prompts in told.items() if not prompts] == []
    first = content.tongues[0]
    texts = {**first.texts, **{f"{comparing.BY_TEXT}{id}": message for id, message in first.sms.items()}}
    assert all(fact in texts[prompt].facts for fact, prompts in told.items() for prompt in prompts)


def test_a_fact_that_nobody_says_is_named(content: Content) -> None:
    lonely = replace(next(iter(content.facts.values())), id="lonely")
    more = replace(content, facts={**content.facts, "lonely": lonely})
    assert "lonely: NEVER SAID" in list(comparing.listed(more))


def test_the_commands_write_the_page_and_list_the_facts(tmp_path: Path, content: Content) -> None:
    environ = {"IVR_MENUS_DIR": str(ROOT / "menus"), "IVR_PROMPTS_DIR": str(ROOT / "prompts")}
    page = tmp_path / "page.html"
    assert CliRunner().invoke(main, ["prompts", "compare", "--out", str(page)], env=environ).exit_code == 0
    assert page.read_text(encoding="utf-8") == comparing.compared(content)
    listed = CliRunner().invoke(main, ["prompts", "facts"], env=environ)
    assert len(listed.output.splitlines()) == len(content.facts)
