"""A reload in two phases: every child that is alive prepares the new rules, then all swap, or none does. Pure.

A child that does not answer in time is no reason to refuse: it is restarted with the new rules. One that is not
alive gets them with its next plan.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.rules.model import RulesFile
from supervisor import wire


@dataclass(frozen=True, slots=True)
class Ask:
    """Send this to that child."""

    source: str
    message: wire.Down


@dataclass(frozen=True, slots=True)
class Adopt:
    """The new rules are decided: plans made from now on hold them."""


@dataclass(frozen=True, slots=True)
class Replace:
    """This child did not answer: give it a new life, with the new rules."""

    source: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The reload is over; `refusal` says why the old rules stay in force, empty if they do not."""

    refusal: str = ""


Step = Ask | Adopt | Replace | Finished


@dataclass(slots=True)
class Reload:
    """One reload. Give it answers, deaths and the time; it gives steps."""

    rules: tuple[RulesFile, ...]
    rules_hash: str
    due: float
    """When patience with the present phase ends."""
    patience_s: float
    committed: bool = False
    over: bool = False
    _waiting: dict[str, None] = field(default_factory=dict)
    _silent: list[str] = field(default_factory=list)
    _prepared: list[str] = field(default_factory=list)

    def begin(self, alive: Iterable[str], now: float) -> list[Step]:
        """Ask everyone to prepare."""
        self._waiting = dict.fromkeys(alive)
        steps: list[Step] = [Ask(name, wire.Prepare(self.rules, self.rules_hash)) for name in self._waiting]
        return steps or self._decide(now)

    def heard(self, source: str, message: wire.Up, now: float) -> list[Step]:
        """A child has said something."""
        if self.over or source not in self._waiting or getattr(message, "rules_hash", "") != self.rules_hash:
            return []
        match message:
            case wire.Prepared() if not self.committed:
                self._prepared.append(source)
            case wire.Refused() if not self.committed:
                return self._refuse(message.sentence)
            case wire.Swapped() if self.committed:
                pass
            case _:
                return []
        del self._waiting[source]
        return [] if self._waiting else self._decide(now)

    def gone(self, source: str, now: float) -> list[Step]:
        """A child has died: it gets the new rules, if it comes to that, with its next plan."""
        if self.over or self._waiting.pop(source, self) is self:
            if source in self._prepared:
                self._prepared.remove(source)
            return []
        return [] if self._waiting else self._decide(now)

    def passed(self, now: float) -> list[Step]:
        """Time has passed."""
        if self.over or now < self.due:
            return []
        late, self._waiting = list(self._waiting), {}
        if self.committed:
            self.over = True
            return [*(Replace(name) for name in late), Finished()]
        self._silent = late
        return self._decide(now)

    def _refuse(self, sentence: str) -> list[Step]:
        self.over = True
        asked = [*self._prepared, *self._waiting]
        return [*(Ask(name, wire.Abort(self.rules_hash)) for name in asked), Finished(sentence)]

    def _decide(self, now: float) -> list[Step]:
        """Everyone has answered, or time is up."""
        if self.committed:
            self.over = True
            return [Finished()]
        self.committed = True
        self.due = now + self.patience_s
        self._waiting = dict.fromkeys(self._prepared)
        steps: list[Step] = [Adopt()]
        steps += [Ask(name, wire.Commit(self.rules_hash)) for name in self._prepared]
        steps += [Replace(name) for name in self._silent]
        if not self._waiting:
            self.over = True
            steps.append(Finished())
        return steps
