"""One queue and one thread that feed every channel in turn, as in Falco: order within a source is kept.

With `capacity` 0 nothing is lost: `full` tells the loop to stop reading a source whose alerts wait. With a capacity
(`outputs_queue.capacity`) the newest alerts are dropped instead, counted and told once.
"""

import functools
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from supervisor.outputs.base import CRITICAL, ERROR, NOTICE, Line, Log, Output, OutputGoneError

BOUND = 4096
"""Alerts of one source that may wait before it is `full`."""


class Parcel(NamedTuple):
    """Alerts of one message of one life of one source."""

    source: str
    epoch: int
    mark: tuple[int, int]
    """Everything of this life up to here is delivered once this parcel is."""
    lines: list[Line]


class Fanout:
    """Give it alerts with `offer`; it never blocks its caller except in `close`."""

    def __init__(self, outputs: Sequence[Output], *, log: Log, capacity: int = 0, timeout_s: float = 2.0) -> None:
        self.drops = 0
        """Alerts that did not fit into the queue."""
        self._outputs = list(outputs)
        self._log = log
        self._capacity = capacity
        self._timeout_s = timeout_s
        self._queue: deque[Parcel | None] = deque()
        """None: reopen."""
        self._change = threading.Condition()
        self._waiting: Counter[str] = Counter()
        self._settled: dict[str, tuple[int, tuple[int, int]]] = {}
        self._wake: Callable[[], None] = lambda: None
        self._wanted: set[str] = set()
        """Sources that were told to be full and are waited for."""
        self._closing = False
        self._busy: tuple[str, float] | None = None
        self._complained = False
        self._had_outputs = bool(self._outputs)
        self._done = 0
        """Parcels delivered."""
        self._given_up = False
        self._thread = threading.Thread(target=self._work, name="outputs", daemon=True)
        self._thread.start()

    # ---------------------------------------------------------------------------------------------- for the loop

    def on_wake(self, wake: Callable[[], None]) -> None:
        """`wake` is called from the outputs' thread when marks settled, a full source has room, or a channel left."""
        self._wake = wake

    def offer(self, parcel: Parcel) -> None:
        """Queue alerts."""
        with self._change:
            if self._capacity:
                room = max(0, self._capacity - sum(self._waiting.values()))
                if len(parcel.lines) > room:
                    self._drop(len(parcel.lines) - room)
                    parcel = parcel._replace(lines=parcel.lines[:room])
            self._queue.append(parcel)
            self._waiting[parcel.source] += len(parcel.lines)
            self._change.notify()

    def _drop(self, count: int) -> None:
        if not self.drops:
            self._log(ERROR, "Outputs queue out of memory. Drop event and continue on ...")
        self.drops += count

    def full(self, source: str) -> bool:
        """Whether reading this source should pause; if so, `wake` is called when that has changed."""
        if self._capacity:
            return False
        with self._change:
            full = self._waiting[source] >= BOUND
            if full:
                self._wanted.add(source)
            return full

    def settled(self, source: str) -> tuple[int, tuple[int, int]] | None:
        """(life, mark) up to which alerts of a source have been through every channel."""
        return self._settled.get(source)

    def waiting(self, source: str | None = None) -> int:
        """Alerts in the queue, of one source or of all."""
        with self._change:
            return sum(self._waiting.values()) if source is None else self._waiting[source]

    @property
    def abandoned(self) -> bool:
        """Whether the last channel has lost its reader for good."""
        return self._had_outputs and not self._outputs

    def reopen(self) -> None:
        """SIGUSR1."""
        with self._change:
            self._queue.append(None)
            self._change.notify()

    def check(self) -> None:
        """Complain about a channel that has blocked for too long. Called now and then."""
        busy = self._busy
        if busy is None or self._complained or time.monotonic() - busy[1] < self._timeout_s:
            return
        self._complained = True
        self._log(CRITICAL, f'"{busy[0]}" output timeout, all output channels are blocked')

    def close(self) -> None:
        """Deliver what waits, close the channels; give up when nothing moves for the timeout. Safe to call again."""
        with self._change:
            self._closing = True
            self._change.notify()
        before = -1
        while self._thread.is_alive() and before != self._done:
            before = self._done
            self._thread.join(self._timeout_s)
        if not self._thread.is_alive() or self._given_up:
            return
        self._given_up = True
        self._log(NOTICE, "output channels still blocked, discarding all remaining notifications")
        with self._change:
            self._queue.clear()

    # ------------------------------------------------------------------------------------------ the own thread

    def _work(self) -> None:
        while True:
            with self._change:
                while not self._queue and not self._closing:
                    self._change.wait()
                if not self._queue:
                    break
                parcel = self._queue.popleft()
            if parcel is None:
                self._each(lambda output: output.reopen())
                continue
            if parcel.lines:
                self._each(functools.partial(_write, parcel.lines))
            self._after(parcel)
        self._each(lambda output: output.close())

    def _after(self, parcel: Parcel) -> None:
        """Account for a delivered parcel."""
        with self._change:
            self._done += 1
            self._waiting[parcel.source] -= len(parcel.lines)
            self._settled[parcel.source] = (parcel.epoch, parcel.mark)
            left = self._waiting[parcel.source]
            room = parcel.source in self._wanted and left < BOUND // 2
            if room:
                self._wanted.discard(parcel.source)
        if room or not left:
            self._wake()

    def _each(self, act: Callable[[Output], None]) -> None:
        for output in list(self._outputs):
            self._busy = (output.name, time.monotonic())
            try:
                act(output)
            except OutputGoneError as error:
                self._log(ERROR, f"{output.name}: {error}")
                self._outputs.remove(output)
                self._wake()
            except OSError as error:
                self._log(ERROR, f"{output.name}: {error.strerror or error}")
            finally:
                self._busy = None
                self._complained = False


def _write(lines: list[Line], output: Output) -> None:
    output.write(lines)
