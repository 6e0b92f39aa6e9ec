"""Transformers: functions of fields in conditions and outputs (falco.md 5.5).

They work on what libs has in memory: several values for list fields, one for others. String transformers leave a NUL
at the end that counts to the length: `join(tolower(x), ...)` really puts it between, and a list of lower-cased strings
is never `in` anything. None stands for a missing result.
"""

import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from engine.evaluate.operators import TEXTS, Raw, c_string, trimmed
from engine.fields.catalog import Type


def _basename(data: bytes) -> bytes:
    """What follows the last slash."""
    return data.rpartition(b"/")[2]


def _b64(data: bytes) -> bytes | None:
    """Decoded base64 of the standard alphabet, with or without padding; None if it is none, or leaves bits over."""
    body = data.removesuffix(b"=").removesuffix(b"=")
    if data and not body:
        return None
    try:
        decoded = base64.b64decode(body + b"=" * (-len(body) % 4), validate=True)
    except binascii.Error:
        return None
    return decoded if base64.b64encode(decoded).rstrip(b"=") == body else None


_STRINGS: dict[str, Callable[[bytes], bytes | None]] = {
    "tolower": bytes.lower,
    "toupper": bytes.upper,
    "basename": _basename,
    "b64": _b64,
}


def apply(name: str, values: Sequence[Raw], type_: Type, *, is_list: bool) -> list[Raw] | None:
    """A transformer of one argument, whose type and list-ness are given; None if one of the values has no result."""
    if name == "len":
        return [len(values) if is_list else _length(values[0], type_)]
    results: list[Raw] = []
    for value in values:
        assert isinstance(value, bytes), "only strings and buffers have string transformers"
        result = _STRINGS[name](trimmed(value))
        if result is None:
            return None
        results.append(result if result.endswith(b"\0") else result + b"\0")
    return results


def _length(value: Raw, type_: Type) -> int:
    """Bytes of a string up to its NUL, or of a buffer."""
    assert isinstance(value, bytes), "only strings and buffers have a length"
    return len(c_string(value)) if type_ in TEXTS else len(value)


def join(separator: bytes, items: Sequence[bytes]) -> bytes:
    """The items with the separator between."""
    return separator.join(map(c_string, items))


def concat(items: Sequence[bytes]) -> bytes:
    """The items one after the other."""
    return b"".join(map(c_string, items))


def getopt(args: Sequence[bytes], optstring: bytes, selected: bytes | None) -> list[bytes] | None:
    """Take an argument list apart: the letters of options, each followed by its argument if it has one.

    With `selected`, only what that option has last, its argument or else its letter; None if it is absent.
    An unknown option is `?`, a missing argument the empty string. Long options are passed over.
    """
    known, with_argument = _options(optstring)
    results: list[bytes] = []
    last: bytes | None = None
    for letter, value in _scan(args, known, with_argument):
        if letter is None:
            results.append(b"?")
        elif letter in with_argument and value is None:
            results.append(b"")
            last = b"" if letter == selected else last
        else:
            results += [letter] if value is None else [letter, value]
            last = (letter if value is None else value) if letter == selected else last
    if selected is None:
        return results
    return None if last is None else [last]


def _options(optstring: bytes) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """The letters of an optstring, and those that a colon follows."""
    letters = [optstring[i : i + 1] for i in range(len(optstring))]
    known = frozenset(letters) - {b":"}
    return known, frozenset(letter for letter, after in pairwise(letters) if after == b":") & known


def _scan(
    args: Sequence[bytes], known: frozenset[bytes], with_argument: frozenset[bytes]
) -> Iterator[tuple[bytes | None, bytes | None]]:
    """Letters with their argument; no letter for an unknown option."""
    words = iter(args)
    for word in words:
        if len(word) > 2 and word.startswith(b"--"):
            continue
        if word == b"--" or len(word) < 2 or not word.startswith(b"-"):
            return
        for at in range(1, len(word)):
            letter = word[at : at + 1]
            if letter not in known:
                yield None, None
            elif letter not in with_argument:
                yield letter, None
            else:
                yield letter, word[at + 1 :] or next(words, None)
                break
