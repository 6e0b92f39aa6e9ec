"""Lines of files, read in blocks: memory stays bounded however long a line is."""

import gzip
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from engine.errors import SourceError
from sources.inlets.ahead import Ahead, Readable

BLOCK = 1 << 18
"""Bytes read at once."""


UNREADABLE = (OSError, EOFError, zlib.error)
"""What reading a file, packed or not, can raise."""


class LongLineError(Exception):
    """A line is longer than the limit."""


class Cutter:
    """Cuts blocks of bytes into lines without their ends. `overlong` is called for each line over the limit."""

    def __init__(self, limit: int, overlong: Callable[[], None]) -> None:
        self.limit = limit
        self.overlong = overlong
        self._parts: list[bytes] = []
        self._size = 0
        self._skipping = False

    def feed(self, block: bytes) -> Iterator[bytes]:
        """The lines that `block` completes."""
        *lines, rest = block.split(b"\n")
        for line in lines:
            whole = self._add(line)
            self._parts.clear()
            self._size = 0
            skipped, self._skipping = self._skipping, False
            if not skipped:
                yield whole[:-1] if whole.endswith(b"\r") else whole
        self._add(rest, ended=False)

    @property
    def skipping(self) -> bool:
        """Whether the line at hand is over the limit."""
        return self._skipping

    @property
    def pending(self) -> int:
        """Bytes that have come of a line without an end."""
        return self._size

    def rest(self) -> bytes | None:
        """What has come of a line without an end, if anything; it stays."""
        return b"".join(self._parts) or None

    def clear(self) -> None:
        """Forget the line without an end."""
        self._parts.clear()
        self._size = 0
        self._skipping = False

    def _add(self, part: bytes, *, ended: bool = True) -> bytes:
        """One more part of the current line; the whole line, if it ended."""
        self._size += len(part)
        if self._size > self.limit:
            if not self._skipping:
                self.overlong()
            self._skipping = True
            self._parts.clear()
            return b""
        if ended:
            return b"".join([*self._parts, part]) if self._parts else part
        if part:
            self._parts.append(part)
        return b""


class Lines:
    """Cuts one or more files into lines without their ends (line feed, and one carriage return before it).

    `limit` bounds the bytes of a line. `strict`: a longer one raises LongLineError; otherwise it is skipped and told
    to `tell` (counter, text). A last line without an end is a line. Gzipped files are unpacked unless strict.
    """

    def __init__(
        self, paths: list[Path], *, limit: int, strict: bool = False, tell: Callable[[str, str], None] | None = None
    ) -> None:
        self.paths = paths
        self.limit = limit
        self.strict = strict
        self.tell = tell
        self.done_bytes = 0
        self.total_bytes = sum(path.stat().st_size for path in paths)
        self._file: BinaryIO | None = None

    def __iter__(self) -> Iterator[bytes]:
        """All lines, empty ones too. Raises one of UNREADABLE for what cannot be read."""
        for path in self.paths:
            with path.open("rb") as raw:
                self._file = raw
                yield from self._cut(self._unpacked(raw))
                self._file = None
            self.done_bytes += path.stat().st_size

    def blocks(self) -> Iterator[bytes]:
        """The same lines, many at once and with their ends; who takes them compares them with the limit."""
        for path in self.paths:
            with path.open("rb") as raw:
                self._file = raw
                file = self._unpacked(raw)
                if file is raw:
                    yield from self._whole(raw)
                else:
                    with Ahead(file, BLOCK) as ahead:
                        yield from self._whole(ahead)
                self._file = None
            self.done_bytes += path.stat().st_size

    def _whole(self, file: Readable) -> Iterator[bytes]:
        """Blocks that end where a line does; only a line that is longer than the limit is left out here."""
        parts: list[bytes] = []
        size = 0
        skipping = False
        while block := file.read(BLOCK):
            if skipping:
                start = block.find(b"\n") + 1
                skipping = not start
                block = block[start:] if start else b""
            end = block.rfind(b"\n") + 1
            if end:
                yield b"".join((*parts, block[:end]))
                parts, size = [], 0
            parts.append(block[end:])
            size += len(block) - end
            if size > self.limit:
                self.overlong()
                parts, size, skipping = [], 0, True
        if size:
            yield b"".join(parts)

    def position(self) -> tuple[int, int]:
        """Bytes read so far, and bytes in all."""
        inside = self._file.tell() if self._file is not None and not self._file.closed else 0
        return self.done_bytes + inside, self.total_bytes

    def _unpacked(self, raw: BinaryIO) -> BinaryIO:
        packed = not self.strict and raw.read(3) == b"\x1f\x8b\x08"
        raw.seek(0)
        return gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[return-value] # it has the read() used here

    def _cut(self, file: BinaryIO) -> Iterator[bytes]:
        cutter = Cutter(self.limit, self.overlong)
        while block := file.read(BLOCK):
            yield from cutter.feed(block)
        rest = cutter.rest()
        if rest is not None:
            yield rest[:-1] if rest.endswith(b"\r") else rest

    def overlong(self) -> None:
        """A line is longer than the limit: told, or the end of it all."""
        if self.strict:
            raise LongLineError
        if self.tell is not None:
            self.tell("lines too long", f"a line of more than {self.limit} bytes is skipped")


def stat(path: str) -> os.stat_result:
    """The status of a file. Raises SourceError in Go's words: `stat x: no such file or directory`."""
    try:
        return Path(path).stat() if path else os.stat("")  # noqa: PTH116 - Path("") is the current folder
    except OSError as error:
        raise SourceError(f"stat {path}: {reason(error)}") from error
    except ValueError as error:
        raise SourceError(f"stat {path}: invalid argument") from error


def reason(error: OSError) -> str:
    """An operating system's reason in Go's spelling: small letters throughout."""
    return (error.strerror or str(error)).lower()
