"""The loop that joins lives, processes, outputs, signals and whoever listens. One thread, one place that waits.

Processes are started side by side; sources are opened one after the other in the order of the plan, as Falco does,
each beginning to alert as soon as it is open.
"""

import contextlib
import selectors
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import msgspec

from supervisor import build, launcher, lifecycle, listening, wire
from supervisor.channel import Channel
from supervisor.desk import Desk
from supervisor.interrupts import Interrupts
from supervisor.life import Life
from supervisor.lifecycle import Deliver, Kill, Note, Over, Send, Start
from supervisor.listener import Listener
from supervisor.member import Member
from supervisor.notify import Notifier
from supervisor.outputs.base import Line
from supervisor.outputs.fanout import Fanout, Parcel
from supervisor.plan import ChildPlan, RunPlan
from supervisor.policy import OnFailure, Policy
from supervisor.reloading import Reloading
from supervisor.result import RunResult, SourceResult
from supervisor.usage import Meter

ERROR, INFO = 3, 6
_TICK_S = 1.0
Beside = Callable[[Desk], AbstractContextManager[object]]


def run(
    plan: RunPlan, outputs: Fanout, policy: Policy, listener: Listener, beside: Beside = contextlib.nullcontext
) -> RunResult:
    """Run every child of the plan to its end. Blocks; closes the outputs when all is delivered.

    What stands `beside` the run is entered with its desk: a control socket, a watcher of files.

    In the main thread SIGINT and SIGTERM stop the run (a second one kills), SIGUSR1 reopens the outputs and SIGHUP
    asks the listener.
    """
    with Interrupts() as interrupts:
        joined = _Loop(plan, outputs, policy, listener, interrupts)
        try:
            with beside(joined.desk):
                joined.go()
        finally:
            joined.clean_up()
            outputs.close()
    joined.result.queue_drops = outputs.drops
    return joined.result


