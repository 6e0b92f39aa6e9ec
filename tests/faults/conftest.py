"""Faults are injected into the same real runs that tests/supervisor looks at."""

import importlib.util
import sys
from pathlib import Path

_PATH = Path(__file__).resolve().parents[1] / "supervisor" / "conftest.py"
_spec = importlib.util.spec_from_file_location("carrying", _PATH)
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
sys.modules["carrying"] = _module
_spec.loader.exec_module(_module)

carry = _module.carry
program = _module.program
