"""How generated code reads events of one source without asking a view: the contract between it and sources.

A *row* is an event that was decoded only as far as rules need it; what it is like is its source's business. Generated
code knows expressions over the names `row` and `view`; whatever has none is asked of the view.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from engine.event import View
from engine.fields.catalog import FieldRef

Row = Any
"""An event as its source's plan lays it out; always a tuple whose first member is its time in ns."""


class Plan(Protocol):
    """What rows of one source are like for one ruleset. Source and detector must use the same one."""

    @property
    def names(self) -> Mapping[str, object]:
        """What expressions use beside `row` and `view`."""

    def expression(self, ref: FieldRef) -> str | None:
        """How a field's value is read of `row`, in Python; None: ask the view. Written by sources, never by rules."""

    def ready(self, ref: FieldRef) -> bool:
        """Whether reading it costs next to nothing."""

    def single(self, ref: FieldRef) -> bool:
        """Whether it is one value or one list, never `Candidates`."""


class Layout(Protocol):
    """A source's events as rows."""

    def plan(self, tested: Sequence[FieldRef], shown: Sequence[FieldRef]) -> Plan | None:
        """Lay out what conditions test and what only outputs show; None where rows are not possible here."""


class RowBatch(Protocol):
    """A batch that can be walked without views: `items` are rows of `plan`, and records for what is no row."""

    @property
    def plan(self) -> object:
        """What its rows are like."""

    @property
    def items(self) -> list[Any]:
        """One for each event, in order: a tuple is a row."""

    def begin(self) -> None:
        """Before the first event is looked at."""

    def time(self, item: Any) -> int:
        """The time of an item, in ns."""

    def view(self, num: int, item: Any) -> View:
        """The view of an item that is event number `num`."""


_SINGLE_DESCRIPTOR = frozenset(
    {"fd.num", "fd.type", "fd.typechar", "fd.name", "fd.nameraw", "fd.directory", "fd.filename"}
)


class ViewPlan:
    """Every field is asked of the view: sources without rows, and system calls."""

    names: Mapping[str, object] = {}

    def expression(self, ref: FieldRef) -> str | None:  # noqa: ARG002 - nothing is read in another way
        """None."""
        return None

    def ready(self, ref: FieldRef) -> bool:  # noqa: ARG002 - all fields are alike
        """True: rules are told apart by any field."""
        return True

    def single(self, ref: FieldRef) -> bool:
        """False for what may be `Candidates`: ancestors, and ends of connections."""
        name = ref.field.name
        if name.startswith("fd."):
            return name in _SINGLE_DESCRIPTOR
        return not name.startswith("proc.a") or name == "proc.args"