class _Loop:
    """All that one run holds."""

    def __init__(
        self, plan: RunPlan, outputs: Fanout, policy: Policy, listener: Listener, interrupts: Interrupts
    ) -> None:
        self.result = RunResult(sources={child.source: SourceResult(child.source) for child in plan.children})
        self._policy = policy
        self._outputs = outputs
        self._listener = listener
        self._interrupts = interrupts
        self._selector = selectors.DefaultSelector()
        self._members = {child.source: self._member(child) for child in plan.children}
        self._reloading = Reloading(self._members, policy.reload_s, self._send, self.tell, listener.note)
        self.desk = Desk(self, self._members, self._reloading, listener, outputs, interrupts.nudge)
        self._notifier = Notifier()
        self.stopping = False
        self.told_open = False
        self._failed = False  # while it ran: the others shall stop, but as in Falco only once all have been opened
        self._tick = 0.0
        self._selector.register(interrupts.fd, selectors.EVENT_READ, self._interrupted)
        outputs.on_wake(interrupts.nudge)

    def _member(self, child: ChildPlan) -> Member:
        life = Life(child.source, self._policy, build.identify())
        return Member(child, life, self.result.sources[child.source])

    # ------------------------------------------------------------------------------------------------ the waiting

    def go(self) -> None:
        """Until every source is over."""
        for member in self._members.values():
            self.tell(member, lifecycle.Begin())
        self._next_turn()
        while not all(member.life.over for member in self._members.values()):
            for key, _ in self._selector.select(self._patience()):
                key.data()
            self._time_passed()

    def _patience(self) -> float:
        now = time.monotonic()
        dues = [self._tick, *(due for member in self._members.values() if (due := member.life.deadline()) is not None)]
        if (due := self._reloading.due()) is not None:
            dues.append(due)
        return max(0.0, min(dues) - now)

    def _time_passed(self) -> None:
        now = time.monotonic()
        for member in self._members.values():
            due = member.life.deadline()
            if due is not None and now >= due:
                self.tell(member, lifecycle.Passed())
        self._reloading.passed(now)
        if now >= self._tick:
            self._tick = now + _TICK_S
            self._notifier.alive()
            self._outputs.check()
            for member in self._members.values():
                member.measure()
                self._acknowledge(member)

    def clean_up(self) -> None:
        """Whatever still lives, after an error in here, dies with the run."""
        for member in self._members.values():
            if (channel := member.channel) is not None:
                channel.child.finish()
                channel.close()
            member.plan = listening.release(member.plan)
        self._reloading.abandon()
        self.desk.close()
        self._selector.close()

    # ------------------------------------------------------------------------------------------ orders of a life

    def tell(self, member: Member, stimulus: lifecycle.Stimulus) -> None:
        """Hand a stimulus to a life and carry out what it orders."""
        before = member.life.state
        orders = member.life.handle(stimulus, time.monotonic())
        if member.life.state is not before or isinstance(stimulus, lifecycle.Spawned):
            member.result.state = member.life.state
            self._listener.state(member.source, member.life.state, member.life.pid)
        for order in orders:
            self._carry_out(member, order)

    def _carry_out(self, member: Member, order: lifecycle.Order) -> None:
        match order:
            case Start(epoch=epoch, mark=mark):
                self._start(member, epoch, mark)
            case Send(message=message):
                self._send(member, message)
            case Kill(signal=number):
                if member.channel is not None:
                    member.channel.child.signal(number)
            case Deliver(alerts=alerts):
                self._deliver(member, alerts)
            case Note(level=level, text=text):
                self._listener.note(member.source, level, text)
            case Over(failure=failure):
                self._over(member, failure)

    def _start(self, member: Member, epoch: int, mark: tuple[int, int]) -> None:
        plan = member.plan = listening.prepare(member.plan)
        try:
            channel = Channel(launcher.Child(member.source, inlet=plan.inlet[0]))
        except OSError as error:
            # No process, no death to wait for: the machine itself is in trouble.
            member.life.start_failed = epoch == 1
            self._over(member, f"no process for source '{member.source}': {error.strerror}")
            return
        child = channel.child
        member.channel = channel
        member.meter = Meter(child.pid)
        member.rules_hash = member.plan.rules_hash
        member.result.pid = child.pid
        member.reading = member.hearing = True
        self._selector.register(child.wire_fd, selectors.EVENT_READ, lambda: self._read(member))
        self._selector.register(child.stderr_fd, selectors.EVENT_READ, lambda: self._hear_stderr(member))
        self._selector.register(child.exit_fd, selectors.EVENT_READ, lambda: self._exited(member))
        again = {"epoch": epoch, "mark": mark, "place": member.place, "careful": epoch > 1}
        self._send(member, msgspec.structs.replace(plan, **again))
        self.tell(member, lifecycle.Spawned(child.pid))

    def _send(self, member: Member, message: wire.Down) -> None:
        if member.channel is None:
            return
        member.channel.send(message)
        self._watch_control(member)

    def _watch_control(self, member: Member) -> None:
        """Look at the control stream exactly while something waits for it."""
        channel = member.channel
        if channel is None or channel.pending == member.writing:
            return
        member.writing = channel.pending
        if channel.pending:
            self._selector.register(channel.child.control_fd, selectors.EVENT_WRITE, lambda: self._push(member))
        else:
            self._selector.unregister(channel.child.control_fd)

    def _push(self, member: Member) -> None:
        if member.channel is not None:
            member.channel.push()
            self._watch_control(member)

    def _deliver(self, member: Member, message: wire.Alerts) -> None:
        lines = [Line(alert.priority, alert.line) for alert in message.alerts]
        self._outputs.offer(Parcel(member.source, member.life.epoch, message.mark, lines))
        self.result.count(member.source, message.alerts)
        self._listener.alerts(member.source, message.alerts)

    # ---------------------------------------------------------------------------------------- what a child sends

    def _read(self, member: Member) -> None:
        """One read of a wire."""
        channel = member.channel
        if channel is None:
            return
        for message in channel.receive():
            self._hear(member, message)
        if channel.garbage and channel.child.status is None:
            self.tell(member, lifecycle.Garbled(channel.garbage))
        if channel.ended:
            self._stop_reading(member)
            self._bury(member)
        elif self._outputs.full(member.source):
            self._stop_reading(member)
            self.tell(member, lifecycle.Paused(on=True))

    def _hear(self, member: Member, message: wire.Up) -> None:
        member.hear(message)
        self.tell(member, lifecycle.Heard(message))
        match message:
            case wire.Ready():
                self._listener.opened(member.plan, member.life.pid)
                self._next_turn()
            case wire.Beat():
                self._listener.beat(member.source, message)
            case wire.Log(level=level, text=text):
                self._listener.log(member.source, level, text)
            case wire.Internal():
                self.internal(member.source, message)
            case wire.Prepared() | wire.Refused() | wire.Swapped():
                self._reloading.heard(member.source, message)
            case _:
                pass

    def internal(self, source: str, message: wire.Internal) -> None:
        """Send an alert of cadge's own to the outputs."""
        mark = self._outputs.settled(source) or (0, (0, 0))
        self._outputs.offer(Parcel(source, mark[0], mark[1], [Line(message.priority, message.line)]))

    def _stop_reading(self, member: Member) -> None:
        if member.reading and member.channel is not None:
            member.reading = False
            self._selector.unregister(member.channel.child.wire_fd)

    def _hear_stderr(self, member: Member) -> None:
        channel = member.channel
        if channel is not None and member.hearing and not channel.child.hear_stderr():
            member.hearing = False
            self._selector.unregister(channel.child.stderr_fd)

    def _acknowledge(self, member: Member) -> None:
        """Tell a child what the outputs have accepted; go on reading one that had to wait for them."""
        channel = member.channel
        if channel is None:
            return
        settled = self._outputs.settled(member.source)
        if settled is not None and settled != member.acked and settled[0] == member.life.epoch:
            member.acked = settled
            self._send(member, wire.Ack(settled[1]))
        if not member.reading and not channel.ended and not self._outputs.full(member.source):
            member.reading = True
            self._selector.register(channel.child.wire_fd, selectors.EVENT_READ, lambda: self._read(member))
            self.tell(member, lifecycle.Paused(on=False))
            self._drain(member)

    # ------------------------------------------------------------------------------------------------ the end of it

    def _exited(self, member: Member) -> None:
        """The process is gone; its wire may still hold messages, which are read first."""
        channel = member.channel
        if channel is None or channel.child.reap() is None:
            return
        self._selector.unregister(channel.child.exit_fd)
        self._drain(member)
        self._bury(member)

    def _drain(self, member: Member) -> None:
        """Read what a dead child left on its wire, whose end need not come if something it started lives on."""
        channel = member.channel
        while channel is not None and member.channel is channel and channel.child.status is not None and member.reading:
            self._read(member)

    def _bury(self, member: Member) -> None:
        """Once it is gone and everything it said is heard."""
        channel = member.channel
        if channel is None or channel.child.status is None or not channel.ended:
            return
        child = channel.child
        if member.writing:
            self._selector.unregister(child.control_fd)
        if member.hearing:
            self._hear_stderr(member)
        if member.hearing:
            self._selector.unregister(child.stderr_fd)
        stimulus = lifecycle.Exited(child.status or 0, child.tail(), child.place())
        channel.close()
        member.buried(child.cpu_s)
        self.tell(member, stimulus)
        self._reloading.gone(member.source)

    def _over(self, member: Member, failure: str | None) -> None:
        """A source is finished for good."""
        life = member.life
        member.plan = listening.release(member.plan)
        result = member.finish(failure)
        if failure is not None:
            self.result.failures.append(failure)
        if life.start_failed:
            self.result.start_failed = True
            self._force()
        if member.turned:
            self._listener.ended(result)
        if failure is not None and self._policy.on_failure is OnFailure.STOP and not life.start_failed:
            self._failed = True
        if not life.start_failed and not life.opened_once and not self.stopping:
            self._next_turn()
        if self._failed and self.told_open:
            self._force()

    def _force(self) -> None:
        """A failure ends the run: stop the others."""
        others = [member for member in self._members.values() if not member.life.over]
        if self.stopping or not (others or self.result.start_failed):
            return
        self._listener.forcing()
        self.stop()

    def stop(self) -> None:
        """Stop every source, gently."""
        self.stopping = True
        self._notifier.stopping()
        for member in self._members.values():
            if not member.life.over:
                self.tell(member, lifecycle.StopAsked())

    def _next_turn(self) -> None:
        """Open the next source, if the last one is open (or already over)."""
        if self.stopping:
            return
        for member in self._members.values():
            if member.life.over:
                continue
            if not member.turned:
                member.turned = True
                self._listener.opening(member.plan)
                self.tell(member, lifecycle.Turn())
                return
            if not member.life.opened_once:
                return
        if not self.told_open:
            self.told_open = True
            self._notifier.ready()
            self._listener.all_opened()
            if self._failed:
                self._force()

    # ---------------------------------------------------------------------------------------------- signals, reload

    def _interrupted(self) -> None:
        for number in self._interrupts.take():
            self._signalled(number)
        self.desk.serve()
        for member in self._members.values():
            self._acknowledge(member)
        if self._outputs.abandoned and not self.stopping:
            self.stop()

    def _signalled(self, number: int) -> None:
        if number == signal.SIGHUP:
            self.desk.reload()
            return
        self._listener.signalled(number)
        if number == signal.SIGUSR1:
            self._outputs.reopen()
            return
        if self.result.signal is None:
            self.result.signal = number
            if self.stopping:
                return
        self.stop()
