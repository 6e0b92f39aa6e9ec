"""A syntax tree and a catalogue to a typed condition, with Falco's messages in Falco's order (libsinsp's filter.cpp).

Macros are expanded before. What this accepts, evaluators can run without meeting an error.
"""

import re2

from engine.events import names
from engine.fields.catalog import Catalog, Flags, Type
from engine.lang import ast, operators, sides, typed
from engine.lang.sides import CheckError, Side
from engine.span import Position, Span
from engine.values import LiteralError, Scalar, parse_hex, parse_literal

__all__ = ["MAX_DEPTH", "CheckError", "check", "check_operand"]

MAX_DEPTH = 250
"""How deeply a condition may nest once its macros are expanded. One text cannot reach it, macros of macros can;
Falco has no limit there, and ends when its stack does."""

_EVENT_TYPES = ("evt.type", "syscall.type")
_FOR_CODES = frozenset({"=", "!=", "in"})
"""Operators for which the event-type index looks at both sides."""


def check(expr: ast.Expr, catalog: Catalog) -> typed.Condition:
    """The meaning of a condition without macros in rules of the catalogue's source. Raises `CheckError`."""
    done: list[typed.Condition] = []
    # What is still to do, last first: a node on its way down (True) or, once its children are done, up.
    todo: list[tuple[ast.Expr, bool, int]] = [(expr, True, 0)]
    while todo:
        node, down, depth = todo.pop()
        if isinstance(node, ast.And | ast.Or | ast.Not):
            children = (node.child,) if isinstance(node, ast.Not) else node.children
            if down:
                if depth >= MAX_DEPTH:
                    raise CheckError(f"exceeded max depth limit of {MAX_DEPTH}", node.span)
                todo.append((node, False, depth))
                todo.extend((child, True, depth + 1) for child in reversed(children))
            else:
                parts = tuple(done[-len(children) :])
                del done[-len(children) :]
                done.append(_joined(node, parts))
        else:
            done.append(_leaf(node, catalog))
    _refuse_for_codes(expr)
    return done[0]


def check_operand(operand: ast.Operand, catalog: Catalog) -> typed.Operand:
    """The meaning of a field or transformer in an output. Raises `CheckError`."""
    return sides.side(operand, catalog).operand


def _joined(node: ast.And | ast.Or | ast.Not, parts: tuple[typed.Condition, ...]) -> typed.Condition:
    """The condition that combines `parts` as `node` says."""
    if isinstance(node, ast.Not):
        return typed.Not(parts[0])
    return typed.All(parts) if isinstance(node, ast.And) else typed.Any(parts)


def _leaf(node: ast.Check | ast.Exists | ast.Macro, catalog: Catalog) -> typed.Condition:
    """One check. Whatever is wrong within, Falco reports where the check begins."""
    if isinstance(node, ast.Macro):
        raise CheckError(f"filter error: unexpected identifier '{node.name}'", node.span, node.position)
    try:
        left = sides.side(node.left, catalog)
        if isinstance(node, ast.Exists):
            return typed.Exists(left.operand)
        return _test(node, left, catalog)
    except CheckError as error:
        error.position = node.position
        raise


def _test(node: ast.Check, left: Side, catalog: Catalog) -> typed.Test:
    """A check with two sides."""
    op = operators.canonical(node.op)
    refusal = operators.refusal(op, node.modifier, left.type, is_list=left.is_list)
    if refusal is not None:
        raise CheckError(f"filter error: {refusal}", node.span)
    right: typed.Operand | tuple[Scalar, ...]
    if isinstance(node.right, ast.Value):
        right = (_literal(node.right, op, left, catalog),)
    elif isinstance(node.right, ast.ValueList):
        right = tuple(_literal(item, op, left, catalog) for item in node.right.items)
    else:
        other = sides.side(node.right, catalog)
        refusal = _fields_refusal(op, left, other)
        if refusal is not None:
            raise CheckError(refusal, node.right.span)
        right = other.operand
    return typed.Test(left.operand, op, node.modifier, right)


