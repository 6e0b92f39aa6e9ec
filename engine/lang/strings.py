"""Quoting and unquoting of the values in conditions (libsinsp's filter/escaping)."""

import re

_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\\": "\\", "/": "/", " ": "\\"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_HEX = re.compile(r"[0-9a-fA-F]{2}")
_NEEDS_QUOTES = re.compile("[\b\f\n\r\t =\\\\\"'\0]")
_BARE = re.compile(r"[^()\"'\s=,\0\b\\]+")
_ESCAPED = str.maketrans({"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", '"': '\\"'})


class EscapeError(ValueError):
    """A quoted string holds an escape sequence that Falco does not know; the text is Falco's."""


def quote(value: str) -> str:
    """`value` as Falco prints it in a condition: in double quotes only where a character asks for them.

    An empty value and one with `(`, `)` or `,` is printed bare, as Falco does, although it could not be read again.
    """
    if _NEEDS_QUOTES.search(value) is None:
        return value
    return f'"{value.translate(_ESCAPED)}"'


def requote(value: str) -> str:
    """`value` so that reading gives it back: in quotes also where Falco prints none although it would need them."""
    if _BARE.fullmatch(value):
        return value
    escaped = value.translate(_ESCAPED).replace("\0", r"\x00").replace("\v", r"\x0b")
    # The quote behind a backslash would not close, even where the backslash is an escaped one.
    return f'"{escaped[:-2]}\\x5c"' if value.endswith("\\") else f'"{escaped}"'


def unquote(body: str, delimiter: str) -> str:
    r"""What a quoted string stands for: `body` is the text between two `delimiter`s.

    Raises `EscapeError`. Backslash and blank stand for a backslash, as in Falco; `\xHH` is a byte, so that two of them
    can make up one character.
    """
    if "\\" not in body:
        return body
    parts: list[str] = []
    done = 0
    by_byte = False
    while (found := _ESCAPE.search(body, done)) is not None:
        parts.append(body[done : found.start()])
        text, done = _escape(body, found.end(), delimiter)
        by_byte = by_byte or text >= "\x80"
        parts.append(text)
    # A backslash that ends the body stands for nothing.
    parts.append(body[done:].removesuffix("\\"))
    whole = "".join(parts)
    return _from_bytes(whole) if by_byte else whole


def _escape(body: str, after: int, delimiter: str) -> tuple[str, int]:
    """Meaning of the escape whose letter ends before `after`, and where the text goes on."""
    letter = body[after - 1]
    if letter in _PLAIN:
        return _PLAIN[letter], after
    if letter in "\"'":
        if letter != delimiter:
            message = f"invalid \\{letter} escape in {delimiter}-quoted string"
            raise EscapeError(message)
        return letter, after
    if letter == "x":
        digits = body[after : after + 2]
        if len(digits) < 2:
            message = "truncated hex char escape sequence"
            raise EscapeError(message)
        if _HEX.fullmatch(digits) is None:
            message = f"invalid hex char escape sequence: {digits}"
            raise EscapeError(message)
        code = int(digits, 16)
        # Bytes beyond ASCII are kept as the surrogates that stand for raw bytes until the whole is known.
        return chr(code if code < 0x80 else 0xDC00 + code), after + 2
    message = f"unsupported string escape sequence: \\{letter}"
    raise EscapeError(message)


def _from_bytes(text: str) -> str:
    """`text` with raw bytes put together to characters where they form some."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text
