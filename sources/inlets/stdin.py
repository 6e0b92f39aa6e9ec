"""Standard input as a way in: blocks of bytes as they come, unpacked if they are gzipped."""

import os
import select
import zlib
from collections.abc import Iterator

from engine.errors import SourceError
from sources.base import Idle
from sources.inlets.lines import BLOCK, reason
from sources.inlets.way import Inlet

WAIT_MS = 100
"""How long is waited for input before the source says that it is idle."""
_GZIP = b"\x1f\x8b\x08"


def blocks(inlet: Inlet) -> Iterator[bytes | Idle | None]:
    """What comes in, to its end. Idle: nothing for a while; None: nothing more just now. Raises SourceError."""
    if inlet.start >= 0:
        os.lseek(inlet.fd, inlet.start, os.SEEK_SET)
    unpack = None
    held: bytes | None = b""
    while True:
        if not _ready(inlet.fd, 0):
            yield None
            if not _ready(inlet.fd, WAIT_MS):
                yield Idle()
                continue
        try:
            block = os.read(inlet.fd, BLOCK)
        except OSError as error:
            raise SourceError(f"read standard input: {reason(error)}") from error
        if held is not None:
            held += block
            if block and len(held) < len(_GZIP) and _GZIP.startswith(held):
                # Too little to tell what it is.
                continue
            unpack = _Unpacked() if held.startswith(_GZIP) else None
            if not block and held:
                yield held
            block, held = held if block else block, None
        if not block:
            return
        yield block if unpack is None else unpack.more(block)


def _ready(fd: int, patience_ms: int) -> bool:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(patience_ms))


class _Unpacked:
    """Members of a gzip file, one after the other."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(31)

    def more(self, block: bytes) -> bytes:
        """What these packed bytes hold. Raises SourceError."""
        out = []
        try:
            while block:
                if self._member.eof:
                    self._member = zlib.decompressobj(31)
                out.append(self._member.decompress(block))
                block = self._member.unused_data
        except zlib.error as error:
            raise SourceError(f"read standard input: {error}") from error
        return b"".join(out)
