"""Every field of every recorded event of the JSON sources: `fields.jsonl.gz` of each set."""

import gzip
import json
import tempfile
from collections.abc import Iterator
from datetime import UTC
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from scoring import Score

from engine.errors import SourceError
from engine.fields import resolve
from engine.fields.catalog import Field, FieldRef, Type
from engine.options import Options
from engine.rendering import jsoncpp
from sources import assemble, catalogs, jsonvalue, registry
from sources.base import End, Fault, Idle, Mark, Needs
from sources.jsonvalue import MISSING
from sources.okta import fields as okta_fields
from sources.okta.fields import event_of
from sources.view import PluginBatch, Record

PLUGINS = {
    "k8s_audit": "k8saudit",
    "aws_cloudtrail": "cloudtrail",
    "okta": "okta",
    "github": "github",
    "gcp_auditlog": "gcpaudit",
}
INIT = {"okta": '{"organization": "acme"}'}
ARRIVAL_NS = 1_715_000_000 * 10**9
STEP_NS = 1_000_000_001
UNDECODED = {("okta", "edge-values")}
"""Sets whose lines were given to the extractor as they are; Falco's own reader would have decoded them first."""
"""Time of arrival of the first line, and between two, where the plugin takes no time from the payload."""
LINES = ("github", "gcp_auditlog")
"""Sources whose sets hold one payload a line, arrays too."""
_FILES = (("files",), ("workflow_miner_detections", "matches"))
EMPTY = {
    "github.diff.has_secrets": _FILES[:1],
    "github.diff.committed_secrets.desc": _FILES[:1],
    "github.diff.committed_secrets.files": _FILES[:1],
    "github.diff.committed_secrets.lines": _FILES[:1],
    "github.workflow.has_miners": _FILES[1:2],
    "github.workflow.miners.type": _FILES[1:2],
}
"""Where an empty array makes Falco's answer a matter of chance."""
SIGNED = ("evt.rawtime", "evt.reltime")
"""Unsigned numbers that JSON output shows as signed ones."""
TIMES = ("evt.time", "evt.datetime")


MINERS = FieldRef(Field("github.workflow.miners.type", Type.CHARBUF, ""), "github.workflow.miners.type")


def score(corpus: Path, *, full: bool = True) -> Iterator[Score]:
    """One score per set."""
    for source in PLUGINS:
        for path in sorted((corpus / source).glob("*/fields.jsonl.gz")):
            yield _one_set(source, path.parent, full=full)


def _one_set(source: str, folder: Path, *, full: bool) -> Score:
    result = Score(f"fields/{source}/{folder.name}")
    wanted = list(recorded(folder, isolated=source == "okta"))
    if not full:
        wanted = wanted[:40]
    refs: dict[str, FieldRef] = {}
    catalog = catalogs.catalog(source, [registry.load(PLUGINS[source]), registry.load("json")], Options())
    with tempfile.TemporaryDirectory() as scratch:
        ours_in_order = islice(views(source, folder, Path(scratch)), len(wanted) if not full else None)
        for view, answers in zip_longest(ours_in_order, wanted):
            if view is None or answers is None:
                result.count(f"{folder.name}: an event", view and view.payload, answers and answers["evt.num"])
                continue
            for name, answer in answers.items():
                ref = refs[name] if name in refs else refs.setdefault(name, reference(catalog, name))
                if not decided(source, folder.name, name, view):
                    continue
                ours = comparable(name, view.ts_ns if name.startswith(TIMES) else view.extract(ref))
                result.count(f"{folder.name} event {answers.get('evt.num', view.num)}: {name}", ours, answer)
    return result


def recorded(folder: Path, *, isolated: bool) -> Iterator[dict[str, Any]]:
    """Falco's answers, one object per event."""
    lines = gzip.decompress((folder / "fields.jsonl.gz").read_bytes()).splitlines()
    alone = folder / "fields.isolated.jsonl.gz"
    own = gzip.decompress(alone.read_bytes()).splitlines() if isolated and alone.exists() else []
    for place, line in enumerate(lines):
        answers: dict[str, Any] = json.loads(line)
        if isolated:
            answers = {key: value for key, value in answers.items() if not key.startswith("okta.")}
            if own:
                answers.update(json.loads(own[place]))
        yield answers


def reference(catalog: Any, name: str) -> FieldRef:
    """The field that a key of `output_fields` names."""
    stem, bracket, rest = name.partition("[")
    return resolve.resolve(catalog, stem, rest[:-1] if bracket else None)


def decided(source: str, set_name: str, name: str, view: Any) -> bool:
    """Whether Falco's answer depends on the event alone."""
    if name == "github.workflow.miners.type" and "," in (view.extract(MINERS) or ""):
        return False  # in no fixed order
    if (source, set_name, name) == ("aws_cloudtrail", "edge-values", "ct.request") and view.num in (74, 113, 176):
        return False  # the recording says so: escapes are decoded or not depending on the order of extraction
    if source == "github":
        # Whether Falco sees an empty array depends on what its parser read before.
        emptied = [view.document] if view.document is not MISSING else []
        return not any(jsonvalue.get(one, *path) == [] for one in emptied for path in EMPTY.get(name, ()))
    if (source, set_name) not in UNDECODED or not name.startswith("okta.") or name == "okta.org":
        return True
    # A key that is absent keeps the value of the event before: only what the line itself says can be compared.
    path = okta_fields._TEXTS.get(name)
    return path is not None and (
        event_of(view) is None or jsonvalue.get(view.document, *path.split(".")) is not MISSING
    )


def comparable(name: str, value: Any) -> Any:
    """A value as JSON output shows it."""
    if isinstance(value, tuple):
        return [comparable(name, one) for one in value]
    if isinstance(value, str):
        return _clean(value)
    if name in {"evt.rawtime", "evt.reltime"}:
        return value - (1 << 64) if value >> 63 else value
    if name in SIGNED:
        return (value + (1 << 63)) % (1 << 64) - (1 << 63)
    return value


def _clean(text: str) -> str:
    return jsoncpp(text)


def views(source: str, folder: Path, scratch: Path, *, strict: bool = False) -> Iterator[Any]:
    """Our events of one set."""
    plugin = assemble.Loaded(registry.load(PLUGINS[source]), INIT.get(source, ""))
    ticks = iter(range(10**9))
    setting = assemble.Setting(
        UTC,
        lambda: ARRIVAL_NS + next(ticks) * STEP_NS,
        stepped=True,
        hostname="corpus-host",
        strict=strict or source in LINES,
    )
    where = input_of(folder, scratch)
    ours = assemble.build(source, plugin, str(where), [assemble.Loaded(registry.load("json"))], setting)
    if (source, folder.name) in UNDECODED:
        lines = where.read_bytes().splitlines()
        records = [Record(setting.now_ns(), line) for line in lines if line]
        yield from PluginBatch(ours.kit, records).views(0)
        return
    ours.open(Needs(), Mark())
    num = 0
    while not isinstance(batch := ours.read(), End | Fault | Idle):
        for view in batch.views(num):
            num = view.num
            yield view
    if isinstance(batch, Fault):
        raise SourceError(batch.sentence)


def input_of(folder: Path, scratch: Path) -> Path:
    """The events of a set as a plain file or folder."""
    if (folder / "events").is_dir():
        return folder / "events"
    if (folder / "events.jsonl").exists():
        return folder / "events.jsonl"
    plain = scratch / "events.jsonl"
    plain.write_bytes(gzip.decompress((folder / "events.jsonl.gz").read_bytes()))
    return plain
