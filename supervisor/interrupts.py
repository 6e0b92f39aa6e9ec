"""Signals as bytes in a pipe: handlers do nothing, so that all waiting and all deciding is in the loop."""

import contextlib
import os
import signal
import threading
from types import TracebackType
from typing import Any, Self

_WANTED = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGHUP)
_NUDGE = 0


class Interrupts:
    """While entered, signals (in the main thread) and nudges from other threads make `fd` readable."""

    def __init__(self) -> None:
        self.fd, self._write_fd = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._before: dict[int, Any] = {}
        self._fd_before = -1
        self._open = True

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._fd_before = signal.set_wakeup_fd(self._write_fd, warn_on_full_buffer=False)
            self._before = {number: signal.signal(number, _nothing) for number in _WANTED}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._before:
            signal.set_wakeup_fd(self._fd_before)
            for number, handler in self._before.items():
                signal.signal(number, handler)
        self._open = False
        os.close(self.fd)
        os.close(self._write_fd)

    def nudge(self) -> None:
        """Wake the loop, from any thread."""
        if self._open:
            # A full pipe wakes it as well; one that was closed meanwhile needs no waking.
            with contextlib.suppress(OSError):
                os.write(self._write_fd, bytes((_NUDGE,)))

    def take(self) -> list[int]:
        """The signals that have arrived, in order."""
        try:
            return [number for number in os.read(self.fd, 4096) if number != _NUDGE]
        except BlockingIOError:
            return []


def ignore() -> None:
    """What is left of a run that was asked to stop is telling so: asking again has nothing to stop."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _nothing(_number: int, _frame: object) -> None:
    """The byte in the pipe says it all."""
