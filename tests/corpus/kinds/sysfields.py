"""Every field and every argument of every event of the captures: `fields.jsonl.gz` and `args.jsonl.gz`."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

from scoring import Score

from engine.alert import member_of
from engine.event import Stream
from engine.fields import resolve
from engine.fields.catalog import Catalog, FieldRef
from engine.options import Options
from sources import catalogs, registry

QUICK = 40
"""Events of each capture that are asked when not all are."""
UNDEFINED = {"proc.exe_ino.ctime_duration_proc_start", "proc.exe_ino.ctime_duration_pidns_start"}
"""Falco reads memory that it never set."""
HOSTS = {
    "127.0.0.1": ("localhost", "vm"), "::1": ("localhost",), "203.0.113.10": ("kubernetes.default.svc.cluster.local",),
    "203.0.113.20": ("pool.minexmr.com",), "203.0.113.21": ("xmr.crypto-pool.fr",), "203.0.113.22": ("eu1.ethpool.org",),
    "203.0.113.30": ("google.com",),
}  # fmt: skip
"""The hosts file of the recording."""
OPTIONS = Options(json=True)
CPU = ("thread.cpu", "thread.cpu.user", "thread.cpu.system")


def score(corpus: Path, *, full: bool = True) -> Iterator[Score]:
    """Fields by class, then arguments; over all captures."""
    folders = sorted(path.parent for path in (corpus / "syscall").glob("*/fields.jsonl.gz"))
    if not folders or not built():
        yield Score("sysfields", waiting=len(folders))
        return
    catalog = catalogs.catalog("syscall", [registry.load("container"), registry.load("json")], Options())
    for kind in ("fields", "args"):
        scores: dict[str, Score] = {}
        worst: Counter[str] = Counter()
        for folder in folders:
            recorded = gzip.decompress((folder / f"{kind}.jsonl.gz").read_bytes()).splitlines()
            _one(
                kind, folder, [json.loads(line) for line in recorded[: None if full else QUICK]], catalog, scores, worst
            )
        for name in sorted(scores):
            result = scores[name]
            if result.misses:
                result.misses.insert(
                    0, ", ".join(f"{field} {n}" for field, n in worst.most_common() if group(field, kind) == name)
                )
            yield result


def built() -> bool:
    """Whether the kernel is."""
    try:
        from sources.syscall import _kernel  # noqa: F401
    except ImportError:
        return False
    return True


def group(name: str, kind: str = "fields") -> str:
    """The class of a field, for the table."""
    return (
        f"sys{kind}/{name.partition('[')[0].partition('.')[0]}" if kind == "fields" else "sysargs/" + name.split(".")[1]
    )


def _one(
    kind: str,
    folder: Path,
    answers: list[dict[str, Any]],
    catalog: Catalog,
    scores: dict[str, Score],
    worst: Counter[str],
) -> None:
    wanted = iter(answers)
    answer = next(wanted, None)
    writers: dict[str, Any] = {}
    for view in views(folder / "capture.scap"):
        if answer is None:
            break
        if view.num != answer["evt.num"]:
            continue
        if kind == "fields":
            # The message is formatted before the JSON object, and some fields leave their mark.
            for name in ("evt.abspath", "evt.abspath.src", "evt.abspath.dst", *CPU):
                view.extract(reference(catalog, name))
        for name, theirs in answer.items():
            if name in UNDEFINED:
                continue
            write = writers.get(name)
            if write is None:
                write = writers[name] = member_of(reference(catalog, name), OPTIONS)
            try:
                ours = write(view)
            except Exception as error:  # noqa: BLE001 - a miss like others, but told
                ours = repr(error)
            result = scores.setdefault(group(name, kind), Score(group(name, kind)))
            if ours == theirs:
                result.total += 1
                result.equal += 1
            else:
                worst[name] += 1
                if worst[name] > 3:
                    result.total += 1
                else:
                    result.count(f"{folder.name} {answer['evt.num']} {name}", ours, theirs)
        answer = next(wanted, None)
    while answer is not None:
        scores.setdefault("sysfields/evt", Score("sysfields/evt")).count(
            f"{folder.name} {answer['evt.num']}", None, "an event"
        )
        answer = next(wanted, None)


def reference(catalog: Catalog, name: str) -> FieldRef:
    """The field that a key of `output_fields` names."""
    if name.startswith(("evt.arg.", "evt.rawarg.")):
        return resolve.resolve(catalog, name, None)
    stem, bracket, rest = name.partition("[")
    return resolve.resolve(catalog, stem, rest[:-1] if bracket else None)


def views(path: Path) -> Iterator[Any]:
    """Our events of a capture."""
    from sources.syscall._kernel import Kernel
    from sources.syscall.readers import readers
    from sources.syscall.views import Kit, SyscallView

    data = path.read_bytes()
    kernel = Kernel()
    kernel.feed(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data, True)
    stream = Stream("syscall", UTC)
    kit = Kit(kernel, stream, readers(), lambda address: HOSTS.get(address, ()))
    while (code := kernel.advance()) >= 0:
        stream.first_ts_ns = kernel.first_ts or None
        yield SyscallView(kit, code)
