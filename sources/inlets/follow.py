"""Follows a file that others append to, from its end on, across rotation, truncation and replacement.

Looks at the file by its path again and again; a line is handed out once it has its end, or once nothing more has come
of it for a while. `place` says from where another process can go on, even if the file has been rotated meanwhile.
"""

import os
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from engine.errors import SourceError
from sources.inlets.lines import Cutter, reason

PATIENCE_S = 1.0
"""How long a line without an end is waited for."""
BLOCK = 1 << 16
"""Bytes read at once: a place is told between two blocks."""
_TAIL, _HEAD = 64, 256
"""Bytes by which a file is known again, and by which a copy is told from another file."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Which file, and how much of it is done with."""

    device: int = 0
    inode: int = 0
    """0: there was no file."""
    offset: int = 0
    tail: bytes = b""
    """What stands before `offset`: inodes are used again."""


class Follow:
    """One followed file. `tell` is told (counter, text) what is skipped."""

    def __init__(self, path: Path, *, limit: int, tell: Callable[[str, str], None]) -> None:
        self.path = path
        self.place = Place()
        """Every line before it has been handed out."""
        self._tell = tell
        self._cutter = Cutter(limit, self._overlong)
        self._file: BinaryIO | None = None
        self._last_read = 0.0
        self._done: deque[tuple[int, int]] = deque(maxlen=8)
        stem, ext = re.escape(path.stem), re.escape(path.suffix)
        self._rotated = re.compile(rf"{stem}({ext})?[-._]\d[\dT:Z+._-]*({ext})?", re.DOTALL)

    def open(self, place: bytes = b"") -> None:
        """Start at the end of the file, or at the place of an earlier life. Raises SourceError.

        The file may come into being later, its folder may not.
        """
        try:
            os.stat(self.path.parent)  # noqa: PTH116 - the reason is wanted, not whether
        except OSError as error:
            raise SourceError(reason(error)) from error
        if place:
            self._resume(msgspec.json.decode(place, type=Place))
        elif self._reopen(self.path):
            assert self._file is not None
            self._file.seek(0, os.SEEK_END)
        self._settle()

    def lines(self) -> Iterator[bytes]:
        """What has come since last asked. Raises OSError."""
        yield from self._grown()
        while self._replaced():
            # Between the last look and the new name more may have been written.
            yield from self._grown()
            yield from self._unended()
            if not self._go_on():
                return
            yield from self._grown()
        if self._file is not None and time.monotonic() - self._last_read > PATIENCE_S:
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
            self._settle()
        while block := self._file.read(BLOCK):
            self._last_read = time.monotonic()
            yield from self._cutter.feed(block)
            self._settle()

    def _settle(self) -> None:
        """Everything before this point has been handed out, but for a line that has no end yet."""
        if self._file is None:
            self.place = Place()
            return
        if self._cutter.skipping:
            return
        fd = self._file.fileno()
        mine = os.fstat(fd)
        offset = self._file.tell() - self._cutter.pending
        start = max(0, offset - _TAIL)
        self.place = Place(mine.st_dev, mine.st_ino, offset, os.pread(fd, offset - start, start))

    def _unended(self) -> Iterator[bytes]:
        rest = self._cutter.rest()
        if rest is not None:
            self._cutter.clear()
            yield rest
            self._settle()

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

    def _go_on(self) -> bool:
        """Open what was written after the file at hand: rotated files not looked at yet, then the current one."""
        before, self._file = self._file, None
        if before is None:
            return self._reopen(self.path)
        try:
            mine = os.fstat(before.fileno())
            self._done.append((mine.st_dev, mine.st_ino))
            head = os.pread(before.fileno(), _HEAD, 0)
        finally:
            before.close()
        while self._reopen(self._successor(mine, head)):
            # Rotated once more just now? Then what was opened may not be the next one.
            again = _identity(self._successor(mine, head))
            if again is None or again == _identity(self._fd()):
                return True
        return False

    def _successor(self, mine: os.stat_result, head: bytes) -> Path:
        """The oldest rotated file that was written after this one, or else the current file."""
        found: list[tuple[int, Path]] = []
        for one in self.path.parent.iterdir():
            if not self._rotated.fullmatch(one.name):
                continue
            try:
                stat = one.stat()
                with one.open("rb") as file:
                    copy = bool(head) and file.read(len(head)) == head
            except OSError:
                continue
            seen = (stat.st_dev, stat.st_ino) in self._done
            if stat.st_mtime_ns >= mine.st_mtime_ns and not seen and not copy:
                found.append((stat.st_mtime_ns, one))
        return min(found)[1] if found else self.path

    def _resume(self, place: Place) -> None:
        """Find the file of a place again, under whatever name, and go on there."""
        for one in (self.path, *self.path.parent.iterdir()):
            if one != self.path and not self._rotated.fullmatch(one.name):
                continue
            if place.inode and _identity(one) == (place.device, place.inode) and self._reopen(one):
                assert self._file is not None
                start = place.offset - len(place.tail)
                if os.pread(self._file.fileno(), len(place.tail), start) == place.tail:
                    self._file.seek(place.offset)
                    return
        if place.inode:
            self._tell("files gone", f"{self.path}: what was written before it was replaced may be missing")
        self._reopen(self.path)

    def _reopen(self, path: Path) -> bool:
        self.close()
        self._cutter.clear()
        try:
            # Unbuffered: a file that grows is read from where it ended.
            self._file = path.open("rb", buffering=0)
        except OSError:
            self._settle()
            return False
        self._settle()
        return True

    def _fd(self) -> int:
        assert self._file is not None, "asked only while there is a file"
        return self._file.fileno()

    def _overlong(self) -> None:
        self._tell("lines too long", f"a line of more than {self._cutter.limit} bytes is skipped")


def _identity(of: Path | int) -> tuple[int, int] | None:
    """Device and inode; None if there is no such file."""
    try:
        stat = os.stat(of)  # noqa: PTH116 - also of a descriptor
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
