"""Captures as a source: a cursor over a .scap file whose events may belong to several sources (falco.md 1.13).

Events of system calls carry their code, those of plugins the plugin's id. A batch ends where the source changes, so
that whoever walks it can give it to the rules of its source; numbers count over all.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.errors import SourceError
from engine.event import ASYNC_EVENT, PLUGIN_EVENT, Stream, View
from engine.fields.catalog import FieldRef
from engine.fields.generic import extract as generic
from engine.values import Value, as_text
from sources.base import End, Fault, Idle, Mark, Needs, Resume
from sources.syscall._kernel import AT_END, NEED_DATA, Kernel
from sources.syscall._state import State
from sources.syscall.files import CaptureFile
from sources.syscall.readers import readers
from sources.syscall.views import Kit, Reader, SyscallView
from sources.view import Kit as PluginKit
from sources.view import PluginView, Record

SYSCALL = "syscall"
PATIENCE_S = 0.1
"""Time after which a read that found no event for the rules comes back."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a capture is replayed."""

    path: str
    stream: Stream
    """Of the system calls."""
    extractors: Mapping[str, Reader]
    """Fields that come from elsewhere: other plugins', static ones."""
    members: Mapping[int, PluginKit] | None = None
    """Plugin id -> how its events are read; None: a plugin's event ends the run, this is the source `syscall` alone."""
    strict: bool = True
    """As in Falco, an enter event that does not fit its exit ends the run. Otherwise: dropped and counted."""
    lists: bool = True
    """Whether the capture's lists of processes, users and interfaces count. A system-event plugin has none."""
    containers: bool = True
    """Whether the container plugin is loaded."""
    names: Callable[[str], Sequence[str]] = lambda _address: ()
    batch_events: int = 512


class AsyncView:
    """An asynchronous event of a plugin's source: no plugin produced it, and it has generic fields only."""

    code = ASYNC_EVENT

    def __init__(self, stream: Stream, num: int, ts_ns: int, name: str) -> None:
        self.stream = stream
        self.num = num
        self.ts_ns = ts_ns
        self.async_name = name

    def extract(self, ref: FieldRef) -> Value | None:
        """The generic fields, but for the plugin's name."""
        return None if ref.field.name == "evt.pluginname" else generic(self, self.stream, ref)


