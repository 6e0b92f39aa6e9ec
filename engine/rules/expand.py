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
_LONGEST = 1 << 22
"""Characters a condition may grow to: lists that double each other would otherwise take all memory."""
_MOST_STEPS = 200_000
"""Nodes looked at for one condition: macros can double each other too."""


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
    """One list's name replaced wherever it stands alone; blanks around it go with it."""
    text, name = condition.text, one.name
    items = ""
    for item in one.items:
        items += (", " if items else "") + quoted(item)
    written = _Written(list(condition.edits))
    copied = search = 0
    while (at := text.find(name, search)) >= 0:
        end = at + len(name)
        before = text[at - 1] if at > copied else written.last
        if (before and before not in _DELIMITERS) or (end < len(text) and text[end] not in _DELIMITERS):
            search = at + 1
            continue
        written.copy(text[copied:at])
        place = written.size
        written.strip(_BLANKS)
        name_end = end
        while end < len(text) and text[end] in _BLANKS:
            end += 1
        if not items and not written.take(",") and text[end : end + 1] == ",":
            end += 1
        start = written.size
        made = (" " if start else "") + items + " "
        written.edits.append((start, place + len(name) + end - name_end, len(made)))
        written.copy(made)
        copied = end
        # Falco's quirk: behind a list at the very start one character is not looked at.
        search = end if start else end + 1
        one.used = True
    written.copy(text[copied:])
    return replace(condition, text=written.text, edits=tuple(written.edits))


@dataclass(slots=True)
class _Written:
    """The new text while it is written, and what was replaced by what."""

    edits: list[tuple[int, int, int]]
    parts: list[str] = field(default_factory=list)
    size: int = 0

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.parts)

    @property
    def last(self) -> str:
        """The last character, or nothing."""
        return self.parts[-1][-1] if self.parts else ""

    def copy(self, part: str) -> None:
        """Write some more."""
        if part:
            self.parts.append(part)
            self.size += len(part)
            if self.size > _LONGEST:
                raise ExpansionError("condition grows without bounds by its lists")

    def strip(self, blanks: str) -> None:
        """Take blanks at the end away."""
        while self.parts:
            part = self.parts.pop()
            kept = part.rstrip(blanks)
            self.size -= len(part) - len(kept)
            if kept:
                self.parts.append(kept)
                return

    def take(self, char: str) -> bool:
        """Take the last character away if it is `char`."""
        if self.last != char:
            return False
        part = self.parts.pop()[:-1]
        self.size -= 1
        if part:
            self.parts.append(part)
        return True


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
        for _ in range(_MOST_STEPS):
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
        raise ExpansionError("condition grows without bounds by its macros")

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
