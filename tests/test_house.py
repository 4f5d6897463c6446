"""The rules of the house that can be measured: sizes, docstrings, layers, languages, sources of packages."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "ivr").rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef

REGISTRIES = tuple(
    "".join(parts)
    for parts in (
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("npm", "js."),
        ("yarn", "pkg.com"),
        ("proxy.go", "lang.org"),
        ("crates", ".io"),
        ("ruby", "gems.org"),
        ("conda", ".anaconda.org"),
    )
)
"""Hosts of package registries, in parts, so that this file names none."""


def name(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The module's syntax."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions() -> Iterator[tuple[str, Function]]:
    """Every function and method of ivr/, with its place."""
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, Function):
                yield f"{name(path)}:{node.lineno} {node.name}", node


def length(node: Function) -> int:
    """Lines from the first decorator or the signature to the end."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return (node.end_lineno or node.lineno) - first + 1


def ninetieth(sizes: list[int]) -> int:
    """The size that nine in ten do not exceed."""
    return sorted(sizes)[int(len(sizes) * 0.9)]


def test_functions_are_small():
    sizes = {place: length(node) for place, node in functions()}
    assert {place: size for place, size in sizes.items() if size > 60} == {}
    assert ninetieth(list(sizes.values())) <= 30


def test_files_are_small():
    sizes = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {place: size for place, size in sizes.items() if size > 350} == {}
    assert ninetieth(list(sizes.values())) <= 200


def test_functions_take_few_parameters():
    many = {}
    for place, node in functions():
        taken = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        own = [arg for arg in taken if arg not in {"self", "cls"}]
        if len(own) > 5:
            many[place] = own
    assert many == {}


def undocumented(node: ast.Module | ast.ClassDef, place: str) -> Iterator[str]:
    """Public definitions without a docstring, also inside public classes."""
    for child in node.body:
        if isinstance(child, Definition) and not child.name.startswith("_"):
            if not ast.get_docstring(child) and not _overload(child):
                yield f"{place}:{child.lineno} {child.name}"
            if isinstance(child, ast.ClassDef):
                yield from undocumented(child, place)


def _overload(node: Definition) -> bool:
    return any(ast.unparse(decorator).endswith("overload") for decorator in node.decorator_list)


def test_everything_public_says_what_it_is():
    modules = {name(path): tree(path) for path in MODULES}
    empty = [place for place, module in modules.items() if not ast.get_docstring(module)]
    assert [*empty, *(found for place, module in modules.items() for found in undocumented(module, place))] == []


def test_no_code_knows_a_language():
    known = [
        f"{name(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and node.value in ("fa", "fr", "prs", "fa-AF", "fr-FR", "fa_AF", "fr_FR")
    ]
    assert known == []


def imports(path: Path) -> set[str]:
    """The packages and modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def test_only_the_store_knows_its_database_library():
    users = {name(path) for path in MODULES if any(used.split(".")[0] == "sqlalchemy" for used in imports(path))}
    assert {place for place in users if not place.startswith("ivr/store/")} == set()


def test_imports_are_absolute():
    assert [name(path) for path in MODULES if any(used.startswith(".") for used in imports(path))] == []


def test_the_engine_imports_nothing_that_acts():
    allowed = {"collections", "dataclasses", "enum", "graphlib", "heapq", "json", "re", "typing", "unicodedata", "ivr"}
    used = {one for path in (ROOT / "ivr/engine").rglob("*.py") for one in imports(path)}
    assert {one for one in used if one.split(".")[0] not in allowed} == set()
    assert {one for one in used if one.startswith("ivr.") and not one.startswith(("ivr.engine", "ivr.errors"))} == set()


def tracked(*patterns: str) -> list[Path]:
    """The files that git keeps."""
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for part in listed.decode().split("\0") if part and (path := ROOT / part).is_file()]


def test_no_file_names_a_package_registry():
    hosts = re.compile("|".join(map(re.escape, REGISTRIES)).encode())
    files = tracked()
    assert files
    assert [name(path) for path in files if hosts.search(path.read_bytes())] == []


@pytest.mark.parametrize("lock", sorted(path.name for path in ROOT.glob("*.lock")))
def test_lock_files_hold_hashes_and_no_addresses(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "--hash=sha256:" in text
    assert re.findall(r"\w+://\S+|--(?:extra-)?index-url.*|--find-links.*|^\S+ @ .*", text, re.MULTILINE) == []
