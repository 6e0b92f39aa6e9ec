"""Which fields rules use, and for what."""

from engine.fields.catalog import FieldRef
from engine.lang import typed
from engine.rules.model import Ruleset


def tested(ruleset: Ruleset) -> tuple[FieldRef, ...]:
    """The fields that conditions look at, each once, in order of first use."""
    found: dict[FieldRef, None] = {}
    todo: list[typed.Condition | typed.Operand] = [rule.condition for rule in reversed(ruleset.rules)]
    while todo:
        match todo.pop():
            case typed.Use(ref):
                found.setdefault(ref)
            case typed.All(children) | typed.Any(children) | typed.ListOf(children) | typed.Call(args=children):
                todo.extend(reversed(children))
            case typed.Not(child):
                todo.append(child)
            case typed.Exists(left):
                todo.append(left)
            case typed.Test(left=left, right=right):
                if not isinstance(right, tuple):
                    todo.append(right)
                todo.append(left)
            case typed.Const():
                pass
    return tuple(found)
