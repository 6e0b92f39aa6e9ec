"""Conditions as Falco prints them (`condition_compiled` of `-L`), from their syntax trees (libsinsp's filter/ast)."""

from engine.lang import ast
from engine.lang.strings import quote

_Node = ast.Expr | ast.Operand | ast.ValueList


def print_expr(expr: ast.Expr | ast.Operand) -> str:
    """The canonical text of a condition or operand: every conjunction and disjunction in parentheses."""
    parts: list[str] = []
    # What is still to be printed, last first: no depth can exhaust the stack.
    todo: list[str | _Node] = [expr]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            parts.append(one)
        else:
            todo.extend(reversed(_pieces(one)))
    return "".join(parts)


def _pieces(node: _Node) -> list[str | _Node]:
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
            return [quote(text)]
        case ast.ValueList(items):
            return ["(", *_joined(items, ", "), ")"]
        case ast.TransformerList(items):
            return ["(", *_joined(items, ","), ")"]
        case ast.Field(name, arg):
            return [name + _argument(arg)]
        case ast.Transformer(name, args, arg):
            return [f"{name}(", *_joined(args, ","), ")" + _argument(arg)]


def _joined(items: tuple[_Node, ...], separator: str) -> list[str | _Node]:
    """`items` with `separator` between them."""
    pieces: list[str | _Node] = []
    for one in items:
        if pieces:
            pieces.append(separator)
        pieces.append(one)
    return pieces


def _argument(arg: str | None) -> str:
    """What stands in brackets."""
    if arg is None:
        return ""
    return f"[{quote(arg)}]" if arg else '[""]'
