"""What the wheel holds: the three packages with their data, and nothing else."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("engine", "sources", "supervisor")


def builder_is_too_old() -> bool:
    """Whether the setuptools beside this Python cannot read pyproject.toml's licence expression."""
    try:
        return int(importlib.metadata.version("setuptools").split(".")[0]) < 77
    except importlib.metadata.PackageNotFoundError:
        return True


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of a copy of this tree, built with the installed setuptools: no network."""
    if builder_is_too_old():
        pytest.skip("setuptools 77 or later is not installed beside this Python (make install brings it)")
    copy = tmp_path_factory.mktemp("tree")
    ignore = shutil.ignore_patterns("__pycache__", "*.so")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE", "setup.py"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, copy)
    out = copy / "dist"
    run = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", out, "."],
        cwd=copy, capture_output=True, text=True, check=False,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    (path,) = out.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_holds_every_module_and_its_data(wheel: zipfile.ZipFile) -> None:
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ".so", ".c", ".h", ".pyx", ".pxd", ".pxi"}
    }
    missing = expected - set(wheel.namelist())
    assert missing == set(), "add them to [tool.setuptools.package-data]"


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    roots = {name.split("/")[0] for name in wheel.namelist()}
    (info,) = (root for root in roots if root.endswith(".dist-info"))
    assert roots == {*PACKAGES, info}


def test_the_wheel_brings_the_command_and_the_licence(wheel: zipfile.ZipFile) -> None:
    (entry,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "cadge = supervisor.cli:main" in wheel.read(entry).decode()
    assert any(name.endswith("/LICENSE") for name in wheel.namelist())
