"""The same `drive` without children: for debugging (`--in-process`) and for the parity harness.

One thread for each source, as in Falco; an exception nobody expected ends the run instead of one child.
"""

import queue
import signal
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from engine.detector import Match
from engine.errors import CadgeError, SourceError
from engine.event import View
from sources import drive
from sources.base import Mark
from supervisor import equip, listening, wire
from supervisor.interrupts import Interrupts
from supervisor.lifecycle import State
from supervisor.listener import Listener, Restart
from supervisor.outputs.base import Line
from supervisor.outputs.fanout import Fanout, Parcel
from supervisor.plan import ChildPlan, RunPlan
from supervisor.policy import OnFailure, Policy
from supervisor.result import RunResult, SourceResult


def drive_one(plan: ChildPlan, emit: drive.Emit, orders: drive.Orders | None = None) -> drive.Ended:
    """One source, in this thread, from open to close. Raises SourceError, ConfigError or RulesError before reading."""
    gear = equip.equip(plan, lambda _level, _text: None)
    try:
        equip.allow(plan)
        gear.source.open(drive.needs_of(gear.detector), Mark(*plan.mark))
        return drive.drive(gear.source, gear.detector, emit, orders or Quiet(), gear.progress)
    finally:
        gear.source.close()


class Quiet:
    """Orders of nobody: everything that is flushed counts as settled."""

    def poll(self) -> drive.Halt | drive.Swap | None:
        """None."""
        return None

    def swapped(self, mark: Mark) -> None:
        """It never is."""

    def settled(self) -> Mark | None:
        """Nobody waits for an answer."""
        return None


@dataclass(frozen=True, slots=True)
class _Finished:
    ended: drive.Ended
    events: int
    counters: dict[str, int]
    elapsed_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class _Said:
    """Something a source's thread has to tell."""

    source: str
    what: list[wire.Alert] | wire.Log | _Finished | BaseException


@dataclass(slots=True)
class _Runner:
    """`Emit` and `Orders` of one source, and its thread."""

    plan: ChildPlan
    gear: equip.Equipment
    said: "queue.Queue[_Said]"
    interrupts: Interrupts
    outputs: Fanout
    sent: Mark = Mark()  # noqa: RUF009 - it cannot change
    flushed: Mark = Mark()  # noqa: RUF009 - it cannot change
    halted: threading.Event = field(default_factory=threading.Event)
    waiting: list[wire.Alert] = field(default_factory=list)
    thread: threading.Thread | None = None

    def alert(self, match: Match, view: View) -> None:  # noqa: ARG002 - as Emit wants it
        rule = match.rule
        self.waiting.append(
            wire.Alert(match.num, match.k, match.ts_ns, rule.name, int(rule.priority), match.line),
        )

    def flush(self, mark: Mark) -> None:
        self.flushed = mark
        if self.waiting:
            alerts, self.waiting = self.waiting, []
            self.sent = Mark(alerts[-1].num, alerts[-1].k)
            self.tell(alerts)

    def poll(self) -> drive.Halt | drive.Swap | None:
        return drive.Halt() if self.halted.is_set() else None

    def swapped(self, mark: Mark) -> None:
        """It never is."""

    def settled(self) -> Mark | None:
        settled = self.outputs.settled(self.plan.source)
        accepted = Mark(*settled[1]) if settled is not None else Mark()
        return self.flushed if accepted >= self.sent else accepted

    def tell(self, what: list[wire.Alert] | wire.Log | _Finished | BaseException) -> None:
        self.said.put(_Said(self.plan.source, what))
        self.interrupts.nudge()

    def run(self) -> None:
        """The thread."""
        began, cpu = time.monotonic(), time.thread_time()
        gear = self.gear
        try:
            ended = drive.drive(gear.source, gear.detector, self, self, gear.progress)
            counters = dict(gear.source.counters())
            gear.source.close()
        except BaseException as error:  # noqa: BLE001 - it is raised again in the main thread
            self.tell(error)
            return
        elapsed = time.monotonic() - began
        self.tell(_Finished(ended, gear.progress.events, counters, elapsed, time.thread_time() - cpu))


def run(plan: RunPlan, outputs: Fanout, policy: Policy, listener: Listener) -> RunResult:
    """As `loop.run`, in this process. A failed source is never restarted; SIGHUP only understands Restart."""
    with Interrupts() as interrupts:
        try:
            return _Threads(plan, outputs, policy, listener, interrupts).go()
        finally:
            outputs.close()


