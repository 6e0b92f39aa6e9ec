"""Single checks as Python expressions; whatever has no short form is asked of the reference evaluator.

Every expression is what `engine.evaluate.reference` says, made shorter by what is known when rules are loaded: the type
of the field, and the literals. Strings of fields are `str` here. Comparing them is comparing their bytes, as UTF-8
keeps order and parts, as long as the literal itself is UTF-8; else the reference evaluator is asked.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from engine.evaluate import glob
from engine.evaluate.operators import matches_regex, path_match
from engine.fields.catalog import FieldRef, Type
from engine.lang import typed
from engine.values import WIDTHS, Scalar, as_bytes

Bind = Callable[[object], str]
"""Gives an object a name in generated code."""

STRINGS = frozenset({Type.CHARBUF, Type.FSPATH, Type.FSRELPATH})
_NUMBERS = frozenset(WIDTHS) | {Type.PORT}
_ORDER = frozenset({"<", "<=", ">", ">="})
_PARTS = {"contains": "{c} in {v}", "startswith": "{v}.startswith({c})", "endswith": "{v}.endswith({c})"}
_SPECIAL = frozenset({"evt.around", "evt.rawarg"})


class Value(NamedTuple):
    """How generated code has a field's value: `first` where it may not be known yet, `again` right behind that."""

    first: str
    again: str


def plain(leaf: typed.Condition) -> FieldRef | None:
    """The field of a check that has a short form, if only its type is looked at."""
    if not isinstance(leaf, typed.Test | typed.Exists):
        return None
    left = leaf.left
    if not isinstance(left, typed.Use) or left.ref.field.name in _SPECIAL:
        return None
    if isinstance(leaf, typed.Test) and not isinstance(leaf.right, tuple):
        return None
    return left.ref


def expression(leaf: typed.Condition, value: Value, bind: Bind) -> str | None:
    """A check of a plain field with literals; None if the reference evaluator has to be asked."""
    if isinstance(leaf, typed.Exists):
        return f"{value.first} is not None"
    assert isinstance(leaf, typed.Test), "only checks are plain"
    right = leaf.right
    assert isinstance(right, tuple), "fields on the right are not plain"
    if leaf.left.is_list:
        return _of_list(leaf, right, value, bind) if leaf.left.type in STRINGS else None
    if leaf.left.type in STRINGS:
        return _of_string(leaf, right, value, bind)
    if leaf.left.type in _NUMBERS and leaf.modifier is None and all(type(one) is int for one in right):
        return _of_number(leaf.op, right, value, bind)
    if leaf.left.type is Type.BOOL and leaf.modifier is None and leaf.op in {"=", "!="}:
        return _of_number(leaf.op, right, value, bind) if all(type(one) is bool for one in right) else None
    return None


def _of_list(test: typed.Test, right: tuple[Scalar, ...], value: Value, bind: Bind) -> str:
    """All of the values are in the right side, or one of them is."""
    among = bind(frozenset(right))
    if test.op == "in":
        return f"({value.first} is not None and {among}.issuperset({value.again}))"
    return f"({value.first} is not None and not {among}.isdisjoint({value.again}))"


def _of_number(op: str, right: tuple[Scalar, ...], value: Value, bind: Bind) -> str | None:
    """Integers compare as they are."""
    if op in {"in", "intersects"}:
        return f"{value.first} in {bind(frozenset(right))}"
    if not right:
        return None
    if op == "=":
        return f"{value.first} == {right[0]!r}"
    if op == "!=" or op in _ORDER:
        return f"({value.first} is not None and {value.again} {op} {right[0]!r})"
    return None


def _of_string(test: typed.Test, right: tuple[Scalar, ...], value: Value, bind: Bind) -> str | None:
    """Strings."""
    texts = [one for one in right if isinstance(one, str)]
    if len(texts) != len(right):
        return None
    op = test.op
    if test.modifier is not None:
        return _modified(op, test.modifier, texts, value, bind)
    if op in {"in", "intersects"}:
        if len(texts) == 1:
            return f"{value.first} == {texts[0]!r}"
        return f"{value.first} in {bind(frozenset(texts))}"
    if op == "pmatch":
        paths = bind([as_bytes(text) for text in texts])
        return f"({value.first} is not None and {bind(_path_match)}({value.again}, {paths}))"
    if not texts:
        return None
    if op == "=":
        return f"{value.first} == {texts[0]!r}"
    if op == "!=":
        return f"({value.first} is not None and {value.again} != {texts[0]!r})"
    return _part(op, texts[0], value, bind)


def _part(op: str, text: str, value: Value, bind: Bind) -> str | None:
    """One literal that is not compared as a whole."""
    if op in _PARTS:
        if not _is_text(text):
            return None
        return f"({value.first} is not None and {_PARTS[op].format(v=value.again, c=repr(text))})"
    if op in {"glob", "iglob"}:
        pattern = glob.compiled(as_bytes(text), fold=op == "iglob")
        return f"({value.first} is not None and {bind(pattern.matches)}({bind(as_bytes)}({value.again})))"
    if op == "icontains":
        part = bind(as_bytes(text).lower())
        return f"({value.first} is not None and {part} in {bind(as_bytes)}({value.again}).lower())"
    if op == "regex":
        return f"({value.first} is not None and {bind(_matches)}({value.again}, {bind(as_bytes(text))}))"
    return None


def _modified(op: str, modifier: str, texts: Sequence[str], value: Value, bind: Bind) -> str | None:
    """`op anyof (...)` and `op allof (...)`, where they are something shorter."""
    if not texts:
        return "False"
    if (op, modifier) == ("=", "anyof"):
        return f"{value.first} in {bind(frozenset(texts))}"
    if (op, modifier) == ("!=", "allof"):
        return f"({value.first} is not None and {value.again} not in {bind(frozenset(texts))})"
    if modifier == "anyof" and op in {"startswith", "endswith"} and all(map(_is_text, texts)):
        return f"({value.first} is not None and {value.again}.{op}({bind(tuple(texts))}))"
    return None


def _is_text(text: str) -> bool:
    """Whether a literal is UTF-8: then its bytes begin and end where characters do."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _matches(value: str, pattern: bytes) -> bool:
    """A regular expression."""
    return matches_regex(as_bytes(value), pattern)


def _path_match(value: str, paths: Sequence[bytes]) -> bool:
    """`pmatch`."""
    return path_match(as_bytes(value), paths)
