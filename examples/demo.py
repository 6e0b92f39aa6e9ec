"""`make demo`: four sources at once over thousands of events; one child is killed, and nothing is lost.

Run it with the Python of the environment in which cadge is installed. It writes its events into a temporary folder,
starts `cadge run` as a person would, kills one child by -9 as soon as that child has alerted, and at the end compares
the alerts of the killed source with those of a run in which nobody was killed.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import generate

ROOT = Path(__file__).resolve().parents[1]
CADGE = Path(sys.executable).with_name("cadge")
EVENTS = 18_000
COUNTED = 2_000
VICTIM = "k8s_audit"
SHOWN_FIRST = 5
"""Alerts of each source that are printed whole; the rest is counted."""


def command(folder: Path, *more: str) -> list[str]:
    """The command line: the sources by name, without a configuration file; system calls only where they can be read."""
    capture = ["syscall=examples/events/shells.scap"] if find_spec("sources.syscall._kernel") else []
    return [
        str(CADGE), "run", *capture,
        f"k8s_audit={folder / 'k8s_audit.jsonl'}",
        f"aws_cloudtrail={folder / 'aws_cloudtrail.json'}",
        f'dummy={{"start": 1, "maxEvents": {COUNTED}}}',
        "-r", "examples/rules", "--json", *more,
    ]  # fmt: skip


def main() -> int:
    """Exit status 0: the alerts of the killed source are the same as without the kill."""
    with tempfile.TemporaryDirectory(prefix="cadge-demo-") as name:
        folder = Path(name)
        say(f"writing {EVENTS:,} events of a cluster and an AWS account; a source counts; a capture holds system calls")
        generate.write(folder, EVENTS, seed=7)
        shown = command(Path("events"))
        say(f"$ cadge {' '.join(word if ' ' not in word else repr(word) for word in shown[1:-1])}\n")
        alerts = run_and_kill(command(folder, "-v"))
        say("\nthe same without a kill, to compare:")
        undisturbed = subprocess.run(
            command(folder), capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout.splitlines()
    return compare(alerts, undisturbed)


def run_and_kill(words: list[str]) -> list[str]:
    """Run, show the first alerts of each source, kill the victim's process once it has alerted. Gives all alerts."""
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stderr is not None
    pids: dict[str, int] = {}
    told = threading.Thread(target=relay, args=(process.stderr, pids))
    told.start()
    alerts, seen, killed = [], Counter[str](), False
    for line in process.stdout:
        alerts.append(line.rstrip("\n"))
        source = json.loads(line)["source"]
        seen[source] += 1
        if seen[source] <= SHOWN_FIRST:
            print(f"  {json.loads(line)['output'][:150]}", flush=True)
        if source == VICTIM and seen[source] > SHOWN_FIRST and not killed:
            killed = kill(pids)
    process.wait()
    told.join()
    return alerts


def relay(stream, pids: dict[str, int]) -> None:  # noqa: ANN001 - a pipe
    """Show what cadge says, and learn the processes from it."""
    for line in stream:
        print(line, end="", flush=True)
        if "carrying" in line:
            pids.update((name, int(pid)) for name, pid in re.findall(r"(\w+) \(pid (\d+)\)", line))


def kill(pids: dict[str, int]) -> bool:
    """Really kill the child. False: its process is not known yet."""
    if VICTIM not in pids:
        time.sleep(0.01)
        return False
    say(f"$ kill -9 {pids[VICTIM]}    # the process that carries {VICTIM}")
    os.kill(pids[VICTIM], signal.SIGKILL)
    return True


def compare(alerts: list[str], undisturbed: list[str]) -> int:
    """Say whether a killed child changed what its source alerts."""
    mine, theirs = ([line for line in lines if json.loads(line)["source"] == VICTIM] for lines in (alerts, undisturbed))
    same = mine == theirs
    verdict = "the same bytes" if same else "DIFFERENT"
    say(f"{VICTIM}: {len(mine)} alerts with the kill, {len(theirs)} without: {verdict}")
    return 0 if same else 1


def say(text: str) -> None:
    """What the demonstration itself has to say."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
