"""Whether a condition holds for an event, and what an operand is on it: the oracle of every faster way.

Walks the tree for every event, and follows libs where it is odd, since the odd answers are the ones to be equal to:

* a missing value makes every check false, `!=` too, and `not` turns that into true (falco.md 5.4);
* the values of a list field must all be in the right side for `in`;
* fields with a comparison of their own (ancestors, ends of a connection, evt.rawarg) do not tell libs' sets how long
  their values are, so that numbers and addresses are never `in` anything there; and whatever the modifier, they look at
  the first literal only.
"""

from collections.abc import Callable, Sequence

from engine.evaluate import transform
from engine.evaluate.operators import TEXTS, Raw, compare, matches_regex, member, path_match
from engine.event import View
from engine.events.params import parameter
from engine.fields.catalog import FieldRef, Type
from engine.lang import typed
from engine.rendering import print_format, text
from engine.values import WIDTHS, Candidates, Scalar, Value, as_bytes, as_text, cut

_MILLISECOND = 1_000_000
_SIZED_ENDS = frozenset({"fd.port", "fd.proto"})
"""The fields with a comparison of their own that do give libs' sets the length."""


def holds(condition: typed.Condition, view: View) -> bool:
    """Whether the condition holds for the event."""
    match condition:
        case typed.All(children):
            return all(holds(child, view) for child in children)
        case typed.Any(children):
            return any(holds(child, view) for child in children)
        case typed.Not(child):
            return not holds(child, view)
        case typed.Exists(left):
            return _extract(left, view) is not None or _candidates(left, view) is not None
        case typed.Test():
            return _test(condition, view)


def value(operand: typed.Operand, view: View) -> Value | None:
    """What an operand is on the event, for outputs; None if it is missing."""
    values = _extract(operand, view)
    if values is None:
        return None
    shown = tuple(_shown(one, operand.type) for one in values)
    return shown if operand.is_list else shown[0]


def _shown(raw: Raw, type_: Type) -> Scalar:
    """A value as the engine hands it around."""
    return as_text(raw) if isinstance(raw, bytes) and type_ is not Type.BYTEBUF else raw


def _raw(scalar: Scalar) -> Raw:
    """A value as it is compared."""
    return as_bytes(scalar) if isinstance(scalar, str) else scalar


def _extract(operand: typed.Operand, view: View) -> list[Raw] | None:
    """The values of an operand: several for lists only; None if it is missing."""
    match operand:
        case typed.Use(ref):
            found = view.extract(ref)
            if isinstance(found, Candidates):
                found = found.shown
            if found is None:
                return None
            return [_raw(one) for one in found] if isinstance(found, tuple) else [_raw(found)]
        case typed.Const(constant):
            return [_raw(one) for one in constant] if isinstance(constant, tuple) else [_raw(constant)]
        case typed.ListOf(items):
            return _elements(items, view)
        case typed.Call():
            return _call(operand, view)


def _elements(items: Sequence[typed.Operand], view: View) -> list[Raw] | None:
    """A list of operands, one after the other; what is no string becomes one as outputs print it."""
    elements: list[Raw] = []
    for item in items:
        values = _extract(item, view)
        if values is None:
            return None
        elements += (one if isinstance(one, bytes) else _printed(one, item) for one in values)
    return elements


def _printed(raw: Raw, operand: typed.Operand) -> bytes:
    """A number as text, in the format of the field it comes from."""
    form = print_format(operand.ref) if isinstance(operand, typed.Use) else "DEC"
    return as_bytes(text(raw, form, operand.type) or "")


def _call(call: typed.Call, view: View) -> list[Raw] | None:
    """The result of a transformer: missing if an argument is."""
    args: list[list[Raw]] = []
    for operand in call.args:
        values = _extract(operand, view)
        if values is None:
            return None
        args.append(values)
    if call.name not in _COMBINED:
        return transform.apply(call.name, args[0], call.args[0].type, is_list=call.args[0].is_list)
    return _COMBINED[call.name](call, [[one for one in arg if isinstance(one, bytes)] for arg in args])


def _join(_call: typed.Call, args: list[list[bytes]]) -> list[Raw] | None:
    """`join(separator, list)`."""
    return [transform.join(args[0][0], args[1])]


def _concat(_call: typed.Call, args: list[list[bytes]]) -> list[Raw] | None:
    """`concat(a, b, ...)`."""
    return [transform.concat([arg[0] for arg in args])]


def _getopt(call: typed.Call, args: list[list[bytes]]) -> list[Raw] | None:
    """`getopt(list, optstring)`, maybe with an option in brackets behind it."""
    found = transform.getopt(args[0], args[1][0], None if call.arg is None else as_bytes(call.arg))
    return None if found is None else list(found)


_COMBINED: dict[str, Callable[[typed.Call, list[list[bytes]]], list[Raw] | None]] = {
    "join": _join,
    "concat": _concat,
    "getopt": _getopt,
}
"""Transformers of several arguments."""


