"""Runs of a real Falco, and ours of the same command line as a black box: how they are done and compared.

Compared exactly: exit status, standard output, standard error, after removing what no two runs share (dates, versions,
folders) and, in the JSON schema of a plugin, the texts for people. Where Falco itself leaves something open, so do we:

* Alerts of different sources may interleave; those of one source keep their order.
* The source without a driver ticks by the clock: a busy machine may give a few ticks less.
* Where one source fails, the others are stopped at once: how far they came is a race, in Falco too. Their alerts are
  a beginning of what they give otherwise, and the statistics count what was printed.
* Log lines of sources that run at the same time may interleave.
* "Enabled rules" come from a set of addresses there: in any order.
"""

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import yaml

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
INPUTS = DATA / "inputs"
COMMAND = Path(sys.executable).with_name("cadge")
PLUGINS = "/usr/share/falco/plugins/"
OURS = "No system calls are read from the kernel in this version of cadge"
"""Begins the one line that we add to Falco's: what to do about an engine that is not there."""

Case = dict[str, Any]


@cache
def runs(name: str) -> list[Case]:
    """The recorded runs: `selection` or `lifecycle`."""
    recorded: list[Case] = json.loads(gzip.decompress((DATA / f"{name}.json.gz").read_bytes()))
    return recorded


def title(case: Case, number: int) -> str:
    """A readable name for a test."""
    words = case.get("what") or " ".join([*case["args"], *_where(case)])
    return f"{number:03d} {words or 'no options'}"


def _where(case: Case) -> list[str]:
    rules = [] if case["rules"] == "rules.yaml" else [f"({case['rules']})"]
    return [*rules, *([f"load_plugins={case['load_plugins']}"] if "load_plugins" in case else [])]


