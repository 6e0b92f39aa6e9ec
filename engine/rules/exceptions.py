"""Rules' exceptions: read, completed with defaults, and written into the condition (falco.md 4.8)."""

from collections.abc import Callable

from engine.diagnostics import Code
from engine.rules import values
from engine.rules.collection import Entry, ExceptionInfo
from engine.rules.document import Node
from engine.rules.place import Place, Traced, invalid, wrong

_TEXT_COMPARISONS = "= == != glob iglob contains icontains bcontains startswith bstartswith endswith regex"
_MODIFIABLE = frozenset(_TEXT_COMPARISONS.split())
_LIST_COMPARISONS = frozenset({"intersects", "in", "pmatch"})
_COMPARISONS = _MODIFIABLE | _LIST_COMPARISONS | {"<", "<=", ">", ">=", "exists"}
_MODIFIERS = frozenset({"oneof", "anyof", "allof"})
_ONE_VALUE = (
    "When fields is a single value, comps must be one of (in, pmatch, intersects) or a modifier operator "
    "(e.g. startswith oneof)"
)

Warn = Callable[[Code, str, Place], None]


def read_exceptions(item: Node, parent: Place, warn: Warn, *, append: bool) -> list[ExceptionInfo]:
    """A rule item's exceptions. Raises RulesItemError."""
    node = item.get("exceptions")
    if node is None or node.kind == "null":
        return []
    within = parent.at(node, "exceptions")
    if node.kind != "seq":
        raise invalid("Rule exceptions must be a sequence", within)
    found: list[ExceptionInfo] = []
    decoded: dict[int, Entry] = {}
    for one in node.items:
        unnamed = within.at(one, "exception")
        if one.kind != "map":
            raise invalid("Rule exception must be a mapping", unnamed)
        name = values.text(one, "name", unnamed)
        place = parent.at(one, "exception", name)
        for _ in (other for other in found if other.name == name):
            message = f"Multiple definitions of exception '{name}' in the same rule"
            warn(Code.LOAD_EXCEPTION_NAME_NOT_UNIQUE, message, place)
        info = ExceptionInfo(name, place)
        info.fields = _under(one, "fields", place, decoded, optional=append)
        info.comps = _under(one, "comps", place, decoded, optional=True)
        info.values = _values(one, place, decoded)
        if append and one.get("values") is None:
            warn(Code.LOAD_APPEND_NO_VALUES, "Overriding/appending exception with no values", place)
        found.append(info)
    return found


def _values(item: Node, place: Place, decoded: dict[int, Entry]) -> list[Entry]:
    node = item.get("values")
    if node is None:
        return []
    within = place.at(node, "exception values")
    if node.kind != "seq":
        raise invalid("Rule exception values must be a sequence", within)
    return [_entry(one, "", within.at(one, "exception value"), decoded) for one in node.items]


def _under(item: Node, key: str, place: Place, decoded: dict[int, Entry], *, optional: bool) -> Entry:
    node = item.get(key)
    if node is None:
        if not optional:
            raise invalid(f"Item has no mapping for key '{key}'", place)
        return Entry()
    return _entry(node, key, place, decoded)


def _entry(node: Node, key: str, place: Place, decoded: dict[int, Entry]) -> Entry:
    """A scalar or a list of such; each node once, so that aliases cannot make much out of little."""
    known = decoded.get(id(node))
    if known is not None:
        return known
    entry = decoded[id(node)] = Entry(place=place.at(node, "value for", key))
    within = place.at(node, "value for", key)
    if node.kind == "scalar":
        if not node.value:
            raise invalid("Value must be non-empty", within)
        entry.item = node.value
    elif node.kind == "seq":
        entry.is_list = True
        for one in node.items:
            entry.items.append(_entry(one, "", within.at(one, "exception"), decoded))
    return entry


def complete(info: ExceptionInfo, is_field: Callable[[str], bool] | None) -> None:
    """Fill in the comparisons, and refuse what cannot be compared so. Raises RulesItemError.

    `is_field` says whether the rule's source knows a field; None where the source itself is not known.
    """
    if info.fields.is_list:
        _complete_tuples(info, is_field)
    else:
        _complete_single(info, is_field)


