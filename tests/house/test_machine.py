"""The two commands and the gate: their targets exist, and a bare machine is told what it lacks."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def needs(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", ROOT / ".ci/needs", *arguments],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("target", ["demo", "test", "check", "corpus", "parity", "install"])
def test_the_makefile_has_the_target(target: str) -> None:
    assert re.search(rf"^{target}:.*## \S", MAKEFILE, re.MULTILINE)


def test_the_gate_runs_make_check() -> None:
    gate = ROOT / ".ci/run"
    assert os.access(gate, os.X_OK)
    assert "set -euo pipefail" in gate.read_text(encoding="utf-8")
    assert gate.read_text(encoding="utf-8").rstrip().endswith("make check")


def test_a_bare_machine_is_told_what_is_missing_and_how_to_get_it(tmp_path: Path) -> None:
    run = needs(PATH=str(tmp_path))
    assert run.returncode == 1
    assert "a C compiler (gcc)" in run.stderr
    assert "apt-get install --yes make gcc python3 python3-venv python3-dev" in run.stderr


def test_the_gate_is_given_package_names_only(tmp_path: Path) -> None:
    assert needs("--packages", PATH=str(tmp_path)).stdout == "make gcc python3 python3-venv python3-dev\n"


def test_a_python_without_venv_or_headers_is_told_apart(tmp_path: Path) -> None:
    for name, body in {
        "make": "exit 0",
        "gcc": "exit 0",
        "lame": 'case "$2" in *ensurepip*|*Python.h*) exit 1;; esac',
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    assert needs("--packages", PATH=str(tmp_path), PYTHON="lame").stdout == "python3-venv python3-dev\n"


def test_a_machine_with_everything_hears_nothing() -> None:
    run = needs()
    if run.returncode:
        pytest.skip(f"this machine lacks something: {run.stderr}")
    assert (run.stdout, run.stderr) == ("", "")
