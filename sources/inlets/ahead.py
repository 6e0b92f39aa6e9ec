"""Unpacking ahead: a gzipped file is inflated in a thread of its own while its lines are looked at."""

import queue
import threading
from types import TracebackType
from typing import Protocol, Self

BLOCKS = 4
"""Blocks that wait, at most."""


class Readable(Protocol):
    """Anything that gives bytes."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


class Ahead:
    """Gives the blocks of a file, and its errors where they belong among them. To be closed before the file is."""

    def __init__(self, file: Readable, size: int) -> None:
        self._file = file
        self._size = size
        self._queue: queue.Queue[bytes | Exception] = queue.Queue(BLOCKS)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="unpacking", daemon=True)
        self._thread.start()

    def read(self, _size: int, /) -> bytes:
        """The next block; none at the end. Raises what reading the file raised."""
        block = self._queue.get()
        if isinstance(block, Exception):
            raise block
        return block

    def __enter__(self) -> Self:
        """Use it in a with statement."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop reading; the file can be closed then."""
        self._stopped.set()
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=0.01)
            except queue.Empty:
                continue

    def _work(self) -> None:
        block: bytes | Exception = b"?"
        while block and not isinstance(block, Exception) and not self._stopped.is_set():
            try:
                block = self._file.read(self._size)
            except Exception as error:  # noqa: BLE001 - whoever reads has to see it, whatever it is
                block = error
            self._queue.put(block)
