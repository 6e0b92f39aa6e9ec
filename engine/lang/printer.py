"""Conditions as Falco prints them (`condition_compiled` of `-L`), from their syntax trees (libsinsp's filter/ast)."""

from collections.abc import Callable

from engine.lang import ast
from engine.lang.strings import quote

_Node = ast.Expr | ast.Operand | ast.ValueList


Quoting = Callable[[str], str]
"""How a value is written: `strings.quote` as Falco does, `strings.requote` so that it is read back."""


def print_expr(expr: ast.Expr | ast.Operand, quoting: Quoting = quote) -> str:
    """The canonical text of a condition or operand: every conjunction and disjunction in parentheses."""
    parts: list[str] = []
    # What is still to be printed, last first: no depth can exhaust the stack.
    todo: list[str | _Node] = [expr]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            parts.append(one)
        else:
            todo.extend(reversed(_pieces(one, quoting)))
    return "".join(parts)


def _pieces(node: _Node, quoting: Quoting) -> list[str | _Node]:
    """What `node` is made of, in order."""
    match node:
        case ast.And(children):
            return ["(", *_joined(children, " and "), ")"]
        case ast.Or(children):
            return ["(", *_joined(children, " or "), ")"]
        case ast.Not(child):
            return ["not ", child]
        case ast.Macro(name):
            return [name]
        case ast.Exists(left):
            return [left, " exists"]
        case ast.Check(left, op, modifier, right):
            return [left, f" {op} {modifier} " if modifier else f" {op} ", right]
        case ast.Value(text):
            return [quoting(text)]
        case ast.ValueList(items):
            return ["(", *_joined(items, ", "), ")"]
        case ast.TransformerList(items):
            return ["(", *_joined(items, ","), ")"]
        case ast.Field(name, arg):
            return [name + _argument(arg, quoting)]
        case ast.Transformer(name, args, arg):
            return [f"{name}(", *_joined(args, ","), ")" + _argument(arg, quoting)]


def _joined(items: tuple[_Node, ...], separator: str) -> list[str | _Node]:
    """`items` with `separator` between them."""
    pieces: list[str | _Node] = []
    for one in items:
        if pieces:
            pieces.append(separator)
        pieces.append(one)
    return pieces


def _argument(arg: str | None, quoting: Quoting) -> str:
    """What stands in brackets."""
    if arg is None:
        return ""
    return f"[{quoting(arg)}]" if arg else '[""]'
