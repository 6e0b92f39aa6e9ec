"""Values out of a rules file's YAML, with Falco's complaints about what cannot be one."""

import re
from collections.abc import Callable
from typing import TypeVar

from engine.rules.document import Node
from engine.rules.place import Place, Traced, invalid

_TRUE = frozenset({"y", "yes", "true", "on"})
_FALSE = frozenset({"n", "no", "false", "off"})
_NUMBER = re.compile(r"\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)[ \t\n\v\f\r]*")
_LARGEST = (1 << 32) - 1
_UNDECODABLE = "Can't decode YAML scalar value"

T = TypeVar("T")


def parse_bool(text: str) -> bool | None:
    """A YAML 1.1 truth word in lower, upper or capitalised case; None for anything else."""
    if text not in {text.lower(), text.upper(), text.capitalize()}:
        return None
    word = text.lower()
    return True if word in _TRUE else False if word in _FALSE else None


def parse_unsigned(text: str) -> int | None:
    """An unsigned number of 32 bits as C++ streams read it (`0x10` and `010` too); None for anything else."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    digits = found.group(1)
    base = 16 if digits[:2] in {"0x", "0X"} else 8 if digits.startswith("0") else 10
    value = int(digits, base)
    return value if value <= _LARGEST else None


def scalar(item: Node, key: str, place: Place) -> Node:
    """The non-empty scalar that `item` must have under `key`. Raises RulesItemError."""
    found = item.get(key)
    if found is None:
        raise invalid(f"Item has no mapping for key '{key}'", place)
    if found.kind == "null":
        raise invalid(f"Mapping for key '{key}' is empty", place)
    at = place.at(found, "value for", key)
    if found.kind != "scalar":
        raise invalid("Value is not a scalar value", at)
    if not found.value:
        raise invalid("Value must be non-empty", at)
    return found


def text(item: Node, key: str, place: Place) -> str:
    """A string that must be there."""
    return scalar(item, key, place).value


def traced(item: Node, key: str, place: Place) -> Traced:
    """A condition that must be there."""
    return Traced.of(place.source, scalar(item, key, place))


def text_or_empty(item: Node, key: str, place: Place) -> str:
    """A string that may be missing, null or empty."""
    found = item.get(key)
    if found is None or found.kind == "null" or (found.kind == "scalar" and not found.value):
        return ""
    return text(item, key, place)


def _decoded(item: Node, key: str, place: Place, parse: Callable[[str], T | None]) -> T:
    found = scalar(item, key, place)
    value = parse(found.value)
    if value is None:
        raise invalid(_UNDECODABLE, place.at(found, "value for", key))
    return value


def truth(item: Node, key: str, place: Place) -> bool:
    """A truth value that must be there."""
    return _decoded(item, key, place, parse_bool)


def truth_or(item: Node, key: str, place: Place, default: bool) -> bool:
    """A truth value that may be missing."""
    return default if item.get(key) is None else truth(item, key, place)


def unsigned(item: Node, key: str, place: Place) -> int:
    """A number that must be there."""
    return _decoded(item, key, place, parse_unsigned)


def sequence(item: Node, key: str, place: Place) -> list[str]:
    """A list of scalars that must be there."""
    found = item.get(key)
    if found is None:
        raise invalid(f"Item has no mapping for key '{key}'", place)
    at = place.at(found, "value for", key)
    if found.kind != "seq":
        raise invalid("Value is not a sequence", at)
    for one in found.items:
        if one.kind != "scalar":
            raise invalid("sequence value is not scalar", at.at(one, "list item"))
    return [one.value for one in found.items]


def tags(item: Node, place: Place) -> set[str]:
    """A rule's tags; none where there is no such key."""
    return set() if item.get("tags") is None else set(sequence(item, "tags", place))


def as_string(node: Node) -> str:
    """yaml-cpp's own conversion, for keys and override operations: null is a word, collections are refused."""
    if node.kind == "null":
        return "null"
    if node.kind != "scalar":
        raise ConversionError(node)
    return node.value


class ConversionError(Exception):
    """yaml-cpp refuses a use of a node in its own words, which Falco reports against the whole file."""

    def __init__(self, node: Node, message: str = "") -> None:
        super().__init__(message or "bad conversion")
        self.node = node
        self.placed = not message
        """Whether yaml-cpp says where."""
