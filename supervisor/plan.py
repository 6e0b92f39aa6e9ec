"""What a child may know: everything, as one message. Children open neither rules nor configuration files.

So a file edited meanwhile cannot make two children, or a restarted one, disagree.
"""

import hashlib
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from engine.options import Options
from engine.rules.model import RulesFile


class PluginChoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """One configured plugin (an entry of `plugins:`)."""

    name: str
    """Name in the configuration; equals the built-in's own name or selects it through `library_path`."""
    library_path: str = ""
    init_config: str = ""
    """JSON text or whatever string the plugin takes; empty: none given."""
    open_params: str = ""


class Wall(msgspec.Struct, frozen=True, tag="wall"):
    """Time is what the clock on the wall says."""


class Stepped(msgspec.Struct, frozen=True, tag="stepped"):
    """For parity runs: the n-th question for the time is answered `start_ns + n * step_ns`."""

    start_ns: int
    step_ns: int = 1_000_000


class Limits(msgspec.Struct, frozen=True, omit_defaults=True):
    """Bounds of one child."""

    batch_events: int = 512
    """Events a source puts into one batch, about."""
    alerts_per_frame: int = 64
    """Alerts in one message, at most."""
    beat_s: float = 1.0
    """Time between two beats."""
    memory_bytes: int = 0
    """Private memory (RLIMIT_DATA: heap, stacks of threads, anonymous mappings), in force once the rules are
    compiled; 0: no limit."""


class Evaluator(StrEnum):
    """How rules are asked: all ways give the same answers."""

    GENERATED = "generated"
    """By functions made for the ruleset at hand."""
    REFERENCE = "reference"
    """By walking conditions: slow, obvious, and what every other way must be equal to."""


class ChildPlan(msgspec.Struct, frozen=True, tag="plan", array_like=True):
    """The first message to a child."""

    source: str
    rules: tuple[RulesFile, ...]
    """All rules files; a child compiles only its own source's rules."""
    rules_hash: str
    options: Options
    plugin: PluginChoice | None = None
    """The plugin that produces the events; None: `syscall` without a driver."""
    extractors: tuple[PluginChoice, ...] = ()
    """Further loaded plugins compatible with this source, in load order."""
    clock: Wall | Stepped = Wall()
    seed: int = 0
    zone: str = "UTC"
    """Time zone for evt.time: an IANA name, or a fixed `+HH:MM`."""
    hostname: str = ""
    limit_s: float = 0.0
    """`-M`; 0: none."""
    limits: Limits = Limits()
    mark: tuple[int, int] = (0, 0)
    """Alerts up to here were received from an earlier life."""
    epoch: int = 1
    """Which life of this child this is."""
    cannot_open: str = ""
    """Not empty: this source cannot be opened here, and why; the child says so when its turn comes."""
    strict: bool = False
    """Falco's limits as Falco applies them (Falco's face). Otherwise: count what is lost, go on."""
    evaluator: Evaluator = Evaluator.GENERATED
    """How rules are asked."""
    inlet: tuple[int, int] = (-1, -1)
    """A descriptor that the supervisor keeps open for this source (`sources.inlets.way.Inlet`); -1: none."""
    place: tuple[int, bytes] = (0, b"")
    """Where an earlier life stood, in the source's own words: the last event's number before, and the place."""
    capture: str = ""
    """A capture file that is read instead: system calls and the events of all `members`, in its order."""
    members: tuple[PluginChoice, ...] = ()
    """For a capture: every loaded plugin, in load order."""
    careful: bool = False
    """An earlier life died: note every event before it is looked at, so that one that kills can be named."""


class RunPlan(msgspec.Struct, frozen=True):
    """A whole run: one child per enabled source, in the order in which they are opened."""

    children: tuple[ChildPlan, ...]
    loaded_sources: tuple[str, ...]
    enabled_sources: tuple[str, ...]


def with_evaluator(plan: RunPlan, evaluator: Evaluator) -> RunPlan:
    """The same plan with another way of asking rules."""
    children = tuple(msgspec.structs.replace(child, evaluator=evaluator) for child in plan.children)
    return msgspec.structs.replace(plan, children=children)


def hash_rules(files: Sequence[RulesFile]) -> str:
    """SHA-256 over names and texts: what `Ready` and `Swapped` echo."""
    digest = hashlib.sha256()
    for file in files:
        for part in (file.name, file.text):
            data = part.encode("utf-8", "surrogateescape")
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
