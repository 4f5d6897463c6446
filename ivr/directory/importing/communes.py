"""Which place is competent for which commune: one small JSON file a commune, in a zip.

Where all communes of a département have the same places of a kind, that is one area of the département.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from sys import intern
from typing import Any
from zipfile import ZipFile

from ivr.directory.importing import archives, cleaning
from ivr.directory.record import Area, Bad, BadSource, Item, Refused

ZIP_MOST, FILES_MOST, FILE_MOST = 500_000_000, 60_000, 1_000_000

Competent = dict[str, dict[str, dict[str, tuple[str, ...]]]]
"""Département, kind, commune -> ids of places."""


def competences(stream: archives.Stream, kinds: Mapping[str, str]) -> Iterator[Item]:
    """The areas that the files of a zip name."""
    found: Competent = defaultdict(lambda: defaultdict(dict))
    communes: dict[str, set[str]] = defaultdict(set)
    with archives.zipped(stream, ZIP_MOST) as opened:
        for commune, services in _files(opened):
            if isinstance(services, Refused):
                yield services
                continue
            departement = _of(commune)
            communes[departement].add(commune)
            for kind, ids in _competent(services, kinds).items():
                found[departement][kind][commune] = ids
    for departement, by_kind in found.items():
        for kind, by_commune in by_kind.items():
            yield from together(departement, kind, by_commune, communes[departement])


def together(
    departement: str, kind: str, by_commune: Mapping[str, tuple[str, ...]], communes: Iterable[str]
) -> Iterator[Area]:
    """One area where it is the same in all communes, else one for each."""
    different = {by_commune.get(commune, ()) for commune in communes}
    if len(different) == 1:
        for id in different.pop():
            yield Area(f"d:{departement}", kind, id)
        return
    for commune, ids in by_commune.items():
        for id in ids:
            yield Area(f"c:{commune}", kind, id)


def _of(commune: str) -> str:
    return commune[:3] if commune.startswith(("97", "98")) else commune[:2]


def _competent(services: Iterable[Any], kinds: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    by_kind: dict[str, set[str]] = defaultdict(set)
    for service in services:
        kind = kinds.get(str(service.get("code_type_service_local"))) if isinstance(service, dict) else None
        ids = service.get("organisme") if kind else None
        if kind and isinstance(ids, list):
            by_kind[kind] |= {intern(id) for id in ids if isinstance(id, str) and id}
    return {kind: tuple(sorted(ids)) for kind, ids in by_kind.items() if ids}


def _files(opened: ZipFile) -> Iterator[tuple[str, Any]]:
    names = [entry for entry in opened.infolist() if entry.filename.endswith(".json")]
    if len(names) > FILES_MOST:
        raise BadSource("the zip of the communes holds more files than there are communes")
    for entry in names:
        with opened.open(entry) as file:
            data = file.read(FILE_MOST + 1)
        try:
            yield from _communes(data)
        except (ValueError, Bad) as error:
            why = str(error) if isinstance(error, Bad) else "it is no JSON as the others are"
            yield "", Refused(cleaning.text(entry.filename)[:80], why)


def _communes(data: bytes) -> Iterator[tuple[str, Any]]:
    if len(data) > FILE_MOST:
        raise Bad("it is far too long")
    found = json.loads(data)
    listed = found.get("commune") if isinstance(found, dict) else None
    for commune in listed if isinstance(listed, list) else [found]:
        code = cleaning.insee(commune.get("code_insee_commune")) if isinstance(commune, dict) else None
        services = commune.get("type_service_local") if code else None
        if not code:
            raise Bad("it names no commune")
        yield intern(code), services if isinstance(services, list) else []
