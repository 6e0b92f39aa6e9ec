"""`make bench`: how fast log sources are, as ratios taken in one run on one machine. Prints a table in Markdown.

Nothing is asserted. CPU time throughout; medians, with the smallest and largest ratio in brackets. Falco's own rules
are used where the corpus lies beside the repository, the examples' otherwise.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))
import events  # noqa: E402 - the folder is not a package

from engine.detector import Detector, Progress  # noqa: E402 - as above
from engine.evaluate.detect import ReferenceDetector  # noqa: E402
from engine.evaluate.generated import GeneratedDetector  # noqa: E402
from engine.options import Options  # noqa: E402
from engine.rules import load  # noqa: E402
from engine.rules.model import Ruleset, RulesFile  # noqa: E402
from sources import assemble, catalogs, registry  # noqa: E402
from sources.base import End, Fault, Mark  # noqa: E402
from sources.drive import needs_of  # noqa: E402
from supervisor import wire  # noqa: E402

CORPUS = ROOT.parent / "shared" / "corpus" / "rules"
PLUGINS = {"k8s_audit": "k8saudit", "aws_cloudtrail": "cloudtrail"}
RULES = {"k8s_audit": "k8s_audit_rules.yaml", "aws_cloudtrail": "aws_cloudtrail_rules.yaml"}
MIXES = {
    "k8s_quiet": "k8s_audit",
    "k8s_dense": "k8s_audit",
    "cloudtrail_quiet": "aws_cloudtrail",
    "cloudtrail_dense": "aws_cloudtrail",
}


def rules_path(source: str) -> Path:
    """Falco's rules, or ours."""
    theirs = CORPUS / source / RULES[source]
    return theirs if theirs.exists() else ROOT / "examples" / "rules" / f"{source}.yaml"


def ruleset(source: str, text: str, options: Options) -> Ruleset:
    specs = [registry.load(PLUGINS[source]), registry.load("json")]
    loaded = load.load([RulesFile("rules", text)], {source: catalogs.catalog(source, specs, options)}, options)
    assert loaded.ok, loaded.reports
    return loaded.rulesets[source]


def generated(rules: Ruleset) -> GeneratedDetector:
    layout = registry.load(PLUGINS[rules.source]).layout
    return GeneratedDetector(rules, layout() if layout is not None else None)


def scan(source: str, path: Path, detector: Detector) -> int:
    """Everything of a file, through the source, to formatted alerts; how many there were."""
    plugin, extractor = assemble.Loaded(registry.load(PLUGINS[source])), assemble.Loaded(registry.load("json"))
    made = assemble.build(source, plugin, str(path), [extractor], assemble.Setting(UTC, lambda: 0))
    made.open(needs_of(detector), Mark())
    progress = Progress()
    alerts = 0

    def sink(_match: Any, _view: Any) -> None:
        nonlocal alerts
        alerts += 1

    while not isinstance(batch := made.read(), End | Fault):
        detector.scan(batch, progress, sink)
    made.close()
    return alerts


def cpu(act: Callable[[], object]) -> float:
    before = time.process_time()
    act()
    return time.process_time() - before


def written(mix: str, lines: list[bytes], folder: Path) -> Path:
    path = folder / f"{mix}.json"
    path.write_bytes(
        b"\n".join(lines) + b"\n" if MIXES[mix] == "k8s_audit" else b'{"Records":[' + b",".join(lines) + b"]}"
    )
    return path


def ratio(pairs: list[tuple[float, float]]) -> str:
    """Median, smallest and largest of some ratios."""
    found = sorted(one / other for one, other in pairs)
    return f"{statistics.median(found):.2f} ({found[0]:.2f}-{found[-1]:.2f})"


