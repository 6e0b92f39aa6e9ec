"""Rules of one source as Python functions: the one module that compiles generated source.

Nothing of a rule's text enters the source but literals as `repr` writes them; everything else is a name bound to an
object, or an expression of the source's own plan. Sources stand in linecache, so that tracebacks show them.
"""

import linecache
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.evaluate import reference
from engine.evaluate.codegen_nodes import Node, condition
from engine.evaluate.codegen_tests import Value, expression, plain
from engine.evaluate.layout import Plan
from engine.fields.catalog import FieldRef

DEEPEST = 30
"""Conditions nested deeper are asked of the reference evaluator: Python's compiler has limits of its own."""


class Names:
    """Objects under the names by which generated source knows them."""

    def __init__(self, given: Mapping[str, object]) -> None:
        self.bound: dict[str, object] = dict(given)
        self._known: dict[int, str] = {}
        self._count = 0

    def bind(self, thing: object, prefix: str = "K") -> str:
        """The name of an object; the same object gets the same name."""
        name = self._known.get(id(thing))
        if name is None:
            self._count += 1
            name = self._known[id(thing)] = f"{prefix}{self._count}"
            self.bound[name] = thing
        return name


def define(name: str, lines: Iterable[str], names: Names, label: str) -> Callable[..., Any]:
    """Compile a function out of generated lines."""
    source = "\n".join(lines) + "\n"
    file = f"<cadge: {label}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    space = names.bound
    exec(compile(source, file, "exec"), space)  # noqa: S102 - made of checked conditions and repr()-ed literals alone
    function = space.pop(name)
    assert callable(function)
    return function


class FunctionWriter:
    """Writes the function that asks some rules about one event.

    Its parameters are `row`, `view`, `num`, `make` and the values of `hot` fields. It returns None, or what held and
    the view if it had to make one: `(place, view)`, or `([places], view)` with `match_all`.
    """

    def __init__(self, plan: Plan, names: Names, hot: Sequence[FieldRef], *, rows: bool, match_all: bool) -> None:
        self.plan = plan
        self.names = names
        self.match_all = match_all
        self.view = "(view if view is not None else (view := make(num, row)))" if rows else "view"
        self.hot = {ref: f"h{at}" for at, ref in enumerate(hot)}
        self._ready: dict[FieldRef, str] = {}
        self._lazy: dict[FieldRef, str] = {}
        self._uses: dict[int, int] = {}
        self._shared: dict[int, str] = {}

    def lines(self, name: str, rules: Sequence[tuple[int, Node]]) -> list[str]:
        """The function's source."""
        for _, node in rules:
            self._count(node)
        body = ["    held = []"] if self.match_all else []
        for place, node in rules:
            test = self._emit(node)
            body.append(f"    if {test}:")
            body.append(f"        held.append({place})" if self.match_all else f"        return {place}, view")
        body.append("    return (held, view) if held else None" if self.match_all else "    return None")
        head = [f"def {name}({', '.join(['row', 'view', 'num', 'make', *self.hot.values()])}):"]
        head += [f"    {local} = {self.plan.expression(ref)}" for ref, local in self._ready.items()]
        if self._lazy:
            head.append(f"    {' = '.join(self._lazy.values())} = {self.names.bind(UNKNOWN, 'U')}")
        if self._shared:
            head.append(f"    {' = '.join(self._shared.values())} = None")
        return head + body

    def _count(self, node: Node) -> None:
        """How often each node is used, counting what is below a shared node once."""
        self._uses[node.place] = self._uses.get(node.place, 0) + 1
        if self._uses[node.place] == 1 and node.depth <= DEEPEST:
            for child in node.children:
                self._count(child)

    def _emit(self, node: Node) -> str:
        """An expression for a node; what is used several times is asked once."""
        text = self._plain(node)
        if self._uses[node.place] < 2 or node.kind in {"true", "false"} or (node.leaf is not None and "(" not in text):
            return text
        local = self._shared.setdefault(node.place, f"n{node.place}")
        return f"({local} if {local} is not None else ({local} := {text}))"

    def _plain(self, node: Node) -> str:
        if node.kind in {"true", "false"}:
            return node.kind.title()
        if node.depth > DEEPEST:
            return self._ask(node)
        if node.leaf is None:
            parts = [self._emit(child) for child in node.children]
            return f"(not {parts[0]})" if node.kind == "not" else f"({f' {node.kind} '.join(parts)})"
        ref = plain(node.leaf)
        if ref is None or not self.plan.single(ref):
            return self._ask(node)
        text = expression(node.leaf, self.value(ref), self.names.bind)
        return self._ask(node) if text is None else text

    def _ask(self, node: Node) -> str:
        """The reference evaluator's answer."""
        holds = self.names.bind(reference.holds, "holds")
        return f"{holds}({self.names.bind(condition(node))}, {self.view})"

    def value(self, ref: FieldRef) -> Value:
        """A field's value, read once."""
        local = self.hot.get(ref) or self._ready.get(ref)
        if local is not None:
            return Value(local, local)
        text = self.plan.expression(ref)
        if text is not None and self.plan.ready(ref):
            local = self._ready[ref] = f"v{len(self._ready)}"
            return Value(local, local)
        if text is None:
            text = f"{self.view}.extract({self.names.bind(ref, 'F')})"
        local = self._lazy.setdefault(ref, f"w{len(self._lazy)}")
        unknown = self.names.bind(UNKNOWN, "U")
        return Value(f"({local} if {local} is not {unknown} else ({local} := {text}))", local)


class _Unknown:
    """The type of UNKNOWN."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()
"""A value that was not read yet."""
