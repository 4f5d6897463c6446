"""Where a caller lives, from what they keyed: with the table that set-up made."""

import csv
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.directory import communes
from ivr.errors import BadSetting

SHARED = Path(__file__).parents[3] / "shared" / "directory" / "postal_codes.csv"

table = communes.load()


def names(keyed: str) -> list[str]:
    return [one.name for one in table.at(keyed).communes]


def only(keyed: str) -> tuple[str, ...]:
    found = table.at(keyed)
    assert found.kind == "departements"
    assert found.communes == ()
    return found.departements


def test_a_postal_code_is_every_commune_that_has_it() -> None:
    assert names("20000") == ["Ajaccio", "Lecci"]
    assert len(names("01000")) == 2
    assert table.at("01410").departements == ("01", "39")


def test_the_big_cities_are_told_apart_by_arrondissement() -> None:
    (eleventh,) = table.at("75011").communes
    assert (eleventh.insee, eleventh.parent, eleventh.departement) == ("75111", "75056", "75")
    assert names("75116") == ["Paris 16e Arrondissement"]
    assert table.at("75016").departements == ("75", "92")  # a street of Boulogne-Billancourt has it too
    assert table.at("69009").communes[0].parent == "69123"
    assert table.at("13016").communes[0].parent == "13055"
    paris = table.commune("75056")
    assert paris is not None
    assert paris.postal_codes == ()


def test_two_digits_are_a_departement_and_corsica_is_two() -> None:
    assert only("01") == ("01",)
    assert only("20") == ("2A", "2B")


def test_overseas_takes_three_digits() -> None:
    overseas = ("971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988")
    assert [only(code) for code in overseas] == [(code,) for code in overseas]
    assert [table.at(code).kind for code in ("97", "98", "979", "984", "989", "750")] == ["unknown"] * 6


def test_the_collectivities_have_their_communes() -> None:
    assert names("97500") == ["Saint-Pierre", "Miquelon-Langlade"]
    assert names("97133") == ["Saint-Barthélemy"]
    assert names("97150") == ["Saint-Martin"]
    assert table.at("98800").departements == ("988",)
    assert table.at("98713").departements == ("987",)
    assert table.at("98600").departements == ("986",)


def test_a_cedex_is_its_departement() -> None:
    assert only("33077") == ("33",)
    assert only("20195") == ("2A", "2B")
    assert only("97199") == ("971",)
    assert only("98849") == ("988",)


@pytest.mark.parametrize("keyed", ["", "7", "7501", "750111", "96", "00100", "98000", "2A", "٧٥٠١١", "75011 ", "ab"])
def test_what_means_nothing_is_unknown(keyed: str) -> None:
    assert table.at(keyed) == communes.UNKNOWN


@given(st.text("0123456789", min_size=5, max_size=5))
def test_whatever_five_digits_mean_belongs_together(keyed: str) -> None:
    found = table.at(keyed)
    assert {one.departement for one in found.communes} <= set(found.departements) <= set(table.departements())
    assert all(keyed in one.postal_codes for one in found.communes)
    assert (found.kind == "unknown") == (found.departements == ())


def test_every_commune_but_three_cities_has_a_code_and_its_departement_a_name() -> None:
    assert {one.name for one in table.by_insee.values() if not one.postal_codes} == {"Paris", "Lyon", "Marseille"}
    assert {one.departement for one in table.by_insee.values()} == set(table.departements())
    assert table.departement("2B") == "Haute-Corse"
    assert table.departement("20") is None


def test_an_arrondissement_says_where_its_sous_prefecture_is() -> None:
    valserhone = table.commune("01033")
    assert valserhone is not None
    assert valserhone.arrondissement is not None
    seats = {
        one.arrondissement: table.seat(one.arrondissement) for one in table.by_insee.values() if one.arrondissement
    }
    assert all(seat in table.by_insee for seat in seats.values())
    assert table.seat("nowhere") is None
    assert table.commune("nowhere") is None


@pytest.mark.skipif(not SHARED.is_file(), reason=f"{SHARED} is not here")
def test_the_table_is_the_shared_one_and_more() -> None:
    """Nine pairs are only there: communes that are no more (ours count to today's), and an island without people."""
    with SHARED.open(encoding="utf-8", newline="") as opened:
        theirs = {(row["postal_code"], row["insee_code"]) for row in csv.DictReader(opened)}
    ours = {(code, one.insee) for code, found in table.by_code.items() for one in found}
    missing = theirs - ours
    assert all(table.commune(insee) is None for _, insee in missing)
    assert len(missing) <= 20
    assert len(ours - theirs) <= 100  # La Poste's codes beside the streets'
    assert all(code in table.by_code for code, insee in missing if insee != "98901")


def test_without_a_table_the_operator_reads_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="ivr assets"):
        communes.load(tmp_path / "none.json.gz")
    (tmp_path / "broken.json.gz").write_bytes(gzip.compress(b"[]")[:-5])
    with pytest.raises(BadSetting, match="ivr assets"):
        communes.load(tmp_path / "broken.json.gz")


def test_of_several_names_under_one_code_the_town_comes_first() -> None:
    assert names("51300")[0] == "Vitry-le-François"
    assert len(names("51300")) > 30
