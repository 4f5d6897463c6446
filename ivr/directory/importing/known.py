"""The official sets: where each is published, under which licence, and when it counts as old."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr.directory.record import BadSource

MB = 1_000_000
CATALOGUE = "https://www.data.gouv.fr/api/1/datasets/"
CATALOGUE_MOST = 20 * MB
OPEN = "Licence Ouverte 2.0"


@dataclass(frozen=True, slots=True)
class Known:
    """A set: `url` leads to its newest file, or `dataset` names it in the catalogue of data.gouv.fr."""

    what: str
    licence: str
    stale_days: int
    url: str = ""
    dataset: str = ""
    file: str = r"\.csv$"  # which of the dataset's files
    most: int = 200 * MB
    areas_of: str = ""  # its areas are about the places of another set


KNOWN: Mapping[str, Known] = {
    "dila": Known(
        what="offices and for which communes they are competent: Service-Public.gouv.fr / DILA",
        licence=OPEN,
        stale_days=90,
        url="https://lecomarquage.service-public.gouv.fr/donnees_locales_v4/all_latest.tar.bz2",
        most=1000 * MB,
    ),
    "france-services": Known(
        what="France services: ANCT",
        licence=OPEN,
        stale_days=400,
        dataset="liste-des-structures-france-services",
    ),
    "mediation-numerique": Known(
        what="places of digital help with Aidants Connect: Cartographie nationale",
        licence=OPEN,
        stale_days=180,
        dataset="lieux-de-mediation-numerique-sur-le-territoire-national-fournis-par-aidants-connect",
    ),
    "justice": Known(
        what="courts: Ministère de la Justice",
        licence=OPEN,
        stale_days=400,
        dataset="donnees-geocodees-des-structures-de-la-justice-30378257",
    ),
    "justice-communes": Known(
        what="which court is competent for each commune: Ministère de la Justice",
        licence=OPEN,
        stale_days=400,
        dataset="liste-des-juridictions-competentes-pour-les-communes-de-france",
        areas_of="justice",
    ),
    "laposte": Known(
        what="where the communes lie: La Poste",
        licence="ODbL",
        stale_days=1200,
        url="https://www.data.gouv.fr/fr/datasets/r/554590ab-ae62-40ac-8353-ee75162c05ee",
    ),
}
OTHER_STALE_DAYS, OTHER_MOST = 400, 200 * MB


def chosen(value: str) -> tuple[str, ...]:
    """The known sets that a list by commas names; ValueError for others."""
    names = tuple(dict.fromkeys(name for part in value.split(",") if (name := part.strip())))
    if unknown := [name for name in names if name not in KNOWN]:
        raise ValueError(f"names no set that we know: {unknown[0][:40]}; there are {', '.join(KNOWN)}")
    return names


def checked(value: str) -> str:
    """The same list; for settings."""
    return ",".join(chosen(value))


def places_of(source: str) -> str:
    """The set to whose places the areas of a set belong."""
    known = KNOWN.get(source)
    return known.areas_of if known and known.areas_of else source


def stale_days(source: str) -> int:
    """The days after which a set is old."""
    return KNOWN[source].stale_days if source in KNOWN else OTHER_STALE_DAYS


@dataclass(frozen=True, slots=True)
class Resource:
    """A file of a dataset: where it is, since when, and its sha256 where the catalogue says it."""

    url: str
    date: str
    sha256: str | None


def newest(catalogue: Path, pattern: str) -> Resource:
    """Of a dataset's files that fit, the one that was changed last."""
    try:
        entries = json.loads(catalogue.read_bytes())["resources"]
        fitting = [one for one in map(_resource, entries) if one and re.search(pattern, one.url, re.IGNORECASE)]
        return max(fitting, key=lambda one: one.date)
    except (ValueError, KeyError, TypeError):
        raise BadSource("data.gouv.fr names no file of this set that fits: download it and give the file") from None


def _resource(entry: Any) -> Resource | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("url"), str):
        return None
    sum = entry.get("checksum")
    sha256 = sum.get("value") if isinstance(sum, dict) and sum.get("type") == "sha256" else None
    date = entry.get("last_modified")
    return Resource(entry["url"], str(date or "")[:19], sha256 if isinstance(sha256, str) else None)
