"""For which event codes a condition can hold (falco.md 5.8, libsinsp's filter/ppm_codes).

Set algebra over what is said of `evt.type`: an intersection for `and`, a union for `or`, negation pushed down to the
checks. A check that says nothing about event types holds for all, negated or not.
"""

from engine.event import PLUGIN_EVENT
from engine.events import names
from engine.fields.libs import SYSCALL
from engine.lang import typed

_EVENT_TYPES = ("evt.type", "syscall.type")
_NOTHING: frozenset[int] = frozenset()


def event_codes(condition: typed.Condition, source: str) -> frozenset[int] | None:
    """The codes of events that `condition` can hold for; None for all.

    Rules of plugin sources are asked of the one event that plugins produce. That async events (code 402) are given to
    every rule is not part of this answer.
    """
    if source != SYSCALL:
        return frozenset({PLUGIN_EVENT})
    codes = _codes(condition, negated=False)
    return None if codes == names.ALL else codes


def _codes(condition: typed.Condition, *, negated: bool) -> frozenset[int]:
    """The codes for `condition`, or for its negation."""
    match condition:
        case typed.Not(child):
            return _codes(child, negated=not negated)
        case typed.All(children) | typed.Any(children):
            parts = [_codes(child, negated=negated) for child in children]
            if isinstance(condition, typed.All) is not negated:
                return names.ALL.intersection(*parts)
            return _NOTHING.union(*parts)
        case typed.Exists(left):
            says = names.ALL if _is_event_type(left) else None
        case typed.Test():
            says = _test_codes(condition)
    if says is None:
        return names.ALL
    return names.ALL - says if negated else says


def _test_codes(test: typed.Test) -> frozenset[int] | None:
    """The codes that one check restricts events to; None if it says nothing about them."""
    if test.modifier is not None or not isinstance(test.left, typed.Use) or not isinstance(test.right, tuple):
        return None
    if test.left.ref.text == "evt.num":
        return _number_codes(test.op, test.right)
    if not _is_event_type(test.left) or test.op not in {"=", "!=", "in"}:
        return None
    said = names.codes_of_all(value for value in test.right if isinstance(value, str))
    return names.ALL - said if test.op == "!=" else said


def _is_event_type(operand: typed.Operand) -> bool:
    """Whether an operand is the type of the event."""
    return isinstance(operand, typed.Use) and operand.ref.text in _EVENT_TYPES


def _number_codes(op: str, values: tuple[object, ...]) -> frozenset[int] | None:
    """What a check of `evt.num` says of all events, whose numbers begin with 1: how macros say always and never."""
    if op == "in":
        return _NOTHING if all(value == 0 for value in values) else None
    value = values[0]
    never = {"=": 0, "<=": 0}.get(op) == value or (op == "<" and value in {0, 1})
    always = {"!=": 0, ">": 0}.get(op) == value or (op == ">=" and value in {0, 1})
    if never:
        return _NOTHING
    return names.ALL if always else None
