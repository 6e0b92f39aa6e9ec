"""Carries out what `supervisor.reload` decides: one reload at a time, over the members of a run."""

import time
from collections.abc import Callable, Mapping

import msgspec

from supervisor import lifecycle, reload, wire
from supervisor.listener import NewRules
from supervisor.member import Member
from supervisor.plan import hash_rules

ERROR, INFO = 3, 6
Over = Callable[[bool, str], None]
"""Told once when a reload is over: whether the new rules are in force, and a sentence."""


class Reloading:
    """The loop tells it what happens; it sends, restarts and notes through the loop."""

    def __init__(
        self,
        members: Mapping[str, Member],
        patience_s: float,
        send: Callable[[Member, wire.Down], None],
        tell: Callable[[Member, lifecycle.Stimulus], None],
        note: Callable[[str, int, str], None],
    ) -> None:
        self._members = members
        self._patience_s = patience_s
        self._send = send
        self._tell = tell
        self._note = note
        self._current: reload.Reload | None = None
        self._changes: tuple[tuple[str, str], ...] = ()
        self._over: Over = _nobody

    def begin(self, new: NewRules, over: Over) -> None:
        """Give these rules, checked already, to every child that is alive, or to none."""
        if self._current is not None:
            text = "a reload is under way already: ask again when it is done"
            self._note("", ERROR, text)
            over(False, text)
            return
        now = time.monotonic()
        self._changes, self._over = new.changes, over
        self._current = reload.Reload(new.rules, hash_rules(new.rules), now + self._patience_s, self._patience_s)
        alive = [name for name, member in self._members.items() if member.channel is not None]
        self._follow(self._current.begin(alive, now))

    def due(self) -> float | None:
        """When `passed` has something to do."""
        return None if self._current is None else self._current.due

    def heard(self, source: str, message: wire.Up) -> None:
        """A child has answered."""
        if isinstance(message, wire.Swapped):
            self._members[source].rules_hash = message.rules_hash
        if self._current is not None:
            self._follow(self._current.heard(source, message, time.monotonic()))

    def gone(self, source: str) -> None:
        """A child has died."""
        if self._current is not None:
            self._follow(self._current.gone(source, time.monotonic()))

    def passed(self, now: float) -> None:
        """Time has passed."""
        if self._current is not None:
            self._follow(self._current.passed(now))

    def _follow(self, steps: list[reload.Step]) -> None:
        for step in steps:
            match step:
                case reload.Ask(source=source, message=message):
                    self._send(self._members[source], message)
                case reload.Adopt():
                    self._adopt()
                case reload.Replace(source=source):
                    self._tell(self._members[source], lifecycle.RestartAsked("did not answer a reload"))
                case reload.Finished(refusal=refusal):
                    self._finished(refusal)

    def _adopt(self) -> None:
        """Plans made from now on hold the new rules."""
        assert self._current is not None
        new = self._current
        for member in self._members.values():
            member.plan = msgspec.structs.replace(member.plan, rules=new.rules, rules_hash=new.rules_hash)

    def _finished(self, refusal: str) -> None:
        assert self._current is not None
        digest = self._current.rules_hash
        self._current = None
        if refusal:
            self._close(ERROR, f"the new rules are refused, the old ones stay in force: {refusal}")
            return
        for member in self._members.values():
            # One that was born between the questions and the decision has neither been asked nor got the new plan.
            if member.channel is not None and member.rules_hash != digest:
                self._tell(member, lifecycle.RestartAsked("missed a reload"))
        for source, change in self._changes:
            self._note(source, INFO, change)
        self._close(INFO, f"the new rules are in force (sha256 {digest[:12]})")

    def _close(self, level: int, text: str) -> None:
        over, self._over = self._over, _nobody
        self._note("", level, text)
        over(level == INFO, text)

    def abandon(self) -> None:
        """The run is over before the reload is."""
        over, self._over = self._over, _nobody
        over(False, "the run is over")


def _nobody(_ok: bool, _text: str) -> None:
    """Nobody waits for it."""
