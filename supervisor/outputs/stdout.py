"""Alerts to standard output."""

import os
from collections.abc import Sequence

from supervisor.outputs.base import Line, OutputGoneError, joined

_BUFFER = 1 << 16


class StdoutOutput:
    """Writes to a descriptor; with `buffered`, in larger pieces."""

    name = "stdout"

    def __init__(self, *, buffered: bool = False, fd: int = 1) -> None:
        self._fd = fd
        self._buffered = buffered
        self._pending = bytearray()

    def write(self, lines: Sequence[Line]) -> None:
        """Deliver alerts; OutputGoneError when the reader has left."""
        self._pending += joined(lines)
        if not self._buffered or len(self._pending) >= _BUFFER:
            self._flush()

    def _flush(self) -> None:
        try:
            while self._pending:
                del self._pending[: os.write(self._fd, self._pending)]
        except BrokenPipeError:
            self._pending.clear()
            raise OutputGoneError("whoever read standard output has left") from None

    def reopen(self) -> None:
        """There is nothing to reopen."""

    def close(self) -> None:
        """Flush; the descriptor stays."""
        self._flush()
