"""The official rules over every recorded set of the JSON sources: each alert, byte for byte, in order."""

import gzip
import json
import tempfile
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from evaluators import detector
from scoring import Score

from engine.detector import Detector, Match, Progress
from engine.options import Options, RuleSelection
from engine.rules import load
from engine.rules.model import RulesFile
from sources import assemble, catalogs, registry
from sources.base import End, Fault, Idle, Mark, Needs, Source
from sources.drive import needs_of

PLUGINS = {
    "k8s_audit": "k8saudit",
    "aws_cloudtrail": "cloudtrail",
    "okta": "okta",
    "github": "github",
    "gcp_auditlog": "gcpaudit",
}
INIT = {"okta": '{"organization": "acme"}'}
RULES = {
    "k8s_audit": "k8s_audit_rules.yaml",
    "aws_cloudtrail": "aws_cloudtrail_rules.yaml",
    "okta": "okta_rules.yaml",
    "github": "github.yaml",
    "gcp_auditlog": "gcp_auditlog_rules.yaml",
}
HOSTNAME = "corpus-host"
ARRIVAL_NS = 1_715_000_000 * 10**9
STEP_NS = 1_000_000_001
"""Arrival of the first line, and time between two, where the plugin takes no time from the payload."""
EVERY_RULE = (RuleSelection(enable=True, rule="*"),)
JSON = Options(json=True, iso_time=True, hostname=HOSTNAME)
VARIANTS = {
    "alerts.official.jsonl": JSON,
    "alerts.official.enabled.jsonl": Options(json=True, iso_time=True, hostname=HOSTNAME, selections=EVERY_RULE),
    "alerts.official.all.jsonl": Options(
        json=True, iso_time=True, hostname=HOSTNAME, selections=EVERY_RULE, match_all=True
    ),
    "alerts.official.all.txt": Options(hostname=HOSTNAME, selections=EVERY_RULE, match_all=True),
}


def score(corpus: Path, *, full: bool = True) -> Iterator[Score]:
    """One score for each form of each source."""
    for source, plugin in PLUGINS.items():
        folders = sorted(path.parent for path in (corpus / source).glob("*/alerts.official.jsonl*"))
        for name, options in VARIANTS.items():
            result = Score(f"alerts/{source}/{name.removeprefix('alerts.official.')}")
            if plugin not in registry.names():
                result.waiting = len(folders)
                yield result
                continue
            for folder in folders:
                if source == "okta":
                    _compare_isolated(result, corpus, folder, name, options)
                elif full or not (folder / f"{name}.gz").exists():
                    compare(result, folder.name, list(ours(corpus, source, folder, options)), recorded(folder, name))
            yield result


def _compare_isolated(result: Score, corpus: Path, folder: Path, name: str, options: Options) -> None:
    """Okta's alerts as they would be if Falco's plugin did not mix an event with the one before.

    They are derived for JSON only, and not for every set; some depend on the mixing and are named in `unscored.json`.
    """
    alone = name.replace(".jsonl", ".isolated.jsonl")
    if not (folder / alone).exists() or alone == name:
        return
    unscored = json.loads((folder / "unscored.json").read_bytes())[name.removeprefix("alerts.").removesuffix(".jsonl")]
    left_out = {(num, rule) for num, rule in unscored}
    found = list(ours(corpus, "okta", folder, options, left_out))
    compare(result, folder.name, found, recorded(folder, alone))


def recorded(folder: Path, name: str) -> list[str]:
    """Falco's lines. Only a newline ends one."""
    plain = folder / name
    data = plain.read_bytes() if plain.exists() else gzip.decompress((folder / f"{name}.gz").read_bytes())
    return data.decode().split("\n")[:-1]


def compare(result: Score, case: str, left: Sequence[str], right: Sequence[str]) -> None:
    """Alert by alert while both have the same ones; what only one has is a miss."""
    lost = Counter(right) - Counter(left)
    extra = Counter(left) - Counter(right)
    result.total += len(right) + max(0, extra.total() - lost.total())
    result.equal += len(right) - lost.total()
    for line in list(lost)[:3]:
        near = next((one for one in extra if one[:60] == line[:60]), None)
        result.misses.append(f"{case}\n  ours:   {near!r:.1500}\n  Falco's: {line!r:.1500}")
    result.misses += [f"{case}: only ours\n  {line!r:.1500}" for line in list(extra)[:3] if not lost]
    if not lost and not extra:
        result.count(f"{case}: the order", left == right, theirs=True)


@dataclass(slots=True)
class Clock:
    """When lines arrive."""

    asked: int = 0

    def __call__(self) -> int:
        """Each question is a step later."""
        self.asked += 1
        return ARRIVAL_NS + (self.asked - 1) * STEP_NS


def ours(
    corpus: Path, source: str, folder: Path, options: Options, left_out: Container[tuple[int, str]] = ()
) -> Iterator[str]:
    """Our alerts for one set."""
    specs = [registry.load(PLUGINS[source]), registry.load("json")]
    catalog = catalogs.catalog(source, specs, options)
    text = (corpus / "rules" / source / RULES[source]).read_bytes().decode()
    loaded = load.load([RulesFile("rules.yaml", text)], {source: catalog}, options)
    assert loaded.ok, loaded.reports
    found: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        made = detector(loaded.rulesets[source], specs[0])
        scan(opened(source, folder, Path(scratch), needs_of(made)), made, found, left_out)
    return iter(found)


def opened(source: str, folder: Path, scratch: Path, needs: Needs) -> Source:
    """The source of one set, opened."""
    setting = assemble.Setting(UTC, Clock(), stepped=True, hostname=HOSTNAME)
    plugin = assemble.Loaded(registry.load(PLUGINS[source]), INIT.get(source, ""))
    extractors = [assemble.Loaded(registry.load("json"))]
    made = assemble.build(source, plugin, str(input_of(folder, scratch)), extractors, setting)
    made.open(needs, Mark())
    return made


def input_of(folder: Path, scratch: Path) -> Path:
    """The events of a set as a plain file or folder."""
    if (folder / "events").is_dir():
        return folder / "events"
    if (folder / "events.jsonl").exists():
        return folder / "events.jsonl"
    plain = scratch / "events.jsonl"
    plain.write_bytes(gzip.decompress((folder / "events.jsonl.gz").read_bytes()))
    return plain


def scan(source: Source, detector: Detector, found: list[str], left_out: Container[tuple[int, str]]) -> None:
    """Everything the source has."""
    progress = Progress()

    def sink(match: Match, _: object) -> None:
        if (match.num, match.rule.name) not in left_out:
            found.append(match.line.decode())

    while not isinstance(batch := source.read(), End | Fault | Idle):
        detector.scan(batch, progress, sink)
    source.close()
    if isinstance(batch, Fault):
        found.append(batch.sentence)
