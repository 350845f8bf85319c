"""The layout that docs/architecture.md draws, where import-linter cannot hold it."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = {".ci", "benchmarks", "bot", "docs", "engine", "storage", "tests", "training"}
PRODUCT = ("engine", "storage", "bot", "training")
SHAPELESS = {"utils", "util", "helpers", "helper", "manager", "core", "common", "misc"}
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}
PURE = CONTRACTS["pure-modules"]["source_modules"]
CLOCKS = {"now", "utcnow", "today"}


def tracked_files() -> list[Path]:
    """The repository's files as git knows them, relative to its root."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(name) for name in listed.split("\0") if name]


def sources(module: str) -> Iterator[Path]:
    """The files of a module or package, by its dotted name."""
    path = ROOT / module.replace(".", "/")
    yield from path.rglob("*.py") if path.is_dir() else [path.with_suffix(".py")]


def test_the_top_level_folders_are_the_agreed_ones() -> None:
    assert {path.parts[0] for path in tracked_files() if len(path.parts) > 1} == FOLDERS


def test_modules_carry_domain_words() -> None:
    named = {path for path in tracked_files() if path.suffix == ".py" and SHAPELESS & set(path.with_suffix("").parts)}
    assert not named


@pytest.mark.parametrize("folder", PRODUCT)
def test_the_product_never_imports_tests_or_benchmarks(folder: str) -> None:
    imported = {name.partition(".")[0] for path in sources(folder) for name in _imports(path)}
    assert not imported & {"tests", "benchmarks", "pytest", "hypothesis"}


def test_every_module_below_the_ports_is_held_to_purity() -> None:
    layers = CONTRACTS["inside-the-engine"]["layers"]
    below = layers[layers.index("ports") + 1 :]
    names = {f"engine.{name.strip(' ()')}" for layer in below for name in layer.replace("|", ":").split(":")}
    assert names == set(PURE)


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_ask_nobody_for_the_time_or_an_unseeded_draw(module: str) -> None:
    """Time and seeds arrive inside events; `datetime.now()` and `default_rng()` need no import of a banned module."""
    asked = {
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sources(module)
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and (call.func.attr in CLOCKS or (call.func.attr == "default_rng" and not call.args and not call.keywords))
    }
    assert not asked


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
