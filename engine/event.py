"""Events as the engine sees them: a view of one event, and a batch that is a cursor over many.

State stands exactly at event *i* while rules see event *i*. A view dies when the cursor moves on: keep values, not
views.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol

from engine.fields.catalog import FieldRef
from engine.values import Candidates, Value

PLUGIN_EVENT = 322
"""Event code of everything a plugin source produces (libs' PPME_PLUGINEVENT_E)."""
ASYNC_EVENT = 402
"""Event code of events injected from outside the stream (libs' PPME_ASYNCEVENT_E)."""


@dataclass(slots=True)
class Stream:
    """What stays the same for all events of one source in one run: what `evt.*` needs beside the event itself."""

    source: str
    zone: tzinfo
    """For evt.time and evt.datetime: local time in Falco."""
    hostname: str | None = ""
    """evt.hostname; None: it has no value."""
    plugin: str | None = None
    """Name of the plugin that produces the events; None for system calls."""
    base64_buffers: bool = False
    """`buffer_format_base64`: libs writes buffers so already where they are part of a text (evt.arg, evt.args)."""
    first_ts_ns: int | None = None
    """Time of the first event (evt.reltime); set by the source's cursor."""


class View(Protocol):
    """One event, while the cursor stands on it."""

    @property
    def num(self) -> int:
        """evt.num: from 1, strictly rising within a source."""

    @property
    def ts_ns(self) -> int:
        """The event's own time, ns since 1970."""

    @property
    def code(self) -> int:
        """Event code (PLUGIN_EVENT for plugin sources)."""

    def extract(self, ref: FieldRef) -> Value | Candidates | None:
        """The value of a field on this event; None if it has none. Never raises for what an event contains.

        Only views of system calls return `Candidates`; outputs ask `engine.evaluate.reference.value` instead.
        """


class Batch(Protocol):
    """Events of one source, in order. A stream that mixes sources ends a batch where the source changes."""

    @property
    def source(self) -> str:
        """Whose rules may see these events."""

    def views(self, num: int) -> Iterator[View]:
        """Walk the batch; `num` is the last evt.num given so far, the first view here has a larger one.

        What the source does *after* the rules saw an event (closing a descriptor) happens when the iterator moves on,
        and on the last event also when the iterator is closed early: whoever walks must exhaust or close it.
        """
