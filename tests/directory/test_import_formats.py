"""Every format's places, areas and points, out of small files as they are published."""

import bz2
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ivr.directory.importing.formats import FORMATS, detected
from ivr.directory.importing.known import newest
from ivr.directory.record import Area, BadSource, Item, Point, Record, Refused, Told
from tests.directory import formats

ROW: Mapping[str, str] = {
    "kind": "caf",
    "name": "Caf de l'Ain",
    "address_1": "4 rue Aristide-Briand",
    "postal_code": "01000",
    "city": "Bourg-en-Bresse",
    "departement": "01",
    "insee_code": "01053",
    "lat": "46.2",
    "lon": "5.22",
    "phone": formats.PHONE,
    "source_id": "caf-1",
    "source_date": "2026-09-13",
    "licence": "Licence Ouverte 2.0",
    "opening_hours": "lundi: 09:00 - 12:00 / 13:30 - 17:00",
}
WEEK = {"nom_jour_debut": "Lundi", "nom_jour_fin": "Mardi", "valeur_heure_debut_1": "09:00:00"}
MORNING = {**WEEK, "valeur_heure_fin_1": "12:00:00", "valeur_heure_debut_2": "", "valeur_heure_fin_2": ""}


def read(path: Path, data: bytes | None = None) -> tuple[list[Item], Told]:
    """In the format that is seen."""
    if data is not None:
        path.write_bytes(data)
    told = Told()
    return list(FORMATS[detected(path)](path, told)), told


def only(items: list[Item]) -> Record:
    (record,) = items
    assert isinstance(record, Record)
    return record


def spans(hours: Any) -> Any:
    return json.loads(json.dumps(hours))


def test_a_plain_table_has_its_columns_in_any_order(tmp_path: Path) -> None:
    columns = [*reversed(formats.COMMON), "covers", "visit"]
    data = formats.table(columns, [{**ROW, "covers": "01|2a|01053", "visit": "no"}])
    (record, *areas), told = read(tmp_path / "a.csv", data)
    assert isinstance(record, Record)
    assert (record.kind, record.street, record.phone, record.visit) == ("caf", ROW["address_1"], "0199001234", False)
    assert spans(record.hours) == {"1": [["09:00", "12:00"], ["13:30", "17:00"]]}
    assert [area.area for area in areas if isinstance(area, Area)] == ["d:01", "d:2A", "c:01053"]
    assert told.date == "2026-09-13"


@pytest.mark.parametrize(
    ("note", "visit"),
    [
        ("postal (mailing) address, not a reception desk", False),
        ("postal address", False),
        ("physical address; only by appointment", True),
        ("", None),
    ],
)
def test_whether_one_can_go_there_is_said_by_the_note(tmp_path: Path, note: str, visit: bool | None) -> None:
    assert only(read(tmp_path / "a.csv", formats.plain_csv([{**ROW, "note": note}]))[0]).visit is visit


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"postal_code": "Bourg-en-Bresse", "city": "01000"}, "postal code"),
        ({"city": "01000"}, "swapped"),
        ({"lat": "5.22", "lon": "46.2"}, "latitude and longitude are swapped"),
        ({"lat": "52.52", "lon": "13.4"}, "outside of France"),
        ({"kind": "town_hall"}, "no kind of place"),
        ({"name": "<b> </b>"}, "no name"),
        ({"name": "x" * 300}, "longer than"),
        ({"source_id": ""}, "no id"),
        ({"visit": "perhaps"}, "not yes or no"),
        ({"covers": "01|x"}, "no département"),
    ],
)
def test_a_row_that_cannot_be_is_refused_and_the_others_are_taken(
    tmp_path: Path, wrong: Mapping[str, str], why: str
) -> None:
    items, _ = read(tmp_path / "a.csv", formats.plain_csv([{**ROW, **wrong}, {**ROW, "source_id": "caf-2"}]))
    refused, good = items
    assert isinstance(refused, Refused)
    assert isinstance(good, Record)
    assert (why in refused.why, refused.where) == (True, "line 2")


def test_of_two_rows_with_one_id_the_second_is_refused(tmp_path: Path) -> None:
    (first, second), _ = read(tmp_path / "a.csv", formats.plain_csv([ROW, {**ROW, "name": "Another"}]))
    assert isinstance(first, Record)
    assert isinstance(second, Refused)
    assert (first.name, second.why) == ("Caf de l'Ain", "another row before has this id")


