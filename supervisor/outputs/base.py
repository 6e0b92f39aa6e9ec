"""What a channel of alerts is."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

Log = Callable[[int, str], None]
"""(syslog severity, text); may be called from the outputs' thread."""
CRITICAL, ERROR, WARNING, NOTICE, INFO = 2, 3, 4, 5, 6


class Line(NamedTuple):
    """One alert as every channel gets it."""

    priority: int
    data: bytes
    """Without newline."""


class OutputGoneError(Exception):
    """Nobody reads this channel any more, and nobody ever will: it is closed for good."""


class Output(Protocol):
    """One channel. Used by one thread only; may block; raises OSError for what fails, and is asked again next time."""

    @property
    def name(self) -> str:
        """Falco's word for it: `stdout`, `file`, ..."""

    def write(self, lines: Sequence[Line]) -> None:
        """Deliver alerts, in order."""

    def reopen(self) -> None:
        """SIGUSR1: close and open again, where that means something."""

    def close(self) -> None:
        """Deliver what is buffered and let go."""


def joined(lines: Sequence[Line]) -> bytes:
    """Lines with their newlines."""
    return b"".join([line.data + b"\n" for line in lines])
