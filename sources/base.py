"""The contract of a source.

A source turns an input into batches. It knows no rules beyond the fields they need, no processes and no operator.
Turning a payload into events (records, decoder) is apart from where payloads come from (`sources.inlets`), since a
capture, a file and a webhook carry the same payloads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol

from engine.event import Batch
from engine.fields.catalog import FieldRef


class Mark(NamedTuple):
    """How far alerts have come: the k-th alert of event `num`. Everything up to and including it is settled."""

    num: int = 0
    k: int = 0


WHOLE = 1 << 30
"""As `k`: all alerts of that event; no event has so many."""


class Resume(Enum):
    """How a source goes on after its process died."""

    REWIND = "from the start of its input, numbering again; alerts up to the mark are suppressed"
    POSITION = "from the last place it told, numbering on from there; alerts up to the mark are suppressed"
    PRESENT = "from now on; it reports the gap"


@dataclass(frozen=True, slots=True)
class Needs:
    """What the loaded rules use of one source's events. What nobody needs is not decoded."""

    fields: tuple[FieldRef, ...] = ()
    codes: frozenset[int] | None = None
    """Event codes some rule can match; None: any."""
    rows: object | None = None
    """What rows of this source are like for these rules (`sources.rows.RowPlan`); None: no rows are asked for."""


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing to read just now; the source has already waited a little (at most about 100 ms)."""


@dataclass(frozen=True, slots=True)
class End:
    """The input is read to its end; the source will not be read again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The source cannot go on. Events already handed out stand."""

    sentence: str
    """In the words of Falco's plugin where it has some."""
    retry: bool = False


class Source(Protocol):
    """One event source, from open to close. Used by one thread only."""

    @property
    def resume(self) -> Resume:
        """How it goes on after a crash."""

    def open(self, needs: Needs, mark: Mark) -> None:
        """Start reading. Raises SourceError with a sentence if that is impossible."""

    def rebind(self, needs: Needs) -> None:
        """The rules changed: called between two events. The source stays open."""

    def read(self) -> Batch | Idle | End | Fault:
        """The next batch. Blocks at most about 100 ms before it says Idle."""

    def settled(self, mark: Mark) -> None:
        """Everything up to `mark` has been accepted by the outputs: answer senders, store positions."""

    def counters(self) -> Mapping[str, int]:
        """What was lost or odd so far, by name: nothing is lost without a counter. Keys are words an operator reads."""

    def position(self) -> tuple[int, int] | None:
        """Bytes read and bytes in all, where that is known: for progress and for telling idle from stalled."""

    def close(self) -> None:
        """Stop and release everything; called once, also after a failed open."""
