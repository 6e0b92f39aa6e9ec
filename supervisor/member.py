"""One source in a run: its plan, its life, its process while it has one, and what is counted about it."""

from dataclasses import dataclass

from supervisor import wire
from supervisor.channel import Channel
from supervisor.life import Life
from supervisor.plan import ChildPlan
from supervisor.result import SourceResult
from supervisor.usage import Meter


@dataclass(slots=True)
class Member:
    """What the loop knows of one source."""

    plan: ChildPlan
    life: Life
    result: SourceResult
    channel: Channel | None = None
    meter: Meter | None = None
    turned: bool = False
    """Its turn to open has come."""
    reading: bool = False
    """Its wire is looked at."""
    hearing: bool = False
    """Its stderr is looked at."""
    writing: bool = False
    """Its control stream is full and looked at."""
    rules_hash: str = ""
    """Of the rules in force in its present life."""
    acked: tuple[int, tuple[int, int]] = (0, (0, 0))
    place: tuple[int, bytes] = (0, b"")
    """From where a new life goes on, if its source tells places."""
    past_events: int = 0
    """Events of earlier lives that are not read again."""

    @property
    def source(self) -> str:
        """Its name."""
        return self.plan.source

    def hear(self, message: wire.Up) -> None:
        """Take from a message what is counted."""
        result = self.result
        match message:
            case wire.Beat(events=events, counters=counters) | wire.Done(events=events, counters=counters):
                result.events = self.past_events + events
                result.counters = counters
            case wire.Placed(num=num, place=place):
                self.place = (num, place)
            case _:
                pass
        if isinstance(message, wire.Done):
            result.outcome = message.outcome
            result.elapsed_s = message.elapsed_s
            result.peak_rss_bytes = max(result.peak_rss_bytes, message.peak_rss_bytes)

    def measure(self) -> None:
        """Look at memory and CPU."""
        if self.meter is not None and (usage := self.meter.read()) is not None:
            self.result.peak_rss_bytes = max(self.result.peak_rss_bytes, usage.rss_bytes)

    def buried(self, cpu_s: float) -> None:
        """A life is over."""
        self.result.cpu_s += cpu_s
        if not self.life.rewinds:
            self.past_events = self.result.events
        self.meter = None
        self.channel = None
        self.reading = self.hearing = self.writing = False

    def finish(self, failure: str | None) -> SourceResult:
        """It is over for good."""
        result = self.result
        result.state = self.life.state
        result.failure = failure
        result.restarts = self.life.restarts
        result.deaths = list(self.life.deaths)
        if self.life.done is None and failure is not None:
            result.outcome = "FAULT"
        return result
