"""The demonstration does what it says: it kills a child, and shows that nothing is lost."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_demonstration_kills_a_child_and_loses_no_alert() -> None:
    run = subprocess.run(
        [sys.executable, ROOT / "examples/demo.py"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"^\$ kill -9 \d+", run.stdout, re.MULTILINE)
    assert "SIGKILL" in run.stdout
    assert re.search(r"^k8s_audit +exited .* 1$", run.stdout, re.MULTILINE), "restarted once"
    assert re.search(r"k8s_audit: (\d+) alerts with the kill, \1 without: the same bytes", run.stdout)
