"""Every text of the pages is there in every language, no other is; `python -m tests.web.test_catalogues` lists them."""

import io
import re
from pathlib import Path

import pytest
import yaml
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from ivr.actions import guides
from ivr.web import assets, catalogues
from tests.helpline import ROOT

WEB = ROOT / "ivr" / "web"
SOURCES = [("templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "ngettext": (1, 2)}
WRITTEN_IN = "en"
"""The language of the keys: its catalogue is empty."""


def keys() -> set[str | tuple[str, ...]]:
    written = yaml.safe_load((ROOT / "menus" / "guides.yaml").read_text())
    return {found[2] for found in extract_from_dir(WEB, SOURCES, keywords=KEYWORDS)} | guides.sentences(written)


def files() -> dict[str, Path]:
    return {path.parent.name: path for path in catalogues.FOLDER.glob("*/pages.po")}


@pytest.mark.parametrize("code", sorted(set(files()) - {WRITTEN_IN}))
def test_a_catalogue_has_every_text_and_no_other(code: str) -> None:
    catalogue = catalogues.catalogue(files()[code].parent)
    assert {message.id for message in catalogue if message.id} == keys()
    for message in catalogue:
        if not message.id:
            continue
        assert all(message.string) if isinstance(message.string, tuple) else message.string, message.id
        assert not message.fuzzy, message.id
        one = message.id if isinstance(message.id, str) else message.id[1]
        for string in [message.string] if isinstance(message.string, str) else message.string:
            assert set(re.findall(r"%\(\w+\)s", string)) <= set(re.findall(r"%\(\w+\)s", one)), message.id


@pytest.mark.parametrize("code", sorted(set(files()) - {WRITTEN_IN}))
def test_no_text_is_in_two_catalogues_of_a_language(code: str) -> None:
    parts = [read_po(io.BytesIO(path.read_bytes())) for path in sorted(files()[code].parent.glob("*.po"))]
    ids = [str(message.id) for part in parts for message in part if message.id]
    assert sorted(ids) == sorted(set(ids))


def test_a_folder_is_a_language(tmp_path: Path) -> None:
    (tmp_path / "ar").mkdir()
    (tmp_path / "ar" / "pages.po").write_text('msgid ""\nmsgstr "X-Order: 7\\n"\n\nmsgid "Sign in"\nmsgstr "دخول"\n')
    (found,) = catalogues.languages(tmp_path).values()
    assert (found.code, found.direction, found.name, found.say("Sign in")) == ("ar", "rtl", "العربية", "دخول")
    assert found.say("not there") == "not there"


def test_the_first_language_is_the_one_whose_catalogue_says_so() -> None:
    assert list(catalogues.languages()) == ["fr", "fa_AF", "en"]


def test_a_name_in_a_sentence_keeps_its_own_direction() -> None:
    french = catalogues.languages()["fr"]
    assert french.say("Hello, %(name)s", name="نسرین") == "Bonjour, \u2068نسرین\u2069"


def test_every_icon_that_a_page_shows_is_taken() -> None:
    pages = "".join(path.read_text() for path in (WEB / "templates").rglob("*.html"))
    code = (WEB / "frame.py").read_text()
    shown = set(re.findall(r'icon\("([\w-]+)"', pages)) | set(re.findall(r'nothing\("([\w-]+)"', pages))
    assert shown <= set(assets.ICONS)
    assert {icon for icon in assets.ICONS if f'"{icon}"' not in pages + code} == set()


def test_styles_name_no_side() -> None:
    style = (WEB / "static" / "site.css").read_text()
    assert not re.findall(
        r"(?:margin|padding|border)-(?:left|right)|(?<![\w-])(?:left|right):|float:\s*(?:left|right)", style
    )


if __name__ == "__main__":
    for key in sorted(keys(), key=str):
        print(key)
