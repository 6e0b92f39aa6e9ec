"""Captures that hold several sources: alerts in file order, and every event as rules see it."""

import gzip
import json
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from scoring import Score

from engine.detector import Match, Progress
from engine.errors import CadgeError
from engine.evaluate.detect import ReferenceDetector
from engine.evaluate.several import SeveralDetectors
from engine.options import Options
from engine.rules import load
from engine.rules.model import RulesFile
from sources import assemble, catalogs, drive, registry
from sources.base import Fault, Idle, Mark

HOSTNAME = "corpus-host"
PLUGINS = ("dummy", "k8saudit", "json")
JSON = Options(json=True, iso_time=True, hostname=HOSTNAME)
RUNS: dict[str, tuple[Options, Sequence[str], str]] = {
    "first": (JSON, PLUGINS, "rules.yaml"),
    "all": (Options(json=True, iso_time=True, hostname=HOSTNAME, match_all=True), PLUGINS, "rules.yaml"),
    "text": (Options(hostname=HOSTNAME), PLUGINS, "rules.yaml"),
    "events": (JSON, PLUGINS, "rules.every.yaml"),
    "without_dummy": (JSON, ("k8saudit", "json"), "rules.yaml"),
    "without_k8saudit": (JSON, ("dummy",), "rules.yaml"),
    "no_plugins": (JSON, (), "rules.yaml"),
}
FILES = {"text": "alerts.first.txt", "events": "events.jsonl.gz"}


def score(corpus: Path, *, full: bool = True) -> Iterator[Score]:
    """One score for each way to run."""
    folders = sorted(path.parent for path in (corpus / "mixed").glob("m*/capture.scap"))
    for name, (options, plugins, rules) in RUNS.items():
        result = Score(f"mixed/{name}")
        for folder in folders if full else folders[::3]:
            run = json.loads((folder / "run.json").read_text())[name]
            path = folder / FILES.get(name, f"alerts.{name}.jsonl")
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            wanted = data.decode().split("\n")[:-1]
            ours, fault = alerts(folder / "capture.scap", corpus / "mixed" / rules, plugins, options)
            result.count(f"{folder.name}: how it ends", ours_ends(fault), run["exit_code"])
            for number in range(max(len(ours), len(wanted))):
                left = ours[number] if number < len(ours) else None
                right = wanted[number] if number < len(wanted) else None
                result.count(f"{folder.name}: alert {number}", comparable(left), comparable(right))
        yield result


def ours_ends(fault: str) -> int:
    """The exit status."""
    return 1 if fault else 0


def comparable(line: str | None) -> Any:
    """An alert; the time of one that is not JSON stays."""
    return line


def alerts(path: Path, rules: Path, names: Sequence[str], options: Options) -> tuple[list[str], str]:
    """Our alerts, and why the run failed if it did."""
    from sources import replay

    specs = [registry.load(name) for name in names]
    sources = ["syscall", *(spec.produces for spec in specs if spec.produces)]
    catalogue = {source: catalogs.catalog(source, specs, options) for source in sources}
    loaded = load.load([RulesFile("rules.yaml", rules.read_text())], catalogue, options)
    assert loaded.ok, loaded.reports
    detector = SeveralDetectors({source: ReferenceDetector(loaded.rulesets[source]) for source in sources})
    setting = assemble.Setting(UTC, lambda: 0, strict=True)
    source = replay.build(str(path), [assemble.Loaded(spec) for spec in specs], setting)
    found: list[str] = []
    progress = Progress()

    def sink(match: Match, _: object) -> None:
        found.append(match.line.decode())

    try:
        source.open(drive.needs_of(detector), Mark())
        while hasattr(batch := source.read(), "views") or isinstance(batch, Idle):
            if not isinstance(batch, Idle):
                detector.scan(batch, progress, sink)
    except CadgeError as error:
        return found, str(error)
    finally:
        source.close()
    return found, batch.sentence if isinstance(batch, Fault) else ""
