"""The engine's table of events is what libs says."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_the_engines_tables_are_as_libs_has_them(libs: Path) -> None:
    facts = subprocess.run(["sh", ROOT / "tools/events/facts.sh", libs], check=True, capture_output=True).stdout
    command = [sys.executable, ROOT / "tools/events/generate.py"]
    made = subprocess.run(command, input=facts, check=True, capture_output=True).stdout
    assert made.decode() == (ROOT / "engine/events/tables.py").read_text(encoding="utf-8")