def _literal(value: ast.Value, op: str, left: Side, catalog: Catalog) -> Scalar:
    """A value on the right side, as one of the left side's type."""
    name = "" if left.ref is None else left.ref.field.name
    try:
        if op in operators.HEXADECIMAL:
            return parse_hex(value.text)
        literal = parse_literal(value.text, left.type, parameter=name == "evt.rawarg")
    except LiteralError as error:
        raise CheckError(str(error), value.span) from None
    if name == "evt.type" and not names.known_event_type(value.text, catalog.async_names):
        raise CheckError(f"unknown event type {value.text}", value.span)
    if name == "evt.around" and op != "=":
        raise CheckError("evt.around supports only '=' comparison operator", value.span)
    if op == "regex":
        _compile(value.text, value.span)
    return literal


def _compile(pattern: str, span: Span) -> None:
    """Refuse what RE2 cannot compile in its POSIX syntax."""
    options = re2.Options()
    options.posix_syntax = True
    options.longest_match = True
    options.log_errors = False
    try:
        re2.compile(pattern.encode("utf-8", "surrogateescape"), options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        text = reason.decode("utf-8", "surrogateescape") if isinstance(reason, bytes) else str(reason)
        raise CheckError(f"invalid regex pattern: {text}", span) from None


def _fields_refusal(op: str, left: Side, right: Side) -> str | None:
    """Why two fields cannot be compared, in Falco's words; None if they can."""
    if op in operators.WITHOUT_FIELDS:
        return f"operator '{op.upper()}' doesn't support right-hand side fields"
    if left.type is Type.IPNET:
        return "field type 'IPNET' doesn't support right-hand side fields"
    if Flags.NO_RHS in left.flags:
        return f"field '{left.name}' doesn't support right-hand side fields"
    if Flags.NO_RHS in right.flags:
        return f"field '{right.name}' can't be used as a right-hand side field"
    if (left.type, left.is_list) != (right.type, right.is_list):
        return (
            f"field '{left.name}' has type '{_described(left)}' while the right-hand side field '{right.name}' has "
            f"incompatible type '{_described(right)}'"
        )
    return None


def _described(one: Side) -> str:
    """The type of a side in a message."""
    return one.type.value + (" (list)" if one.is_list else "")


def _refuse_for_codes(expr: ast.Expr) -> None:
    """Refuse what Falco's event-type index cannot look through. Falco ends there, naming no rule; we name the check."""
    todo: list[ast.Expr] = [expr]
    while todo:
        match todo.pop():
            case ast.And(children) | ast.Or(children):
                todo.extend(reversed(children))
            case ast.Not(child):
                todo.append(child)
            case ast.Exists(left, _, position):
                _names_event_type(left, position)
            case ast.Check(left, op, modifier, right, _, position):
                if operators.canonical(op) not in _FOR_CODES or modifier is not None:
                    continue
                if _names_event_type(left, position) and not isinstance(right, ast.Value | ast.ValueList):
                    _names_event_type(right, position)
                    raise CheckError(
                        "right-hand field comparisons on `evt.type`/`syscall.type` checks are not supported by event "
                        "code search",
                        right.span,
                        position,
                    )
            case ast.Macro():
                continue


def _names_event_type(node: ast.Operand, position: Position) -> bool:
    """Whether an operand is the type of the event itself. Raises `CheckError` for one within a transformer."""
    match node:
        case ast.Field(name, arg):
            return name in _EVENT_TYPES and arg is None
        case ast.TransformerList(items):
            # Only the last element is seen by Falco.
            return [_names_event_type(item, position) for item in items][-1:] == [True]
        case ast.Transformer(_, args):
            if any(_names_event_type(arg, position) for arg in args):
                message = "event code search does not support `evt.type` checks with transformers"
                raise CheckError(message, node.span, position)
            return False
        case ast.Value():
            return False
