"""The machine of `supervisor.lifecycle`: one child from its first start to its end.

`handle` takes a stimulus and the time on any monotonic clock and answers with orders; it does nothing else. Whoever
drives it calls `handle(Passed(), now)` at `deadline()`.
"""

import signal
from collections import deque

from supervisor import death, lifecycle, wire
from supervisor.lifecycle import Deliver, Kill, Note, Order, Over, Send, Start, State, Stimulus
from supervisor.patience import Budget, Watch
from supervisor.policy import OnFailure, Policy

ERROR, WARNING, INFO = 3, 4, 6
_STORY = 256
"""Stimuli remembered."""
_EXIT_S = 5.0
"""A child that has said its last word (Done, Failed) is gone within this time, or killed."""
_ALIVE = (State.STARTING, State.RUNNING, State.STOPPING)


class Life:
    """One child. Attributes are for reading."""

    def __init__(self, source: str, policy: Policy, build: str = "") -> None:
        self.source = source
        self.state = State.STARTING
        self.epoch = 0
        self.mark = (0, 0)
        """The last alert received; alerts up to it are duplicates in a life that rewound."""
        self.pid = 0
        self.restarts = 0
        self.deaths: list[str] = []
        self.start_failed = False
        """It could not open its source in its first life."""
        self.beat: wire.Beat | None = None
        self.done: wire.Done | None = None
        self.rewinds = False
        """A new life goes on from an earlier place, numbering as before: nothing is missing."""
        self.story: deque[tuple[float, Stimulus]] = deque(maxlen=_STORY)
        self._policy = policy
        self._build = build
        self._budget = Budget(policy)
        self._watch = Watch(policy)
        self._turned = False
        self._ever_ready = False
        self._ready = False
        self._failed: wire.Failed | None = None
        self._cause = ""
        """Why the supervisor itself killed it."""
        self._excused = False
        self._seq = 0
        self._born = 0.0
        self._died = 0.0
        self._due: float | None = None
        """When the next life begins (BACKOFF), or patience ends (STOPPING, and after the last word)."""

    # --------------------------------------------------------------------------------------------------- driving

    def handle(self, stimulus: Stimulus, now: float) -> list[Order]:
        """What follows from a stimulus. `now` in seconds, never falling."""
        if not isinstance(stimulus, lifecycle.Passed):
            self.story.append((now, stimulus))
        match stimulus:
            case lifecycle.Begin():
                return self._start()
            case lifecycle.Turn():
                self._turned = True
                return [Send(wire.Open())]
            case lifecycle.Spawned(pid=pid):
                return self._spawned(pid, now)
            case lifecycle.Heard(message=message):
                self._watch.heard(now)
                return self._hear(message, now)
            case lifecycle.Garbled(reason=reason):
                return self._kill(f"sent garbage ({reason})")
            case lifecycle.Exited():
                return self._exited(stimulus, now)
            case lifecycle.StopAsked():
                return self._stop(now)
            case lifecycle.StartAsked():
                return self._start_again()
            case lifecycle.RestartAsked(reason=reason):
                if self.state not in (State.STARTING, State.RUNNING):
                    return []
                self._excused = True
                return self._kill(reason)
            case lifecycle.Paused(on=on):
                self._watch.pause(on, now)
                return []
            case lifecycle.Passed():
                return self._passed(now)

    def deadline(self) -> float | None:
        """When to call `handle(Passed(), ...)` at the latest."""
        times = [self._due] if self._due is not None else []
        if self.pid and self.state in _ALIVE and (silent := self._watch.silent_at()) is not None:
            times.append(silent)
        return min(times, default=None)

    def age_s(self, now: float) -> float:
        """How long its process has lived; 0 while there is none."""
        return now - self._born if self.pid else 0.0

    @property
    def opened_once(self) -> bool:
        """Whether its source has been open, in any life."""
        return self._ever_ready

    @property
    def over(self) -> bool:
        """Whether it is finished for good."""
        return self.state in (State.STOPPED, State.EXITED, State.FATAL)

    # -------------------------------------------------------------------------------------------- start and stop

    def _start(self) -> list[Order]:
        self.state = State.STARTING
        self.epoch += 1
        self._ready = self._excused = False
        self._failed = self.done = self.beat = None
        self._cause = ""
        self._seq = 0
        self._due = None
        return [Start(self.epoch, self.mark)]

    def _start_again(self) -> list[Order]:
        """What it died of is forgiven."""
        if self.state not in (State.BACKOFF, State.STOPPED, State.FATAL):
            return []
        self._budget = Budget(self._policy)
        self.restarts += 1
        self.start_failed = False
        return self._start()

    def _spawned(self, pid: int, now: float) -> list[Order]:
        self.pid = pid
        self._born = now
        self._watch.begin(now)
        return [Send(wire.Open())] if self.epoch > 1 and self._turned else []

    def _stop(self, now: float) -> list[Order]:
        if self.over:
            return []
        if self.state is State.BACKOFF or not self.pid:
            self._due = None
            return self._finish(State.STOPPED, None)
        if self.state is State.STOPPING:
            return [Kill(signal.SIGKILL)]
        self.state = State.STOPPING
        self._due = now + self._policy.stop_s
        return [Send(wire.Stop(self._policy.stop_s))]

    def _kill(self, cause: str) -> list[Order]:
        if not self.pid or self._cause:
            return []
        self._cause = cause
        return [Kill(signal.SIGKILL)]

    def _passed(self, now: float) -> list[Order]:
        if self._due is not None and now >= self._due:
            self._due = None
            if self.state is State.BACKOFF:
                self.restarts += 1
                return self._start()
            return self._kill(f"did not end within {self._policy.stop_s:g} s")
        if not self.pid or self.state not in _ALIVE:
            return []
        if self._watch.silent(now):
            return self._kill(f"gave no sign of life for {self._policy.silence_s:g} s")
        return []

    # -------------------------------------------------------------------------------------------------- messages

    def _hear(self, message: wire.Up, now: float) -> list[Order]:
        match message:
            case wire.Ready():
                return self._opened(message, now)
            case wire.Failed():
                self._failed = message
                self._due = now + _EXIT_S
            case wire.Done():
                self.done = message
                self._due = now + _EXIT_S
            case wire.Alerts():
                return self._alerts(message)
            case wire.Beat():
                self.beat = message
                self._came_to(message.mark[0])
                if self.state is State.RUNNING and self._watch.stalled(message, now):
                    text = f"source '{self.source}' has input but made no progress for {self._policy.stall_s:g} s"
                    return [Note(WARNING, text)]
            case _:
                pass
        return []

    def _opened(self, message: wire.Ready, now: float) -> list[Order]:
        if self._build and message.build != self._build:
            return self._kill("is of another build: cadge was replaced while it ran; start it again")
        again = self._ever_ready
        self._ever_ready = self._ready = True
        self.rewinds = message.resume in ("REWIND", "POSITION")
        if not self.rewinds:
            self.mark = (0, 0)
        if self.state is State.STARTING:
            self.state = State.RUNNING
        if not again:
            return []
        gap = now - self._died
        missed = "" if self.rewinds else f"; events of about {gap:.1f} s may be missing"
        return [Note(INFO, f"source '{self.source}' is open again after {gap:.1f} s (life {self.epoch}){missed}")]

    def _alerts(self, message: wire.Alerts) -> list[Order]:
        orders: list[Order] = []
        if message.seq != self._seq + 1:
            lost = message.seq - self._seq - 1
            text = f"source '{self.source}': messages {self._seq + 1} to {message.seq - 1} with alerts are missing"
            orders.append(Note(ERROR, text if lost > 0 else f"source '{self.source}': messages are out of order"))
        self._seq = message.seq
        fresh = [alert for alert in message.alerts if (alert.num, alert.k) > self.mark]
        if fresh:
            self.mark = (fresh[-1].num, fresh[-1].k)
            self._came_to(self.mark[0])
            orders.append(Deliver(wire.Alerts(message.seq, message.mark, fresh)))
        return orders

    def _came_to(self, num: int) -> None:
        self._budget.came_to(num)

    # ------------------------------------------------------------------------------------------------------- end

    def _exited(self, exit_: lifecycle.Exited, now: float) -> list[Order]:
        pid, self.pid = self.pid, 0
        self._died = now
        self._due = None
        if self.done is not None:
            halted = self.done.outcome == "HALTED"
            return self._finish(State.STOPPED if halted else State.EXITED, None)
        if self._failed is not None:
            return self._after_failure(self._failed, exit_, now)
        what, advice = death.explain(exit_.status)
        if self._cause:
            what, advice = f"{self._cause} and was killed", ""
        life = now - self._born
        at = self._where(exit_)
        said = death.last_words(exit_.stderr_tail)
        sentence = f"the process of source '{self.source}' (pid {pid}) {what} after {life:.1f} s{at}"
        sentence += f"; it last said: {said}" if said else ""
        sentence += f"; {advice}" if advice else ""
        if self.state is State.STOPPING:
            return [Note(WARNING, sentence), *self._finish(State.STOPPED, None)]
        return self._death(sentence, exit_, now)

    def _where(self, exit_: lifecycle.Exited) -> str:
        num = max(exit_.place.num, self.beat.mark[0] if self.beat else 0)
        if not num:
            return ", before its first event" if self._ready else ", before its source was open"
        return f", at event {num}" if exit_.place.inside and self.epoch > 1 else f", behind event {num}"

    def _after_failure(self, failed: wire.Failed, exit_: lifecycle.Exited, now: float) -> list[Order]:
        if self.state is State.STOPPING:
            return [Note(WARNING, failed.sentence), *self._finish(State.STOPPED, failed.sentence)]
        if not self._ever_ready or not failed.retry:
            self.start_failed = not self._ever_ready
            return self._finish(State.FATAL, failed.sentence)
        return self._death(failed.sentence, exit_, now)

    def _death(self, sentence: str, exit_: lifecycle.Exited, now: float) -> list[Order]:
        self.deaths.append(sentence)
        if self._excused:
            self.restarts += 1
            return [Note(WARNING, f"{sentence}; starting again"), *self._start()]
        if not self._ever_ready:
            self.start_failed = True
            return self._finish(State.FATAL, sentence)
        if self._policy.on_failure is not OnFailure.RESTART:
            return self._finish(State.FATAL, sentence)
        verdict = self._budget.death(exit_.place, now - self._born)
        if verdict.reason:
            return self._finish(State.FATAL, f"{sentence}; {verdict.reason}: given up")
        self.state = State.BACKOFF
        self._due = now + verdict.pause_s
        return [Note(ERROR, f"{sentence}; starting again in {verdict.pause_s:g} s")]

    def _finish(self, state: State, failure: str | None) -> list[Order]:
        self.state = state
        return [Over(state, failure)]
