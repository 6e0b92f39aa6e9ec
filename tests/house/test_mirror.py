"""Tests mirror the source: tests/engine/lang/test_parser.py is about engine/lang/parser.py."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("engine", "sources", "supervisor", "examples", "tools")
KINDS = ("house", "faults", "selection", "conformance", "corpus", "bench", "hostile")
"""Folders of tests that are about a promise, not about one module."""

MODULES = sorted(path for path in (ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_test_module_has_its_source(path: Path) -> None:
    inside = path.relative_to(ROOT / "tests")
    if inside.parts[0] in KINDS:
        return
    assert inside.parts[0] in PACKAGES, f"a test belongs to a package or to one of {', '.join(KINDS)}"
    module = ROOT / inside.with_name(inside.name.removeprefix("test_"))
    package = module.with_suffix("")
    if inside.stem == "test_init":
        module = module.with_name("__init__.py")
    native = [module.with_name(f"_{module.stem}{suffix}") for suffix in (".pyx", ".pxi")]
    found = module.exists() or package.is_dir() or any(path.exists() for path in native)
    assert found, f"there is no {module.relative_to(ROOT)}"


def test_no_folder_of_tests_is_a_package() -> None:
    """With packages, tests/engine would hide engine."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_names_of_tests_are_sentences() -> None:
    short = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in MODULES
        for name in re.findall(r"^ *def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        if name.count("_") < 3
    ]
    assert short == []


def test_no_module_is_called_after_nothing_in_particular() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "base2", "manager", "lib"}
    found = [
        path.relative_to(ROOT).as_posix()
        for package in ("engine", "sources", "supervisor")
        for path in (ROOT / package).rglob("*")
        if path.stem in vague
    ]
    assert found == []
