"""What in a condition loads but is probably not meant (falco.md 4.12).

Two groups, since Falco says them at different moments: what it sees in the tree, also if the condition is refused
afterwards, and what it sees while compiling, only if it is accepted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.diagnostics import Code
from engine.fields import resolve
from engine.fields.catalog import Catalog
from engine.lang import ast
from engine.span import Position, Span

_ENTER = "field is not available due to the drop of enter events."
DEPRECATED_FIELDS = {
    "evt.dir": "due to the drop of enter events, 'evt.dir = <' always evaluates to true, and 'evt.dir = >' always "
    "evaluates to false. The rule expression can be simplified by removing the condition on 'evt.dir'",
    "evt.latency": _ENTER,
    "evt.latency.s": _ENTER,
    "evt.latency.ns": _ENTER,
    "evt.latency.human": _ENTER,
    "evt.wait_latency": _ENTER,
}
"""Fields that say nothing any more, in the order Falco names them, with Falco's explanation."""

_UNSAFE_PREFIXES = ("ka.", "jevt.")
_EQUALITY = frozenset({"==", "=", "!=", "in", "intersects", "pmatch"})
_NO_VALUE = "<NA>"
_WHOLE = Position(0, 0, 0)
_SPACES = re.compile(r"[ \t\n\v\f\r]+")
_SPECIAL = frozenset(".+*?^$()[]{}|\\")
_TRANSFORMERS = ("val", "tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt")
_UNKNOWN = "filter_check called with nonexistent field "


@dataclass(frozen=True, slots=True)
class Advice:
    """One warning about a condition. `position` is the place Falco reports, `span` (in characters) the part meant."""

    code: Code
    message: str
    span: Span
    position: Position
    deprecated_field: str | None = None


def advise(expr: ast.Expr, catalog: Catalog) -> list[Advice]:
    """All advice about an accepted condition whose macros are expanded, in Falco's order."""
    return [*advise_on_tree(expr), *advise_on_values(expr, catalog)]


def advise_on_tree(expr: ast.Expr) -> list[Advice]:
    """Comparisons with `<NA>` that never hold as meant, and deprecated fields: each once, at the condition's start."""
    unsafe: ast.Check | None = None
    deprecated: dict[str, Span] = {}
    for leaf in _leaves(expr):
        fields = list(_fields(leaf.left))
        if isinstance(leaf, ast.Check) and fields and _unsafe(leaf, fields[-1]):
            if not isinstance(leaf.right, ast.Value | ast.ValueList):
                fields.extend(_fields(leaf.right))
            if unsafe is None and _NO_VALUE in _texts(leaf.right):
                unsafe = leaf
        for one in fields:
            if one.name in DEPRECATED_FIELDS:
                deprecated.setdefault(one.name, one.span)
    found = [] if unsafe is None else [Advice(Code.LOAD_UNSAFE_NA_CHECK, "", unsafe.span, _WHOLE)]
    found.extend(
        Advice(Code.LOAD_DEPRECATED_ITEM, message, deprecated[name], _WHOLE, name)
        for name, message in DEPRECATED_FIELDS.items()
        if name in deprecated
    )
    return found


def advise_on_values(expr: ast.Expr, catalog: Catalog) -> list[Advice]:
    """Values that look like something else, and regular expressions that need not be any."""
    found: list[Advice] = []
    for leaf in _leaves(expr):
        if not isinstance(leaf, ast.Check) or not isinstance(leaf.right, ast.Value | ast.ValueList):
            continue
        values = leaf.right.items if isinstance(leaf.right, ast.ValueList) else (leaf.right,)
        for value in values:
            found.extend(
                Advice(Code.LOAD_COMPILE_CONDITION, message, value.span, leaf.right.position)
                for message in _about_value(leaf.op, value.text, catalog)
            )
    return found


def _leaves(expr: ast.Expr) -> Iterator[ast.Check | ast.Exists]:
    """The checks of a condition, left to right."""
    todo: list[ast.Expr] = [expr]
    while todo:
        match todo.pop():
            case ast.And(children) | ast.Or(children):
                todo.extend(reversed(children))
            case ast.Not(child):
                todo.append(child)
            case ast.Check() | ast.Exists() as leaf:
                yield leaf
            case ast.Macro():
                continue


def _fields(operand: ast.Operand) -> Iterator[ast.Field]:
    """The fields of an operand that Falco looks at: not those in lists."""
    todo = [operand]
    while todo:
        match todo.pop():
            case ast.Field() as one:
                yield one
            case ast.Transformer(_, args):
                todo.extend(reversed(args))
            case _:
                continue


def _texts(right: ast.Value | ast.ValueList | ast.Operand) -> Iterator[str]:
    """The literals of a right side that Falco looks at."""
    todo = [right]
    while todo:
        match todo.pop():
            case ast.Value(text):
                yield text
            case ast.ValueList(items) | ast.Transformer(_, items):
                todo.extend(reversed(items))
            case _:
                continue


def _unsafe(check: ast.Check, left: ast.Field) -> bool:
    """Whether comparing this field with `<NA>` does not do what older versions did."""
    return left.name.startswith(_UNSAFE_PREFIXES) and check.op in _EQUALITY and check.modifier is None


def _about_value(op: str, text: str, catalog: Catalog) -> Iterator[str]:
    """What is to be said about one value."""
    if op == "regex" and _is_simple(text):
        yield (
            f"regex check with '{text}' may be optimized with simpler operators such as '=', 'contains', "
            "'startswith', 'endswith'"
        )
    packed = _SPACES.sub("", text)
    try:
        resolve.resolve(catalog, packed.partition("\0")[0], None)
    except resolve.FieldError as error:
        if not str(error).startswith(_UNKNOWN):
            # Falco asks no further once it has met an error of another kind.
            return
    else:
        yield f"'{text}' may be a valid field misused as a const string value"
    if packed.endswith(")") and packed.startswith(tuple(f"{name}(" for name in _TRANSFORMERS)):
        yield f"'{text}' may be a valid field transformer misused as a const string value"


def _is_simple(pattern: str) -> bool:
    """Whether a pattern has no special character but anchors, and "anything" at its start and end."""
    length = len(pattern)
    at = 0
    while at < length:
        char = pattern[at]
        if (at == 0 and char == "^") or (at == length - 1 and char == "$"):
            at += 1
        elif ((at == 0 and length > 1) or at == length - 2) and char == "." and pattern[at + 1] in "+*?":
            at += 2
        elif char in _SPECIAL:
            return False
        else:
            at += 1
    return True
