"""What a run leaves behind: one record per source, and the sums."""

import signal
from collections.abc import Iterable
from dataclasses import dataclass, field

from supervisor import wire
from supervisor.lifecycle import State


@dataclass(slots=True)
class SourceResult:
    """One source at the end of a run."""

    source: str
    state: State = State.STARTING
    outcome: str = ""
    """Name of sources.drive.Outcome of its last life (`END`, `LIMIT`, `HALTED`, `FAULT`); empty if it died."""
    failure: str | None = None
    """The sentence that explains why it could not be kept running; None if all is well."""
    events: int = 0
    """Events that reached the rules: of the last life where it rewinds, of all lives otherwise."""
    alerts: int = 0
    """Alerts accepted for the outputs."""
    by_rule: dict[str, int] = field(default_factory=dict)
    by_priority: dict[int, int] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    """What was lost or odd, in the source's own words (Source.counters)."""
    restarts: int = 0
    deaths: list[str] = field(default_factory=list)
    """One sentence for each death."""
    elapsed_s: float = 0.0
    """Time its last life spent reading, as the child measured it."""
    cpu_s: float = 0.0
    """CPU time of all its lives."""
    peak_rss_bytes: int = 0
    pid: int = 0
    """Of its last life; 0 in process."""


@dataclass(slots=True)
class RunResult:
    """A whole run."""

    sources: dict[str, SourceResult] = field(default_factory=dict)
    """In the order of the plan; sources that were never started are in state STARTING with pid 0."""
    failures: list[str] = field(default_factory=list)
    """Sentences of the sources that failed, in the order in which that became known (bare: Falco's face prints
    `Error: ` and these, joined by newlines)."""
    by_rule: dict[str, int] = field(default_factory=dict)
    """Alerts accepted, by rule name."""
    by_priority: dict[int, int] = field(default_factory=dict)
    queue_drops: int = 0
    """Alerts that did not fit into the outputs' queue (only with `outputs_queue.capacity`)."""
    signal: int | None = None
    """The signal that ended the run: SIGINT or SIGTERM."""
    restart: bool = False
    """The listener asked for a restart (SIGHUP in Falco's face)."""
    start_failed: bool = False
    """A source could not open at start."""

    def count(self, source: str, alerts: Iterable[wire.Alert]) -> None:
        """Alerts of a source have been handed to the outputs."""
        own = self.sources[source]
        for alert in alerts:
            own.alerts += 1
            for counts in (own.by_rule, self.by_rule):
                counts[alert.rule] = counts.get(alert.rule, 0) + 1
            for levels in (own.by_priority, self.by_priority):
                levels[alert.priority] = levels.get(alert.priority, 0) + 1

    @property
    def ok(self) -> bool:
        """Whether every source was kept to its end."""
        return not self.failures

    @property
    def verb_status(self) -> int:
        """Exit status of the verbs: 0, 3 (a source could not be kept running), 130 or 143."""
        if self.failures:
            return 3
        return {signal.SIGINT: 130, signal.SIGTERM: 143}.get(signal.Signals(self.signal), 0) if self.signal else 0
