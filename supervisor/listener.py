"""Who is told what happens in a run. Falco's face, the verbs and the dashboard differ in nothing else.

All methods are called in the supervisor's loop, one at a time; they must not block and may not raise.
"""

from dataclasses import dataclass
from typing import Protocol

from engine.rules.model import RulesFile
from supervisor import wire
from supervisor.lifecycle import State
from supervisor.plan import ChildPlan
from supervisor.result import SourceResult


@dataclass(frozen=True, slots=True)
class Restart:
    """Answer to SIGHUP: end the run; `RunResult.restart` is set (Falco's way)."""


@dataclass(frozen=True, slots=True)
class NewRules:
    """Answer to SIGHUP: these rules, checked already, shall replace the old ones in every child, or in none."""

    rules: tuple[RulesFile, ...]
    changes: tuple[tuple[str, str], ...] = ()
    """(source, sentence) of what is new, told once they are in force."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Answer to SIGHUP: the new rules are wrong. What is wrong has been told; go on as before."""

    reason: str
    """In one line."""
    alert: wire.Internal | None = None
    """Goes to the outputs: who reads only alerts shall know."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Answer to SIGHUP: go on as before, and send this internal alert (Falco's `hot restart failure`)."""

    alert: wire.Internal


class Listener(Protocol):
    """See `Deaf` for one that ignores everything: subclass it and override what matters."""

    def opening(self, child: ChildPlan) -> None:
        """Its turn has come: the child is about to open its source (first life only)."""

    def opened(self, child: ChildPlan, pid: int) -> None:
        """The source is open (every life)."""

    def all_opened(self) -> None:
        """Every source is open: readiness."""

    def state(self, source: str, state: State, pid: int) -> None:
        """A child has changed its state."""

    def alerts(self, source: str, alerts: list[wire.Alert]) -> None:
        """These have just been handed to the outputs."""

    def beat(self, source: str, beat: wire.Beat) -> None:
        """A sign of life, with counters."""

    def log(self, source: str, level: int, text: str) -> None:
        """A log line of a source; `level` is a syslog severity."""

    def note(self, source: str, level: int, text: str) -> None:
        """The supervisor itself has to say something about a source (empty: about the run)."""

    def ended(self, result: SourceResult) -> None:
        """A source is finished for good, well or not (Falco's `Stopping capture for event source`)."""

    def forcing(self) -> None:
        """One source failed and the others, of which there are some, are now stopped. Also after a failed open."""

    def signalled(self, number: int) -> None:
        """SIGINT, SIGTERM (each time) or SIGUSR1 has arrived; what it does, the loop does."""

    def hangup(self) -> Restart | NewRules | Refused | Tell | None:
        """SIGHUP has arrived: say what shall happen."""


class Deaf:
    """A listener that ignores everything."""

    def opening(self, child: ChildPlan) -> None:
        """Ignore it."""

    def opened(self, child: ChildPlan, pid: int) -> None:
        """Ignore it."""

    def all_opened(self) -> None:
        """Ignore it."""

    def state(self, source: str, state: State, pid: int) -> None:
        """Ignore it."""

    def alerts(self, source: str, alerts: list[wire.Alert]) -> None:
        """Ignore them."""

    def beat(self, source: str, beat: wire.Beat) -> None:
        """Ignore it."""

    def log(self, source: str, level: int, text: str) -> None:
        """Ignore it."""

    def note(self, source: str, level: int, text: str) -> None:
        """Ignore it."""

    def ended(self, result: SourceResult) -> None:
        """Ignore it."""

    def forcing(self) -> None:
        """Ignore it."""

    def signalled(self, number: int) -> None:
        """Ignore it."""

    def hangup(self) -> Restart | NewRules | Refused | Tell | None:
        """Nothing happens."""
        return None
