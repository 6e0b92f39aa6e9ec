"""What tests of real runs share: rules, plans, a listener that remembers, a program that carries them."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.options import Options
from engine.rules.model import RulesFile
from supervisor import loop, wire
from supervisor.asking import Status
from supervisor.desk import Desk
from supervisor.lifecycle import State
from supervisor.listener import Deaf
from supervisor.outputs.base import Line
from supervisor.outputs.fanout import Fanout
from supervisor.plan import ChildPlan, PluginChoice, RunPlan, Stepped, hash_rules
from supervisor.policy import Policy
from supervisor.result import RunResult, SourceResult

RULES = """
- rule: Dummy any
  desc: every sample
  source: dummy
  condition: dummy.value > 0
  output: dummy (num=%evt.num value=%dummy.value)
  priority: WARNING
- rule: Audit any
  desc: every audit event
  source: k8s_audit
  condition: ka.verb exists
  output: audit (num=%evt.num verb=%ka.verb)
  priority: ERROR
- rule: Trail any
  desc: every trail event
  source: aws_cloudtrail
  condition: ct.name exists
  output: trail (num=%evt.num name=%ct.name)
  priority: NOTICE
- rule: Tick
  desc: every tick
  condition: evt.num > 0
  output: tick (num=%evt.num)
  priority: INFO
"""


def rules_files(text: str = RULES) -> tuple[RulesFile, ...]:
    return (RulesFile("rules.yaml", text),)


def child(source: str, plugin: str = "", params: str = "", *, rules: str = RULES, **more: Any) -> ChildPlan:
    files = rules_files(rules)
    choice = PluginChoice(plugin, open_params=params) if plugin else None
    more.setdefault("clock", Stepped(1_700_000_000_000_000_000))
    return ChildPlan(source=source, rules=files, rules_hash=hash_rules(files), options=Options(), plugin=choice, **more)


def dummy(events: int, **more: Any) -> ChildPlan:
    return child("dummy", "dummy", json.dumps({"start": 0, "maxEvents": events}), **more)


def audit_line(number: int) -> str:
    return json.dumps(
        {
            "kind": "Event",
            "auditID": f"{number:08d}",
            "stage": "ResponseComplete",
            "verb": ("get", "list", "create", "watch")[number % 4],
            "user": {"username": f"user{number}"},
            "stageTimestamp": "2026-01-02T03:04:05.678901Z",
        }
    )


def audit(folder: Path, events: int, **more: Any) -> ChildPlan:
    path = folder / f"audit-{events}.jsonl"
    path.write_text("".join(audit_line(number) + "\n" for number in range(events)), encoding="utf-8")
    return child("k8s_audit", "k8saudit", str(path), **more)


def trail(folder: Path, events: int, **more: Any) -> ChildPlan:
    path = folder / f"trail-{events}.json"
    records = [
        {
            "eventName": f"Call{number}",
            "eventType": "AwsApiCall",
            "eventTime": "2026-01-02T03:04:05Z",
            "eventID": f"{number}",
        }
        for number in range(events)
    ]
    path.write_text(json.dumps({"Records": records}), encoding="utf-8")
    return child("aws_cloudtrail", "cloudtrail", str(path), **more)


def ticks(**more: Any) -> ChildPlan:
    """The source without a driver, by the clock on the wall: endless."""
    from supervisor.plan import Wall

    return child("syscall", clock=Wall(), **more)


def run_plan(*children: ChildPlan) -> RunPlan:
    names = tuple(one.source for one in children)
    return RunPlan(children, names, names)


@dataclass
class Memory(Deaf):
    """Remembers everything, and may act on it."""

    said: list[tuple[Any, ...]] = field(default_factory=list)
    got: dict[str, list[wire.Alert]] = field(default_factory=dict)
    pids: dict[str, list[int]] = field(default_factory=dict)
    act: Callable[["Memory", str, tuple[Any, ...]], None] = lambda _memory, _what, _about: None
    answer: Any = None

    def _say(self, what: str, *about: Any) -> None:
        self.said.append((what, *about))
        self.act(self, what, about)

    def opening(self, child: ChildPlan) -> None:
        self._say("opening", child.source)

    def opened(self, child: ChildPlan, pid: int) -> None:
        self.pids.setdefault(child.source, []).append(pid)
        self._say("opened", child.source)

    def all_opened(self) -> None:
        self._say("all_opened")

    def state(self, source: str, state: State, pid: int) -> None:
        self._say("state", source, state)

    def alerts(self, source: str, alerts: list[wire.Alert]) -> None:
        self.got.setdefault(source, []).extend(alerts)
        self._say("alerts", source)

    def beat(self, source: str, beat: wire.Beat) -> None:
        self._say("beat", source, beat)

    def note(self, source: str, level: int, text: str) -> None:
        self._say("note", source, text)

    def ended(self, result: SourceResult) -> None:
        self._say("ended", result.source)

    def forcing(self) -> None:
        self._say("forcing")

    def signalled(self, number: int) -> None:
        self._say("signalled", number)

    def hangup(self) -> Any:
        self._say("hangup")
        return self.answer

    def notes(self) -> str:
        return "\n".join(about[1] for what, *about in self.said if what == "note")

    def heard(self, *what: Any) -> bool:
        return what in self.said

    def nums(self, source: str) -> list[int]:
        return [alert.num for alert in self.got.get(source, [])]


class Kept:
    """An output that keeps lines."""

    name = "kept"

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.closed = self.reopened = 0

    def write(self, lines: list[Line]) -> None:
        self.lines += [line.data for line in lines]

    def reopen(self) -> None:
        self.reopened += 1

    def close(self) -> None:
        self.closed += 1


QUICK = Policy(backoff_s=0.02, backoff_max_s=0.1, stop_s=3.0)
"""Restarts without long pauses."""


@dataclass
class Outcome:
    """A finished run."""

    result: RunResult
    memory: Memory
    output: Kept


class Carry:
    """The tools of these tests, as one fixture."""

    child = staticmethod(child)
    dummy = staticmethod(dummy)
    audit = staticmethod(audit)
    audit_line = staticmethod(audit_line)
    trail = staticmethod(trail)
    ticks = staticmethod(ticks)
    plan = staticmethod(run_plan)
    rules_files = staticmethod(rules_files)
    memory = Memory
    kept = Kept
    quick = QUICK

    @staticmethod
    def run(
        *children: ChildPlan,
        policy: Policy = QUICK,
        memory: Memory | None = None,
        outputs: Any = None,
        beside: Any = contextlib.nullcontext,
    ) -> Outcome:
        memory = memory or Memory()
        kept = Kept()
        fanout = outputs or Fanout([kept], log=lambda level, text: memory.note("outputs", level, text))
        return Outcome(loop.run(run_plan(*children), fanout, policy, memory, beside), memory, kept)

    @staticmethod
    def asked(act: Callable[[Desk], None]) -> Any:
        """Something to stand beside a run: what another thread does at the desk once every source is open."""

        @contextlib.contextmanager
        def beside(desk: Desk) -> Iterator[None]:
            failed: list[BaseException] = []

            def work() -> None:
                try:
                    Carry.until(lambda: desk.ask(Status()).overview.ready)
                    act(desk)
                except BaseException as error:  # noqa: BLE001 - raised again where the test sees it
                    failed.append(error)
                finally:
                    os.kill(os.getpid(), signal.SIGTERM)

            thread = threading.Thread(target=work)
            thread.start()
            yield
            thread.join()
            if failed:
                raise failed[0]

        return beside

    @staticmethod
    def alive(pid: int) -> bool:
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        return state not in ("Z", "X")

    @staticmethod
    def until(true: Callable[[], Any], patience_s: float = 10.0) -> Any:
        """Wait for something in another process."""
        end = time.monotonic() + patience_s
        while not (value := true()):
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.01)
        return value


@pytest.fixture
def carry() -> type[Carry]:
    return Carry


PROGRAM = """
import sys
import msgspec
from supervisor import loop, policy
from supervisor.listener import Deaf
from supervisor.outputs.fanout import Fanout
from supervisor.outputs.stdout import StdoutOutput
from supervisor.plan import RunPlan

