"""Between the thread that answers HTTP requests and the pump: requests wait here until their alerts are accepted.

A request is answered once everything that its payload gave has been accepted, and refused at once when too much waits:
its sender keeps it and comes again.
"""

import asyncio
import threading
from collections.abc import Iterable
from typing import NamedTuple

from engine.errors import CadgeError
from sources.base import WHOLE, Mark

MOST_WAITING = 1024
"""Requests that may wait for their answer."""
MOST_BYTES = 64 << 20
"""Bytes that their bodies may have, unless a single one may be larger."""


class BusyError(CadgeError):
    """Too much waits already, or nobody is there to take it."""


class Answer(NamedTuple):
    """What a sender gets."""

    status: int
    text: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()


ACCEPTED = Answer(200)
AGAIN = Answer(429, "too many requests wait, come again\n", ((b"retry-after", b"1"),))
GONE = Answer(503, "not accepted, come again\n", ((b"retry-after", b"1"),))


class Request:
    """One body on its way."""

    __slots__ = ("answer", "body", "last", "loop")

    def __init__(self, body: bytes, loop: asyncio.AbstractEventLoop) -> None:
        self.body = body
        self.loop = loop
        self.answer: asyncio.Future[Answer] = loop.create_future()
        self.last = 0
        """Number of the last event that came of it, or before it."""


class Desk:
    """Requests that wait to be read, and those that wait to be accepted. Safe for two threads."""

    def __init__(self, *, most_waiting: int = MOST_WAITING, most_bytes: int = MOST_BYTES) -> None:
        self._most_waiting = most_waiting
        self.most_bytes = most_bytes
        self._change = threading.Condition()
        self._new: list[Request] = []
        self._taken: list[Request] = []
        self._bytes = 0
        self._waiting = 0
        self._nudged = False
        self._closed = False

    # ------------------------------------------------------------------------------------------- for HTTP's thread

    def reserve(self, size: int) -> None:
        """Room for so many bytes more. Raises BusyError."""
        with self._change:
            if self._closed or self._bytes + size > self.most_bytes:
                raise BusyError
            self._bytes += size

    def free(self, size: int) -> None:
        """Give room back."""
        with self._change:
            self._bytes -= size

    def put(self, body: bytes) -> "asyncio.Future[Answer]":
        """Hand a body over; the answer comes when it is accepted. Raises BusyError."""
        request = Request(body, asyncio.get_running_loop())
        with self._change:
            if self._closed or self._waiting >= self._most_waiting:
                raise BusyError
            self._waiting += 1
            self._new.append(request)
            self._change.notify()
        return request.answer

    # ------------------------------------------------------------------------------------------------ for the pump

    def take(self, patience_s: float) -> list[Request]:
        """All new requests; waits a little if there are none, and not for long if it is nudged."""
        with self._change:
            if not self._new and not self._nudged:
                self._change.wait(patience_s)
            self._nudged = False
            new, self._new = self._new, []
            return new

    def nudge(self) -> None:
        """Let `take` come back."""
        with self._change:
            self._nudged = True
            self._change.notify()

    def given(self, request: Request, last: int) -> None:
        """Its events end with this number: it is answered once that is accepted."""
        request.last = last
        self._taken.append(request)

    def settle(self, mark: Mark) -> None:
        """Answer everything up to `mark`."""
        last = mark.num if mark.k >= WHOLE else mark.num - 1
        count = 0
        for request in self._taken:
            if request.last > last:
                break
            count += 1
        done, self._taken = self._taken[:count], self._taken[count:]
        self.answer(done, ACCEPTED)

    def answer(self, requests: Iterable[Request], answer: Answer) -> None:
        """Answer these requests."""
        loops: dict[asyncio.AbstractEventLoop, list[Request]] = {}
        for request in requests:
            loops.setdefault(request.loop, []).append(request)
        for loop, theirs in loops.items():
            with self._change:
                self._waiting -= len(theirs)
            if not loop.is_closed():
                loop.call_soon_threadsafe(_resolve, theirs, answer)

    def close(self) -> None:
        """Nothing is accepted any more; whoever waits shall come again."""
        with self._change:
            self._closed = True
            rest, self._new = self._new, []
        rest += self._taken
        self._taken = []
        self.answer(rest, GONE)


def _resolve(requests: list[Request], answer: Answer) -> None:
    for request in requests:
        if not request.answer.done():
            request.answer.set_result(answer)
