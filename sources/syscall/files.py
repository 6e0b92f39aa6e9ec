"""Bytes of a capture file, unpacked piece by piece: plain or gzip, of any size, in bounded memory."""

import os
import zlib
from pathlib import Path

from engine.errors import SourceError

PIECE = 1 << 18
"""Bytes read at a time; unpacked pieces are at most four times as long."""
_GZIP = b"\x1f\x8b"


class CaptureFile:
    """A capture as zlib's gzread gives it: what is no gzip is taken as it is, members may follow each other."""

    def __init__(self, path: str) -> None:
        """Open the file. Raises SourceError with the system's words."""
        try:
            self._file = Path(path).open("rb")  # noqa: SIM115 - `close` closes it
            self.size = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            raise SourceError(f"can't open file {path}: {error.strerror}") from None
        start = self._file.read(2)
        self._file.seek(0)
        self._unpack = zlib.decompressobj(31) if start == _GZIP else None
        self._left = b""
        self.read = 0
        """Bytes of the file that were read."""
        self.ended = False

    def piece(self) -> bytes:
        """The next unpacked bytes; `ended` says whether they are the last. A file cut short just ends there."""
        while not self.ended:
            data = self._left or self._next()
            self._left = b""
            if self._unpack is None:
                self.ended = len(data) < PIECE
                return data
            if not data:
                self.ended = True
                return b""
            found = self._inflate(data)
            if found:
                return found
        return b""

    def _next(self) -> bytes:
        try:
            data = self._file.read(PIECE)
        except OSError as error:
            raise SourceError(f"error reading file: {error.strerror}") from None
        self.read += len(data)
        return data

    def _inflate(self, data: bytes) -> bytes:
        assert self._unpack is not None, "only packed files are unpacked"
        try:
            found = self._unpack.decompress(data, 4 * PIECE)
        except zlib.error as error:
            raise SourceError(f"error reading file: {error}") from None
        self._left = self._unpack.unconsumed_tail
        if self._unpack.eof:
            rest = self._unpack.unused_data
            if rest.startswith(_GZIP):
                self._unpack, self._left = zlib.decompressobj(31), rest
            elif rest or self._at_end():
                # What follows the last member and is none is no part of it.
                self.ended = True
            else:
                self._unpack = zlib.decompressobj(31)
        return found

    def _at_end(self) -> bool:
        return self.read >= self.size

    def close(self) -> None:
        """Release the file."""
        self._file.close()