def waiting(case: Case) -> str | None:
    """What a case waits for that is not built yet; None: it can be run."""
    if any("metrics.enabled=true" in word for word in case["args"]):
        return "metrics are not taken yet"
    return None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out of a run, in comparable form."""

    exit_code: int
    stdout: str
    stderr: str


def ask(case: Case, folder: Path) -> tuple[Answer, Answer]:
    """Run our command in `folder` as the case says; (ours, Falco's), both made comparable."""
    prepare(case, folder)
    process = subprocess.Popen(
        [COMMAND, "-c", "falco.yaml", *case["args"]],
        cwd=folder,
        env={**os.environ, "TZ": "UTC", "FALCO_HOSTNAME": "corpus-host", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="surrogateescape",
    )
    stderr, stdout = _Lines(process.stderr), _Lines(process.stdout)
    lives, name_before = 0, ""
    try:
        for pause, name in case.get("signals", ()):
            lives += lives == 0 or name_before == "SIGHUP"
            stderr.wait_for(_OPENED, lives * _sources_of(case))
            stdout.wait_for(_LAST_OF_DUMMY, lives)
            time.sleep(pause)
            process.send_signal(getattr(signal, name))
            name_before = name
        process.wait(timeout=60)
    finally:
        process.kill()
        process.wait()
    ours = Answer(process.returncode, stdout.text(), stderr.text())
    theirs = Answer(case["exit_code"], case["stdout"], case["stderr"])
    return comparable(ours, case, folder), comparable(theirs, case, folder)


class _Lines:
    """What a process writes, while it writes."""

    def __init__(self, stream: IO[str]) -> None:
        self._lines: list[str] = []
        self._more = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                with self._more:
                    self._lines.append(line)
                    self._more.notify()
        with self._more:
            self._ended = True
            self._more.notify()

    def wait_for(self, part: str, count: int) -> None:
        """Until so many lines held this, or there will be no more: signals come a time after sources were opened."""
        with self._more:
            self._more.wait_for(lambda: self._ended or sum(part in line for line in self._lines) >= count, 30)

    def text(self) -> str:
        """All of it, once the process is over."""
        self._thread.join(30)
        return "".join(self._lines)


_OPENED = "Trying to open the right engine!"
_LAST_OF_DUMMY = "Warning dummy (num=3 value=3)"


def _sources_of(case: Case) -> int:
    """How many sources are opened in a life of this run."""
    (line,) = re.findall(r"Enabled event sources: (.*)", case["stderr"])[:1]
    return len(line.split(", "))


def prepare(case: Case, folder: Path) -> None:
    """The recording's folder: inputs, and the configuration with what the case changes in it."""
    for path in INPUTS.iterdir():
        if path.suffix == ".gz":
            (folder / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
        else:
            shutil.copyfile(path, folder / path.name)
    config = yaml.safe_load((INPUTS / "falco.yaml").read_text(encoding="utf-8"))
    config["rules_files"] = [case["rules"]]
    if "load_plugins" in case:
        if case["load_plugins"] is None:
            del config["load_plugins"]
        else:
            config["load_plugins"] = _listed(case["load_plugins"])
    if "is no JSON" in case.get("what", ""):
        config["plugins"][0]["init_config"] = "no JSON"
    for plugin in config["plugins"]:
        for key in ("open_params", "init_config"):
            if (text := case.get(f"{plugin['name']}_{key}")) is not None:
                plugin[key] = text.replace("FOLDER", str(folder))
    (folder / "falco.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")


def _listed(value: Any) -> list[str]:
    return yaml.safe_load(value) if isinstance(value, str) else value


# ------------------------------------------------------------------------------------------------- comparison

_DATE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000: ", re.MULTILINE)
_ALERT_TIME = re.compile(r"^(?!2026-01-02T03:04:05\.678901000)\d{4}-\d\d-\d\dT[\d:.]+\+0000: ", re.MULTILINE)
_VERSION = re.compile(r"^((?:Falco|Libs) version:|  Default driver:) .*", re.MULTILINE)
_FIGURES = re.compile(r"Elapsed time: \S+, Captured Events: (\d+), \S+ eps")
_SCHEMA = re.compile(r"^\{\"\$schema\".*\}$", re.MULTILINE)
_SYSTEM = re.compile(r"^System info: .*\n?", re.MULTILINE)
_ARGUMENTS = re.compile(r"^CLI args: \S+", re.MULTILINE)
_TICK = re.compile(r"^TIME: Informational every \(num=\d+ type=scapevent\)$")
_KIND = re.compile(r"^\S+: \w+ (\w+) \(")
_STATISTICS = "Events detected: "
_ROW = re.compile(r"^(   \S.*: \d+|Rule counts by severity:|Triggered rules by rule name:)$")


def comparable(answer: Answer, case: Case, folder: Path) -> Answer:
    """Without what no two runs share, and in one order where Falco has none."""
    stdout = _SCHEMA.sub(_members, _ALERT_TIME.sub("TIME: ", answer.stdout))
    if _STATISTICS in stdout and "-L" not in case["args"]:
        stdout = "\n".join(_settled(*life, case, number) for number, life in enumerate(_lives(stdout)))
    elif "json_output=true" in case["args"] and "-L" in case["args"]:
        stdout = json.dumps(_without_order(json.loads(stdout)), sort_keys=True, indent=1) if stdout else stdout
    return Answer(answer.exit_code, _VERSION.sub(r"\1 X", stdout), _log(answer.stderr, case, folder))


def _members(found: re.Match[str]) -> str:
    """A plugin's JSON schema: the texts in it are ours, its members and their types and defaults are Falco's."""
    made = json.loads(found[0])
    body = made["definitions"]["PluginConfig"] if "definitions" in made else made
    return repr(sorted((key, one["type"], one["default"]) for key, one in body["properties"].items()))


def _lives(stdout: str) -> list[tuple[str, str]]:
    """Alerts and statistics of each life of the run: a restart prints statistics, too, and begins anew."""
    lives = []
    alerts: list[str] = []
    statistics: list[str] = []
    for line in stdout.splitlines(keepends=True):
        if line.startswith(_STATISTICS) or (statistics and _ROW.match(line)):
            statistics.append(line)
            continue
        if statistics:
            lives.append(("".join(alerts), "".join(statistics)))
            alerts, statistics = [], []
        alerts.append(line)
    return [*lives, ("".join(alerts), "".join(statistics))]


def _settled(alerts: str, statistics: str, case: Case, life: int) -> str:
    """Alerts by source, and statistics; where Falco has a race, only what is certain."""
    lines = alerts.splitlines()
    ticks = [line for line in lines if _TICK.match(line)]
    expected = [f"TIME: Informational every (num={number} type=scapevent)" for number in range(1, len(ticks) + 1)]
    kept = [line for line in lines if not _TICK.match(line)]
    rows = statistics.splitlines()
    if statistics != _recount(lines, rows):
        return f"statistics do not count the alerts\n{alerts}{statistics}"
    if ticks != expected:
        return f"ticks are missing\n{alerts}{statistics}"
    by_source = sorted(kept, key=_kind)
    if _raced(case):
        return f"beginnings: {_beginnings(by_source)}, ticks in order"
    least, most = _ticks_of(case, life)
    count = "as many ticks as there should be" if least <= len(ticks) <= most else f"{len(ticks)} ticks"
    return "\n".join([*by_source, count])


def _kind(line: str) -> str:
    found = _KIND.match(line)
    return found[1] if found else ""


def _recount(alerts: list[str], rows: list[str]) -> str:
    """The statistics that these alerts should have, in the form of the given ones."""
    rules = {"audit": ("K any", "ERROR"), "dummy": ("D any", "WARNING"), "every": ("S every", "INFO")}
    counts = {kind: sum(_kind(line) == kind for line in alerts) for kind in rules}
    if any(row.startswith("   ") and row.split(":")[0].strip() == "D rare" for row in rows):
        rules["dummy"] = ("D rare", "WARNING")
    made = [f"Events detected: {sum(counts.values())}", "Rule counts by severity:"]
    made += [f"   {rules[kind][1]}: {counts[kind]}" for kind in ("audit", "dummy", "every") if counts[kind]]
    made.append("Triggered rules by rule name:")
    made += [f"   {rules[kind][0]}: {counts[kind]}" for kind in ("every", "dummy", "audit") if counts[kind]]
    return "".join(f"{row}\n" for row in made)


def _beginnings(lines: list[str]) -> str:
    """Whether the alerts of each source are numbered from 1 without a gap."""
    for kind in ("audit", "dummy"):
        numbers = [int(line.split("num=")[1].split()[0]) for line in lines if _kind(line) == kind]
        if numbers != list(range(1, len(numbers) + 1)):
            return f"{kind} has {numbers}"
    return "fine"


def _ticks_of(case: Case, life: int = 0) -> tuple[int, int]:
    """How many ticks a life may have: as many as recorded, or some less on a busy machine; a signal comes later."""
    alerts, _ = _lives(_ALERT_TIME.sub("TIME: ", case["stdout"]))[life]
    recorded = sum(bool(_TICK.match(line)) for line in alerts.splitlines())
    later = 12 if "signals" in case else 0
    return recorded * 6 // 10, recorded + later


def _log(text: str, case: Case, folder: Path) -> str:
    text = _DATE.sub("", text)
    text = text.replace(PLUGINS, "PLUGINS/").replace(str(folder), "FOLDER")
    text = _SYSTEM.sub("System info: KERNEL\n", _VERSION.sub(r"\1 X", text))
    text = _ARGUMENTS.sub("CLI args: PATH", text)
    endless = "9000000000" in case.get("dummy_open_params", "")
    text = _FIGURES.sub(
        lambda found: (
            f"Elapsed time: N, Captured Events: {'M' if endless or _raced(case) else _about(found[1], case)}, N eps"
        ),
        text,
    )
    lines = [line for line in text.splitlines() if not line.startswith(OURS)]
    lines = _in_any_order([line for line in lines if "modprobe binary" not in line], "Enabled rules:")
    start = next((at for at, line in enumerate(lines) if line.startswith("Enabled event sources:")), None)
    several = start is not None and "," in lines[start]
    if start is not None and several and (_talks(case) or case.get("varies") or _raced(case) or "signals" in case):
        lines[start:] = sorted(lines[start:])
    return "\n".join(lines).rstrip("\n")


def _in_any_order(lines: list[str], head: str) -> list[str]:
    """The indented lines below each `head`, sorted."""
    made = list(lines)
    for at, line in enumerate(lines):
        if line == head:
            end = next((n for n in range(at + 1, len(lines)) if not lines[n].startswith("   ")), len(lines))
            made[at + 1 : end] = sorted(lines[at + 1 : end])
    return made


def _talks(case: Case) -> bool:
    return "-v" in case["args"] or "log_level=debug" in case["args"]


def _raced(case: Case) -> bool:
    """Falco loses the events before one that ends a source, too."""
    return "forcing termination" in case["stderr"] or "token too long" in case["stderr"]


def _about(count: str, case: Case) -> str:
    """Events of a source; those of the clock may be a few less."""
    least, most = _ticks_of(case)
    return "ticks" if most and least <= int(count) <= most and int(count) > 6 else count


def _without_order(value: Any) -> Any:
    """Lists inside `details` are sets in Falco."""
    if isinstance(value, dict):
        return {
            key: sorted(item, key=str)
            if isinstance(item, list) and all(isinstance(one, str) for one in item)
            else _without_order(item)
            for key, item in value.items()
        }
    return [_without_order(item) for item in value] if isinstance(value, list) else value
