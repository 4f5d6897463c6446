"""Small files in the official formats, as tests need them; numbers are those that are reserved for such use."""

import csv
import io
import json
import tarfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

PHONE = "01 99 00 12 34"
COMMON = [
    "kind",
    "name",
    "address_1",
    "address_2",
    "postal_code",
    "city",
    "departement",
    "insee_code",
    "lat",
    "lon",
    "phone",
    "email",
    "website",
    "opening_hours",
    "note",
    "source",
    "source_id",
    "source_date",
    "record_updated",
    "licence",
]
FRANCE_SERVICES = [
    "id_fs",
    "insee_dep",
    "lib_fs",
    "adresse",
    "complement_adresse",
    "insee_com",
    "code_postal",
    "lib_com",
    "latitude",
    "longitude",
    "mail",
    "telephone",
    *(f"h_{day}" for day in ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi")),
    "prise_rdv",
    "commentaire",
    "type_fs",
    "format_fs",
    "groupe_fs",
    "labellisation_fs",
]
DAYS = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche")

Row = Mapping[str, Any]


def table(columns: Sequence[str], rows: Iterable[Row], delimiter: str = ",") -> bytes:
    """A table with these columns; a row's missing values are empty."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, delimiter=delimiter, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def plain_csv(rows: Iterable[Row], more: Sequence[str] = ("covers", "visit")) -> bytes:
    """Our own table."""
    return table([*COMMON, *more], rows)


def france_services_csv(rows: Iterable[Row]) -> bytes:
    """ANCT's list, of rows with our common columns."""
    return table(FRANCE_SERVICES, map(france_services_row, rows))


def france_services_row(row: Row) -> Row:
    note = str(row.get("note") or "")
    said = dict(part.split("=", 1) for part in note.split("; ") if "=" in part)
    days = dict(part.split(": ", 1) for part in str(row.get("opening_hours") or "").split("; ") if ": " in part)
    return {
        "id_fs": row["source_id"],
        "insee_dep": row.get("departement", ""),
        "lib_fs": row["name"],
        "adresse": row.get("address_1", ""),
        "complement_adresse": row.get("address_2", ""),
        "insee_com": row.get("insee_code", ""),
        "code_postal": row.get("postal_code", ""),
        "lib_com": row.get("city", ""),
        "latitude": row.get("lat", ""),
        "longitude": row.get("lon", ""),
        "mail": row.get("email", ""),
        "telephone": row.get("phone", ""),
        **{f"h_{day.lower()}": days.get(day.lower(), "") for day in DAYS[:6]},
        "prise_rdv": said.get("prise_rdv", ""),
        "commentaire": "; ".join(part for part in note.split("; ") if "=" not in part),
        "type_fs": said.get("type_fs", "Principal"),
        "format_fs": said.get("format_fs", "Fixe"),
    }


def dila_record(row: Row, type: str, address: str = "Adresse", **more: Any) -> dict[str, Any]:
    """A record of the annuaire, of a row with our common columns."""
    return {
        "plage_ouverture": [],
        "site_internet": [{"libelle": "", "valeur": row.get("website", "")}],
        "nom": row["name"],
        "telephone": [{"valeur": row.get("phone", ""), "description": ""}],
        "adresse_courriel": [row["email"]] if row.get("email") else [],
        "pivot": [{"type_service_local": type, "code_insee_commune": [row.get("insee_code", "")]}],
        "id": row["source_id"],
        "date_modification": "03/12/2025 07:55:01",
        "code_insee_commune": row.get("insee_code", ""),
        "statut_de_diffusion": "true",
        "statut": "active",
        "adresse": [
            {
                "type_adresse": address,
                "complement1": row.get("address_2", ""),
                "complement2": "",
                "numero_voie": row.get("address_1", ""),
                "service_distribution": "",
                "code_postal": row.get("postal_code", ""),
                "nom_commune": row.get("city", ""),
                "pays": "France",
                "continent": "Europe",
                "longitude": row.get("lon", ""),
                "latitude": row.get("lat", ""),
                "accessibilite": "",
                "note_accessibilite": "",
            }
        ],
        **more,
    }


def town_hall(insee: str, lat: float, lon: float) -> dict[str, Any]:
    """A record of a mairie, which is none of our kinds."""
    row = {"source_id": f"mairie-{insee}", "name": f"Mairie {insee}", "insee_code": insee, "lat": lat, "lon": lon}
    return dila_record({name: str(value) for name, value in row.items()}, "mairie")


def dila_export(records: Iterable[Row], shape: str = "service") -> bytes:
    """Plain JSON: `service` as in the archive, `results` as the API, `list` as an export; the two have nested texts."""
    found: list[Row] = list(records)
    if shape == "service":
        return json.dumps({"service": found}).encode()
    flat = [
        {
            name: json.dumps(value) if isinstance(value, list) and value else (value or None)
            for name, value in one.items()
        }
        for one in found
    ]
    return json.dumps({"total_count": len(flat), "results": flat} if shape == "results" else flat).encode()


def communes_zip(areas: Mapping[str, Mapping[str, Sequence[str]]]) -> bytes:
    """A file a commune: INSEE code -> their type -> ids of the competent places."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for insee, types in areas.items():
            services = [{"code_type_service_local": type, "organisme": list(ids)} for type, ids in types.items()]
            one = {"code_insee_commune": insee, "nom": f"Commune {insee}", "type_service_local": services}
            packed.writestr(f"{insee[:2]}/{insee}.json", json.dumps({"commune": [one]}))
    return out.getvalue()


def dila_archive(
    path: Path,
    records: Iterable[Row],
    areas: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    day: str = "20261120",
) -> Path:
    """The daily archive."""
    members = {f"{day}_030000-data.gouv_local.json": dila_export(records)}
    if areas is not None:
        members[f"{day}_030000-data.gouv_commune.zip"] = communes_zip(areas)
    return tar_bz2(path, members)


def tar_bz2(path: Path, members: Mapping[str, bytes]) -> Path:
    """Any archive of this kind."""
    with tarfile.open(path, "w:bz2", compresslevel=1) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def hexasmal_csv(rows: Iterable[tuple[str, str, str]]) -> bytes:
    """La Poste's list, of INSEE code, latitude and longitude."""
    columns = (
        "#Code_commune_INSEE",
        "Nom_commune",
        "Code_postal",
        "Ligne_5",
        "Libellé_d_acheminement",
        "coordonnees_gps",
    )
    found = ({columns[0]: insee, "Nom_commune": "X", "coordonnees_gps": f"{lat},{lon}"} for insee, lat, lon in rows)
    return table(columns, found, ";")
