"""One source's ruleset applied to that source's events: the contract, and the reference detector behind it.

Events are taken one by one, in order. For each, the rules whose event codes admit it are asked in order of definition;
`rule_matching: first` stops at the first that holds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from engine.event import Batch, View
from engine.rules.model import Rule, Ruleset


class Match(NamedTuple):
    """A rule held for an event."""

    num: int
    """evt.num."""
    k: int
    """Which alert of that event, from 1."""
    ts_ns: int
    rule: Rule
    line: bytes
    """The alert as it will stand in every output: text or JSON, UTF-8, no newline."""


Sink = Callable[[Match, View], None]
"""Is given each match while its view still lives."""


@dataclass(slots=True)
class Progress:
    """Where a source stands; handed from scan to scan and, after a reload, from detector to detector."""

    num: int = 0
    """The last evt.num given."""
    events: int = 0
    """Events that reached the rules."""
    first_ts_ns: int | None = None
    last_ts_ns: int = 0
    limit_ns: int | None = None
    """`-M`: stop at the first event that is so much later than the first one, without looking at it."""
    over: bool = False
    """The limit was reached."""


class Detector(Protocol):
    """What `sources.drive` needs of a detector; the reference one and generated ones are interchangeable."""

    @property
    def ruleset(self) -> Ruleset:
        """The rules in force."""

    def scan(self, batch: Batch, progress: Progress, sink: Sink) -> None:
        """Walk a batch to its end, or to the limit: update `progress`, give every match to `sink`. Does no I/O itself.

        Which payloads are events at all is known only after decoding, so numbers come out of the scan.
        """
