"""The rules of one source, compiled: tables that pick rules, and functions made for each set of rules that is met."""

from collections.abc import Callable, Sequence
from typing import Any

from engine.evaluate.codegen import FunctionWriter, Names, define
from engine.evaluate.codegen_nodes import Graph, Node
from engine.evaluate.dispatch import Combined, Learned, Table, learned, tables
from engine.evaluate.layout import Plan
from engine.fields.catalog import FieldRef
from engine.rules.model import Rule

MOST_FUNCTIONS = 2048
"""Sets of rules that get a function of their own; what comes later is put together of functions for single rules."""

Found = tuple[Any, Any] | None
Ask = Callable[..., Found]
"""(row, view, number, make, hot values...) -> None, or what held and the view if one was made."""


class Program:
    """Some rules, in their order, over one plan. `rows`: events come as rows, not as views."""

    def __init__(
        self,
        rules: Sequence[Rule],
        plan: Plan,
        label: str,
        *,
        rows: bool,
        match_all: bool,
        admitted: Sequence[bool] | None = None,
    ) -> None:
        """Look at the conditions; rules that are not `admitted` keep their place, but are never asked."""
        self.rules = rules
        self.plan = plan
        self.label = label
        self.rows = rows
        self.match_all = match_all
        self.graph = Graph()
        self.nodes = [
            _node(self.graph, rule) if admitted is None or admitted[at] else self.graph.false
            for at, rule in enumerate(rules)
        ]
        self.tables = tables(self.graph, self.nodes, self._usable)
        self.learned = learned(self.graph, self.nodes, self._usable, self.tables)
        self._functions: dict[int, Ask] = {}
        self._single: dict[int, Ask] = {}
        self.known = self._functions.get
        """The function for a set of rules, or None."""
        self.every = sum(1 << at for at, node in enumerate(self.nodes) if node is not self.graph.false)
        self.combined = Combined(self.tables, self.every)

    def _usable(self, ref: FieldRef) -> bool:
        return (
            self.plan.ready(ref) and self.plan.single(ref) and (not self.rows or self.plan.expression(ref) is not None)
        )

    def function(self, mask: int) -> Ask:
        """The function for a set of rules: made when it is first met."""
        found = self._functions.get(mask)
        if found is None:
            if len(self._functions) >= MOST_FUNCTIONS:
                return self._joined(mask)
            found = self._functions[mask] = self._define(mask)
        return found

    def _define(self, mask: int) -> Ask:
        names = Names(self.plan.names)
        return define("ask", self.lines("ask", mask, names), names, f"{self.label}, rules {mask:x}")

    def lines(self, name: str, mask: int, names: Names) -> list[str]:
        """The source of the function for a set of rules."""
        hot = [*(table.ref for table in self.tables), *(one.ref for one in self.learned)]
        writer = FunctionWriter(self.plan, names, hot, rows=self.rows, match_all=self.match_all)
        return writer.lines(name, [(at, node) for at, node in enumerate(self.nodes) if mask >> at & 1])

    def _joined(self, mask: int) -> Ask:
        """One function after the other."""
        parts = [self._alone(at) for at in range(len(self.nodes)) if mask >> at & 1]
        match_all = self.match_all

        def ask(row: object, view: object, num: int, make: object, *hot: object) -> Found:
            held: list[int] = []
            for part in parts:
                found = part(row, view, num, make, *hot)
                if found is not None:
                    if not match_all:
                        return found
                    held += found[0]
                    view = found[1]
            return (held, view) if held else None

        return ask

    def _alone(self, at: int) -> Ask:
        found = self._single.get(at)
        if found is None:
            found = self._single[at] = self._define(1 << at)
        return found

    # --------------------------------------------------------------------------------------------------- dispatch

    def pick_lines(self, indent: str, skip: str, event: str, names: Names) -> list[str]:
        """Source that leaves in `mask` which rules can hold, or does `skip` where none can."""
        refs = [*(table.ref for table in self.tables), *(one.ref for one in self.learned)]
        read = [f"{indent}h{at} = {self._read(ref, event, names)}" for at, ref in enumerate(refs)]
        leave = [f"{indent}if not mask:", f"{indent}    {skip}"]
        if not self.tables:
            lines = [f"{indent}mask = {self.every:#x}"]
        elif self.rows and len(self.tables) > 1:
            # Reading is cheap, and one look at a combination is cheaper than one at each value.
            lines = [
                *read[: len(self.tables)],
                *self._look_up(indent, "mask", self.combined, self._values(), names),
                *leave,
            ]
        else:
            lines = []
            for at, table in enumerate(self.tables):
                find = names.bind(_by_value(table).get, "find")
                lines.append(read[at])
                lines.append(f"{indent}mask {'&' if at else ''}= {find}(h{at}, {table.other & self.every:#x})")
                lines += leave
        for at, one in enumerate(self.learned, len(self.tables)):
            lines += [read[at], *self._look_up(indent, "more", one, f"h{at}", names), f"{indent}mask &= more", *leave]
        return lines

    def _read(self, ref: FieldRef, event: str, names: Names) -> str:
        return self.plan.expression(ref) or f"{event}.extract({names.bind(ref, 'F')})"

    def _values(self) -> str:
        return "(" + ", ".join(f"h{at}" for at in range(len(self.tables))) + ")"

    def _look_up(self, indent: str, local: str, where: Combined | Learned, key: str, names: Names) -> list[str]:
        find, learn = names.bind(where.known.get, "find"), names.bind(where.learn, "learn")
        return [
            f"{indent}{local} = {find}({key})",
            f"{indent}if {local} is None:",
            f"{indent}    {local} = {learn}({key})",
        ]

    def hot(self) -> str:
        """The values that are known once rules are picked, as further arguments."""
        return "".join(f", h{at}" for at in range(len(self.tables) + len(self.learned)))


def _by_value(table: Table) -> dict[str | None, int]:
    found: dict[str | None, int] = {None: table.missing}
    found.update(table.by_value)
    return found


def _node(graph: Graph, rule: Rule) -> Node:
    """A rule's condition; one that is nested too deep for walking stays in one piece."""
    try:
        return graph.add(rule.condition)
    except RecursionError:
        return graph.opaque(rule.condition)
