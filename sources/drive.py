"""THE pump: source -> detector -> emit.

The in-process run, the lone child and the many children all go through `drive`, so that parity is a property of the
design: what differs between them is only who listens to `emit` and who gives `orders`.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from engine.detector import Detector, Match, Progress
from engine.event import View
from sources.base import WHOLE, End, Fault, Idle, Mark, Needs, Source

START = Mark()
"""Before the first alert: nothing is suppressed."""


class Emit(Protocol):
    """Who listens."""

    def alert(self, match: Match, view: View) -> None:
        """One alert; may block (that is the back-pressure of lossless sources)."""

    def flush(self, mark: Mark) -> None:
        """The batch is done; everything up to `mark` has been given to `alert`."""


@dataclass(frozen=True, slots=True)
class Halt:
    """Stop between two batches."""


@dataclass(frozen=True, slots=True)
class Swap:
    """From the next event on, another detector (a reload)."""

    detector: Detector


class Orders(Protocol):
    """Who commands. Asked between batches; must not block."""

    def poll(self) -> Halt | Swap | None:
        """The next order, if there is one."""

    def swapped(self, mark: Mark) -> None:
        """The order to swap has been carried out; `mark` is the last one under the old rules."""

    def settled(self) -> Mark | None:
        """The furthest mark that the outputs have accepted since last asked, if it moved."""


class Outcome(Enum):
    """Why a run ended."""

    END = "the input is read to its end"
    LIMIT = "the time asked for with -M is over"
    HALTED = "it was told to stop"
    FAULT = "the source cannot go on"


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a run."""

    outcome: Outcome
    fault: Fault | None = None


def drive(
    source: Source, detector: Detector, emit: Emit, orders: Orders, progress: Progress, resume_at: Mark = START
) -> Ended:
    """Pump an opened source until it ends, fails, reaches its limit or is told to stop.

    Alerts up to `resume_at` are suppressed: a rewound source has given them in an earlier life.
    """

    def sink(match: Match, view: View) -> None:
        if (match.num, match.k) > resume_at:
            emit.alert(match, view)

    while True:
        match orders.poll():
            case Halt():
                return Ended(Outcome.HALTED)
            case Swap(detector=successor):
                source.rebind(needs_of(successor))
                detector = successor
                orders.swapped(_mark_after(progress))
            case None:
                pass
        if (accepted := orders.settled()) is not None:
            source.settled(accepted)
        batch = source.read()
        if isinstance(batch, Idle):
            emit.flush(_mark_after(progress))
            continue
        if isinstance(batch, End):
            emit.flush(_mark_after(progress))
            return Ended(Outcome.END)
        if isinstance(batch, Fault):
            emit.flush(_mark_after(progress))
            return Ended(Outcome.FAULT, batch)
        detector.scan(batch, progress, sink)
        emit.flush(_mark_after(progress))
        if progress.over:
            return Ended(Outcome.LIMIT)


def needs_of(detector: Detector) -> Needs:
    """What a detector's rules use of the events."""
    rules = detector.ruleset.rules
    codes: frozenset[int] | None = frozenset()
    for rule in rules:
        codes = None if codes is None or rule.codes is None else codes | rule.codes
    return Needs(detector.ruleset.needs, codes, getattr(detector, "plan", None))


def _mark_after(progress: Progress) -> Mark:
    """All alerts of the last event are out: no alert of an event has so large a k."""
    return Mark(progress.num, WHOLE)