def _test(test: typed.Test, view: View) -> bool:
    """A check with two sides."""
    left, right = test.left, test.right
    if isinstance(left, typed.Use) and isinstance(right, tuple):
        if left.ref.field.name == "evt.around":
            return _around(left.ref, right, view)
        if left.ref.field.name == "evt.rawarg":
            return _raw_argument(test, left.ref, [_raw(one) for one in right], view)
        candidates = view.extract(left.ref)
        if isinstance(candidates, Candidates):
            return _any_candidate(test, left.ref, candidates, [_raw(one) for one in right])
    values = _extract(left, view)
    if values is None:
        return False
    others = [_raw(one) for one in right] if isinstance(right, tuple) else _extract(right, view)
    if others is None:
        return False
    if left.is_list:
        return _test_list(test.op, left.type, values, others)
    if test.modifier is None:
        return _test_one(test.op, left.type, values[0], others)
    return _test_modified(test.op, test.modifier, left.type, values[0], others)


def _test_list(op: str, type_: Type, values: Sequence[Raw], others: Sequence[Raw]) -> bool:
    """A list field: all of its values are in the right side, or one of them is. No NUL is trimmed here."""

    def among(one: Raw) -> bool:
        return member(type_, one, others) if type_ is Type.IPNET else one in others

    return all(map(among, values)) if op == "in" else any(map(among, values))


def _test_one(op: str, type_: Type, one: Raw, others: Sequence[Raw]) -> bool:
    """A single value and the right side: a set for `in` and `pmatch`, else one value."""
    if op in {"in", "intersects"}:
        return member(type_, one, others)
    if op == "pmatch":
        return isinstance(one, bytes) and path_match(one, [path for path in others if isinstance(path, bytes)])
    return bool(others) and _compare_or_match(op, type_, one, others[0])


def _compare_or_match(op: str, type_: Type, one: Raw, other: Raw) -> bool:
    """Two values; a regular expression is one too."""
    if op == "regex":
        return isinstance(one, bytes) and isinstance(other, bytes) and matches_regex(one, other)
    return compare(op, type_, one, other)


def _test_modified(op: str, modifier: str, type_: Type, one: Raw, others: Sequence[Raw]) -> bool:
    """`op oneof|anyof|allof (...)`; an empty list satisfies none of them."""
    if not others:
        return False
    # These two libs asks of a set, which sees the whole of a string with a NUL within.
    if (op, modifier) == ("=", "anyof"):
        return member(type_, one, others)
    if (op, modifier) == ("!=", "allof"):
        return not member(type_, one, others)
    count = sum(_compare_or_match(op, type_, one, other) for other in others)
    return {"oneof": count == 1, "anyof": count > 0, "allof": count == len(others)}[modifier]


def _candidates(operand: typed.Operand, view: View) -> Candidates | None:
    """The candidates of a field that has them."""
    found = view.extract(operand.ref) if isinstance(operand, typed.Use) else None
    return found if isinstance(found, Candidates) else None


def _any_candidate(test: typed.Test, ref: FieldRef, candidates: Candidates, others: Sequence[Raw]) -> bool:
    """A field that stands for several values: one has to satisfy the test, for `!=` between ends of a connection all.

    Modifiers are not looked at: the first literal counts.
    """
    sized = ref.field.name in _SIZED_ENDS
    results = [_unmodified(test.op, ref.type, _raw(one), others, sized=sized) for one in candidates.values]
    return bool(results) and (all(results) if test.op == "!=" and candidates.all_differ else any(results))


def _unmodified(op: str, type_: Type, one: Raw, others: Sequence[Raw], *, sized: bool) -> bool:
    """One value of a field with a comparison of its own."""
    if op in {"in", "intersects"}:
        if type_ is Type.IPNET:
            # Only `fd.net`, which looks at the first network.
            return bool(others) and compare("=", type_, one, others[0])
        return (sized or isinstance(one, bytes)) and member(type_, one, others)
    return _test_one(op, type_, one, others)


def _around(ref: FieldRef, deltas: Sequence[Scalar], view: View) -> bool:
    """`evt.around[T]=D`: whether the event is at most D ms before or after T, in unsigned 64-bit arithmetic."""
    delta = deltas[0]
    assert isinstance(delta, int), "the delta is a number"
    span = delta * _MILLISECOND
    low, high = (cut(view.ts_ns + by, 64, signed=False) for by in (-span, span))
    return low <= (ref.index or 0) <= high


def _raw_argument(test: typed.Test, ref: FieldRef, others: Sequence[Raw], view: View) -> bool:
    """`evt.rawarg.NAME`: literals were read as the first event's type and compared as this event's."""
    found = _extract(test.left, view)
    here = parameter(view.code, ref.arg or "")
    if found is None or here is None:
        return False
    type_ = Type(here[1].type)
    if (type_ in TEXTS) != (ref.type in TEXTS):
        return False
    return _unmodified(test.op, type_, found[0], [_reread(one, ref.type, type_) for one in others], sized=False)


def _reread(literal: Raw, was: Type, is_: Type) -> Raw:
    """The number that stands in memory where a number of another width was written."""
    if isinstance(literal, int) and was in WIDTHS and is_ in WIDTHS:
        bits, signed = WIDTHS[is_]
        return cut(cut(literal, WIDTHS[was][0], signed=False), bits, signed=signed)
    return literal