def _complete_tuples(info: ExceptionInfo, is_field: Callable[[str], bool] | None) -> None:
    if not info.comps.is_given:
        info.comps = Entry(is_list=True, items=[Entry(item="=") for _ in info.fields.items])
    if len(info.fields.items) != len(info.comps.items):
        raise wrong("Fields and comps lists must have equal length", info.place)
    for comp in info.comps.items:
        comp.item = comp.item.strip(" \t\r\n")
        if not (comp.item in _COMPARISONS or is_modified(comp.item)):
            raise wrong(f"'{comp.item}' is not a supported comparison operator", _pointing(info, comp))
    for one in info.fields.items:
        if is_field is not None and not is_field(one.item):
            raise wrong(f"'{one.item}' is not a supported filter field", _pointing(info, one))


def _complete_single(info: ExceptionInfo, is_field: Callable[[str], bool] | None) -> None:
    if not info.comps.is_given:
        info.comps = Entry(item="in")
    if info.comps.is_list:
        raise wrong("Fields and comps must both be strings", info.place)
    info.comps.item = info.comps.item.strip(" \t\r\n")
    if not (info.comps.item in _LIST_COMPARISONS or is_modified(info.comps.item)):
        raise wrong(_ONE_VALUE, _pointing(info, info.comps))
    if is_field is not None and not is_field(info.fields.item):
        raise wrong(f"'{info.fields.item}' is not a supported filter field", _pointing(info, info.fields))


def _pointing(info: ExceptionInfo, entry: Entry) -> Place:
    """The exception for Falco, one of its entries for us."""
    return info.place if entry.place is None else info.place.narrowed(entry.place.caret)


def is_modified(comparison: str) -> bool:
    """Whether it is a string operator with `oneof`, `anyof` or `allof` behind it."""
    operator, _, modifier = comparison.partition(" ")
    return operator in _MODIFIABLE and modifier in _MODIFIERS


def takes_list(comparison: str) -> bool:
    """Whether its right side must be in parentheses."""
    return comparison in _LIST_COMPARISONS or is_modified(comparison)


def with_exceptions(condition: Traced, exceptions: list[ExceptionInfo]) -> Traced:
    """The condition with `and not (...)` for each exception that has values. Raises RulesItemError."""
    whole = condition.behind("(") + ")"
    for info in exceptions:
        text = _tuples(info) if info.fields.is_list else _single(info)
        if text:
            node = info.place.node
            made = f" and not {text}"
            whole = whole + (made if node is None else Traced.about(made, info.place.source, node))
    return whole


def _single(info: ExceptionInfo) -> str:
    if any(value.is_list for value in info.values):
        raise wrong("Expected values array to contain a list of strings", info.place)
    if not info.values:
        return ""
    items = ", ".join(quoted(value.item) for value in info.values)
    return f"({info.fields.item} {info.comps.item} ({items}))"


def _tuples(info: ExceptionInfo) -> str:
    rows = []
    for row in info.values:
        if len(row.items) != len(info.fields.items):
            raise wrong("Fields and values lists must have equal length", _pointing(info, row))
        checks = [
            f" {name.item} {comp.item} {_right(value, comp.item)}"
            for name, comp, value in zip(info.fields.items, info.comps.items, row.items, strict=False)
        ]
        rows.append("(" + " and ".join(checks) + ")")
    return "(" + " or ".join(rows) + ")" if rows else ""


def _right(value: Entry, comparison: str) -> str:
    if value.is_list:
        return "(" + ", ".join(quoted(one.item) for one in value.items) + ")"
    if takes_list(comparison):
        return value.item if value.item.startswith("(") else f"({value.item})"
    return quoted(value.item)


def quoted(item: str) -> str:
    """With quotes where Falco puts them: around a space, if there are none yet."""
    return f'"{item}"' if " " in item and item[0] not in {'"', "'"} else item
