"""The official rules over every capture: each alert, byte for byte, in order."""

import importlib.util
import sys
from collections.abc import Iterator
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

from scoring import Score

from engine.detector import Match, Progress
from engine.evaluate.detect import ReferenceDetector
from engine.event import Stream
from engine.options import Options, RuleSelection
from engine.rules import load
from engine.rules.model import Ruleset, RulesFile
from sources import catalogs, drive, registry
from sources.base import Fault, Idle, Mark

FILES = ("falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml")
EVERY_RULE = (RuleSelection(enable=True, rule="*"),)
BASE = {"json": True, "iso_time": True, "json_message_property": True, "hostname": "vm"}
VARIANTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "stable": (FILES[:1], {}),
    "incubating": (FILES[1:2], {}),
    "sandbox": (FILES[2:], {}),
    "all": (FILES, {}),
    "all.matching_all": (FILES, {"match_all": True}),
    "all.enabled_all": (FILES, {"match_all": True, "selections": EVERY_RULE}),
}


def score(corpus: Path, *, full: bool = True) -> Iterator[Score]:
    """One score for each choice of rules."""
    folders = sorted(path.parent for path in (corpus / "syscall").glob("*/alerts.all.jsonl"))
    fields = _kind("sysfields")
    if not folders or not fields.built():
        yield Score("sysalerts", waiting=len(folders))
        return
    for name, (files, more) in VARIANTS.items():
        result = Score(f"sysalerts/{name}")
        ruleset = rules(corpus, files, Options(**BASE, **more))
        for folder in folders if full else folders[::8]:
            ours = list(alerts(folder / "capture.scap", ruleset, fields.HOSTS))
            _kind("alerts").compare(result, folder.name, ours, _kind("alerts").recorded(folder, f"alerts.{name}.jsonl"))
        yield result


@cache
def _kind(name: str) -> Any:
    """Another kind's module."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"corpus_kind_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def rules(corpus: Path, files: tuple[str, ...], options: Options) -> Ruleset:
    """The rules of the files, in that order."""
    catalog = catalogs.catalog("syscall", [registry.load("container")], options)
    texts = [RulesFile(name, (corpus / "rules/syscall" / name).read_text()) for name in files]
    loaded = load.load(texts, {"syscall": catalog}, options)
    assert loaded.ok, loaded.reports
    return loaded.rulesets["syscall"]


def alerts(path: Path, ruleset: Ruleset, hosts: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Our alerts for one capture."""
    from sources.syscall.capture import CaptureSource, Setting

    detector = ReferenceDetector(ruleset)
    source = CaptureSource(Setting(str(path), Stream("syscall", UTC), {}, names=lambda one: hosts.get(one, ())))
    source.open(drive.needs_of(detector), Mark())
    progress = Progress()
    found: list[str] = []

    def sink(match: Match, _: object) -> None:
        found.append(match.line.decode())

    while hasattr(batch := source.read(), "views") or isinstance(batch, Idle):
        if not isinstance(batch, Idle):
            detector.scan(batch, progress, sink)
            yield from found
            found.clear()
    if isinstance(batch, Fault):
        yield batch.sentence
    source.close()
