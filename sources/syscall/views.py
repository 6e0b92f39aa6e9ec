"""A system-call event as Python sees it while the kernel's cursor stands on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.event import ASYNC_EVENT, Stream
from engine.fields.catalog import FieldRef
from engine.fields.generic import extract as generic
from engine.values import Candidates, Value, as_text
from sources.syscall._kernel import Kernel
from sources.syscall._state import Fd, Thread

UNKNOWN: Any = object()
"""Not looked up yet."""

Reader = Callable[["SyscallView", FieldRef], Value | Candidates | None]
"""Gives one field of one event."""


@dataclass(slots=True)
class Kit:
    """What all events of one capture share."""

    kernel: Kernel
    stream: Stream
    readers: Mapping[str, Reader]
    """Field name -> how to read it."""
    names: Callable[[str], Sequence[str]] = field(default=lambda _: ())
    """The names that an address is known under."""


class SyscallView:
    """One event. Values that were read stay right; the view itself is over when the cursor moves."""

    __slots__ = ("_event_fd", "_thread", "code", "kernel", "kit", "num", "state", "ts_ns")

    def __init__(self, kit: Kit, code: int) -> None:
        kernel = kit.kernel
        self.kit = kit
        self.kernel = kernel
        self.state = kernel.state
        self.code = code
        self.num = kernel.num
        self.ts_ns = kernel.ts
        self._thread = UNKNOWN
        self._event_fd = UNKNOWN

    def extract(self, ref: FieldRef) -> Value | Candidates | None:
        """The value of a field; texts end before their first NUL."""
        reader = self.kit.readers.get(ref.field.name)
        value = generic(self, self.kit.stream, ref) if reader is None else reader(self, ref)
        return value.partition("\0")[0] if isinstance(value, str) and "\0" in value else value

    @property
    def nparams(self) -> int:
        """How many parameters the event has, empty ones too."""
        return self.kernel.nparams

    @property
    def thread(self) -> Thread | None:
        """The event's thread, if it is known."""
        if self._thread is UNKNOWN:
            self._thread = self.state.thread()
        found: Thread | None = self._thread
        return found

    @property
    def event_fd(self) -> Fd | None:
        """The descriptor that the event is about, if it is known."""
        if self._event_fd is UNKNOWN:
            self._event_fd = self.state.event_fd()
        found: Fd | None = self._event_fd
        return found

    def move_to_fd(self, number: int) -> None:
        """Let the event be about another descriptor of its thread from now on."""
        self.state.set_event_fd(number)
        self._event_fd = UNKNOWN

    @property
    def async_name(self) -> str | None:
        """The name that an asynchronous event was sent under."""
        if self.code != ASYNC_EVENT:
            return None
        return as_text(self.kernel.param(1) or b"<NA>")
