"""What all rules files read so far define together: lists, macros and rules as written, appends and overrides applied.

This is what `-L` describes; what is compiled from it is a `model.Ruleset` per source.
"""

from dataclasses import dataclass, field

from engine.lang import ast
from engine.priority import Priority
from engine.rules.place import Place, Traced

ENGINE_VERSION = "0.63.0"
"""The version of Falco's rules engine whose language this is."""


@dataclass(slots=True)
class ListInfo:
    """A list as written."""

    name: str
    items: list[str]
    place: Place
    index: int = 0
    """When it was first defined, counted over all items of all kinds."""
    visibility: int = 0
    """When it was last changed: other lists with a smaller index are expanded in it."""


@dataclass(slots=True)
class MacroInfo:
    """A macro as written."""

    name: str
    condition: Traced
    place: Place
    condition_place: Place
    index: int = 0
    visibility: int = 0


@dataclass(slots=True)
class Entry:
    """What stands for an exception's fields, comps or values: a scalar or a list of such."""

    is_list: bool = False
    item: str = ""
    items: list["Entry"] = field(default_factory=list)
    place: Place | None = field(default=None, repr=False, compare=False)

    @property
    def is_given(self) -> bool:
        """Whether there is anything: an empty list or string counts as nothing."""
        return bool(self.items) if self.is_list else bool(self.item)


@dataclass(slots=True)
class ExceptionInfo:
    """A rule's exception as written, defaults filled in."""

    name: str
    place: Place
    fields: Entry = field(default_factory=Entry)
    comps: Entry = field(default_factory=Entry)
    values: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class RuleInfo:
    """A rule as written."""

    name: str
    place: Place
    condition: Traced
    condition_place: Place
    output: str
    output_place: Place
    description: str = ""
    priority: Priority = Priority.DEBUG
    source: str = "syscall"
    tags: set[str] = field(default_factory=set)
    exceptions: list[ExceptionInfo] = field(default_factory=list)
    enabled: bool = True
    capture: bool = False
    capture_duration: int = 0
    warn_evttypes: bool = True
    skip_if_unknown_filter: bool = False
    unknown_source: bool = False
    """Its source is not loaded: it is kept, but never compiled."""
    index: int = 0
    visibility: int = 0


@dataclass(slots=True)
class RuleUpdate:
    """What an item with `append` or `override` gives for a rule; None: not given."""

    name: str
    place: Place
    source: str = ""
    condition: Traced | None = None
    output: str | None = None
    description: str | None = None
    tags: set[str] | None = None
    exceptions: list[ExceptionInfo] | None = None
    priority: Priority | None = None
    capture: bool | None = None
    capture_duration: int | None = None
    enabled: bool | None = None
    warn_evttypes: bool | None = None
    skip_if_unknown_filter: bool | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is given."""
        return all(
            value is None
            for value in (
                self.condition,
                self.output,
                self.description,
                self.tags,
                self.exceptions,
                self.priority,
                self.enabled,
                self.capture,
                self.capture_duration,
                self.warn_evttypes,
                self.skip_if_unknown_filter,
            )
        )


@dataclass(frozen=True, slots=True)
class Requirement:
    """One plugin and the version it must at least have."""

    name: str
    version: str


@dataclass(slots=True)
class CompiledList:
    """A list after other lists in it were replaced."""

    name: str
    items: list[str]
    used: bool = False


@dataclass(slots=True)
class CompiledMacro:
    """A macro's condition."""

    name: str
    condition: ast.Expr
    """Lists and macros in it expanded."""
    written: ast.Expr
    """Lists expanded, macros not."""
    used: bool = False


@dataclass(slots=True)
class Collection:
    """All items, in order of first definition (the order of all of Falco's listings)."""

    lists: dict[str, ListInfo] = field(default_factory=dict)
    macros: dict[str, MacroInfo] = field(default_factory=dict)
    rules: dict[str, RuleInfo] = field(default_factory=dict)
    required_engine_version: str = "0.0.0"
    """The highest that any file asks for."""
    required_plugins: list[tuple[Requirement, ...]] = field(default_factory=list)
    """Each entry is met by any one of its alternatives."""
    compiled_lists: dict[str, CompiledList] = field(default_factory=dict)
    """Of the last file that compiled, as the next one."""
    compiled_macros: dict[str, CompiledMacro] = field(default_factory=dict)
    steps: int = 0
    """Items taken in so far: what `index` and `visibility` count."""
