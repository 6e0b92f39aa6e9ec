"""Comparing two values, as libs compares what it finds in memory (libsinsp's filter_compare).

Strings are bytes here, with what libs counts to their length: the result of a transformer ends with a NUL that some
operators see and others do not (`c_string`, `trimmed`).
"""

import operator
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

import re2

from engine.evaluate import glob
from engine.fields.catalog import Type
from engine.values import Address, Network

Raw = bytes | int | bool | float | Address | Network
"""A value as it is compared: strings as bytes."""

TEXTS = frozenset({Type.CHARBUF, Type.FSPATH, Type.FSRELPATH, Type.SOCKADDR, Type.SOCKTUPLE, Type.SOCKFAMILY})
"""Types whose values are strings."""
EQUALITY = {"=": operator.eq, "!=": operator.ne, "in": operator.eq, "intersects": operator.eq}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    **EQUALITY,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_BUFFERS: dict[str, Callable[[bytes, bytes], bool]] = {
    **EQUALITY,
    "contains": operator.contains,
    "bcontains": operator.contains,
    "startswith": bytes.startswith,
    "bstartswith": bytes.startswith,
    "endswith": bytes.endswith,
}
_STRINGS: dict[str, Callable[[bytes, bytes], bool]] = {
    # The order of bytes is that of strcmp.
    **_ORDER,
    "contains": operator.contains,
    "icontains": lambda value, part: part.lower() in value.lower(),
    "startswith": bytes.startswith,
    "endswith": bytes.endswith,
    "glob": lambda value, pattern: glob.compiled(pattern).matches(value),
    "iglob": lambda value, pattern: glob.compiled(pattern, fold=True).matches(value),
}


def c_string(data: bytes) -> bytes:
    """What a C string function sees: up to the first NUL."""
    return data.partition(b"\0")[0]


def trimmed(data: bytes) -> bytes:
    """What sets, paths and patterns see: without NULs at the end, but with those within."""
    return data.rstrip(b"\0")


def compare(op: str, type_: Type, value: Raw, other: Raw) -> bool:
    """`value op other` for two values of a type; addresses of two families only ever differ."""
    if isinstance(value, bytes):
        if not isinstance(other, bytes):
            return False
        if type_ in TEXTS:
            return _STRINGS[op](c_string(value), c_string(other))
        return _BUFFERS[op](value, other)
    if isinstance(value, IPv4Address | IPv6Address):
        return _compare_address(op, value, other)
    if isinstance(other, bytes):
        return False
    return _ORDER[op](value, other)


def _compare_address(op: str, value: Address, other: Raw) -> bool:
    """An address with another, or with a network it may be in."""
    if isinstance(other, IPv4Network | IPv6Network):
        same = value.version == other.version and value in other
    else:
        same = value == other
    return same != (op == "!=")


def member(type_: Type, value: Raw, others: Iterable[Raw]) -> bool:
    """Whether the value is one of a set, as libs' sets of bytes have it; for networks, whether one holds it."""
    if type_ is Type.IPNET:
        return any(compare("=", type_, value, other) for other in others)
    if isinstance(value, bytes) and type_ in TEXTS:
        value = trimmed(value)
    return any(value == other for other in others)


@lru_cache(maxsize=4096)
def compiled_regex(pattern: bytes) -> Any:
    """A regular expression in RE2's POSIX syntax. What does not compile has been refused before (engine.lang.check)."""
    options = re2.Options()
    options.posix_syntax = True
    options.longest_match = True
    options.log_errors = False
    return re2.compile(pattern, options)


def matches_regex(value: bytes, pattern: bytes) -> bool:
    """Whether the whole value matches; what is not UTF-8 counts as U+FFFD."""
    text = trimmed(value).decode("utf-8", "replace")
    return compiled_regex(pattern).fullmatch(text.encode()) is not None


def path_match(value: bytes, paths: Sequence[bytes]) -> bool:
    """`pmatch`: whether one of the paths is the value, or a directory above it.

    Components are compared, so doubled slashes do not count, nor whether the first is there; one with `?`, `*` or `[`
    is a wildcard for a single component. A path without components is above everything.
    """
    have = _components(trimmed(value))
    return any(_above(_components(path), have) for path in paths)


def _components(path: bytes) -> list[bytes]:
    """The parts between slashes."""
    return [part for part in path.split(b"/") if part]


def _above(wanted: Sequence[bytes], have: Sequence[bytes]) -> bool:
    """Whether the components are the first of the others."""
    return len(wanted) <= len(have) and all(map(_component_match, wanted, have))


def _component_match(wanted: bytes, part: bytes) -> bool:
    """One component of a path in a list, and one of the value."""
    if any(symbol in wanted for symbol in b"?*["):
        return glob.compiled(wanted).matches(c_string(part))
    return wanted == part