class _Threads:
    """All that one run holds."""

    def __init__(
        self, plan: RunPlan, outputs: Fanout, policy: Policy, listener: Listener, interrupts: Interrupts
    ) -> None:
        self._plan = plan
        self._outputs = outputs
        self._policy = policy
        self._listener = listener
        self._interrupts = interrupts
        self._said: queue.Queue[_Said] = queue.Queue(maxsize=256)
        self._runners: dict[str, _Runner] = {}
        self._plans: dict[str, ChildPlan] = {}
        self._result = RunResult(sources={child.source: SourceResult(child.source) for child in plan.children})
        self._stopping = False

    def go(self) -> RunResult:
        """Open one after the other, then wait for all."""
        waiting = deque(self._plan.children)
        while waiting and not self._stopping:
            self._open(waiting.popleft())
            self._take(0.0)
        if not self._stopping:
            self._listener.all_opened()
        while self._runners:
            self._take(0.2)
        self._result.queue_drops = self._outputs.drops
        return self._result

    def _open(self, child: ChildPlan) -> None:
        self._listener.opening(child)
        child = self._plans[child.source] = listening.prepare(child)
        said, interrupts = self._said, self._interrupts

        def log(level: int, text: str) -> None:
            said.put(_Said(child.source, wire.Log(level, text)))

        try:
            gear = equip.equip(child, log)
            try:
                equip.allow(child)
                gear.source.open(drive.needs_of(gear.detector), Mark())
            except SourceError:
                gear.source.close()
                raise
        except CadgeError as error:
            self._result.start_failed = True
            self._finish(child.source, State.FATAL, str(error))
            return
        runner = self._runners[child.source] = _Runner(child, gear, said, interrupts, self._outputs)
        runner.thread = threading.Thread(target=runner.run, name=child.source, daemon=True)
        self._listener.opened(child, 0)
        self._change(child.source, State.RUNNING)
        runner.thread.start()

    def _take(self, patience_s: float) -> None:
        """What the threads and the operator have said."""
        for number in self._interrupts.take():
            self._signalled(number)
        try:
            said = self._said.get(timeout=patience_s) if patience_s else self._said.get_nowait()
        except queue.Empty:
            self._outputs.check()
            return
        match said.what:
            case list() as alerts:
                self._deliver(said.source, alerts)
            case wire.Log(level=level, text=text):
                self._listener.log(said.source, level, text)
            case _Finished() as finished:
                self._ended(said.source, finished)
            case error:
                raise error

    def _deliver(self, source: str, alerts: list[wire.Alert]) -> None:
        while self._outputs.full(source) and not self._outputs.abandoned:
            time.sleep(0.01)
        last = alerts[-1]
        lines = [Line(alert.priority, alert.line) for alert in alerts]
        self._outputs.offer(Parcel(source, 1, (last.num, last.k), lines))
        self._result.count(source, alerts)
        self._listener.alerts(source, alerts)

    def _ended(self, source: str, finished: _Finished) -> None:
        result = self._result.sources[source]
        result.outcome = finished.ended.outcome.name
        result.events, result.counters = finished.events, finished.counters
        result.elapsed_s, result.cpu_s = finished.elapsed_s, finished.cpu_s
        del self._runners[source]
        fault = finished.ended.fault
        halted = finished.ended.outcome is drive.Outcome.HALTED
        state = State.FATAL if fault else State.STOPPED if halted else State.EXITED
        self._finish(source, state, fault.sentence if fault else None)

    def _finish(self, source: str, state: State, failure: str | None) -> None:
        result = self._result.sources[source]
        listening.release(self._plans.pop(source))
        result.failure = failure
        self._change(source, state)
        if failure is not None:
            self._result.failures.append(failure)
        first = self._result.start_failed and failure is not None
        if first:
            self._force()
        self._listener.ended(result)
        if failure is not None and not first and self._policy.on_failure is OnFailure.STOP and self._runners:
            self._force()

    def _change(self, source: str, state: State) -> None:
        self._result.sources[source].state = state
        self._listener.state(source, state, 0)

    def _force(self) -> None:
        if not self._stopping:
            self._listener.forcing()
            self._stop()

    def _stop(self) -> None:
        self._stopping = True
        for runner in self._runners.values():
            runner.halted.set()

    def _signalled(self, number: int) -> None:
        if number == signal.SIGHUP:
            if isinstance(self._listener.hangup(), Restart):
                self._result.restart = True
                self._stop()
            return
        self._listener.signalled(number)
        if number == signal.SIGUSR1:
            self._outputs.reopen()
            return
        self._result.signal = self._result.signal or number
        self._stop()
