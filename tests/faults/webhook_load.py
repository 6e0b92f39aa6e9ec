"""A real client offers requests to a webhook while its child is killed: nothing that was acknowledged may be lost.

`make webhook` runs it as the project promises it: 2,000 requests/s offered for 30 s over 4 connections. Run by itself:
`python tests/faults/webhook_load.py [RATE SECONDS CONNECTIONS KILLS]`.
"""

import collections
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

RULE = """
- rule: every
  desc: every event
  condition: evt.num > 0
  output: id=%ka.auditid
  priority: INFO
  source: k8s_audit
"""
CARRYING = re.compile(r"k8s_audit \(pid (\d+)\)")


@dataclass
class Sent:
    """What one connection saw."""

    acknowledged: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    refused: collections.Counter = field(default_factory=collections.Counter)
    waits: list[float] = field(default_factory=list)


@dataclass
class Outcome:
    """What became of all requests."""

    offered: int
    seconds: float
    acknowledged: set[str]
    unanswered: set[str]
    refused: collections.Counter
    alerts: collections.Counter
    waits: list[float]
    status: int
    stderr: str

    @property
    def lost(self) -> set[str]:
        """Acknowledged, and never alerted."""
        return self.acknowledged - set(self.alerts)

    @property
    def doubled(self) -> dict[str, int]:
        """Alerts that came more than once: only those whose answer was lost may."""
        return {name: count for name, count in self.alerts.items() if count > 1}


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        return made.getsockname()[1]


def send(port: int, name: str, rate: float, until: float, sent: Sent) -> None:
    """One connection: requests at a steady rate; what is not acknowledged is sent again."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    due = time.monotonic()
    number = 0
    again: str | None = None
    while time.monotonic() < until or again is not None:
        due += 1 / rate
        if (pause := due - time.monotonic()) > 0:
            time.sleep(pause)
        if again is None:
            number += 1
        one = again or f"{name}-{number}"
        body = json.dumps({"kind": "Event", "auditID": one, "stageTimestamp": "2024-05-01T10:00:00Z"})
        before = time.monotonic()
        try:
            connection.request("POST", "/k8s-audit", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            sent.unanswered.append(one)
            again = one
            continue
        sent.waits.append(time.monotonic() - before)
        if answer.status == 200:
            sent.acknowledged.append(one)
            again = None
        else:
            sent.refused[answer.status] += 1
            again = one
            time.sleep(0.05)
    connection.close()


def kill_children(stderr: Path, moments: list[float]) -> None:
    """Kill the child that lives at each of these moments, by -9."""
    for moment in moments:
        time.sleep(max(0.0, moment - time.monotonic()))
        for pid in children(stderr):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


def children(stderr: Path) -> list[str]:
    """The processes of the run whose parent wrote this."""
    parent = stderr.with_suffix(".pid").read_text()
    task = Path("/proc") / parent / "task" / parent / "children"
    return task.read_text().split()


def run(rate: float, seconds: float, connections: int, kills: int) -> Outcome:
    """Offer `rate` requests a second for so long; kill the child `kills` times on the way."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "rules.yaml").write_text(RULE)
        out, err = scratch / "out", scratch / "err"
        command = Path(sys.executable).with_name("cadge")
        words = [command, "run", f"k8s_audit=http://127.0.0.1:{port}/k8s-audit", "-r", scratch / "rules.yaml"]
        with out.open("wb") as stdout, err.open("wb") as stderr:
            program = subprocess.Popen(words, stdout=stdout, stderr=stderr)
        err.with_suffix(".pid").write_text(str(program.pid))
        try:
            await_open(err, program)
            began = time.monotonic()
            until = began + seconds
            sent = [Sent() for _ in range(connections)]
            threads = [
                threading.Thread(target=send, args=(port, f"c{at}", rate / connections, until, one))
                for at, one in enumerate(sent)
            ]
            moments = [began + seconds * (at + 1) / (kills + 1) for at in range(kills)]
            threads.append(threading.Thread(target=kill_children, args=(err, moments)))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            took = time.monotonic() - began
        finally:
            program.send_signal(signal.SIGINT)
            status = program.wait(60)
        alerts = collections.Counter(re.findall(r"id=(\S+)", out.read_text()))
        return Outcome(
            int(rate * seconds),
            took,
            {name for one in sent for name in one.acknowledged},
            {name for one in sent for name in one.unanswered},
            sum((one.refused for one in sent), collections.Counter()),
            alerts,
            sorted(wait for one in sent for wait in one.waits),
            status,
            err.read_text(),
        )


def await_open(err: Path, program: subprocess.Popen, deadline_s: float = 60) -> None:
    """Until the source is open."""
    until = time.monotonic() + deadline_s
    while not CARRYING.search(err.read_text()):
        if program.poll() is not None or time.monotonic() > until:
            raise RuntimeError(err.read_text())
        time.sleep(0.05)


def main(words: list[str]) -> int:
    """Run it and report."""
    rate, seconds, connections, kills = [float(word) for word in words] if words else [2000, 30, 4, 1]
    outcome = run(rate, seconds, int(connections), int(kills))
    waits = outcome.waits
    print(f"offered       {outcome.offered} requests, {rate:g}/s over {int(connections)} connections for {seconds:g} s")
    print(
        f"acknowledged  {len(outcome.acknowledged)} in {outcome.seconds:.1f} s, {len(outcome.acknowledged) / outcome.seconds:.0f}/s"
    )
    print(f"unanswered    {len(outcome.unanswered)}; refused {dict(outcome.refused)}")
    print(
        f"waits         median {waits[len(waits) // 2] * 1e3:.2f} ms, 99 % {waits[len(waits) * 99 // 100] * 1e3:.2f} ms"
    )
    print(f"alerts        {outcome.alerts.total()}, lost {len(outcome.lost)}, doubled {len(outcome.doubled)}")
    return 1 if outcome.lost or set(outcome.doubled) - outcome.unanswered else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
