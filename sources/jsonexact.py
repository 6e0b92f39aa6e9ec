"""The exact way to decode JSON, as Falco's reader does it, with its laxness and the words of its errors."""

import re
from typing import Any

from sources.gotext import quote
from sources.jsontext import unescape

Node = Any
"""A decoded value."""


class BrokenError(ValueError):
    """The text is no JSON; in the words of Falco's reader."""


class Number:
    """A number as it was written."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"Number({self.text!r})"


class Text(str):
    """A string whose raw spelling (without quotes) differs from its value."""

    __slots__ = ("raw",)
    raw: bytes


class Members(dict[str, Any]):
    """An object: key -> first value. `pairs` are all members as written, keys raw."""

    __slots__ = ("end", "pairs", "source", "start")
    source: bytes
    start: int
    end: int
    pairs: list[tuple[bytes, Any]]


class Elements(list[Any]):
    """An array."""

    __slots__ = ("end", "source", "start")
    source: bytes
    start: int
    end: int


MAX_DEPTH = 300
"""Values nested deeper are refused."""

_SPACE = re.compile(rb"[ \t\n\r]*")
_STRING = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_NUMBER = re.compile(rb"[0-9.\-eE+]+")
_WORDS = {b"t": (b"true", True), b"f": (b"false", False), b"n": (b"null", None)}


def decode(data: bytes) -> Any:
    """Decode a whole text. Raises BrokenError."""
    return _Decoder(data).document()


class _Error(Exception):
    """Decoding stopped. `inner`: the innermost open container is at fault, not a value within it."""

    def __init__(self, message: str, tail: int, *, inner: bool) -> None:
        super().__init__(message)
        self.message = message
        self.tail = tail
        self.inner = inner


class _Decoder:
    """One text being decoded; a stack of open containers instead of recursion."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.pos = 0
        self.stack: list[Members | Elements] = []
        self.keys: list[bytes] = []

    def document(self) -> Node:
        """The only value of the text."""
        self._space()
        try:
            value = self._value()
        except _Error as error:
            where = quote(_abridged(self.data[error.tail :]))
            raise BrokenError(
                f"cannot parse JSON: {self._context(error)}{error.message}; unparsed tail: {where}"
            ) from None
        self._space()
        if self.pos < len(self.data):
            raise BrokenError(f"unexpected tail: {quote(_abridged(self.data[self.pos :]))}")
        return value

    def _context(self, error: _Error) -> str:
        words = []
        for depth, node in enumerate(self.stack, 1):
            kind = "object" if isinstance(node, Members) else "array"
            words.append(f"cannot parse {kind}: ")
            if not error.inner or depth < len(self.stack):
                words.append(f"cannot parse {kind} value: ")
        return "".join(words)

    def _space(self) -> None:
        match = _SPACE.match(self.data, self.pos)
        assert match is not None
        self.pos = match.end()

    def _value(self) -> Node:
        while True:
            opened, value = self._open()
            if opened:
                continue
            while self.stack:
                parent = self.stack[-1]
                if isinstance(parent, Members):
                    parent.pairs.append((self.keys.pop(), value))
                else:
                    parent.append(value)
                if self._another(parent):
                    break
                value = self._close()
            else:
                return value

    def _open(self) -> tuple[bool, Node]:
        """Start the value at `pos`: (True, ...) if it is a container whose first value comes next."""
        data, pos = self.data, self.pos
        first = data[pos : pos + 1]
        if not first:
            raise _Error("cannot parse empty string", pos, inner=False)
        if len(self.stack) >= MAX_DEPTH:
            raise _Error(f"too big depth for the nested JSON; it exceeds {MAX_DEPTH}", pos, inner=False)
        if first not in b"{[":
            return False, self._scalar(first)
        node: Members | Elements = Members() if first == b"{" else Elements()
        node.source, node.start = data, pos
        if isinstance(node, Members):
            node.pairs = []
        self.stack.append(node)
        self.pos += 1
        self._space()
        closer = b"}" if isinstance(node, Members) else b"]"
        following = data[self.pos : self.pos + 1]
        if not following:
            raise _Error(f"missing '{closer.decode()}'", self.pos, inner=True)
        if following == closer:
            return False, self._close()
        if isinstance(node, Members):
            self._key()
        return True, None

    def _scalar(self, first: bytes) -> Node:
        data, pos = self.data, self.pos
        if first == b'"':
            match = _STRING.match(data, pos)
            if match is None:
                raise _Error("cannot parse string: missing closing '\"'", len(data), inner=False)
            self.pos = match.end()
            return text(match[1])
        if first in _WORDS:
            word, value = _WORDS[first]
            if data.startswith(word, pos):
                self.pos += len(word)
                return value
            if not (first == b"n" and data[pos : pos + 3].lower() == b"nan"):
                raise _Error(f"unexpected value found: {quote(data[pos:])}", pos, inner=False)
        return self._number()

    def _number(self) -> Number:
        data, pos = self.data, self.pos
        match = _NUMBER.match(data, pos)
        end = match.end() if match else pos
        signed = end == pos + 1 and data[pos] in b"+-"
        if end < len(data) and (end == pos or signed):
            if data[end : end + 3].lower() not in (b"inf", b"nan"):
                raise _Error(f"cannot parse number: unexpected char: {quote(data[pos : pos + 1])}", pos, inner=False)
            end += 3
        self.pos = end
        return Number(data[pos:end].decode("ascii"))

    def _key(self) -> None:
        self._space()
        if self.data[self.pos : self.pos + 1] != b'"':
            raise _Error('cannot find opening \'"" for object key', self.pos, inner=True)
        match = _STRING.match(self.data, self.pos)
        if match is None:
            raise _Error("cannot parse object key: missing closing '\"'", len(self.data), inner=True)
        self.pos = match.end()
        self._space()
        if self.data[self.pos : self.pos + 1] != b":":
            raise _Error("missing ':' after object key", self.pos, inner=True)
        self.pos += 1
        self._space()
        self.keys.append(match[1])

    def _another(self, parent: Members | Elements) -> bool:
        """Behind a value: True if a comma promises another one, False if the container ends here."""
        self._space()
        kind, closer = ("object", b"}") if isinstance(parent, Members) else ("array", b"]")
        following = self.data[self.pos : self.pos + 1]
        if not following:
            raise _Error(f"unexpected end of {kind}", self.pos, inner=True)
        if following == b",":
            self.pos += 1
            self._space()
            if isinstance(parent, Members):
                self._key()
            return True
        if following == closer:
            return False
        raise _Error(f"missing ',' after {kind} value", self.pos, inner=True)

    def _close(self) -> Node:
        """Close the innermost container at its bracket."""
        self.pos += 1
        node = self.stack.pop()
        node.end = self.pos
        if isinstance(node, Members):
            index(node)
        return node


def index(node: Members) -> None:
    """Fill the dict from `pairs`: keys as written come before keys that are equal only once unescaped."""
    escaped = []
    for raw, value in node.pairs:
        if b"\\" in raw:
            escaped.append((raw, value))
        else:
            node.setdefault(raw.decode("utf-8", "surrogateescape"), value)
    for raw, value in escaped:
        node.setdefault(unescape(raw).decode("utf-8", "surrogateescape"), value)


_PLAIN_TEXT = re.compile(r"[^\\\x00-\x1f\ud800-\udfff]*")


def text(raw: bytes) -> str:
    """The string that stands between quotes as `raw`."""
    plain = raw.decode("utf-8", "surrogateescape")
    if _PLAIN_TEXT.fullmatch(plain):
        return plain
    value = Text(unescape(raw).decode("utf-8", "surrogateescape"))
    value.raw = raw
    return value


def _abridged(tail: bytes) -> bytes:
    return tail if len(tail) <= 80 else tail[:40] + b"..." + tail[-40:]
