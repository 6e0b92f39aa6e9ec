"""Checked conditions: fields resolved, literals parsed to their field's type. What evaluators read.

Made by `engine.lang.check`, never by hand; evaluators need no catalogue and can meet no type error. All nodes are
hashable and equal by meaning, so that a faster way can share equal sub-expressions.
"""

from dataclasses import dataclass

from engine.fields.catalog import FieldRef, Type
from engine.values import Scalar


@dataclass(frozen=True, slots=True)
class Use:
    """The value of a field."""

    ref: FieldRef

    @property
    def type(self) -> Type:
        """Type of the value (of each element, for lists)."""
        return self.ref.type

    @property
    def is_list(self) -> bool:
        """Whether the value is a tuple."""
        return self.ref.is_list


@dataclass(frozen=True, slots=True)
class Const:
    """A literal argument of a transformer; a tuple where a list was written."""

    value: Scalar | tuple[Scalar, ...]
    type: Type
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class ListOf:
    """A transformer's list argument built from several operands; missing if one of them is."""

    items: tuple["Operand", ...]
    type: Type
    is_list: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """A transformer applied to its arguments; `val` does not appear, it is its argument."""

    name: str
    args: tuple["Operand", ...]
    arg: str | None
    type: Type
    is_list: bool


Operand = Use | Call | Const | ListOf


@dataclass(frozen=True, slots=True)
class Exists:
    """The operand has a value."""

    left: Operand


@dataclass(frozen=True, slots=True)
class Test:
    """`left op right`. False when left, or a right-hand field, has no value.

    `right` is an operand (field to field) or the tuple of parsed literals: one for comparisons, any number for lists.
    `op` is canonical (`=`, never `==`); `modifier` is None, `oneof`, `anyof` or `allof`.
    """

    left: Operand
    op: str
    modifier: str | None
    right: Operand | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Negation: true also where the child is false for want of a value."""

    child: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """Conjunction, left to right."""

    children: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Disjunction, left to right."""

    children: tuple["Condition", ...]


Condition = All | Any | Not | Exists | Test