def mixes(count: int, rounds: int, folder: Path) -> None:
    """Reading, deciding and formatting against the plain decoding of the same lines."""
    decode = msgspec.json.Decoder().decode
    print(
        "\n| mix | bytes a line | alerting | decode, us | text, x decode | JSON, x decode | exact way | reference, x decode |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for mix, source in MIXES.items():
        lines = list(events.lines(mix, count))
        path = written(mix, lines, folder)
        text = rules_path(source).read_text("utf-8")
        forms = {as_json: ruleset(source, text, Options(json=as_json)) for as_json in (False, True)}
        taken: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
        floor = []
        for _ in range(rounds):
            for as_json, rules in forms.items():
                plain = cpu(lambda: [None for line in lines if decode(line) is None])  # noqa: B023 - called at once
                made = generated(rules)
                alerts = 0

                def go() -> None:
                    nonlocal alerts
                    alerts = scan(source, path, made)  # noqa: B023 - called at once

                taken[as_json].append((cpu(go), plain))
                floor.append(plain / count * 1e6)
        few = lines[: count // 40]
        short = written(mix, few, folder)
        slow = _slowly(source, short, few, forms[False])
        others = made.others / max(1, made.rows + made.others)
        print(
            f"| {mix} | {sum(map(len, lines)) / count:.0f} | {alerts / count:.1%} | {statistics.median(floor):.2f} | "
            f"{ratio(taken[False])} | {ratio(taken[True])} | {others:.2%} | {slow:.0f} |"
        )


def _slowly(source: str, path: Path, lines: list[bytes], rules: Ruleset) -> float:
    """What the reference detector takes, as a multiple of decoding."""
    decode = msgspec.json.Decoder().decode
    return cpu(lambda: scan(source, path, ReferenceDetector(rules))) / cpu(lambda: [decode(line) for line in lines])


def growth(count: int, rounds: int, folder: Path) -> None:
    """How the cost grows with the number of rules, and what loading takes."""
    lines = list(events.lines("k8s_quiet", count))
    path = written("k8s_quiet", lines, folder)
    print("\n| rules | load, s | x the cost of 50 rules |\n|---|---|---|")
    made: dict[int, tuple[Ruleset, float]] = {}
    for number in (10, 50, 200, 1000):
        text = json.dumps([_rule(at) for at in range(number)])
        before = time.process_time()
        rules = ruleset("k8s_audit", text, Options())
        generated(rules)
        made[number] = rules, time.process_time() - before
    taken: dict[int, list[float]] = {number: [] for number in made}
    for _ in range(rounds):
        for number, (rules, _) in made.items():
            detector = generated(rules)
            taken[number].append(cpu(lambda: scan("k8s_audit", path, detector)))  # noqa: B023 - called at once
    for number, (_, seconds) in made.items():
        print(f"| {number} | {seconds:.2f} | {ratio(list(zip(taken[number], taken[50], strict=True)))} |")


_VERBS = ("create", "update", "patch", "delete", "get")
_KINDS = (*events.READ, "pods", "deployments", "clusterroles", "jobs", "leases", "endpointslices", "serviceaccounts")


def _rule(at: int) -> dict[str, str]:
    """One of many rules, as people write them: a verb or two, a kind, and who may do it or where."""
    rest = (
        'not ka.user.name startswith "system:"',
        f"ka.target.namespace in (team{at}, production)",
        f"ka.target.name startswith app{at}",
        f"ka.user.name in (user{at}, alice@example.com)",
    )[at % 4]
    condition = (
        f"ka.stage=ResponseComplete and ka.verb in ({_VERBS[at % 5]}, {_VERBS[at // 5 % 5]}) "
        f"and ka.target.resource={_KINDS[at % len(_KINDS)]} and {rest} and not ka.target.name in (known{at}, trusted)"
    )
    return {
        "rule": f"rule {at}", "desc": "one of many", "source": "k8s_audit", "priority": "INFO",
        "condition": condition, "output": "said user=%ka.user.name target=%ka.target.name",
    }  # fmt: skip


def wire_rate(_count: int, rounds: int, _folder: Path) -> None:
    """Alerts of 690 bytes in frames of 64: packed, cut out of a stream of bytes, and unpacked."""
    alerts = [wire.Alert(at, 1, 1_772_445_600_000_000_000 + at, "a rule", 4, b"x" * 690) for at in range(64)]
    frames = [wire.encode(wire.Alerts(seq, (seq, 1), alerts)) for seq in range(500)]

    def back() -> None:
        cutter = wire.Frames()
        for frame in frames:
            for body in cutter.feed(frame):
                wire.decode_up(body)

    there = min(
        cpu(lambda: [wire.encode(wire.Alerts(seq, (seq, 1), alerts)) for seq in range(500)]) for _ in range(rounds)
    )
    both = there + min(cpu(back) for _ in range(rounds))
    print(f"\nWire, packing and unpacking: {500 * 64 / both:,.0f} alerts per CPU-second")


def whole(count: int, rounds: int, folder: Path) -> None:
    """From a file to a file, through supervisor, child and pipe: events per second of CPU of all processes."""
    print(
        "\n| whole way, JSON alerts to a file | events per CPU-second | without start | start, CPU s |\n|---|---|---|---|"
    )
    empty = folder / "empty.json"
    empty.write_bytes(b"")
    start = statistics.median(_run({"k8s_audit": empty}, folder) for _ in range(rounds))
    for mix in ("k8s_quiet", "k8s_dense"):
        path = written(mix, list(events.lines(mix, count)), folder)
        seconds = statistics.median(_run({"k8s_audit": path}, folder) for _ in range(rounds))
        print(f"| {mix}, {count} events | {count / seconds:,.0f} | {count / (seconds - start):,.0f} | {start:.2f} |")


def together(count: int, rounds: int, folder: Path) -> None:
    """Two sources at once against each alone."""
    audit = written("k8s_quiet", list(events.lines("k8s_quiet", count)), folder)
    trail = written("cloudtrail_quiet", list(events.lines("cloudtrail_quiet", count)), folder)
    pairs = []
    for _ in range(rounds):
        alone = _run({"k8s_audit": audit}, folder) + _run({"aws_cloudtrail": trail}, folder)
        pairs.append((_run({"k8s_audit": audit, "aws_cloudtrail": trail}, folder), alone))
    print(f"\nTwo sources together against each alone, CPU-seconds, {rounds} alternating runs: {ratio(pairs)}")


def _run(inputs: dict[str, Path], folder: Path) -> float:
    """CPU-seconds of `cadge run` and its children."""
    config = folder / "falco.yaml"
    out = folder / "alerts.txt"
    out.unlink(missing_ok=True)
    config.write_text(
        f"json_output: true\nstdout_output: {{enabled: false}}\nsyslog_output: {{enabled: false}}\n"
        f"file_output: {{enabled: true, keep_alive: true, filename: {out}}}\n",
        encoding="utf-8",
    )
    words = [Path(sys.executable).with_name("cadge"), "run", "-c", config]
    words += [f"{source}={path}" for source, path in inputs.items()]
    words += [word for source in inputs for word in ("-r", rules_path(source))]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, stderr=subprocess.DEVNULL, env={**os.environ, "TZ": "UTC"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


PARTS = {"mixes": mixes, "growth": growth, "wire": wire_rate, "whole": whole, "together": together}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="only these")
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(
        f"{options.events} events, {options.rounds} rounds, CPython {sys.version.split()[0]}, load {os.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name in options.parts or PARTS:
            PARTS[name](options.events, options.rounds, Path(folder))


if __name__ == "__main__":
    main()
