"""The sides of a check: fields resolved, transformers applied, types known (libsinsp's sinsp_extractor_compiler)."""

from dataclasses import dataclass, replace

from engine.errors import CadgeError
from engine.fields import resolve
from engine.fields.catalog import Catalog, FieldRef, Flags, Type
from engine.lang import ast, typed
from engine.span import Position, Span

MAX_NESTING = 100
"""How deeply transformers may be nested in each other. Falco allows some 490; evaluation is bounded by this."""

_TEXTS = frozenset({Type.CHARBUF, Type.FSPATH, Type.FSRELPATH})
_BUFFERS = frozenset({Type.CHARBUF, Type.BYTEBUF})
_ACCEPTED = {
    "tolower": _TEXTS,
    "toupper": _TEXTS,
    "basename": _TEXTS,
    "b64": _BUFFERS,
    "len": _TEXTS | _BUFFERS,
}
"""Transformers of one argument, and the types each takes; `len` takes every list besides."""


class CheckError(CadgeError):
    """A condition that reads well but means nothing.

    `span` (in characters) is the part that is wrong; `position` is the place Falco reports, that of the whole check.
    """

    def __init__(self, message: str, span: Span, position: Position = ast.START) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.position = position


@dataclass(frozen=True, slots=True)
class Side:
    """An operand, and what libs knows about it.

    libs asks some questions of the value that comes out of the transformers, others of the field they start from:
    those are the `raw` attributes.
    """

    operand: typed.Operand
    name: str
    type: Type
    is_list: bool
    raw_name: str
    raw_type: Type
    raw_list: bool
    flags: Flags = Flags.NONE
    ref: FieldRef | None = None
    """The field, if one is at the bottom."""


def side(node: ast.Operand, catalog: Catalog) -> Side:
    """What an operand means in rules of the catalogue's source. Raises `CheckError`."""
    return _side(node, catalog, 0)


def _side(node: ast.Operand, catalog: Catalog, depth: int) -> Side:
    """`side`, `depth` transformers and lists deep."""
    if depth > MAX_NESTING:
        raise CheckError(f"exceeded max depth limit of {MAX_NESTING} nested transformers", node.span)
    match node:
        case ast.Field():
            return _field(node, catalog)
        case ast.Value(text):
            return _literal(typed.Const(text, Type.CHARBUF), is_list=False)
        case ast.TransformerList(items):
            return _list([_side(item, catalog, depth + 1) for item in items])
        case ast.Transformer(_, args):
            return _transformed(node, [_side(arg, catalog, depth + 1) for arg in args])


def _field(node: ast.Field, catalog: Catalog) -> Side:
    """A field of the catalogue."""
    try:
        ref = resolve.resolve(catalog, node.name, node.arg)
    except resolve.FieldError as error:
        raise CheckError(str(error), node.span) from None
    name, flags = ref.field.name, ref.field.flags
    return Side(typed.Use(ref), name, ref.type, ref.is_list, name, ref.type, ref.is_list, flags, ref)


def _literal(operand: typed.Operand, *, is_list: bool, name: str = "NA") -> Side:
    """Something made of texts; libs knows it by a name that is none."""
    return Side(operand, name, Type.CHARBUF, is_list, "NA", Type.CHARBUF, is_list)


def _list(items: list[Side]) -> Side:
    """A list of operands: one constant where all of them are."""
    operands = tuple(item.operand for item in items)
    constants = [operand.value for operand in operands if isinstance(operand, typed.Const)]
    texts = tuple(value for value in constants if not isinstance(value, tuple))
    if len(texts) == len(operands):
        return _literal(typed.Const(texts, Type.CHARBUF, is_list=True), is_list=True)
    return _literal(typed.ListOf(operands, Type.CHARBUF), is_list=True)


def _transformed(node: ast.Transformer, args: list[Side]) -> Side:
    """A transformer applied to its arguments."""
    if node.name == "val":
        if node.arg is not None:
            raise CheckError("filter error: transformer 'val' does not support field arguments", node.span)
        return args[0]
    if len(args) > 1:
        return _combined(node, args)
    if node.arg is not None:
        raise CheckError(f"filter error: transformer '{node.name}' does not support field arguments", node.span)
    if node.name not in _ACCEPTED:
        # The spelling is libs'.
        raise CheckError(f"unknown field transfomer '{node.name}'", node.span)
    return _single(node, args[0])


def _single(node: ast.Transformer, inner: Side) -> Side:
    """A transformer of one argument."""
    if Flags.NO_TRANSFORMER in inner.flags:
        raise CheckError(f"field '{inner.raw_name}' does not support transformers", node.span)
    counts_list = node.name == "len" and inner.is_list
    if inner.type not in _ACCEPTED[node.name] and not counts_list:
        kind = "list field" if inner.is_list else "field"
        raise CheckError(
            f"can't add field transformer: type '{inner.type.value}' is not supported by '{node.name}' transformer "
            f"applied on {kind} '{inner.raw_name}'",
            node.span,
        )
    type_ = Type.UINT64 if node.name == "len" else inner.type
    is_list = inner.is_list and not counts_list
    call = typed.Call(node.name, (inner.operand,), None, type_, is_list)
    return replace(inner, operand=call, type=type_, is_list=is_list)


def _combined(node: ast.Transformer, args: list[Side]) -> Side:
    """A transformer of several arguments: libs looks at the types before their own transformers."""
    message = _COMBINED[node.name](args) if node.name in _COMBINED else "unknown multivalue transformer"
    if message is None and node.arg is not None:
        if node.name != "getopt":
            message = f"transformer '{node.name}' does not support field arguments"
        elif len(node.arg.encode("utf-8", "surrogateescape")) != 1:
            message = "getopt() field argument must be a single option character"
    if message is not None:
        raise CheckError(message, node.span)
    is_list = node.name == "getopt" and node.arg is None
    call = typed.Call(node.name, tuple(arg.operand for arg in args), node.arg, Type.CHARBUF, is_list)
    result = _literal(call, is_list=is_list, name="INTERNAL" if is_list else "NA")
    return replace(result, raw_list=False)


def _join_refusal(args: list[Side]) -> str | None:
    """What is wrong with the arguments of `join`."""
    if len(args) != 2:
        return "join() requires exactly 2 arguments: separator and list"
    if args[0].raw_list:
        return "join() first argument (separator) must be a single value, not a list"
    return None if args[1].raw_list else "join() second argument must be a list"


def _concat_refusal(args: list[Side]) -> str | None:
    """What is wrong with the arguments of `concat`."""
    if any(arg.raw_list or arg.raw_type is not Type.CHARBUF for arg in args):
        return "concat() arguments must be strings"
    return None


def _getopt_refusal(args: list[Side]) -> str | None:
    """What is wrong with the arguments of `getopt`."""
    if len(args) != 2:
        return "getopt() requires exactly 2 arguments: args list and optstring"
    if not args[0].raw_list:
        return "getopt() first argument must be a list"
    if args[1].raw_list:
        return "getopt() second argument (optstring) must be a single value"
    if any(arg.raw_type is not Type.CHARBUF for arg in args):
        return "getopt() arguments must be strings"
    return None


_COMBINED = {"join": _join_refusal, "concat": _concat_refusal, "getopt": _getopt_refusal}
