"""Rules as data: the files that come in, and what is left of them once they are loaded."""

from dataclasses import dataclass, field

import msgspec

from engine.diagnostics import Report
from engine.fields.catalog import FieldRef
from engine.lang import ast, typed
from engine.options import Options
from engine.priority import Priority
from engine.rules.collection import Collection
from engine.rules.output import Template


class RulesFile(msgspec.Struct, frozen=True):
    """One rules file: its name as the user gave it, and its text. The engine never opens it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ExtraOutput:
    """A compiled member of `output_fields` from `append_output`: a typed field, or a formatted text."""

    key: str
    value: FieldRef | Template


@dataclass(frozen=True, slots=True)
class Rule:
    """One compiled rule of a loaded source."""

    index: int
    """Position of its first definition among all rules of all sources: the order of evaluation and of statistics."""
    name: str
    source: str
    description: str
    priority: Priority
    tags: tuple[str, ...]
    """Sorted."""
    enabled: bool
    """As written; selection and minimum priority are applied in the Ruleset."""
    condition_text: str
    """As written, appends joined; exceptions and lists are not in it."""
    output_text: str
    """As written, appends joined; `append_output` is not in it."""
    expanded: ast.Expr
    """Lists, exceptions and macros expanded: what `-L` prints as condition_compiled."""
    condition: typed.Condition
    codes: frozenset[int] | None
    """Event codes for which the condition can hold; None for all (falco.md 5.8). Plugin rules: {322}."""
    output: Template
    """With everything `append_output` adds."""
    extra_fields: tuple[ExtraOutput, ...] = ()
    capture: bool = False
    capture_duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class Ruleset:
    """One source's rules: what a detector applies."""

    source: str
    rules: tuple[Rule, ...]
    """Enabled ones of sufficient priority, in the order they became enabled: as written, then by selections."""
    options: Options
    needs: tuple[FieldRef, ...] = ()
    """Every field that these rules' conditions and outputs use, each once, in order of first use."""


@dataclass(slots=True)
class Loaded:
    """The outcome of loading: reports of each file read, and, when all loaded, one ruleset per loaded source."""

    reports: list[Report] = field(default_factory=list)
    rules: tuple[Rule, ...] = ()
    """All compiled rules of all loaded sources, by index."""
    rulesets: dict[str, Ruleset] = field(default_factory=dict)
    collection: Collection = field(default_factory=Collection)
    """Lists, macros and rules as written: what `-L` describes."""
    unmet: str = ""
    """Falco's sentence about a required plugin that is not loaded; it takes precedence over every error."""

    @property
    def ok(self) -> bool:
        """Whether every file loaded and every required plugin is there."""
        return not self.unmet and all(report.ok for report in self.reports)
