"""JSON as Falco's plugins read it, kept exact: numbers keep their spelling, the first of repeated keys wins.

No library reads like this. Accepted beyond the standard: `01`, `.5`, `NaN`, raw control characters, unknown escapes;
refused: nesting deeper than 300. A document is decoded to

* `str` (a `Text` where the raw spelling differs), `Number`, `True`, `False`, `None`;
* `Members` (a dict) and `Elements` (a list), which remember their place in the text.

A line that the fast decoder writes back byte for byte has one meaning only; then plain `dict`, `list`, `int` and
`float` stand for the same values, and every function here takes both. Bytes that are not UTF-8 become lone surrogates.
"""

import re
from typing import Any, Final

import msgspec

from sources import jsonexact
from sources.jsonexact import MAX_DEPTH, BrokenError, Elements, Members, Number, Text, text
from sources.jsontext import compact, quoted, unescape

__all__ = ["MISSING", "BrokenError", "Elements", "Members", "Node", "Number", "Text", "text"]


class _Missing:
    """The type of MISSING."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""No such member: different from JSON null, which is a value."""

Node = Any
"""A decoded value, or MISSING."""


# ------------------------------------------------------------------------------------------------------ decoding

_plain = msgspec.json.Decoder(strict=True)


def decode(data: bytes) -> Node:
    """Decode a whole text, fast where that cannot make a difference. Raises BrokenError."""
    value = decode_plain(data)
    return decode_exact(data) if value is MISSING else value


def decode_plain(data: bytes) -> Node:
    """Decode a text that has one meaning and one spelling only; MISSING if it is not one."""
    try:
        value = _plain.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return MISSING
    if data.count(b"{") + data.count(b"[") >= MAX_DEPTH or msgspec.json.encode(value) != data:
        return MISSING
    return value


def decode_exact(data: bytes) -> Node:
    """Decode a whole text the slow way. Raises BrokenError."""
    return jsonexact.decode(data)


# ------------------------------------------------------------------------------------------------------- reading

_INDEX = re.compile(r"[+-]?[0-9]+")


def get(node: Node, *keys: str) -> Node:
    """The value at a path of keys; digits select elements of arrays. MISSING if there is none."""
    for key in keys:
        if isinstance(node, dict):
            node = node.get(key, MISSING)
        elif isinstance(node, list):
            place = int(key) if _INDEX.fullmatch(key) and key.isascii() and len(key) < 20 else -1
            node = node[place] if 0 <= place < len(node) else MISSING
        else:
            return MISSING
    return node


def string(node: Node, *keys: str) -> str | None:
    """The string at a path; None if there is none or it is something else."""
    value = get(node, *keys)
    return value if isinstance(value, str) else None


def array(node: Node, *keys: str) -> list[Any] | None:
    """The array at a path; None if there is none or it is something else."""
    value = get(node, *keys)
    return value if isinstance(value, list) else None


def true(node: Node, *keys: str) -> bool:
    """Whether `true` stands at a path."""
    return get(node, *keys) is True


def render_bytes(node: Node) -> bytes:
    """A value as compact JSON text, in its own spelling."""
    if isinstance(node, Members | Elements):
        return compact(node.source[node.start : node.end])
    if isinstance(node, Text):
        return b'"' + node.raw + b'"'
    if isinstance(node, Number):
        return node.text.encode()
    return msgspec.json.encode(node)  # spelled in the one way in which it was written


_STRING_OR_KEY = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)"(:?)', re.DOTALL)


def render(node: Node) -> str:
    """A value as a field shows it: strings as they are, everything else as JSON text."""
    return node if isinstance(node, str) else shown(node)


def shown(node: Node) -> str:
    """A value as a field shows its JSON text: keys as they are matched, values as they were written.

    In Falco it depends on what was read of the event before whether escapes in keys are still there. They mostly are
    not, and here they never are.
    """
    data = render_bytes(node)
    if b"\\" in data:
        data = _STRING_OR_KEY.sub(_unescaped_key, data)
    return data.decode("utf-8", "surrogateescape")


def _unescaped_key(match: re.Match[bytes]) -> bytes:
    return quoted(unescape(match[1])) + b":" if match[2] and b"\\" in match[1] else match[0]
