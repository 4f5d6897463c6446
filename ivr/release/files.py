"""The authors' files as plain data, with the line of each entry. Reads; believes nothing."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ivr.engine.reading import Mistake, key_text

FRAME = "helpline.yaml"
FACTS = "facts.yaml"
HOURS = "hours.yaml"
OUTCOMES = "outcomes.yaml"
GUIDES = "guides.yaml"
SMS = "sms.yaml"

Raw = dict[str, Any]


def read_folders(menus: Path, prompts: Path) -> tuple[Raw, list[Mistake]]:
    """Everything below the two folders as one JSON-able mapping; files that are no YAML become mistakes."""
    mistakes: list[Mistake] = []
    frame, _ = _load(menus / FRAME, "menus", mistakes)
    facts, fact_lines = _load(menus / FACTS, "menus", mistakes)
    hours, _ = _load(menus / HOURS, "menus", mistakes)
    outcomes, _ = _load(menus / OUTCOMES, "menus", mistakes)
    guides, _ = _load(menus / GUIDES, "menus", mistakes) if (menus / GUIDES).is_file() else ({}, {})
    plain = {FRAME, FACTS, HOURS, OUTCOMES, GUIDES}
    trees = [_tree(path, mistakes) for path in sorted(menus.glob("*.yaml")) if path.name not in plain]
    folders = sorted({path.parent for name in ("language.yaml", "texts.yaml") for path in prompts.glob(f"*/{name}")})
    return {
        "helpline": frame,
        "facts": facts,
        "hours": hours,
        "outcomes": outcomes,
        "guides": guides,
        "trees": trees,
        "languages": {folder.name: _language(folder, mistakes) for folder in folders},
        "lines": {"facts": fact_lines},
    }, mistakes


def stamp(menus: Path, prompts: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes whenever one of the files does: what was read under the same stamp need not be read again."""
    found = ((path, path.stat()) for path in (*menus.glob("*.yaml"), *prompts.glob("*/*.yaml")))
    return tuple(sorted((str(path), of.st_mtime_ns, of.st_size) for path, of in found))


def _tree(path: Path, mistakes: list[Mistake]) -> Raw:
    data, _ = _load(path, "menus", mistakes)
    nodes = data.get("nodes", {})
    file = f"menus/{path.name}"
    if not isinstance(nodes, dict):
        mistakes.append(Mistake(file, 1, "nodes", "`nodes` must be a mapping"))
    return {
        **data,
        "nodes": nodes if isinstance(nodes, dict) else {},
        "file": file,
        "lines": _lines(path, "nodes"),
    }


def _language(folder: Path, mistakes: list[Mistake]) -> Raw:
    place = f"prompts/{folder.name}"
    language, _ = _load(folder / "language.yaml", place, mistakes)
    texts, lines = _load(folder / "texts.yaml", place, mistakes)
    words: Raw = {}
    if (folder / "words.yaml").is_file():
        words, _ = _load(folder / "words.yaml", place, mistakes)
    if not (folder / SMS).is_file():
        return {"language": language, "texts": texts, "words": words, "lines": lines}
    sms, sms_lines = _load(folder / SMS, place, mistakes)
    lines |= {f"{SMS}/{id}": line for id, line in sms_lines.items()}
    return {"language": language, "texts": texts, "words": words, "sms": sms, "lines": lines}


def _load(path: Path, place: str, mistakes: list[Mistake]) -> tuple[Raw, dict[str, int]]:
    name = f"{place}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
        loader = yaml.CSafeLoader(text)
        root = loader.get_single_node()
        repeated, lines = list(_repeated(root)), dict(_entries(root))  # making data of the nodes may change them
        data = None if root is None else loader.construct_document(root)
    except FileNotFoundError:
        mistakes.append(Mistake(name, 1, "", "the file is missing"))
        return {}, {}
    except UnicodeDecodeError:
        mistakes.append(Mistake(name, 1, "", "the file is not UTF-8 text"))
        return {}, {}
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that no calendar has
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error)
        mistakes.append(Mistake(name, mark.line + 1 if mark else 1, "", f"not readable as YAML: {what}"))
        return {}, {}
    mistakes += [Mistake(name, line, key, "this name stands here twice") for key, line in repeated]
    if not isinstance(data, dict):
        mistakes.append(Mistake(name, 1, "", "the file must hold a mapping"))
        return {}, {}
    return _plain(data), lines


def _lines(path: Path, under: str) -> dict[str, int]:
    """The line of each entry below the top-level key `under`."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError):
        return {}
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == under:
            return dict(_entries(value))
    return {}


def _entries(node: object) -> list[tuple[str, int]]:
    return [(key.value, key.start_mark.line + 1) for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []


def _repeated(node: object) -> list[tuple[str, int]]:
    """Keys that a mapping holds twice, at any depth: YAML would silently keep the last one."""
    found: list[tuple[str, int]] = []
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            found += _repeated(item)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                found.append((str(key.value), key.start_mark.line + 1))
            seen.add(key.value)
            found += _repeated(value)
    return found


def _plain(value: Any) -> Any:
    """Dates as ISO texts and keys as texts, so that the data can be kept as JSON and hashed."""
    if isinstance(value, Mapping):
        return {key_text(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return value