class Teller(Deaf):
    def opened(self, child, pid):
        print("opened", child.source, pid, file=sys.stderr, flush=True)
    def all_opened(self):
        print("all", file=sys.stderr, flush=True)
    def note(self, source, level, text):
        print("note", text, file=sys.stderr, flush=True)

plan = msgspec.msgpack.decode(open(sys.argv[1], "rb").read(), type=RunPlan)
outputs = Fanout([StdoutOutput()], log=lambda level, text: print("log", text, file=sys.stderr, flush=True))
result = loop.run(plan, outputs, policy.Policy(), Teller())
for one in result.sources.values():
    print("end", one.source, one.state.name, one.outcome, one.alerts, file=sys.stderr, flush=True)
sys.exit(result.verb_status)
"""


@dataclass
class Program:
    """A supervisor in a process of its own."""

    process: "subprocess.Popen[str]"

    def pids(self, count: int) -> list[int]:
        """The pids of so many children, once they are open."""
        assert self.process.stderr is not None
        found: list[int] = []
        while len(found) < count:
            words = self.process.stderr.readline().split()
            assert words, "it ended before all sources were open"
            if words[0] == "opened":
                found.append(int(words[2]))
        return found


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Start a supervisor over these children, as another process would see it."""
    started: list[subprocess.Popen[str]] = []

    def start(*children: ChildPlan, stdout: Any = subprocess.PIPE) -> Program:
        path = tmp_path / "plan"
        path.write_bytes(msgspec.msgpack.encode(run_plan(*children)))
        command = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(path)]
        process = subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, text=True, start_new_session=True)
        started.append(process)
        return Program(process)

    yield start
    for process in started:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.communicate()
