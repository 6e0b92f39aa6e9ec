"""What tests of the whole program share: the command as a person would type it.

Hypothesis draws the same examples every time, so that a run that fails here fails everywhere; new ones are looked for
with `HYPOTHESIS=random`.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.register_profile("random", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS", "same"))

ROOT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).with_name("cadge")

Ran = subprocess.CompletedProcess[str]


@pytest.fixture
def cadge(tmp_path: Path) -> Callable[..., Ran]:
    """Run `cadge` with these words in an empty folder (or `cwd`); gives exit status, stdout and stderr."""
    if not COMMAND.exists():
        pytest.skip("cadge is not installed beside this Python (make install does it)")
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("FALCO_", "COLUMNS"))}

    def run(*words: object, cwd: Path = tmp_path, stdin: str | None = None) -> Ran:
        return subprocess.run(
            [COMMAND, *map(str, words)], cwd=cwd, input=stdin, capture_output=True, text=True, check=False, timeout=60,
            env={**surroundings, "TZ": "UTC", "FALCO_HOSTNAME": "test-host", "NO_COLOR": "1"},
        )  # fmt: skip

    return run
