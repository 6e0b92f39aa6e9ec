"""Short versions of what `make webhook` does at full length."""

import importlib.util
import sys
from pathlib import Path

import pytest

pytest.importorskip("uvicorn")
_PATH = Path(__file__).with_name("webhook_load.py")
_spec = importlib.util.spec_from_file_location("webhook_load", _PATH)
assert _spec is not None
assert _spec.loader is not None
load = importlib.util.module_from_spec(_spec)
sys.modules["webhook_load"] = load
_spec.loader.exec_module(load)


def test_nothing_acknowledged_is_lost_when_the_child_is_killed_under_load() -> None:
    outcome = load.run(rate=400, seconds=2, connections=4, kills=1)
    assert outcome.acknowledged
    assert outcome.unanswered
    assert outcome.lost == set()
    assert set(outcome.doubled) <= outcome.unanswered
    assert "open again" in outcome.stderr
    assert outcome.status == 130
