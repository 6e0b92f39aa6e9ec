"""The source `syscall` without a driver: a sign of life ten times a second, nothing else (falco.md 1.8)."""

import time
from collections.abc import Callable, Iterator, Mapping

from engine.event import Stream
from engine.events import names
from engine.fields.catalog import FieldRef
from engine.fields.generic import extract as generic
from engine.values import Value
from sources.base import End, Fault, Idle, Mark, Needs, Resume
from sources.spec import Extractor

PERIOD_NS = 100_000_000
"""Time between two events."""
NAME = "scapevent"
CODE = min(names.codes_of(NAME))


class TickView:
    """One tick: it has a number, a time and a type."""

    __slots__ = ("num", "source", "ts_ns")

    code = CODE

    def __init__(self, source: "NodriverSource", num: int, ts_ns: int) -> None:
        self.source = source
        self.num = num
        self.ts_ns = ts_ns

    def extract(self, ref: FieldRef) -> Value | None:
        """The generic fields and `evt.type`; there is no thread, so nothing else has a value."""
        name = ref.field.name
        if name == "evt.type":
            return NAME
        reader = self.source.extractors.get(name)
        return reader(self, ref) if reader is not None else generic(self, self.source.stream, ref)


class Ticks:
    """A batch of one tick."""

    source = "syscall"

    def __init__(self, origin: "NodriverSource", ts_ns: int) -> None:
        self.origin = origin
        self.ts_ns = ts_ns

    def views(self, num: int) -> Iterator[TickView]:
        """The tick, with the next number."""
        if self.origin.stream.first_ts_ns is None:
            self.origin.stream.first_ts_ns = self.ts_ns
        yield TickView(self.origin, num + 1, self.ts_ns)


class Clock:
    """Waits for ticks. A stepped clock moves by being asked, so it is asked until the time has come."""

    def __init__(self, now_ns: Callable[[], int], *, stepped: bool) -> None:
        self.now_ns = now_ns
        self.stepped = stepped
        self._last: int | None = None

    def tick(self) -> int:
        """The time of the next tick, when it has come."""
        now = self.now_ns()
        if self._last is None:
            self._last = now
        if self.stepped:
            while now - self._last < PERIOD_NS:
                now = self.now_ns()
        else:
            time.sleep(PERIOD_NS / 1e9)
            now = self.now_ns()
        self._last = now
        return now


class NodriverSource:
    """Never ends by itself."""

    resume = Resume.PRESENT

    def __init__(self, stream: Stream, clock: Clock, extractors: Mapping[str, Extractor]) -> None:
        self.stream = stream
        self.clock = clock
        self.extractors = extractors

    def open(self, needs: Needs, mark: Mark) -> None:
        """Nothing to open."""

    def rebind(self, needs: Needs) -> None:
        """Nothing depends on the rules."""

    def read(self) -> Ticks | Idle | End | Fault:
        """Wait for the next tick."""
        return Ticks(self, self.clock.tick())

    def settled(self, mark: Mark) -> None:
        """Nobody waits for an answer."""

    def counters(self) -> Mapping[str, int]:
        """Nothing can be lost."""
        return {}

    def position(self) -> tuple[int, int] | None:
        """There is no end to come nearer to."""
        return None

    def close(self) -> None:
        """Nothing to close."""
