"""Set-up makes two files out of npm packages: the same each time, and what is missing is named."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import preflight
from ivr.directory import communes, making, outlines, outlining
from ivr.errors import BadSetting
from tests.directory.shared import needs_shared, rows
from tests.helpline import ROOT


def square(west: float, south: float) -> list[list[int]]:
    """A ring of two by two tenths of a degree, as steps from an origin at -180, -90."""
    return [[round((west + 180) * 10), round((south + 90) * 10)], [2, 0], [0, 2], [-2, 0], [0, -2]]


def world() -> dict[str, Any]:
    """Every territory is one square; the mainland's is two arcs, one of them walked backwards."""
    arcs, shapes = [], dict[str, list[list[list[int]]]]()
    for cut in outlining.CUTS[1:]:
        shapes.setdefault(cut.country, []).append([[len(arcs)]])
        arcs.append(square(math.ceil(cut.box[1] * 10 + 1) / 10, math.ceil(cut.box[0] * 10 + 1) / 10))
    whole = square(2, 48)
    back = [[whole[0][0], whole[0][1]], [0, 2], [2, 0]]
    shapes["250"].append([[len(arcs), ~(len(arcs) + 1)]])
    arcs += [whole[:3], back]
    kinds = {
        code: ("Polygon", shape[0]) if len(shape) == 1 else ("MultiPolygon", shape) for code, shape in shapes.items()
    }
    countries = [{"id": code, "type": kind, "arcs": shape} for code, (kind, shape) in kinds.items()]
    return {
        "transform": {"scale": [0.1, 0.1], "translate": [-180, -90]},
        "objects": {"countries": {"geometries": [{"type": "Polygon", "arcs": [[0]]}, *countries]}},
        "arcs": arcs,
    }


DIVIDED: dict[str, list[dict[str, object]]] = {
    "communes": [
        {"code": "01001", "nom": "Une", "type": "commune-actuelle", "departement": "01", "arrondissement": "012",
         "codesPostaux": ["01400"], "anciensCodes": ["01900"]},
        {"code": "01002", "nom": "Partie", "type": "commune-deleguee", "chefLieu": "01001", "departement": "01"},
        {"code": "75056", "nom": "Ville", "type": "commune-actuelle", "departement": "75", "codesPostaux": ["75001"]},
        {"code": "75101", "nom": "Ville 1er", "type": "arrondissement-municipal", "commune": "75056",
         "departement": "75", "arrondissement": "751", "codesPostaux": ["75001"]},
        {"code": "97611", "nom": "Loin", "type": "commune-actuelle", "departement": "976", "arrondissement": ""},
        {"code": "98901", "nom": "Île", "type": "commune-actuelle", "departement": "989", "codesPostaux": ["98799"]},
    ],
    "departements": [{"code": code, "nom": f"D{code}"} for code in ("75", "01", "976", "989")],
    "arrondissements": [{"code": "012", "chefLieu": "01053"}],
}  # fmt: skip
MAIL = [("01001", "01410"), ("01002", "01420"), ("01900", "01430"), ("97611", "97600"), ("75056", "75009"), ("99", "9")]


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    folder = tmp_path / "node_modules"
    files: dict[str, object] = {f"{making.DIVISIONS}/{name}.json": rows for name, rows in DIVIDED.items()}
    files[making.POSTAL_CODES] = [{"codeCommune": insee, "codePostal": code} for insee, code in MAIL]
    files[outlining.WORLD] = world()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content))
    return folder


def test_communes_of_today_have_the_codes_of_both_packages(packages: Path, tmp_path: Path) -> None:
    assert making.make(packages, tmp_path / "made") == (communes.TABLE, outlines.FILE)
    table = communes.load(tmp_path / "made" / communes.TABLE)
    assert table.by_insee == {
        "01001": communes.Commune("01001", "Une", "01", "012", None, ("01400", "01410", "01420", "01430")),
        "75056": communes.Commune("75056", "Ville", "75", None, None, ()),
        "75101": communes.Commune("75101", "Ville 1er", "75", "751", "75056", ("75001",)),
        "97611": communes.Commune("97611", "Loin", "976", None, None, ("97600",)),
    }
    assert table.departements() == ("01", "75", "976")
    assert table.seat("012") == "01053"
    assert "Licence Ouverte" in table.about


