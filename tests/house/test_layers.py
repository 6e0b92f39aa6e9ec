"""The layers of pyproject.toml hold, and the contracts in it can fail."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
PACKAGES = ("engine", "sources", "supervisor")
BELOW = {"engine": set(), "sources": {"engine"}, "supervisor": {"engine", "sources"}}


def imported(path: Path) -> set[str]:
    """Every module a file imports, as written; relative imports appear with their dots."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def test_import_linter_keeps_every_contract() -> None:
    if not LINT_IMPORTS.exists():
        pytest.skip("import-linter is not installed beside this Python")
    run = subprocess.run([LINT_IMPORTS, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_from_packages_below_it(package: str) -> None:
    allowed = BELOW[package] | {package}
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(package)
        for name in sorted(imported(path))
        if name.split(".")[0] in PACKAGES and name.split(".")[0] not in allowed
    ]
    assert wrong == []


def test_imports_are_absolute() -> None:
    relative = [
        f"{path.relative_to(ROOT)}: {name}"
        for package in PACKAGES
        for path in modules(package)
        for name in imported(path)
        if name.startswith(".")
    ]
    assert relative == []


def test_no_file_of_the_supervisor_is_named_like_one_of_the_other_supervisor() -> None:
    """PyPI's `supervisor` installs a package of the same name: equal file names would overwrite each other."""
    theirs = {
        "childutils", "compat", "confecho", "datatypes", "dispatchers", "events", "http", "http_client", "loggers",
        "medusa", "options", "pidproxy", "poller", "process", "rpcinterface", "skel", "socket_manager", "states",
        "supervisorctl", "supervisord", "templating", "ui", "web", "xmlrpc",
    }  # fmt: skip
    ours = {path.stem for path in (ROOT / "supervisor").iterdir() if path.stem != "__init__"}
    assert ours & theirs == set()


def test_the_package_supervisor_starts_with_nothing_but_its_docstring() -> None:
    tree = ast.parse((ROOT / "supervisor/__init__.py").read_text(encoding="utf-8"))
    assert [type(node) for node in tree.body] == [ast.Expr]
