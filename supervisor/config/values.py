"""Texts as booleans, numbers, strings: what yaml-cpp accepts, and nothing more.

Every function gives None for what cannot be converted; the caller then takes the default, as Falco does.
"""

import math
import re

from supervisor.config.tree import Node, Null, Scalar

_TRUE = frozenset({"y", "yes", "true", "on"})
_FALSE = frozenset({"n", "no", "false", "off"})
_INTEGER = re.compile(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)\s*")
_FLOAT = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*")
_INFINITE = {".inf": math.inf, "+.inf": math.inf, "-.inf": -math.inf}


def to_text(node: Node) -> str | None:
    """Any scalar; an empty value reads `null`."""
    if isinstance(node, Null):
        return "null"
    return str(node) if isinstance(node, Scalar) else None


def to_bool(node: Node) -> bool | None:
    """YAML 1.1's words, each all lower, all upper or capitalised."""
    if not isinstance(node, Scalar):
        return None
    if node not in {node.lower(), node.upper(), node.capitalize()}:
        return None
    word = node.lower()
    return True if word in _TRUE else False if word in _FALSE else None


def to_int(node: Node, least: int | None = None, most: int | None = None) -> int | None:
    """Decimal, 0x… or 0… (octal), within the bounds of the type that Falco keeps it in."""
    if not isinstance(node, Scalar) or (found := _INTEGER.fullmatch(node)) is None:
        return None
    sign, digits = found.groups()
    octal = digits[0] == "0" and digits[1:2] not in {"x", "X"}
    try:
        value = int(digits, 8 if octal else 0)
    except ValueError:
        return None
    value = -value if sign == "-" else value
    if (least is not None and value < least) or (most is not None and value > most):
        return None
    return value


def to_float(node: Node) -> float | None:
    """A decimal number, `.inf` or `.nan`."""
    if not isinstance(node, Scalar):
        return None
    word = node.lower()
    if word in _INFINITE:
        return _INFINITE[word]
    if word == ".nan":
        return math.nan
    return float(node) if _FLOAT.fullmatch(node) else None
