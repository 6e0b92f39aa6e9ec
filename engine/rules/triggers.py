"""Which events a condition can hold for, as names (libsinsp/filter/ppm_codes.cpp, for `-L`).

Worked out on the syntax tree, since a macro has no source and cannot be checked against fields. Two sets are needed:
event codes, and ids of system calls, because of which generic system calls are told apart by name.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.events import names, sets
from engine.events.tables import SYSCALLS
from engine.lang import ast

_ALL_IDS = frozenset(id_ for id_, name in enumerate(SYSCALLS) if id_ and name)
_EVENT_OPERATORS = frozenset({"=", "==", "!=", "in"})
_NONE: frozenset[int] = frozenset()


def event_names(condition: ast.Expr) -> frozenset[str]:
    """The names of all events and system calls for which a condition can hold."""
    codes = _Algebra(names.ALL, names.codes_of_all).of(condition)
    ids = _Algebra(_ALL_IDS, _ids_of_names).of(condition)
    return frozenset(map(names.name_of, codes - names.GENERIC)) | sets.event_names(ids)


def _ids_of_names(wanted: Iterable[str]) -> frozenset[int]:
    """The ids that evt.type names mean: those of the events of that name, and generic system calls by their own."""
    wanted = frozenset(wanted)
    codes = names.codes_of_all(wanted)
    ids = sets.ids_of(codes - names.GENERIC)
    if codes & names.GENERIC:
        ids |= {id_ for id_ in sets.ids_of(names.GENERIC) if SYSCALLS[id_] in wanted}
    return ids


@dataclass(frozen=True, slots=True)
class _Algebra:
    """Sets of event codes, or of ids, along a condition."""

    everything: frozenset[int]
    by_name: Callable[[Iterable[str]], frozenset[int]]

    def of(self, condition: ast.Expr) -> frozenset[int]:
        """The members for which a condition can hold. Negation is pushed down to the checks (De Morgan)."""
        done: list[frozenset[int]] = []
        # On the way down: a node, and whether it is negated. On the way up (no node): how many results to combine, and
        # whether as a union.
        todo: list[tuple[ast.Expr | None, int, bool]] = [(condition, 0, False)]
        while todo:
            node, count, flag = todo.pop()
            match node:
                case None:
                    parts = done[-count:]
                    done[-count:] = [_NONE.union(*parts) if flag else self.everything.intersection(*parts)]
                case ast.Not(child):
                    todo.append((child, 0, not flag))
                case ast.And(children) | ast.Or(children):
                    todo.append((None, len(children), isinstance(node, ast.And) is flag))
                    todo.extend((child, 0, flag) for child in children)
                case ast.Check():
                    done.append(self._check(node, negated=flag))
                case ast.Exists(ast.Field("evt.type" | "syscall.type", None)) if flag:
                    done.append(_NONE)
                case _:
                    done.append(self.everything)
        return done[0]

    def _check(self, check: ast.Check, *, negated: bool) -> frozenset[int]:
        """A leaf: what it says of event types or of event numbers; anything else is true of all, negated or not."""
        invariant = _of_event_number(check)
        if invariant is not None:
            return self.everything if invariant is not negated else _NONE
        if check.modifier is not None or check.op not in _EVENT_OPERATORS:
            return self.everything
        if not isinstance(check.left, ast.Field) or check.left.arg is not None:
            return self.everything
        if check.left.name not in {"evt.type", "syscall.type"}:
            return self.everything
        match check.right:
            case ast.Value(text):
                found = self.by_name([text])
            case ast.ValueList(items):
                found = self.by_name([item.text for item in items])
            case _:
                return self.everything
        return self.everything - found if negated is not (check.op == "!=") else found


def _of_event_number(check: ast.Check) -> bool | None:
    """Whether a check of evt.num always holds or never does; numbers start at 1. None: it depends."""
    if check.modifier is not None or not isinstance(check.left, ast.Field):
        return None
    if check.left.name != "evt.num" or check.left.arg is not None:
        return None
    match check.op, check.right:
        case "in", ast.ValueList(items):
            return False if all(_number(item.text) == 0 for item in items) else None
        case op, ast.Value(text):
            number = _number(text)
            if number == 0:
                return {"=": False, "==": False, "!=": True, "<": False, "<=": False, ">": True, ">=": True}.get(op)
            if number == 1:
                return {"<": False, ">=": True}.get(op)
    return None


def _number(text: str) -> int | None:
    """An unsigned literal; None if it is none."""
    return int(text) if text.isascii() and text.isdecimal() else None
