"""How fast captures are read: headers alone, state alone, state and rules, in CPU time of one run.

    python tests/bench/captures.py [CAPTURE...] [--events 2000000] [--rules FOLDER] [--only WAY,...] [--reference]

Without captures: those of the corpus beside the repository. The events of a capture are repeated behind its lists until
there are enough of them. Every way runs in a process of its own; memory is what it grew by after a tenth of the events.
"""

import argparse
import json
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import NamedTuple

from engine.detector import Match, Progress
from engine.evaluate.detect import ReferenceDetector
from engine.evaluate.generated import GeneratedDetector
from engine.event import Stream
from engine.options import Options, RuleSelection
from engine.rules import load
from engine.rules.model import Ruleset, RulesFile
from sources import catalogs, drive, registry
from sources.base import End, Fault, Idle, Mark
from sources.syscall._kernel import AT_END, Kernel, count_events
from sources.syscall.capture import CaptureSource, Setting
from sources.syscall.files import CaptureFile

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"
CAPTURES = ("bench/selected.scap", "syscall/b01_pip_compile/capture.scap")
FILES = ("falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml")
EVENT_BLOCKS = frozenset({0x204, 0x208, 0x216, 0x217, 0x221, 0x222})
REFERENCE = "--reference"
PLAIN = Options(json=True, iso_time=True)
EVERY = Options(json=True, iso_time=True, match_all=True, selections=(RuleSelection(enable=True, rule="*"),))
FIRST = 0.1
"""Part of the events after which memory should not grow any more."""


class Run(NamedTuple):
    """What a way through a capture took."""

    events: int
    cpu_s: float
    alerts: int
    grown_kb: int


# ---- captures of any length


def unpacked(path: Path) -> bytes:
    """The bytes of a capture."""
    file = CaptureFile(str(path))
    pieces = []
    while not file.ended:
        pieces.append(file.piece())
    file.close()
    return b"".join(pieces)


def first_event(data: bytes) -> int:
    """Where the blocks of events begin."""
    at = 0
    while at + 8 <= len(data):
        kind, total = struct.unpack_from("<II", data, at)
        if kind in EVENT_BLOCKS:
            return at
        at += total
    raise ValueError("no events in file")


def repeated(path: Path, events: int, target: Path) -> int:
    """Write the capture with its events repeated; gives how many there are then."""
    data = unpacked(path)
    start = first_event(data)
    once = sum(count_events(data).values())
    times = max(1, -(-events // once))
    with target.open("wb") as file:
        file.write(data)
        for _ in range(times - 1):
            file.write(data[start:])
    return once * times


# ---- ways through them


def headers(path: Path, _: Path) -> Run:
    """Walk the blocks by their headers."""
    data = path.read_bytes()
    began = time.process_time()
    count = sum(count_events(data).values())
    return Run(count, time.process_time() - began, 0, 0)


def state(path: Path, _: Path) -> Run:
    """Read every event and keep state; nobody looks."""
    kernel = Kernel(strict=True)
    kernel.want(())
    file = CaptureFile(str(path))
    total = path.stat().st_size
    before = 0
    began = time.process_time()
    while True:
        kernel.feed(file.piece(), file.ended)
        if kernel.advance() == AT_END:
            break
        if not before and kernel.position > FIRST * total:
            before = _resident_kb()
    return Run(kernel.num, time.process_time() - began, 0, _resident_kb() - before)


def ruled(files: Sequence[str], options: Options = PLAIN) -> Callable[[Path, Path], Run]:
    """State, and rules: by the reference evaluator, or by functions generated for them."""

    def way(path: Path, rules: Path) -> Run:
        made = ruleset(rules, files, options)
        detector = ReferenceDetector(made) if REFERENCE in sys.argv else GeneratedDetector(made)
        source = CaptureSource(Setting(str(path), Stream("syscall", UTC), {}))
        found = 0

        def sink(_match: Match, _view: object) -> None:
            nonlocal found
            found += 1

        progress = Progress()
        began = time.process_time()
        source.open(drive.needs_of(detector), Mark())
        before = 0
        while not isinstance(batch := source.read(), (End, Fault)):
            if not isinstance(batch, Idle):
                detector.scan(batch, progress, sink)
                place = source.position()
                if not before and place is not None and place[0] > FIRST * place[1]:
                    before = _resident_kb()
        took = time.process_time() - began
        return Run(progress.events, took, found, _resident_kb() - before)

    return way


def ruleset(folder: Path, files: Sequence[str], options: Options) -> Ruleset:
    """The rules of the files, in that order."""
    catalog = catalogs.catalog("syscall", [registry.load("container")], options)
    texts = [RulesFile(name, (folder / name).read_text(encoding="utf-8")) for name in files]
    loaded = load.load(texts, {"syscall": catalog}, options)
    if not loaded.ok:
        raise ValueError("the rules cannot be loaded")
    return loaded.rulesets["syscall"]


def _resident_kb() -> int:
    """Memory of this process at this moment."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4


WAYS: dict[str, Callable[[Path, Path], Run]] = {
    "headers": headers,
    "state": state,
    "stable": ruled(FILES[:1]),
    "all": ruled(FILES),
    "every rule": ruled(FILES, EVERY),
}


# ---- the table


def measure(way: str, path: Path, rules: Path) -> Run:
    """One way in a process of its own, so that none grows on what another left."""
    command = [sys.executable, __file__, "--measure", way, str(path), "--rules", str(rules)]
    command += [REFERENCE] if REFERENCE in sys.argv else []
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return Run(*json.loads(done.stdout))


def report(path: Path, events: int, ways: Sequence[str], rules: Path) -> Iterator[str]:
    """Lines about one capture."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "repeated.scap"
        count = repeated(path, events, target)
        name = path.parent.name if path.stem == "capture" else path.stem
        yield f"{name}: {count:,} events, {target.stat().st_size >> 20} MB"
        yield f"  {'way':<12} {'events/CPU-s':>14} {'x headers':>10} {'alerts':>9} {'growth':>10}"
        walk = measure("headers", target, rules)
        for way in ways:
            run = walk if way == "headers" else measure(way, target, rules)
            ratio = run.cpu_s / count / (walk.cpu_s / walk.events)
            yield f"  {way:<12} {count / run.cpu_s:>14,.0f} {ratio:>10.1f} {run.alerts:>9,} {run.grown_kb:>7,} kB"


def main() -> None:
    """Print the tables, or one run for the process that asked for it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("captures", nargs="*", type=Path, default=[CORPUS / name for name in CAPTURES])
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--rules", type=Path, default=CORPUS / "rules/syscall")
    parser.add_argument(REFERENCE, action="store_true", help="ask rules of the reference evaluator")
    parser.add_argument("--only", default=",".join(WAYS))
    parser.add_argument("--measure", choices=WAYS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(WAYS[given.measure](given.captures[0], given.rules)))
        return
    for path in given.captures:
        for line in report(path, given.events, given.only.split(","), given.rules):
            print(line, flush=True)


if __name__ == "__main__":
    main()