class CaptureSource:
    """A capture, from its first event to its last."""

    resume = Resume.REWIND

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._file: CaptureFile | None = None
        self._kernel: Kernel | None = None
        self._kit: Kit | None = None
        self._code: int | None = None
        """Of the event that the cursor stands on and nobody has seen."""
        self._end: End | Fault | None = None
        self._section = 0

    def open(self, needs: Needs, mark: Mark) -> None:  # noqa: ARG002 - numbering starts again; drive suppresses
        """Open the file and read up to its first events. Raises SourceError as Falco's `open` does."""
        setting = self.setting
        self._file = CaptureFile(setting.path)
        self._kernel = Kernel(
            strict=setting.strict,
            lists=setting.lists,
            state=State(container_plugin=setting.containers, purging=not setting.lists),
        )
        self._kit = Kit(self._kernel, setting.stream, {**readers(), **setting.extractors}, setting.names)
        self.rebind(needs)
        while not self._kernel.opened:
            self._kernel.open()
            if not self._kernel.opened:
                self._feed()

    def rebind(self, needs: Needs) -> None:
        """The rules changed, and with them the events that somebody wants to see."""
        if self._kernel is not None:
            self._kernel.want(needs.codes)

    def read(self) -> "CaptureBatch | Idle | End | Fault":
        """The next events of one source."""
        if self._code is None and self._end is None:
            self._step(time.monotonic() + PATIENCE_S)
        if self._code is None:
            return self._end or Idle()
        source = self._source_of(self._code)
        if source is None:
            return self._end or Idle()
        return CaptureBatch(self, source)

    def walk(self, source: str) -> Iterator[View]:
        """Events of `source`, up to one of another, or enough of them."""
        for _ in range(self.setting.batch_events):
            if self._code is None or self._source_of(self._code) != source:
                return
            code, self._code = self._code, None
            yield self._view(code)
            if self._end is not None:
                return
            self._step(None)

    def _step(self, until: float | None) -> None:
        """Move the cursor to the next event, at most until some time; a failure waits for the next read."""
        kernel = self._kernel
        assert kernel is not None, "the source is open"
        try:
            while (code := kernel.advance()) == NEED_DATA:
                self._feed()
                if until is not None and time.monotonic() > until:
                    return
        except SourceError as error:
            self._end = Fault(str(error))
            return
        if code == AT_END:
            self._end = End()
        else:
            self._code = code

    def _feed(self) -> None:
        assert self._file is not None, "the source is open"
        assert self._kernel is not None, "the source is open"
        data = self._file.piece()
        self._kernel.feed(data, self._file.ended)

    def _source_of(self, code: int) -> str | None:
        """Whose event it is; None: nobody's, which ends the run."""
        if code not in {PLUGIN_EVENT, ASYNC_EVENT}:
            return SYSCALL
        assert self._kernel is not None, "the source is open"
        plugin = self._kernel.param_int(0) or 0
        if code == ASYNC_EVENT and plugin == 0:
            return SYSCALL
        members = self.setting.members
        if members is not None and plugin in members:
            return members[plugin].stream.source
        self._code = None
        if members is None:
            wanted = f"expected='{SYSCALL} (idx=0)', actual='' (idx=-1)"
            self._end = Fault(f"Unexpected event source for inspector's event: type={code}, {wanted}")
        else:
            self._end = Fault(f"Unknown event source for inspector's event (plugin ID: {plugin})")
        return None

    def _view(self, code: int) -> View:
        kernel, kit = self._kernel, self._kit
        assert kernel is not None, "the source is open"
        assert kit is not None, "the source is open"
        if kernel.sections != self._section:
            self._begin_section()
        first = kernel.first_ts or None
        plugin = (kernel.param_int(0) or 0) if code in {PLUGIN_EVENT, ASYNC_EVENT} else 0
        if not plugin:
            kit.stream.first_ts_ns = first
            return SyscallView(kit, code)
        assert self.setting.members is not None, "somebody reads it"
        member = self.setting.members[plugin]
        member.stream.first_ts_ns = first
        if code == ASYNC_EVENT:
            return AsyncView(member.stream, kernel.num, kernel.ts, as_text(kernel.param(1) or b"<NA>"))
        return PluginView(member, kernel.num, Record(kernel.ts, kernel.param(1) or b""))

    def _begin_section(self) -> None:
        """Later sections tell the name of the machine they come from; of the first one, Falco does not know it."""
        assert self._kernel is not None, "the source is open"
        self._section = self._kernel.sections
        machine = self._kernel.state.machine
        if self._section > 1 and self.setting.members is not None:
            for stream in (self.setting.stream, *(one.stream for one in self.setting.members.values())):
                stream.hostname = machine[0] if machine is not None else ""

    def settled(self, mark: Mark) -> None:
        """Nobody waits for an answer."""

    def counters(self) -> Mapping[str, int]:
        """What was odd or left out."""
        if self._kernel is None:
            return {}
        state = self._kernel.state.counters
        counts = {
            **self._kernel.counters,
            "threads over the limit": state["dropped_threads"],
            "descriptors over the limit": state["dropped_fds"],
        }
        return {name: count for name, count in counts.items() if count}

    def position(self) -> tuple[int, int] | None:
        """Bytes of the file that were read, and all of them."""
        return None if self._file is None else (self._file.read, self._file.size)

    def close(self) -> None:
        """Release the file and the state."""
        if self._file is not None:
            self._file.close()
        self._file = self._kernel = self._kit = None


@dataclass(frozen=True, slots=True)
class CaptureBatch:
    """Some events of one source, walked once."""

    origin: CaptureSource
    source: str

    def views(self, num: int) -> Iterator[View]:  # noqa: ARG002 - the kernel numbers them
        """The events, with the numbers that they have in the capture."""
        return self.origin.walk(self.source)
