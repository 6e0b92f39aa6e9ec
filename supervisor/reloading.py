"""Carries out what `supervisor.reload` decides: one reload at a time, over the members of a run."""

import time
from collections.abc import Callable, Mapping

import msgspec

from engine.rules.model import RulesFile
from supervisor import lifecycle, reload, wire
from supervisor.member import Member
from supervisor.plan import hash_rules

ERROR, INFO = 3, 6


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

    def begin(self, rules: tuple[RulesFile, ...], *, stopping: bool) -> None:
        """Give these rules, checked already, to every child that is alive, or to none."""
        if stopping:
            return
        if self._current is not None:
            self._note("", ERROR, "a reload is under way already: ask again when it is done")
            return
        now = time.monotonic()
        self._current = reload.Reload(rules, hash_rules(rules), now + self._patience_s, self._patience_s)
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
            self._note("", ERROR, f"the new rules are refused, the old ones stay in force: {refusal}")
            return
        for member in self._members.values():
            # One that was born between the questions and the decision has neither been asked nor got the new plan.
            if member.channel is not None and member.rules_hash != digest:
                self._tell(member, lifecycle.RestartAsked("missed a reload"))
        self._note("", INFO, f"the new rules are in force (sha256 {digest[:12]})")
