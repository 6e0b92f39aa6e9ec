"""Where other threads ask something of a run. The loop serves one request after the other, between two messages.

A reload that is asked for with SIGHUP, by the watcher of files and over the control socket goes the same way here.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Protocol

from supervisor import asking, lifecycle
from supervisor.lifecycle import State
from supervisor.listener import Listener, NewRules, Refused, Restart, Tell
from supervisor.member import Member
from supervisor.outputs.fanout import Fanout
from supervisor.reloading import Reloading
from supervisor.result import RunResult
from supervisor.wire import Internal

Reply = Callable[[asking.Answer], None]


class Run(Protocol):
    """What the desk needs of the loop."""

    result: RunResult
    stopping: bool
    told_open: bool

    def tell(self, member: Member, stimulus: lifecycle.Stimulus) -> None:
        """Hand a stimulus to a life."""

    def stop(self) -> None:
        """Stop everything, gently."""

    def internal(self, source: str, message: Internal) -> None:
        """Send an internal alert to the outputs."""


class Desk:
    """`ask` and `post` are for other threads; the rest is the loop's."""

    def __init__(
        self,
        run: Run,
        members: Mapping[str, Member],
        reloading: Reloading,
        listener: Listener,
        outputs: Fanout,
        nudge: Callable[[], None],
    ) -> None:
        self._run = run
        self._members = members
        self._reloading = reloading
        self._listener = listener
        self._outputs = outputs
        self._nudge = nudge
        self._slips: queue.SimpleQueue[tuple[asking.Request, Reply]] = queue.SimpleQueue()
        self._born = time.monotonic()

    # -------------------------------------------------------------------------------------------- for other threads

    def post(self, request: asking.Request, reply: Reply = lambda _answer: None) -> None:
        """Hand in a request; `reply` is called in the loop, and must not block."""
        self._slips.put((request, reply))
        self._nudge()

    def ask(self, request: asking.Request, patience_s: float = 60.0) -> asking.Answer:
        """Hand in a request and wait for its answer."""
        answered = threading.Event()
        answers: list[asking.Answer] = []

        def reply(answer: asking.Answer) -> None:
            answers.append(answer)
            answered.set()

        self.post(request, reply)
        if not answered.wait(patience_s):
            return asking.Answer(ok=False, text=f"no answer within {patience_s:g} s")
        return answers[0]

    # ------------------------------------------------------------------------------------------------- in the loop

    def serve(self) -> None:
        """Answer what has been handed in."""
        while True:
            try:
                request, reply = self._slips.get_nowait()
            except queue.Empty:
                return
            match request:
                case asking.Status():
                    reply(asking.Answer(ok=True, overview=self._overview()))
                case asking.Reload():
                    self.reload(reply)
                case asking.Stop(source=source) | asking.Start(source=source) | asking.Restart(source=source):
                    reply(self._order(request, source))

    def close(self) -> None:
        """The run is over: nobody shall wait for an answer any more."""
        while True:
            try:
                _, reply = self._slips.get_nowait()
            except queue.Empty:
                return
            reply(_no("the run is over"))

    def reload(self, reply: Reply = lambda _answer: None) -> None:
        """SIGHUP, or what comes to the same."""
        if self._run.stopping:
            reply(_no("it is being stopped"))
            return
        answer = self._listener.hangup()
        match answer:
            case Restart():
                self._run.result.restart = True
                self._run.stop()
                reply(asking.Answer(ok=True, text="starting again"))
            case Tell(alert=alert):
                self._run.internal("", alert)
                reply(_no("the new configuration is refused, the old one stays in force"))
            case Refused(reason=reason, alert=alert):
                if alert is not None:
                    self._run.internal("", alert)
                reply(_no(f"the new rules are refused, the old ones stay in force: {reason}"))
            case NewRules():
                self._reloading.begin(answer, lambda ok, text: reply(asking.Answer(ok=ok, text=text)))
            case None:
                reply(_no("nothing is read again in this kind of run"))

    def _order(self, request: asking.Stop | asking.Start | asking.Restart, source: str) -> asking.Answer:
        member = self._members.get(source)
        if member is None:
            return _no(f"there is no source '{source}'; there are {', '.join(self._members)}")
        if self._run.stopping:
            return _no("it is being stopped")
        state = member.life.state
        match request:
            case asking.Stop():
                if member.life.over:
                    return _no(f"{source} does not run: {state.value}")
                self._run.tell(member, lifecycle.StopAsked())
                return asking.Answer(ok=True, text=f"{source} is being stopped")
            case asking.Start() if not member.life.over:
                return _no(f"{source} runs already: {state.value}")
            case _ if state is State.EXITED:
                return _no(f"{source} has come to the end of its input: there is nothing to start it for")
            case _ if state is State.STOPPING:
                return _no(f"{source} is being stopped: start it once that is done")
            case _:
                return self._begin(member)

    def _begin(self, member: Member) -> asking.Answer:
        """A new life, now."""
        if member.life.over or member.life.state is State.BACKOFF:
            self._forgive(member)
            self._run.tell(member, lifecycle.StartAsked())
        else:
            self._run.tell(member, lifecycle.RestartAsked("was asked to begin anew"))
        return asking.Answer(ok=True, text=f"{member.source} is started again")

    def _forgive(self, member: Member) -> None:
        """What the operator has dealt with is no failure of the run any more."""
        result, failure = member.result, member.result.failure
        if failure is not None and failure in self._run.result.failures:
            self._run.result.failures.remove(failure)
        result.failure = None
        result.outcome = ""

    def _overview(self) -> asking.Overview:
        return asking.Overview(
            version=metadata.version("cadge"),
            pid=os.getpid(),
            ready=self._run.told_open,
            age_s=time.monotonic() - self._born,
            queue_drops=self._outputs.drops,
            sources=[self._status(member) for member in self._members.values()],
        )

    def _status(self, member: Member) -> asking.SourceStatus:
        life, result = member.life, member.result
        usage = member.meter.read() if member.meter is not None else None
        beat = life.beat
        return asking.SourceStatus(
            source=member.source,
            state=life.state.name.lower(),
            pid=life.pid,
            age_s=life.age_s(time.monotonic()),
            restarts=life.restarts,
            deaths=len(life.deaths),
            last_death=life.deaths[-1] if life.deaths else "",
            events=result.events,
            alerts=result.alerts,
            counters=dict(result.counters),
            position=beat.position if beat is not None else None,
            lag_ns=beat.lag_ns if beat is not None else 0,
            waiting=self._outputs.waiting(member.source),
            rss_bytes=usage.rss_bytes if usage is not None else 0,
            cpu_s=result.cpu_s + (usage.cpu_s if usage is not None else 0.0),
            rules_hash=member.rules_hash,
        )


def _no(text: str) -> asking.Answer:
    return asking.Answer(ok=False, text=text)