@pytest.mark.parametrize(
    ("postal", "insee", "departement"),
    [
        ("20090", "", "2A"),
        ("20220", "", "2B"),
        ("97419", "", "974"),
        ("98713", "", "987"),
        ("67011", "", "67"),  # CEDEX
        ("01000", "2A004", "2A"),
        ("", "", None),
    ],
)
def test_the_departement_is_found_where_the_source_says_none(
    tmp_path: Path, postal: str, insee: str, departement: str | None
) -> None:
    row = {**ROW, "departement": "", "postal_code": postal, "insee_code": insee}
    assert only(read(tmp_path / "a.csv", formats.plain_csv([row]))[0]).departement == departement


def test_dead_numbers_are_dropped_and_counted(tmp_path: Path) -> None:
    items, told = read(tmp_path / "a.csv", formats.plain_csv([{**ROW, "phone": "0 810 25 01 10"}]))
    assert (only(items).phone, told.left_out["dead 0810 numbers"]) == ("", 1)
    items, told = read(tmp_path / "a.csv", formats.plain_csv([{**ROW, "phone": "0 899 00 12 34"}]))
    assert (only(items).phone, told.left_out["numbers at a higher price"]) == ("", 1)


def archive(path: Path, **more: Any) -> Path:
    record = formats.dila_record(ROW, "caf", plage_ouverture=[MORNING], **more)
    records = [record, formats.town_hall("01053", 46.2, 5.2), formats.dila_record({**ROW, "source_id": "x"}, "ccas")]
    return formats.dila_archive(path, records, {"01053": {"caf": ["caf-1"], "ccas": ["x"]}, "01001": {}})


def test_dilas_archive_gives_places_points_and_areas(tmp_path: Path) -> None:
    items, told = read(archive(tmp_path / "all.tar.bz2"))
    record = next(item for item in items if isinstance(item, Record))
    assert (record.kind, record.city, record.visit, record.insee) == ("caf", "Bourg-en-Bresse", True, "01053")
    assert (record.record_updated, record.phone) == ("2025-12-03", "0199001234")
    assert spans(record.hours) == {"1": [["09:00", "12:00"]], "2": [["09:00", "12:00"]]}
    assert [item for item in items if not isinstance(item, Record)] == [
        Point("01053", 46.2, 5.2),
        Area("c:01053", "caf", "caf-1"),
    ]
    assert (told.date, told.left_out["of type ccas"], told.left_out["of type mairie"]) == ("2026-11-20", 1, 1)


@pytest.mark.parametrize("shape", ["service", "results", "list"])
def test_the_same_record_in_every_shape_is_the_same_place(tmp_path: Path, shape: str) -> None:
    record = formats.dila_record(ROW, "caf", plage_ouverture=[MORNING])
    in_archive = next(item for item in read(archive(tmp_path / "all.tar.bz2"))[0] if isinstance(item, Record))
    assert only(read(tmp_path / "a.json", formats.dila_export([record], shape))[0]) == in_archive


def test_an_old_record_with_one_code_and_texts_is_understood(tmp_path: Path) -> None:
    record = formats.dila_record(ROW, "caf") | {
        "pivot": [{"type_service_local": "caf", "code_insee_commune": "01053"}],
        "adresse_courriel": "caf@example.org",
        "telephone": None,
    }
    found = only(read(tmp_path / "a.json", formats.dila_export([record]))[0])
    assert (found.insee, found.email, found.phone) == ("01053", "caf@example.org", "")
    record |= {"adresse_courriel": '["b@example.org"]', "telephone": "[]", "code_insee_commune": '["01053"]'}
    record["pivot"] = '[{"type_service_local": "caf"}]'
    found = only(read(tmp_path / "a.json", formats.dila_export([record]))[0])
    assert (found.insee, found.email, found.phone) == ("01053", "b@example.org", "")
    (broken,), _ = read(tmp_path / "a.json", formats.dila_export([record | {"adresse": "[{"}]))
    types = [record | {"id": "b", "pivot": "[{"}, record | {"id": "c", "adresse": "[" * 100_000}]
    found, _ = read(tmp_path / "a.json", formats.dila_export([*types, record]))
    assert [type(one) for one in found] == [Refused, Refused, Record]  # one broken record keeps no other away
    assert broken == Refused("record 1", "a nested value is no JSON", "caf-1")


def test_a_record_with_only_a_postal_address_is_written_to(tmp_path: Path) -> None:
    postal = formats.dila_record(ROW, "caf", "Adresse postale")
    both = formats.dila_record({**ROW, "source_id": "2"}, "caf")
    both["adresse"] = [{**postal["adresse"][0], "numero_voie": "CS 1"}, *both["adresse"]]
    none = formats.dila_record({**ROW, "source_id": "3"}, "caf", adresse=[])
    items, _ = read(tmp_path / "a.json", formats.dila_export([postal, both, none]))
    assert [(item.visit, item.street) for item in items if isinstance(item, Record)] == [
        (False, ROW["address_1"]),
        (True, ROW["address_1"]),
        (None, ""),
    ]


