"""The flight recorder: one page of memory that a child writes and the supervisor reads when the child is dead.

Marks on the wire are up to a second old when a process is killed; this says at which event it was, and whether it
was looking at that event or waiting for the next one.
"""

import mmap
import os
import struct
from typing import NamedTuple

_LAYOUT = struct.Struct("<qq")
_SIZE = mmap.PAGESIZE


class Place(NamedTuple):
    """Where a child stood."""

    num: int = 0
    """The last evt.num it came to; 0: none."""
    inside: bool = False
    """It was looking at this very event (known to the event only for careful lives, else to the batch)."""


NOWHERE = Place()
"""Before the first event."""


class Recorder:
    """The supervisor's side: the page belongs to one life of one child."""

    def __init__(self) -> None:
        self.fd = os.memfd_create("cadge-recorder", os.MFD_CLOEXEC)
        os.ftruncate(self.fd, _SIZE)

    def read(self) -> Place:
        """What the child wrote last."""
        num, inside = _LAYOUT.unpack(os.pread(self.fd, _LAYOUT.size, 0))
        return Place(num, bool(inside))

    def close(self) -> None:
        """Forget the page."""
        os.close(self.fd)


class Pen:
    """The child's side."""

    def __init__(self, fd: int) -> None:
        self._page = mmap.mmap(fd, _SIZE)
        os.close(fd)

    def note(self, num: int, *, inside: bool) -> None:
        """Say where we are; survives any death of this process."""
        _LAYOUT.pack_into(self._page, 0, num, inside)
