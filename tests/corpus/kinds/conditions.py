"""Conditions over captures: for each, the numbers of the events that match it alone."""

import gzip
import importlib.util
import json
import tempfile
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import yaml
from scoring import Score

from engine.errors import CadgeError
from engine.evaluate import reference
from engine.event import ASYNC_EVENT, View
from engine.lang import check, parser, typed
from engine.lang.codes import event_codes
from engine.options import Options
from sources import assemble, catalogs, registry
from sources.base import Mark, Needs

PLUGINS = {"k8s_audit": "k8saudit", "aws_cloudtrail": "cloudtrail"}
if importlib.util.find_spec("sources.syscall._kernel") is not None:
    PLUGINS["syscall"] = "capture"
"""Sources of the captures, and the plugins that produce them; `syscall` where the kernel is built."""
EXTRACTORS = {"syscall": ("container", "json"), "k8s_audit": ("json",), "aws_cloudtrail": ("json",)}
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
    checked = {one["id"]: _checked(one["condition"], capture["source"]) for one in conditions}
    codes = {
        key: None if isinstance(condition, str) else event_codes(condition, capture["source"])
        for key, condition in checked.items()
    }
    seen: list[int] = []
    matched: dict[str, list[int]] = {one["id"]: [] for one in conditions}
    with tempfile.TemporaryDirectory() as scratch:
        for view in _views(capture["source"], _plain(folder / capture["file"], Path(scratch))):
            seen.append(view.num)
            for key, condition in checked.items():
                if not isinstance(condition, str) and tried(codes[key], view) and reference.holds(condition, view):
                    matched[key].append(view.num)
    result.count(f"{capture['name']}: events", seen, numbers(recorded["events"]))
    for one in conditions:
        condition = checked[one["id"]]
        ours = condition if isinstance(condition, str) else matched[one["id"]]
        result.count(f"{capture['name']} {one['id']} {one['condition']}", ours, numbers(recorded["matches"][one["id"]]))


def tried(codes: frozenset[int] | None, view: View) -> bool:
    """Whether Falco asks a rule at all that is restricted to these event codes: it does for asynchronous events."""
    return codes is None or view.code in codes or view.code == ASYNC_EVENT


def _checked(text: str, source: str) -> typed.Condition | str:
    """The condition, or why it does not load."""
    specs = [registry.load(PLUGINS[source]), *map(registry.load, EXTRACTORS[source])]
    catalog = catalogs.catalog(source, specs, Options())
    try:
        return check.check(parser.parse(text), catalog)
    except CadgeError as error:
        return str(error)


def _views(source: str, path: Path) -> Iterator[View]:
    """Our events of one capture."""
    setting = assemble.Setting(UTC, lambda: 0, stepped=True, hostname="")
    plugin = assemble.Loaded(registry.load(PLUGINS[source]))
    extractors = [assemble.Loaded(registry.load(name)) for name in EXTRACTORS[source]]
    ours = assemble.build(source, plugin, str(path), extractors, setting)
    ours.open(Needs(), Mark())
    num = 0
    while hasattr(batch := ours.read(), "views"):
        for view in batch.views(num):
            num = view.num
            yield view
    ours.close()


def _plain(path: Path, scratch: Path) -> Path:
    """The capture as Falco's plugins were given it: unpacked."""
    if path.suffix != ".gz":
        return path
    plain = scratch / path.stem
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    return plain


def numbers(ranges: str) -> list[int]:
    """`1-3,7` as numbers."""
    found: list[int] = []
    for part in filter(None, ranges.split(",")):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def _load(path: Path) -> Any:
    return yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
