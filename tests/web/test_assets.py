"""Styles, scripts and icons: taken from packages, served for ever, never from another server."""

import gzip
from itertools import chain
from pathlib import Path

import pytest

from ivr.errors import BadSetting
from ivr.web import assets
from tests.helpline import ROOT
from tests.web.conftest import House
from tests.web.people import Visit

ICON = '<svg class="x" stroke="currentColor">\n  <path d="M1 1"/>\n</svg>'


def packages(folder: Path) -> Path:
    for source in chain(*assets.PACKAGES.values()):
        (folder / source).parent.mkdir(parents=True, exist_ok=True)
        (folder / source).write_text("content")
    icons = folder / "@tabler" / "icons" / "icons" / "outline"
    icons.mkdir(parents=True)
    for name in assets.ICONS:
        (icons / f"{name}.svg").write_text(ICON)
    return folder


def test_what_is_needed_is_taken_out_of_the_packages(tmp_path: Path) -> None:
    assert assets.gather(packages(tmp_path / "packages"), tmp_path / "into") == len(assets.PACKAGES) + 1
    found = assets.load((assets.OWN, tmp_path / "into"))
    assert found.whole
    assert b'<symbol id="phone" viewBox="0 0 24 24"><path d="M1 1"/></symbol>' in found.files["icons.svg"]


def test_a_package_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"tabler\.min\.css is missing: run `npm ci` first"):
        assets.gather(tmp_path, tmp_path / "into")


def test_an_address_changes_with_the_content() -> None:
    one, other = assets.Assets({"a.css": b"1"}), assets.Assets({"a.css": b"2"})
    assert one.address("a.css") != other.address("a.css")


def test_files_are_kept_for_ever_under_their_hash_and_not_under_an_old_one(house: House) -> None:
    path = house.site.assets.address("site.css")
    answer = house.http.get(path, headers={"accept-encoding": "gzip"})
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.content == (assets.OWN / "site.css").read_bytes()
    assert answer.headers["content-encoding"] == "gzip"
    assert house.http.get("/static/old/site.css").headers["cache-control"] == "no-cache"
    assert house.http.get("/static/old/nothing.css").status_code == 404
    assert house.http.get("/static/old/..%2Fpages.py").status_code == 404
    assert gzip.decompress(gzip.compress(answer.content)) == answer.content


def test_without_them_the_pages_say_so_and_work(house: House) -> None:
    own = assets.load((assets.OWN,))
    assert not own.whole
    object.__setattr__(house.site, "assets", own)
    page = Visit(house.http).get("/sign-in").text
    assert "ivr assets" in page
    assert "tabler" not in page
    assert Visit(house.http).sign_in("aidant").status_code == 303


def test_nothing_of_others_is_in_git_and_the_lock_names_no_server() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    assert "resolved" not in lock
    assert lock.count('"integrity"') >= len(
        {source.split("/", maxsplit=1)[0] for source in chain(*assets.PACKAGES.values())}
    )
    ignored = (ROOT / ".gitignore").read_text()
    assert "/ivr/web/assets/" in ignored
    assert "/node_modules/" in ignored