@pytest.mark.parametrize(
    ("type", "more", "kept"),
    [
        ("prefecture", {}, True),
        ("prefecture", {"insee_code": "75056"}, False),
        ("paris_ppp", {"insee_code": "75056"}, True),
        ("prefecture", {"insee_code": "97416", "name": "Terres australes et antarctiques françaises"}, False),
    ],
)
def test_a_prefecture_where_nobodys_papers_are_made_is_left_out(
    tmp_path: Path, type: str, more: dict[str, str], kept: bool
) -> None:
    record = formats.dila_record({**ROW, **more}, type)
    items, told = read(tmp_path / "a.json", formats.dila_export([record]))
    assert (len(items), sum(told.left_out.values())) == ((1, 0) if kept else (0, 1))


def test_areas_are_put_together_where_a_whole_departement_has_the_same(tmp_path: Path) -> None:
    areas = {f"0100{n}": {"caf": ["caf-1"], "cpam": [f"cpam-{n}"]} for n in (1, 2)}
    records = [formats.dila_record(ROW, "caf")]
    items, _ = read(formats.dila_archive(tmp_path / "all.tar.bz2", records, areas))
    assert sorted(item.area for item in items if isinstance(item, Area)) == ["c:01001", "c:01002", "d:01"]


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_an_archive_that_is_cut_off_is_refused(tmp_path: Path, kept: float) -> None:
    records = [formats.dila_record({**ROW, "source_id": f"caf-{n}"}, "caf") for n in range(3000)]
    whole = formats.dila_archive(tmp_path / "whole.tar.bz2", records).read_bytes()
    with pytest.raises(BadSource, match="cut off"):
        read(tmp_path / "cut.tar.bz2", whole[: int(len(whole) * kept)])


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="DILA's archive"):
        read(formats.tar_bz2(tmp_path / "a.tar.bz2", {"x.json": b"{}"}))
    with pytest.raises(BadSource, match="cut off or broken"):
        read(tmp_path / "b.tar.bz2", bz2.compress(b"no tar at all" * 1000))
    broken = {"1-data.gouv_local.json": formats.dila_export([]), "1-data.gouv_commune.zip": b"PK no zip"}
    with pytest.raises(BadSource, match="zip of the communes"):
        read(formats.tar_bz2(tmp_path / "c.tar.bz2", broken))


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.directory.importing.archives.MOST", 100_000)
    bomb = formats.tar_bz2(tmp_path / "a.tar.bz2", {"1-data.gouv_local.json": b'{"service":[' + b" " * 200_000})
    with pytest.raises(BadSource, match="unpacks to more"):
        read(bomb)


@pytest.mark.parametrize("data", [b'{"service": [{"id": ', b'{"service": [{"id": }]}', b'{"other": []}'])
def test_json_that_is_broken_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(BadSource):
        read(tmp_path / "a.json", data)


def test_france_services_of_either_year_are_the_same_place(tmp_path: Path) -> None:
    now = only(read(tmp_path / "a.csv", formats.france_services_csv([ROW]))[0])
    names = {"id_fs": "MATRICULE", "insee_dep": "DEPARTEMENT", "lib_fs": "lib_france_services", "adresse": "ADRESSE"}
    names |= {"complement_adresse": "COMPLEMENT.D.ADRESSE", "latitude": "LATITUDE", "longitude": "LONGITUDE"}
    names |= {"mail": "CONTACT.MAIL", "telephone": "TELEPHONE", "format_fs": "FORMAT_FS", "type_fs": "ITINERANCE"}
    row = {names.get(name, name): value for name, value in formats.france_services_row(ROW).items()}
    row |= {"DEPARTEMENT": "1", "ITINERANCE": ""}
    before = only(read(tmp_path / "b.csv", formats.table(list(row), [row]))[0])
    assert (before.name, before.hours, before.lat) == (now.name, now.hours, now.lat)
    assert (now.kind, now.visit, before.departement) == ("france_services", True, "01")
    assert spans(now.hours) == {"1": [["09:00", "12:00"], ["13:30", "17:00"]]}


@pytest.mark.parametrize("shape", ["Bus_équivalent", "Itinérante"])
def test_what_moves_is_not_said_to_be_at_its_address(tmp_path: Path, shape: str) -> None:
    bus = {**ROW, "note": f"type_fs=Principal; format_fs={shape}"}
    found = only(read(tmp_path / "a.csv", formats.france_services_csv([bus]))[0])
    assert ("itinerant" in found.tags, found.visit) == (True, None)


