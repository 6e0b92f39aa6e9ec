"""Rules files: verdict, text and JSON of `-V`, as a real Falco gave them (corpus/loading, corpus/rules/expected)."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scoring import Score

from engine.fields.catalog import Catalog
from engine.options import Options
from engine.rules import load, render
from engine.rules.model import Loaded, RulesFile
from sources import catalogs, registry


def loaded_plugins(names: Sequence[str]) -> tuple[dict[str, Catalog], dict[str, str]]:
    """Catalogues of all sources that these plugins (and the system) have, and the plugins' versions."""
    specs = [spec for name in names if (spec := registry.find(name, "")) is not None]
    sources = ["syscall", *(spec.produces for spec in specs if spec.produces and spec.produces != "syscall")]
    found = {source: catalogs.catalog(source, specs, Options()) for source in sources}
    return found, {spec.name: spec.version for spec in specs}


def files_of(case: Path) -> list[RulesFile]:
    """The rules files of a case: one file, always called rules.yaml, or a folder of them under their own names."""
    if case.is_dir():
        return [RulesFile(path.name, read(path)) for path in sorted(case.iterdir())]
    return [RulesFile("rules.yaml", read(case))]


def read(path: Path) -> str:
    """A rules file as the engine wants it."""
    return path.read_bytes().decode("utf-8", "surrogateescape")


def log_of(loaded: Loaded) -> list[str]:
    """The log lines of a start with these rules, as far as loading rules goes; what `comparable` keeps."""
    text = "Loading rules from:\n"
    for report in loaded.reports:
        text += f"   {report.name} | schema validation: {render.schema_validation(report)}\n"
        if report.ok and report.warnings:
            text += render.verbose(report)
    failed = next((render.verbose(report) for report in loaded.reports if not report.ok), "")
    if loaded.unmet or failed:
        text += f"Error: {loaded.unmet or failed}".partition("\0")[0]
    return comparable(text.split("\n"))


def comparable(lines: Sequence[str]) -> list[str]:
    """Without what the recording leaves out now and then, and what RE2 or `-L` itself say."""
    kept = [line for line in lines if line and not line.endswith("| schema validation: ok")]
    return [line for line in kept if not line.startswith(("re2/", "Runtime error: "))]


def outcome(loaded: Loaded) -> tuple[bool, str | None, dict[str, Any] | None]:
    """Verdict, text and JSON of `-V`; where a required plugin is missing, nothing is printed."""
    if loaded.unmet:
        return False, None, None
    text = render.validation(loaded.reports) + "\n"
    return loaded.ok, text, json.loads(render.json_text(loaded.reports))


def recorded(data: Mapping[str, Any]) -> tuple[bool, str | None, dict[str, Any] | None]:
    """The same of a recorded answer."""
    return data["validate_exit_code"] == 0, data["validate_text"] or None, data["validate"]


def score(corpus: Path, *, full: bool = True) -> Iterator[Score]:
    """Verdict, text and JSON of every case; those that killed Falco are left out."""
    names = ("container", "k8saudit", "json", "dummy")
    parts = [Score(f"loading/{part}") for part in ("verdict", "text", "json", "log")]
    known = loaded_plugins(names)
    for path in sorted((corpus / "loading").glob("*/*.expected.json")):
        data = json.loads(path.read_text())
        case = path.with_name(path.name.removesuffix(".expected.json"))
        case = case if case.is_dir() else case.with_name(case.name + ".yaml")
        died = data["validate_exit_code"] < 0 or any("Runtime error" in line for line in data["validate_log"])
        if not died and "missing-file" not in path.name:
            compare(data["name"], files_of(case), known, data, parts)
    yield from parts
    if full:
        yield from score_official(corpus)


def score_official(corpus: Path) -> Iterator[Score]:
    """The official rules."""
    parts = [Score(f"loading/official/{part}") for part in ("verdict", "text", "json")]
    for path in sorted((corpus / "rules" / "expected").glob("*/*.json.gz")):
        data = json.loads(gzip.decompress(path.read_bytes()))
        folder = corpus / "rules" / path.parent.name
        files = [RulesFile(name, read(folder / name)) for name in data["files"]]
        compare(path.name, files, loaded_plugins(data["plugins"]), data, parts)
    yield from parts


def compare(
    name: str,
    files: list[RulesFile],
    known: tuple[dict[str, Catalog], dict[str, str]],
    data: Mapping[str, Any],
    parts: Sequence[Score],
) -> None:
    """Load and count."""
    sources, plugins = known
    loaded = load.load(files, sources, Options(), plugins=plugins, every_file=True)
    theirs = recorded(data)
    for part, ours, wanted in zip(parts, outcome(loaded), theirs, strict=False):
        part.count(name, ours, wanted)
    if len(parts) > len(theirs):
        started = load.load(files, sources, Options(), plugins=plugins)
        parts[-1].count(name, log_of(started), comparable(data["load_log"]))
