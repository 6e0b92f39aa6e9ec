"""The syntax tree of a condition. Every node knows its span in the condition's text.

The shapes follow libsinsp/filter/ast.h, so that printed conditions can be compared with Falco's. A `position` is the
place that Falco reports for the node: bytes from 0, line and column (in bytes) from 1, in the text it was parsed from.
"""

from dataclasses import dataclass, field

from engine.span import Position, Span

START = Position(0, 1, 1)
"""Where a condition begins, as Falco counts in conditions."""


@dataclass(frozen=True, slots=True)
class Field:
    """`name` or `name[arg]`."""

    name: str
    arg: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Value:
    """A literal: bare, quoted or a number. `text` is what it stands for, escapes resolved."""

    text: str
    span: Span
    position: Position = field(default=START, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ValueList:
    """`(a, b)`, or an identifier standing for a list of one."""

    items: tuple[Value, ...]
    span: Span
    position: Position = field(default=START, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TransformerList:
    """`(a, proc.name)` as an argument of a transformer."""

    items: tuple["Operand", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Transformer:
    """`toupper(x)`, `val(x)`, `getopt(list, "ab:")[a]`."""

    name: str
    args: tuple["Operand", ...]
    arg: str | None
    """What stands in brackets behind it (getopt only)."""
    span: Span


Operand = Field | Transformer | TransformerList | Value


@dataclass(frozen=True, slots=True)
class Exists:
    """`field exists`."""

    left: Field | Transformer
    span: Span
    position: Position = field(default=START, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Check:
    """`left op right`, with an optional modifier (`oneof`, `anyof`, `allof`) behind the operator."""

    left: Field | Transformer
    op: str
    modifier: str | None
    right: Value | ValueList | Field | Transformer
    span: Span
    position: Position = field(default=START, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Macro:
    """An identifier where a check could stand."""

    name: str
    span: Span
    position: Position = field(default=START, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """`not child`."""

    child: "Expr"
    span: Span


@dataclass(frozen=True, slots=True)
class And:
    """Two or more children; holds if all do, asked left to right."""

    children: tuple["Expr", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Or:
    """Two or more children; holds if one does, asked left to right."""

    children: tuple["Expr", ...]
    span: Span


Expr = And | Or | Not | Macro | Exists | Check
