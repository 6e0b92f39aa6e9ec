"""The child's side of `sources.drive`: alerts go up the wire in batches, orders come from the control thread."""

import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping

from engine.detector import Match, Progress
from engine.event import Batch, View
from sources.base import End, Fault, Idle, Mark, Needs, Resume, Source
from sources.drive import Halt, Swap
from supervisor import wire
from supervisor.recorder import Pen

FLUSH_S = 0.05
"""Alerts wait no longer than about this for others to share their frame."""
_SNAPSHOT_S = 0.2
"""Counters are copied for the beats at most this often."""


class Uplink:
    """Frames up the wire, from both threads; a full pipe blocks (that is the back-pressure)."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lock = threading.Lock()

    def send(self, message: wire.Up) -> None:
        """Write one message whole. Raises OSError when nobody listens any more."""
        data = memoryview(wire.encode(message))
        with self._lock:
            while data:
                data = data[os.write(self._fd, data) :]


class Pump:
    """`Emit` and `Orders` of `sources.drive`; what the control thread reads of it are plain attributes."""

    def __init__(self, uplink: Uplink, progress: Progress, pen: Pen, alerts_per_frame: int) -> None:
        self.progress = progress
        self.alerts = 0
        """Alerts sent."""
        self.orders: deque[Halt | Swap] = deque()
        """The control thread appends, the pump takes."""
        self.acked = Mark()
        """Set by the control thread: what the outputs have accepted."""
        self.swapping = ""
        """Hash of the rules in a Swap order."""
        self._uplink = uplink
        self._pen = pen
        self._limit = alerts_per_frame
        self._waiting: list[wire.Alert] = []
        self._since = 0.0
        self._seq = 0
        self._sent = Mark()
        self._flushed = Mark()
        self._settled = Mark()

    # ------------------------------------------------------------------------------------------------------ Emit

    def alert(self, match: Match, view: View) -> None:  # noqa: ARG002 - details for a subscriber come from the view
        """Queue one alert; send when the frame is full or its first alert has waited long enough."""
        now = time.monotonic()
        if not self._waiting:
            self._since = now
        rule = match.rule
        self._waiting.append(
            wire.Alert(match.num, match.k, match.ts_ns, rule.name, int(rule.priority), match.line),
        )
        if len(self._waiting) >= self._limit or now - self._since >= FLUSH_S:
            self._send()

    def flush(self, mark: Mark) -> None:
        """The batch is done."""
        if self._waiting:
            self._send()
        self._flushed = mark

    def _send(self) -> None:
        last = self._waiting[-1]
        self._seq += 1
        self._sent = Mark(last.num, last.k)
        # Whoever is killed while the outputs are behind was not killed by the event at hand.
        self._pen.note(self.progress.num, inside=False)
        self._uplink.send(wire.Alerts(self._seq, self._sent, self._waiting))
        self._pen.note(self.progress.num, inside=True)
        self.alerts += len(self._waiting)
        self._waiting = []

    # ---------------------------------------------------------------------------------------------------- Orders

    def poll(self) -> Halt | Swap | None:
        """The next order of the control thread."""
        return self.orders.popleft() if self.orders else None

    def swapped(self, mark: Mark) -> None:
        """Other rules are in force."""
        self._uplink.send(wire.Swapped(self.swapping, mark))

    def settled(self) -> Mark | None:
        """What the outputs have accepted: everything read, if all alerts sent so far are acknowledged."""
        mark = self._flushed if self.acked >= self._sent else self.acked
        if mark <= self._settled:
            return None
        self._settled = mark
        return mark


class Watched:
    """A source, with its counters copied for the beats and its place noted for the flight recorder."""

    def __init__(
        self, source: Source, progress: Progress, pen: Pen, *, careful: bool, uplink: Uplink | None = None
    ) -> None:
        self._source = source
        self._uplink = uplink
        self._place = b""
        self._progress = progress
        self._pen = pen
        self._careful = careful
        self._copied = 0.0
        self.idle = False
        self.counts: dict[str, int] = {}
        self.place: tuple[int, int] | None = None

    @property
    def resume(self) -> Resume:
        """How it goes on after a crash."""
        return self._source.resume

    def open(self, needs: Needs, mark: Mark) -> None:
        """Start reading."""
        self._source.open(needs, mark)
        self._tell_place()

    def rebind(self, needs: Needs) -> None:
        """The rules changed."""
        self._source.rebind(needs)

    def read(self) -> Batch | Idle | End | Fault:
        """The next batch. Whatever was handed out before has been through the rules, and its alerts are sent."""
        self._tell_place()
        self._pen.note(self._progress.num, inside=False)
        now = time.monotonic()
        if now - self._copied >= _SNAPSHOT_S:
            self._copied = now
            self.copy()
        batch = self._source.read()
        self.idle = isinstance(batch, Idle)
        if isinstance(batch, (Idle, End, Fault)):
            return batch
        self._pen.note(self._progress.num, inside=True)
        return _Careful(batch, self._pen) if self._careful else batch

    def copy(self) -> None:
        """Copy what the control thread may read."""
        self.counts = dict(self._source.counters())
        self.place = self._source.position()

    def _tell_place(self) -> None:
        """Tell the supervisor from where a later life can go on."""
        if self._uplink is None or (tell := getattr(self._source, "place", None)) is None:
            return
        num, place = tell()
        if place != self._place:
            self._place = place
            self._uplink.send(wire.Placed(num, place))

    def nudge(self) -> None:
        """From the control thread: there is something new to settle."""
        if (nudge := getattr(self._source, "nudge", None)) is not None:
            nudge()

    def settled(self, mark: Mark) -> None:
        """Everything up to `mark` has been accepted."""
        self._source.settled(mark)

    def counters(self) -> Mapping[str, int]:
        """What was lost or odd so far."""
        return self._source.counters()

    def position(self) -> tuple[int, int] | None:
        """Bytes read and bytes in all."""
        return self._source.position()

    def close(self) -> None:
        """Stop and release everything."""
        self._source.close()


class _Careful:
    """A batch that notes every event before rules look at it."""

    def __init__(self, batch: Batch, pen: Pen) -> None:
        self._batch = batch
        self._pen = pen

    @property
    def source(self) -> str:
        """Whose rules may see these events."""
        return self._batch.source

    def views(self, num: int) -> Iterator[View]:
        """Walk the batch."""
        walk = self._batch.views(num)
        self._pen.note(num + 1, inside=True)
        try:
            for view in walk:
                self._pen.note(view.num, inside=True)
                yield view
                self._pen.note(view.num + 1, inside=True)
        finally:
            if hasattr(walk, "close"):
                walk.close()
