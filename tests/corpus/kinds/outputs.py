"""Alerts byte for byte: outputs of every kind in text and JSON, under every option; and the outputs that are refused."""

import gzip
import importlib.util
import json
from collections.abc import Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

import yaml
from evaluators import detector
from scoring import Score

from engine.detector import Match, Progress
from engine.errors import SourceError
from engine.options import AppendMatch, AppendOutput, ExtraField, Options
from engine.rules import load
from engine.rules.model import Loaded, RulesFile
from sources import assemble, catalogs, registry
from sources.base import End, Fault, Mark
from sources.drive import needs_of

PLUGINS = {"k8s_audit": "k8saudit", "aws_cloudtrail": "cloudtrail"}
if importlib.util.find_spec("sources.syscall._kernel") is not None:
    PLUGINS["syscall"] = "capture"
"""Sources whose captures can be read now, and the plugins that do."""
EXTRACTORS = {"syscall": ("container", "json"), "k8s_audit": ("json",), "aws_cloudtrail": ("json",)}
HOSTNAME = "host.example"
SETTINGS = {
    "time_format_iso_8601": "iso_time",
    "json_include_message_property": "json_message_property",
    "json_include_output_property": "json_output_property",
    "json_include_output_fields_property": "json_output_fields_property",
    "json_include_tags_property": "json_tags_property",
    "buffer_format_base64": "base64_buffers",
}


def score(corpus: Path, *, full: bool = True) -> Iterator[Score]:
    """Text lines, JSON lines, refused outputs."""
    folder = corpus / "conditions"
    cases = lines(folder / "outputs" / "cases.yaml")
    answers = json.loads(gzip.decompress((folder / "outputs" / "results.json.gz").read_bytes()))
    inputs = {one["name"]: folder / one["file"] for one in yaml.safe_load((folder / "captures.yaml").read_text())}
    scores = {form: Score(f"outputs/{form}") for form in ("text", "json")}
    for case in cases if full else cases[::4]:
        for form, result in scores.items():
            answer = answers[case["id"]].get(form)
            if case["source"] not in PLUGINS or answer is None:
                result.waiting += case["source"] not in PLUGINS
                continue
            ours = alerts(case, inputs[case["capture"]], as_json=form == "json")
            result.count(f"{case['id']} {case['output']!r}", *first_difference(ours, answer))
    yield from scores.values()
    yield refused(folder / "outputs" / "invalid.yaml")


def lines(path: Path) -> list[dict[str, Any]]:
    """A list of which every item is JSON on a line of its own: much quicker to read than as YAML."""
    return [json.loads(line[2:]) for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("- ")]


def first_difference(ours: list[str], theirs: list[str]) -> tuple[object, object]:
    """Both answers whole where they are equal, else the first lines that differ."""
    for left, right in zip(ours, theirs, strict=False):
        if left != right:
            return left, right
    return (ours, theirs) if len(ours) == len(theirs) else (len(ours), len(theirs))


def alerts(case: Mapping[str, Any], capture: Path, *, as_json: bool) -> list[str]:
    """The lines of a case: one rule, its events named by number."""
    options = options_of(case, as_json=as_json)
    numbers = ", ".join(map(str, case["events"]))
    loaded = load_rule(case["source"], case["output"], f"evt.num in ({numbers})", options)
    if not loaded.ok:
        return [error.message for report in loaded.reports for error in report.errors]
    setting = assemble.Setting(
        UTC,
        lambda: 0,
        stepped=True,
        hostname="" if case["source"] == "syscall" else HOSTNAME,
        base64_buffers=options.base64_buffers,
        static_fields=dict(options.static_fields),
    )
    extractors = [assemble.Loaded(registry.load(name)) for name in EXTRACTORS[case["source"]]]
    plugin = assemble.Loaded(registry.load(PLUGINS[case["source"]]))
    source = assemble.build(case["source"], plugin, str(capture), extractors, setting)
    made = detector(loaded.rulesets[case["source"]], plugin.spec)
    source.open(needs_of(made), Mark())
    found: list[str] = []
    progress = Progress()

    def sink(match: Match, _: object) -> None:
        found.append(match.line.decode())

    while not isinstance(batch := source.read(), End):
        if isinstance(batch, Fault):
            raise SourceError(batch.sentence)
        made.scan(batch, progress, sink)
    source.close()
    return found


def load_rule(source: str, output: str, condition: str, options: Options) -> Loaded:
    """The one rule of a case, loaded."""
    rule = {
        "rule": "Case rule",
        "desc": "case",
        "source": source,
        "priority": "WARNING",
        "tags": ["zeta", "alpha"],
        "condition": condition,
        "output": output,
    }
    specs = [registry.load(name) for name in EXTRACTORS[source]]
    if source in PLUGINS:
        specs.insert(0, registry.load(PLUGINS[source]))
    catalog = catalogs.catalog(source, specs, options)
    return load.load([RulesFile("rules.yaml", json.dumps([rule]))], {source: catalog}, options)


def options_of(case: Mapping[str, Any], *, as_json: bool) -> Options:
    """The engine's options for a case's `-o` settings and its falco.yaml."""
    chosen: dict[str, Any] = {"json": as_json, "match_all": True, "hostname": HOSTNAME}
    for setting in case["options"]:
        name, _, value = setting.partition("=")
        chosen[SETTINGS[name]] = value == "true"
    config = yaml.safe_load(case.get("config") or "") or {}
    chosen["static_fields"] = tuple(config.get("static_fields", {}).items())
    chosen["append_output"] = tuple(
        AppendOutput(
            match=AppendMatch(
                source=entry.get("match", {}).get("source", ""),
                tags=tuple(entry.get("match", {}).get("tags", ())),
                rule=entry.get("match", {}).get("rule", ""),
            ),
            extra_output=entry.get("extra_output", ""),
            suggested_output=entry.get("suggested_output", False),
            extra_fields=tuple(
                ExtraField(one) if isinstance(one, str) else ExtraField(*next(iter(one.items())))
                for one in entry.get("extra_fields", ())
            ),
        )
        for entry in config.get("append_output", ())
    )
    return Options(**chosen)


def refused(path: Path) -> Score:
    """Outputs with which a rule does not load."""
    result = Score("outputs/invalid")
    for case in lines(path):
        condition = "evt.type = open" if case["source"] == "syscall" else "evt.num > 0"
        loaded = load_rule(case["source"], case["output"], condition, Options())
        ours = [(one.code.name, one.message) for report in loaded.reports for one in report.errors]
        result.count(f"{case['source']} {case['output']!r}", ours, [(case["code"], case["message"])])
    return result
