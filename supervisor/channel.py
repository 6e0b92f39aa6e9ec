"""One child's descriptors: messages down and up without ever blocking, and what is left when it is gone."""

import contextlib
import os
from collections.abc import Iterator

from engine.errors import WireError
from supervisor import wire
from supervisor.launcher import Child

_READ = 1 << 18


class Channel:
    """What the loop holds of a process that has been started."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.ended = False
        """The wire is read to its end."""
        self.garbage = ""
        """Why the wire is no longer listened to."""
        self._frames = wire.Frames()
        self._down = bytearray()

    # ------------------------------------------------------------------------------------------------------ down

    def send(self, message: wire.Down) -> None:
        """Queue a message and write what the pipe takes."""
        self._down += wire.encode(message)
        self.push()

    def push(self) -> None:
        """Write what the pipe takes; a child that is gone gets nothing."""
        try:
            while self._down:
                del self._down[: os.write(self.child.control_fd, self._down)]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._down.clear()

    @property
    def pending(self) -> bool:
        """Whether something waits to be written."""
        return bool(self._down)

    # -------------------------------------------------------------------------------------------------------- up

    def receive(self) -> Iterator[wire.Up]:
        """Messages that one read brings. Sets `ended` at the end of the wire, `garbage` for what is no message."""
        try:
            data = os.read(self.child.wire_fd, _READ)
        except BlockingIOError:
            # A dead child's wire that a grandchild still holds: there is no more.
            self.ended = self.ended or self.child.status is not None
            return
        if not data:
            self.ended = True
            # A message cut short by a kill is part of that death, no second fault.
            return
        if self.garbage:
            return
        try:
            for body in self._frames.feed(data):
                yield wire.decode_up(body)
        except WireError as error:
            self.garbage = str(error)

    @property
    def cut(self) -> bool:
        """Whether the wire ended inside a message."""
        return self.ended and self._frames.partial

    def close(self) -> None:
        """Let go of everything."""
        with contextlib.suppress(OSError):
            self.child.hear_stderr()
        self.child.close()