def test_the_same_packages_make_the_same_bytes(packages: Path, tmp_path: Path) -> None:
    made = [making.make(packages, tmp_path / name) for name in ("one", "other")]
    one, other = ([(tmp_path / name / file).read_bytes() for file in made[0]] for name in ("one", "other"))
    assert one == other


def test_every_territory_is_cut_out_of_the_world(packages: Path, tmp_path: Path) -> None:
    making.make(packages, tmp_path)
    found = {one.code: one for one in outlines.load(tmp_path / outlines.FILE)}
    assert list(found) == [cut.code for cut in outlining.CUTS]
    mainland = found[outlines.MAINLAND]
    assert mainland.path.count("M") == 1
    assert mainland.path.count("L") == 3  # a square of two arcs, closed
    assert max(mainland.width, mainland.height) == pytest.approx(1000, abs=1)
    assert mainland.holds(48.1, 2.1)
    assert not mainland.holds(47, 2.1)


@pytest.mark.parametrize("missing", [making.POSTAL_CODES, f"{making.DIVISIONS}/communes.json", outlining.WORLD])
def test_a_package_that_is_missing_is_named(packages: Path, tmp_path: Path, missing: str) -> None:
    (packages / missing).unlink()
    with pytest.raises(BadSetting, match=f"{Path(missing).name} is missing: run `npm ci` first"):
        making.make(packages, tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_a_missing_table_is_said_by_the_check(packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(communes, "MADE", tmp_path)
    assert communes.MISSING in [line.text for line in preflight._pages()]
    making.make(packages, tmp_path)
    assert communes.MISSING not in [line.text for line in preflight._pages()]


def test_without_outlines_the_operator_reads_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="ivr assets"):
        outlines.load(tmp_path / "none")
    (tmp_path / "broken").write_bytes(b"no gzip")
    with pytest.raises(BadSetting, match="ivr assets"):
        outlines.load(tmp_path / "broken")


@given(st.sampled_from(outlines.load()), st.floats(0, 1), st.floats(0, 1))
def test_whatever_a_picture_holds_is_inside_of_it(one: outlines.Territory, up: float, along: float) -> None:
    lat, lon = one.south + up * (one.north - one.south), one.west + along * (one.east - one.west)
    if one.holds(lat, lon):
        x, y = one.x_y(lat, lon)
        assert -0.1 <= x <= one.width + 0.1
        assert -0.1 <= y <= one.height + 0.1


def test_north_is_up_and_distances_look_as_they_are() -> None:
    mainland = outlines.load()[0]
    (paris_x, paris_y), (nice_x, nice_y) = mainland.x_y(48.857, 2.352), mainland.x_y(43.71, 7.262)
    assert paris_y < nice_y
    assert paris_x < nice_x
    a_hundred_km_north = mainland.x_y(46.5 + 0.8993, 2)[1] - mainland.x_y(46.5, 2)[1]
    a_hundred_km_east = mainland.x_y(46.5, 2 + 1.3065)[0] - mainland.x_y(46.5, 2)[0]
    assert a_hundred_km_east == pytest.approx(-a_hundred_km_north, rel=0.02)


@needs_shared
def test_every_real_place_of_a_territory_is_on_one_picture() -> None:
    points = [(float(row["lat"]), float(row["lon"])) for row in rows("france_services_2024") if row["lat"]]
    off = [point for point in points if sum(one.holds(*point) for one in outlines.load()) != 1]
    assert len(points) > 2800
    assert off == []


def test_nothing_of_it_is_in_git_or_sent_to_the_builder_and_the_image_makes_it() -> None:
    assert "/ivr/directory/made/" in (ROOT / ".gitignore").read_text().splitlines()
    assert "ivr/directory/made" in (ROOT / ".dockerignore").read_text().splitlines()
    assert "ivr assets --from /tmp/node_modules" in (ROOT / "Dockerfile").read_text()
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert {"codes-postaux", "@etalab/decoupage-administratif", "world-atlas"} <= set(wanted)
