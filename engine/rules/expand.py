"""Lists and macros written into conditions (falco.md 4.4, 4.5): lists as text before parsing, macros as nodes after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from engine.lang import ast
from engine.rules.collection import CompiledList, ListInfo, MacroInfo
from engine.rules.exceptions import quoted
from engine.rules.place import Traced
from engine.span import Position, Span

_BLANKS = " \t\n\r"
_DELIMITERS = _BLANKS + "(),="
_LONGEST = 1 << 24
"""Characters a condition may grow to: lists that double each other would otherwise take all memory."""


class ExpansionError(Exception):
    """Lists or macros make a condition larger than anything sensible (Falco would run out of memory)."""


def compile_lists(lists: Mapping[str, ListInfo]) -> dict[str, CompiledList]:
    """Lists with the lists in them replaced: one level only, and only by those first defined before the last change."""
    compiled = {}
    used = []
    for info in lists.values():
        items: list[str] = []
        for item in info.items:
            inner = lists.get(item)
            if inner is not None and inner.index < info.visibility:
                used.append(inner.name)
                items.extend(inner.items)
            else:
                items.append(item)
            if len(items) > _LONGEST:
                raise ExpansionError(f"list '{info.name}' grows without bounds")
        compiled[info.name] = CompiledList(info.name, items)
    for name in used:
        compiled[name].used = True
    return compiled


def with_lists(condition: Traced, lists: Iterable[CompiledList]) -> Traced:
    """The condition with every list's name replaced by its items, list by list, as text; marks the lists used."""
    for one in lists:
        if one.name in condition.text:
            condition = _with_list(condition, one)
    return condition


def _with_list(condition: Traced, one: CompiledList) -> Traced:
    text = condition.text
    edits = list(condition.edits)
    items = ""
    for item in one.items:
        items += (", " if items else "") + quoted(item)
    at = text.find(one.name)
    while at >= 0:
        end = at + len(one.name)
        if (at == 0 or text[at - 1] in _DELIMITERS) and (end >= len(text) or text[end] in _DELIMITERS):
            at, end = _widened(text, at, end, empty=not items)
            made = (" " if at > 0 else "") + items + " "
            edits.append((at, end, len(made)))
            text = text[:at] + made + text[end:]
            if len(text) > _LONGEST:
                raise ExpansionError(f"condition grows without bounds by list '{one.name}'")
            at += len(items) + 1
            one.used = True
        at = text.find(one.name, at + 1)
    return replace(condition, text=text, edits=tuple(edits))


def _widened(text: str, start: int, end: int, *, empty: bool) -> tuple[int, int]:
    """Blanks around a list's name go with it; an empty list takes a comma along."""
    while start > 0 and text[start - 1] in _BLANKS:
        start -= 1
    while end < len(text) and text[end] in _BLANKS:
        end += 1
    if empty:
        if start > 0 and text[start - 1] == ",":
            start -= 1
        elif end < len(text) and text[end] == ",":
            end += 1
    return start, end


@dataclass(frozen=True, slots=True)
class Reference:
    """A macro's name in some condition: whose text it stands in, and where."""

    name: str
    position: Position
    span: Span
    owner: str
    """The macro whose condition this is; empty for the condition that is being resolved."""


@dataclass(slots=True)
class Resolution:
    """What became of a condition's macros."""

    expr: ast.Expr
    loops: list[Reference] = field(default_factory=list)
    unknown: list[Reference] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Frame:
    """A node whose children are being resolved."""

    node: ast.Expr
    todo: list[ast.Expr]
    owner: str
    done: list[ast.Expr] = field(default_factory=list)
    macro: str = ""
    """Set where the frame is a macro's whole condition."""


class MacroResolver:
    """Replaces macros by their conditions. Holds them as they are now: those resolved already are not walked again."""

    def __init__(self, macros: Mapping[str, MacroInfo], written: Mapping[str, ast.Expr]) -> None:
        """`written`: each macro's parsed condition."""
        self._infos = macros
        self._current = dict(written)
        self._closed: set[str] = set()

    def resolve_macro(self, name: str) -> Resolution:
        """Resolve a macro's own condition: it sees macros first defined before its last change."""
        found = self._resolve(self._current[name], self._infos[name].visibility)
        self._current[name] = found.expr
        if not found.unknown:
            self._closed.add(name)
        return found

    def resolve(self, expr: ast.Expr) -> Resolution:
        """Resolve a rule's condition: it sees every macro."""
        return self._resolve(expr, None)

    def _visible(self, name: str, visibility: int | None) -> bool:
        info = self._infos.get(name)
        return info is not None and (visibility is None or info.index < visibility)

    def _resolve(self, expr: ast.Expr, visibility: int | None) -> Resolution:
        result = Resolution(expr)
        stack = [_Frame(ast.And((expr,), expr.span), [expr], "")]
        while True:
            frame = stack[-1]
            if not frame.todo:
                stack.pop()
                node = _rebuilt(frame)
                if not stack:
                    result.expr = frame.done[0]
                    return result
                stack[-1].done.append(node)
                continue
            child = frame.todo.pop()
            if isinstance(child, ast.And | ast.Or):
                stack.append(_Frame(child, list(reversed(child.children)), frame.owner))
            elif isinstance(child, ast.Not):
                stack.append(_Frame(child, [child.child], frame.owner))
            elif isinstance(child, ast.Macro):
                self._macro(child, stack, result, visibility)
            else:
                frame.done.append(child)

    def _macro(self, node: ast.Macro, stack: list[_Frame], result: Resolution, visibility: int | None) -> None:
        frame = stack[-1]
        reference = Reference(node.name, node.position, node.span, frame.owner)
        if not self._visible(node.name, visibility):
            result.unknown.append(reference)
            frame.done.append(node)
        elif any(one.macro == node.name for one in stack):
            result.loops.append(reference)
            result.unknown.append(reference)
            frame.done.append(node)
        else:
            result.resolved.append(node.name)
            inner = self._current[node.name]
            if node.name in self._closed:
                frame.done.append(inner)
            else:
                stack.append(_Frame(ast.And((inner,), inner.span), [inner], node.name, macro=node.name))


def _rebuilt(frame: _Frame) -> ast.Expr:
    """The frame's node with its children resolved; the same object where nothing changed."""
    node = frame.node
    if frame.macro:
        return frame.done[0]
    if isinstance(node, ast.And | ast.Or):
        same = all(new is old for new, old in zip(frame.done, node.children, strict=True))
        return node if same else replace(node, children=tuple(frame.done))
    if isinstance(node, ast.Not):
        return node if frame.done[0] is node.child else replace(node, child=frame.done[0])
    return node


def size_of(expr: ast.Expr, known: dict[int, int]) -> int:
    """How many nodes a condition has when every macro's is counted as often as it is used; `known` keeps parts."""
    stack: list[tuple[ast.Expr, bool]] = [(expr, False)]
    while stack:
        node, ready = stack.pop()
        if id(node) in known:
            continue
        if isinstance(node, ast.And | ast.Or):
            children = node.children
        elif isinstance(node, ast.Not):
            children = (node.child,)
        else:
            known[id(node)] = 1
            continue
        if ready:
            known[id(node)] = 1 + sum(known[id(child)] for child in children)
        else:
            stack.append((node, True))
            stack.extend((child, False) for child in children)
    return known[id(expr)]
