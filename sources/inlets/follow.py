"""Follows a file that others append to, from its end on, across rotation, truncation and replacement.

Looks at the file by its path again and again; a line is handed out once it has its end, or once nothing more has come
of it for a while.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from engine.errors import SourceError
from sources.inlets.lines import BLOCK, Cutter, reason

PATIENCE_S = 1.0
"""How long a line without an end is waited for."""


class Follow:
    """One followed file. `tell` is told (counter, text) what is skipped."""

    def __init__(self, path: Path, *, limit: int, tell: Callable[[str, str], None]) -> None:
        self.path = path
        self._tell = tell
        self._cutter = Cutter(limit, self._overlong)
        self._file: BinaryIO | None = None
        self._last_read = 0.0

    def open(self) -> None:
        """Start at the end of the file; it may come into being later, its folder may not. Raises SourceError."""
        try:
            os.stat(self.path.parent)  # noqa: PTH116 - the reason is wanted, not whether
        except OSError as error:
            raise SourceError(reason(error)) from error
        if self._reopen():
            assert self._file is not None
            self._file.seek(0, os.SEEK_END)

    def lines(self) -> Iterator[bytes]:
        """What has come since last asked. Raises OSError."""
        yield from self._grown()
        if self._replaced():
            yield from self._unended()
            if self._reopen():
                yield from self._grown()
        elif time.monotonic() - self._last_read > PATIENCE_S:
            yield from self._unended()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _grown(self) -> Iterator[bytes]:
        if self._file is None:
            return
        if os.fstat(self._file.fileno()).st_size < self._file.tell():
            # Truncated: whatever writes to it starts again.
            self._file.seek(0)
            self._cutter.clear()
        while block := self._file.read(BLOCK):
            self._last_read = time.monotonic()
            yield from self._cutter.feed(block)

    def _unended(self) -> Iterator[bytes]:
        rest = self._cutter.rest()
        if rest is not None:
            self._cutter.clear()
            yield rest

    def _replaced(self) -> bool:
        """Whether another file has the name now. One that is only gone may still be written to."""
        try:
            now = self.path.stat()
        except OSError:
            return False
        if self._file is None:
            return True
        mine = os.fstat(self._file.fileno())
        return (now.st_dev, now.st_ino) != (mine.st_dev, mine.st_ino)

    def _reopen(self) -> bool:
        self.close()
        self._cutter.clear()
        try:
            # Unbuffered: a file that grows is read from where it ended.
            self._file = self.path.open("rb", buffering=0)
        except OSError:
            return False
        return True

    def _overlong(self) -> None:
        self._tell("lines too long", f"a line of more than {self._cutter.limit} bytes is skipped")
