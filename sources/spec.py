"""What a plugin *is*, readable without opening or initialising anything (falco.md 9)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from engine.evaluate.layout import Layout
from engine.event import Stream, View
from engine.fields.catalog import FieldClass, FieldRef
from engine.values import Value
from sources.base import Source
from sources.inlets.way import NOTHING, Inlet


class Capability(Enum):
    """What a plugin can do; the value is Falco's word in `--list-plugins`."""

    SOURCING = "Event Sourcing"
    EXTRACTION = "Field Extraction"
    PARSING = "Event Parsing"
    ASYNC = "Async Events"


def _no_log(level: int, text: str) -> None:
    """Nobody listens."""


Extractor = Callable[[View, FieldRef], Value | None]
"""How an extraction plugin gives a field of someone else's event."""


@dataclass(frozen=True, slots=True)
class PluginSpec:
    """One plugin, built in or a user's."""

    name: str
    """Falco's name: `k8saudit`."""
    version: str
    description: str
    contact: str
    capabilities: tuple[Capability, ...]
    id: int = 0
    """0: produces system events, or nothing."""
    source: str = ""
    """The event source it produces, if any: `k8s_audit`."""
    fields: tuple[FieldClass, ...] = ()
    extract_sources: tuple[str, ...] = ()
    """Sources whose events it can extract from; empty: all."""
    init_schema: str | None = None
    """JSON schema of init_config; None: it has none."""
    open_params: tuple[tuple[str, str], ...] = ()
    """Suggested open parameters: (value, description)."""
    aliases: tuple[str, ...] = ()
    """Library files of Falco that select it: `libk8saudit.so`."""
    check_config: Callable[[str], Any] | None = None
    """Parse an init_config; raises ConfigError with the plugin's own words. The result is given to `make`."""
    make: Callable[["SourceConfig"], Source] | None = None
    """Build the (unopened) source; None for plugins that produce no events."""
    layout: Callable[[], Layout] | None = None
    """Its events as rows, for generated code; None: they are only known through views."""
    extractor: Callable[[Any], Extractor] | None = None
    """Build the extractor from the parsed init_config; None for sources that extract from their own events only."""
    inlets: bool = False
    """Its open parameters may name any of `sources.inlets.way`: who runs it opens sockets and stdin beforehand."""

    @property
    def produces(self) -> str | None:
        """The source name it adds: None for extractors and system-event plugins."""
        return self.source if self.id and self.source else None

    def compatible(self, source: str) -> bool:
        """Whether it extracts fields from events of `source`."""
        return Capability.EXTRACTION in self.capabilities and (
            not self.extract_sources or source in self.extract_sources
        )


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """All that a source may know when it is built."""

    plugin: PluginSpec
    init: Any
    """What `check_config` returned."""
    open_params: str
    stream: Stream
    now_ns: Callable[[], int]
    """The plan's clock: wall time, or stepped in parity runs."""
    seed: int
    """For sources that draw random numbers (dummy's jitter)."""
    extractors: Mapping[str, Extractor]
    """Field class or field name -> extractor of a compatible extraction plugin (json.value, ...)."""
    batch_events: int = 512
    """About how many events a batch should hold."""
    strict: bool = False
    """Falco's limits as Falco applies them: it loses events or ends where Falco does. Otherwise: count, go on."""
    stepped: bool = False
    """`now_ns` advances by being asked: who waits for a time must ask again, never sleep."""
    log: Callable[[int, str], None] = _no_log
    """Is told (syslog severity, text) what Falco's plugin prints to its own log."""
    static_fields: Mapping[str, str] = field(default_factory=dict)
    """`static_fields` of the configuration: the value of `static.<key>`."""
    inlet: Inlet = NOTHING
    """What was opened for it beforehand."""
    place: tuple[int, bytes] = (0, b"")
    """The number of the last event before a place that it has told in an earlier life, and that place."""
