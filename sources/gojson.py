"""JSON as Go's encoding/json sees it: strict syntax, its words for what is wrong, and its indented form."""

import json
import re
from typing import Any, NoReturn

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^"{}\[\],:\s]+', re.DOTALL)


class SyntaxFault(ValueError):  # noqa: N818 - Go's word is SyntaxError, which is taken
    """The text is not JSON; in Go's words."""


def valid(data: bytes) -> bool:
    """Whether Go would accept the text. Bytes that are not UTF-8 may stand within strings."""
    try:
        json.loads(data.decode("latin-1"), parse_constant=_refuse, parse_int=len, parse_float=len)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def indent(data: bytes) -> bytes | None:
    """Go's json.Indent with two blanks; None if the text is not valid. Spellings and what follows stay as they are."""
    if not valid(data):
        return None
    out: list[bytes] = []
    depth = 0
    opened = False
    for token in _TOKEN.findall(data):
        closing = token in (b"}", b"]")
        if opened and not closing:
            depth += 1
            out.append(b"\n" + b"  " * depth)
        if token in (b"{", b"["):
            out.append(token)
            opened = True
            continue
        if closing:
            if not opened:
                depth -= 1
                out.append(b"\n" + b"  " * depth)
            out.append(token)
        elif token == b",":
            out.append(b",\n" + b"  " * depth)
        elif token == b":":
            out.append(b": ")
        else:
            out.append(token)
        opened = False
    return b"".join(out) + data[len(data.rstrip(b" \t\r\n")) :]


def loads(data: str) -> Any:
    """Parse a text with Go's syntax. Raises SyntaxFault; numbers become int or float, as Python has them."""
    try:
        return json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise SyntaxFault(_Scanner(data).fault()) from None


class _Scanner:
    """Finds the place where a text stops being JSON, and says it as Go does."""

    def __init__(self, data: str) -> None:
        self.data = data
        self.pos = 0

    def fault(self) -> str:
        try:
            self._value("looking for beginning of value")
            self._blank()
            if self.pos < len(self.data):
                self._stop("after top-level value")
        except SyntaxFault as fault:
            return str(fault)
        except RecursionError:
            return "exceeded max depth"
        return "unexpected end of JSON input"

    def _stop(self, context: str) -> NoReturn:
        if self.pos >= len(self.data):
            raise SyntaxFault("unexpected end of JSON input")
        raise SyntaxFault(f"invalid character {quote_char(self.data[self.pos])} {context}")

    def _blank(self) -> None:
        while self.data[self.pos : self.pos + 1] in (" ", "\t", "\n", "\r"):
            self.pos += 1

    def _next(self) -> str:
        self._blank()
        return self.data[self.pos : self.pos + 1]

    def _value(self, context: str) -> None:
        first = self._next()
        if first == "{":
            self._object()
        elif first == "[":
            self._array()
        elif first == '"':
            self._string()
        elif first == "-" or first.isdigit():
            self._number()
        elif first and first in "tfn":
            self._literal({"t": "true", "f": "false", "n": "null"}[first])
        else:
            self._stop(context)

    def _object(self) -> None:
        self.pos += 1
        if self._next() == "}":
            self.pos += 1
            return
        while True:
            if self._next() != '"':
                self._stop("looking for beginning of object key string")
            self._string()
            if self._next() != ":":
                self._stop("after object key")
            self.pos += 1
            self._value("looking for beginning of value")
            if self._next() == "}":
                self.pos += 1
                return
            if self._next() != ",":
                self._stop("after object key:value pair")
            self.pos += 1

    def _array(self) -> None:
        self.pos += 1
        if self._next() == "]":
            self.pos += 1
            return
        while True:
            self._value("looking for beginning of value")
            if self._next() == "]":
                self.pos += 1
                return
            if self._next() != ",":
                self._stop("after array element")
            self.pos += 1

    def _string(self) -> None:
        self.pos += 1
        while True:
            char = self.data[self.pos : self.pos + 1]
            if not char or char < " ":
                self._stop("in string literal")
            self.pos += 1
            if char == '"':
                return
            if char == "\\":
                self._escape()

    def _escape(self) -> None:
        char = self.data[self.pos : self.pos + 1]
        if not char or char not in '"\\/bfnrtu':
            self._stop("in string escape code")
        self.pos += 1
        for _ in range(4 if char == "u" else 0):
            if self.data[self.pos : self.pos + 1] not in tuple("0123456789abcdefABCDEF"):
                self._stop("in \\u hexadecimal character escape")
            self.pos += 1

    def _number(self) -> None:
        if self.data[self.pos] == "-":
            self.pos += 1
            self._digits("in numeric literal")
        elif self.data[self.pos] == "0":
            self.pos += 1
        else:
            self._digits("")
        if self.data[self.pos : self.pos + 1] == ".":
            self.pos += 1
            self._digits("after decimal point in numeric literal")
        if self.data[self.pos : self.pos + 1] in ("e", "E"):
            self.pos += 1
            if self.data[self.pos : self.pos + 1] in ("+", "-"):
                self.pos += 1
            self._digits("in exponent of numeric literal")

    def _digits(self, context: str) -> None:
        match = re.compile(r"0(?![0-9])|[0-9]+").match(self.data, self.pos)
        if match is None:
            self._stop(context)
        self.pos = match.end()

    def _literal(self, word: str) -> None:
        for char in word:
            if self.data[self.pos : self.pos + 1] != char:
                self._stop(f"in literal {word} (expecting {quote_char(char)})")
            self.pos += 1


def quote_char(char: str) -> str:
    """A character between single quotes, as Go names it in syntax errors."""
    if char == "'":
        return r"'\''"
    if char == '"':
        return "'\"'"
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", "\a": "\\a", "\b": "\\b", "\f": "\\f", "\v": "\\v"}
    if char in named:
        return f"'{named[char]}'"
    if char.isprintable():
        return f"'{char}'"
    return f"'\\x{ord(char):02x}'" if ord(char) < 128 else f"'\\u{ord(char):04x}'"
