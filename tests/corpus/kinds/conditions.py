"""Conditions over captures: for each, the numbers of the events that match it alone."""

import gzip
import importlib.util
import json
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import yaml
from evaluators import detector
from scoring import Score

from engine.detector import Detector, Progress
from engine.errors import CadgeError
from engine.fields.catalog import Catalog
from engine.lang import check, parser, typed
from engine.lang.codes import event_codes
from engine.options import Options
from engine.priority import Priority
from engine.rules import select
from engine.rules.model import Rule, Ruleset
from engine.rules.output import compile_output
from sources import assemble, catalogs, registry
from sources.base import End, Fault, Mark, Needs, Source
from sources.drive import needs_of

PLUGINS = {"k8s_audit": "k8saudit", "aws_cloudtrail": "cloudtrail"}
if importlib.util.find_spec("sources.syscall._kernel") is not None:
    PLUGINS["syscall"] = "capture"
"""Sources of the captures, and the plugins that produce them; `syscall` where the kernel is built."""
EXTRACTORS = {"syscall": ("container", "json"), "k8s_audit": ("json",), "aws_cloudtrail": ("json",)}
EVERY_EVENT = "every event"
TOGETHER = 1000
"""Conditions asked in one walk over a capture."""
QUICK = 14
"""Every how manieth condition is asked when not all are."""


def score(corpus: Path, *, full: bool = True) -> Iterator[Score]:
    """One score per capture."""
    folder = corpus / "conditions"
    conditions = _load(folder / "conditions.yaml")
    for capture in _load(folder / "captures.yaml"):
        own = [one for one in conditions if one["source"] == capture["source"]][:: 1 if full else QUICK]
        result = Score(f"conditions/{capture['name']}")
        if capture["source"] in PLUGINS:
            _one_capture(result, folder, capture, own)
        else:
            result.waiting = len(own)
        yield result


def _one_capture(result: Score, folder: Path, capture: dict[str, Any], conditions: list[dict[str, Any]]) -> None:
    recorded = json.loads(gzip.decompress((folder / "matches" / f"{capture['name']}.json.gz").read_bytes()))
    source = capture["source"]
    plugin = registry.load(PLUGINS[source])
    catalog = catalogs.catalog(source, [plugin, *map(registry.load, EXTRACTORS[source])], Options())
    checked = {one["id"]: _checked(one["condition"], catalog) for one in conditions}
    rules = [_rule(0, EVERY_EVENT, _checked("evt.num >= 0", catalog), catalog)]
    rules += [_rule(len(rules), key, one, catalog) for key, one in checked.items() if not isinstance(one, str)]
    matched: dict[str, list[int]] = {rule.name: [] for rule in rules}
    with tempfile.TemporaryDirectory() as scratch:
        path = _plain(folder / capture["file"], Path(scratch))
        for start in range(0, len(rules), TOGETHER):
            some = tuple(rules[start : start + TOGETHER])
            made = detector(Ruleset(source, some, Options(match_all=True), select.needs(some)), plugin)
            _scan(made, _opened(source, path, needs_of(made)), matched)
    result.count(f"{capture['name']}: events", ranges(matched[EVERY_EVENT]), recorded["events"])
    for one in conditions:
        condition = checked[one["id"]]
        ours = condition if isinstance(condition, str) else ranges(matched[one["id"]])
        result.count(f"{capture['name']} {one['id']} {one['condition']}", ours, recorded["matches"][one["id"]])


def _checked(text: str, catalog: Catalog) -> typed.Condition | str:
    """The condition, or why it does not load."""
    try:
        return check.check(parser.parse(text), catalog)
    except CadgeError as error:
        return str(error)


def _rule(index: int, name: str, condition: typed.Condition, catalog: Catalog) -> Rule:
    """A rule that says nothing but that its condition holds."""
    codes = event_codes(condition, catalog.source)
    return Rule(
        index, name, catalog.source, "", Priority.DEBUG, (), True, "", "",
        None, condition, codes, compile_output("held", catalog),
    )  # fmt: skip


def _opened(source: str, path: Path, needs: Needs) -> Source:
    setting = assemble.Setting(UTC, lambda: 0, stepped=True, hostname="")
    plugin = assemble.Loaded(registry.load(PLUGINS[source]))
    extractors = [assemble.Loaded(registry.load(name)) for name in EXTRACTORS[source]]
    ours = assemble.build(source, plugin, str(path), extractors, setting)
    ours.open(needs, Mark())
    return ours


def _scan(made: Detector, source: Source, matched: dict[str, list[int]]) -> None:
    """Note which events each rule holds for."""
    progress = Progress()
    while not isinstance(batch := source.read(), End):
        assert not isinstance(batch, Fault), batch.sentence
        made.scan(batch, progress, lambda match, _view: matched[match.rule.name].append(match.num))
    source.close()


def _plain(path: Path, scratch: Path) -> Path:
    """The capture as Falco's plugins were given it: unpacked."""
    if path.suffix != ".gz":
        return path
    plain = scratch / path.stem
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    return plain


def ranges(numbers: Sequence[int]) -> str:
    """Rising numbers as `1-3,7`, which is how the answers are recorded."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def _load(path: Path) -> Any:
    return yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
