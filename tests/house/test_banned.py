"""Every banned API has one owner, the list of owners is this one, and the ban bites everywhere else."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUFF = Path(sys.executable).with_name("ruff")
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]

OWNERS = {
    "engine/rules/document.py": "reads rules as YAML",
    "examples/demo.py": "starts the demonstration as a person would, from outside",
    "supervisor/clock.py": "asks for the time",
    "supervisor/config/**": "reads falco.yaml",
    "supervisor/launcher.py": "starts and signals processes",
    "supervisor/usage.py": "measures processes",
    "tests/**": "tests start the real thing",
}
BANNED = {
    "subprocess": "import subprocess\n",
    "multiprocessing": "import multiprocessing\n",
    "psutil": "import psutil\n",
    "yaml": "import yaml\n",
    "pickle": "import pickle\n",
    "time.time": "import time\n\nNOW = time.time()\n",
    "datetime.datetime.now": "import datetime\n\nNOW = datetime.datetime.now(tz=datetime.UTC)\n",
}

needs_ruff = pytest.mark.skipif(not RUFF.exists(), reason="ruff is not installed beside this Python")


def ruff(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [RUFF, "check", "--no-cache", "--output-format", "concise", *arguments],
        cwd=ROOT, input=text, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_owners_in_pyproject_are_the_ones_listed_here() -> None:
    permitted = {path for path, codes in CONFIG["per-file-ignores"].items() if "TID251" in codes}
    assert permitted == set(OWNERS)


def test_every_banned_api_is_in_pyproject() -> None:
    assert set(CONFIG["flake8-tidy-imports"]["banned-api"]) == set(BANNED)


@needs_ruff
@pytest.mark.parametrize("api", sorted(BANNED))
@pytest.mark.parametrize("place", ["engine/detector.py", "sources/drive.py", "supervisor/lifecycle.py"])
def test_a_banned_api_is_refused_elsewhere(api: str, place: str) -> None:
    run = ruff("--select", "TID251", "--stdin-filename", place, "-", text=BANNED[api])
    assert run.returncode == 1
    assert "TID251" in run.stdout


@needs_ruff
def test_an_owner_may_use_what_it_owns() -> None:
    run = ruff("--select", "TID251", "--stdin-filename", "supervisor/launcher.py", "-", text=BANNED["subprocess"])
    assert run.returncode == 0, run.stdout


@needs_ruff
def test_no_file_uses_a_banned_api() -> None:
    run = ruff("--select", "TID251,TID252", ".")
    assert run.returncode == 0, run.stdout
