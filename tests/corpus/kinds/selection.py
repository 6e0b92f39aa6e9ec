"""Runs of a real Falco about choosing sources and their life cycle, as tests/selection compares them."""

import importlib.util
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

from scoring import Score

_AT_ONCE = 3


def score(corpus: Path, *, full: bool = True) -> Iterator[Score]:
    """One line for each of the two recordings."""
    del full
    if not (corpus / "mixed").is_dir():
        return
    recorded = _recorded()
    for name in ("selection", "lifecycle"):
        result = Score(f"mixed/{name}")
        runs = recorded.runs(name)
        due = [case for case in runs if recorded.waiting(case) is None]
        result.waiting = len(runs) - len(due)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for case, (ours, theirs) in zip(due, pool.map(lambda case: _ask(recorded, case), due), strict=True):
                result.count(recorded.title(case, runs.index(case)), ours, theirs)
        yield result


def _ask(recorded: ModuleType, case: object) -> object:
    with tempfile.TemporaryDirectory(prefix="selection-") as folder:
        return recorded.ask(case, Path(folder))


def _recorded() -> ModuleType:
    """The comparison that the tests use; tests are no package."""
    path = Path(__file__).resolve().parents[2] / "selection" / "recorded.py"
    spec = importlib.util.spec_from_file_location("recorded", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