MEDIATION = {
    "id": "cartographie-1",
    "nom": "Médiathèque",
    "commune": "Bourg-en-Bresse",
    "code_postal": "01000",
    "code_insee": "01053",
    "adresse": "1 rue Verte",
    "latitude": "46.2",
    "longitude": "5.2",
    "date_maj": "2026-10-02",
    "dispositif_programmes_nationaux": "Aidants Connect|Conseillers numériques",
    "horaires": "Mo-Fr 09:00-12:00",
}


def test_places_of_digital_help_have_their_labels(tmp_path: Path) -> None:
    other = {**MEDIATION, "id": "2", "dispositif_programmes_nationaux": "France Services"}
    items, told = read(tmp_path / "a.csv", formats.table(list(MEDIATION), [MEDIATION, other]))
    record = only(items)
    assert (record.kind, record.tags, record.departement) == (
        "digital_help",
        ("Aidants Connect", "Conseillers numériques"),
        "01",
    )
    assert spans(record.hours)["5"] == [["09:00", "12:00"]]
    assert (told.date, sum(told.left_out.values())) == ("2026-10-02", 1)


COURT = {
    "TYPE": "TJ",
    "CODE_INSEE": "13201",
    "CODE_ORIG": "00",
    "NUM": "0613",
    "NOM_ETABLISSEMENT": "Tribunal judiciaire de Marseille",
    "NUMÉRO_ET_LIBELLÉ_VOIE": "6 rue Joseph-Autran",
    "LIEU_DIT": "",
    "CODE_POSTAL": "13006",
    "LIGNE_D_ACHEMINEMENT": "MARSEILLE",
    "COORDONNÉES_X": "5.38",
    "COORDONNÉES_Y": "43.29",
    "NU_TEL": formats.PHONE,
    "ADRESSE_MAIL": "",
}
KNOWN_PAIRS = {"13201": "Marseille", "69381": "Lyon", "75056": "Paris"}
COMPETENT = ("Commune", "Orig. TJ", "N° TJ", "Tribunal judiciaire compétent", "Orig. TPRX", "N° TPRX")


def competent(pairs: Mapping[str, str]) -> bytes:
    rows = [
        {"Commune": insee, "Orig. TJ": "0", "N° TJ": "613", COMPETENT[3]: f"Tribunal judiciaire de {town}"}
        for insee, town in pairs.items()
    ]
    return formats.table(COMPETENT, rows, ";").decode().encode("cp1252")


def test_a_court_and_its_communes_meet_under_one_id(tmp_path: Path) -> None:
    court = only(read(tmp_path / "a.csv", formats.table(list(COURT), [COURT, {**COURT, "TYPE": "CPH"}], ";"))[0])
    items, _ = read(tmp_path / "b.csv", competent(KNOWN_PAIRS))
    areas = [item for item in items if isinstance(item, Area)]
    assert (court.kind, court.lat, court.departement) == ("tribunal_judiciaire", 43.29, "13")
    assert {area.source_id for area in areas} == {court.source_id}
    assert [area.area for area in areas] == ["d:13", "d:69", "d:75"]


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        ({"13201": "Lyon", "69381": "Paris", "75056": "Marseille"}, "columns are shifted"),
        ({"13201": "Marseille", "69381": "Lyon"}, "does not name 75056"),
    ],
)
def test_a_list_of_competences_whose_columns_moved_is_refused(
    tmp_path: Path, pairs: Mapping[str, str], why: str
) -> None:
    with pytest.raises(BadSource, match=why):
        read(tmp_path / "a.csv", competent(pairs))


def test_la_poste_tells_where_communes_lie(tmp_path: Path) -> None:
    rows = [("01053", "46.2", "5.2"), ("01053", "46.2", "5.2"), ("01001", "5.2", "46.2"), ("01002", "", "")]
    items, told = read(tmp_path / "a.csv", formats.hexasmal_csv(rows))
    assert items == [Point("01053", 46.2, 5.2), Refused("line 4", "latitude and longitude are swapped")]
    assert told.left_out["without coordinates"] == 1


def test_the_newest_fitting_file_of_a_dataset_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    sums = {"checksum": {"type": "sha256", "value": "ab"}}
    files = [
        {"url": "https://example.org/old.csv", "last_modified": "2024-01-01T00:00:00"},
        {"url": "https://example.org/new.csv", "last_modified": "2026-01-01T00:00:00", **sums},
        {"url": "https://example.org/newer.pdf", "last_modified": "2026-02-01T00:00:00"},
        "x",
    ]
    path.write_text(json.dumps({"resources": files}))
    found = newest(path, r"\.csv$")
    assert (found.url, found.sha256) == ("https://example.org/new.csv", "ab")
    for text in ("", "[]", '{"resources": []}', '{"resources": 1}'):
        path.write_text(text)
        with pytest.raises(BadSource):
            newest(path, r"\.csv$")
