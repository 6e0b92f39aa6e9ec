"""Every recorded run of a real Falco about choosing sources and their life cycle, asked of ours as a black box."""

import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location("recorded", HERE / "recorded.py")
assert spec is not None
assert spec.loader is not None
recorded = importlib.util.module_from_spec(spec)
sys.modules["recorded"] = recorded
spec.loader.exec_module(recorded)


def cases(name: str) -> list[object]:
    return [pytest.param(case, id=recorded.title(case, number)) for number, case in enumerate(recorded.runs(name))]


def compare(case: dict[str, object], folder: Path) -> None:
    if (reason := recorded.waiting(case)) is not None:
        pytest.skip(f"waiting: {reason}")
    ours, theirs = recorded.ask(case, folder)
    assert ours.stderr == theirs.stderr
    assert ours.stdout == theirs.stdout
    assert ours.exit_code == theirs.exit_code


@pytest.mark.parametrize("case", cases("selection"))
def test_sources_are_chosen_as_falco_does(case: dict[str, object], tmp_path: Path) -> None:
    compare(case, tmp_path)


@pytest.mark.parametrize("case", cases("lifecycle"))
def test_sources_live_and_end_as_in_falco(case: dict[str, object], tmp_path: Path) -> None:
    compare(case, tmp_path)


def test_no_recorded_run_is_missing() -> None:
    assert len(recorded.runs("selection")) == 149
    assert len(recorded.runs("lifecycle")) == 24
