"""Alerts appended to a file, which is closed between alerts unless `keep_alive`."""

from collections.abc import Sequence
from typing import BinaryIO

from supervisor.outputs.base import Line, joined


class FileOutput:
    """`keep_alive` holds the file open; `buffered` (only then of effect) writes in larger pieces."""

    name = "file"

    def __init__(self, filename: str, *, keep_alive: bool = False, buffered: bool = False) -> None:
        self._filename = filename
        self._keep_alive = keep_alive
        self._buffered = buffered
        self._file: BinaryIO | None = None

    def _open(self) -> BinaryIO:
        if self._file is None:
            try:
                self._file = open(self._filename, "ab", buffering=-1 if self._buffered else 0)  # noqa: SIM115, PTH123 - lives on; a name is not a path here
            except OSError as error:
                # In Falco's words; the reason is not part of them.
                raise OSError(f"failed to open output file {self._filename}") from error
        return self._file

    def write(self, lines: Sequence[Line]) -> None:
        """Append alerts. Raises OSError, also when the disk is full."""
        file = self._open()
        try:
            rest = memoryview(joined(lines))
            while rest:
                rest = rest[file.write(rest) or 0 :]
        finally:
            if not self._keep_alive:
                self.close()

    def reopen(self) -> None:
        """After a rotation: open the name again."""
        self.close()
        self._open()

    def close(self) -> None:
        """Close the file, if it is open."""
        if self._file is not None:
            file, self._file = self._file, None
            file.close()
