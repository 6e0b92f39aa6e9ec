"""JSON at the level of bytes: undoing escapes, quoting, leaving out blanks."""

import re

from sources.gotext import quote

_SIMPLE = {
    ord('"'): b'"', ord("\\"): b"\\", ord("/"): b"/", ord("b"): b"\b", ord("f"): b"\f", ord("n"): b"\n",
    ord("r"): b"\r", ord("t"): b"\t",
}  # fmt: skip
_HEX = re.compile(rb"[0-9a-fA-F]{4}")
_REPLACEMENT = "\ufffd".encode()


def unescape(raw: bytes) -> bytes:
    """Undo escapes as far as they are valid; what is not stays as written."""
    out = bytearray()
    pos = 0
    while True:
        mark = raw.find(b"\\", pos)
        if mark < 0 or mark + 1 >= len(raw):
            return bytes(out + (raw[pos:] if mark < 0 else raw[pos:mark]))
        out += raw[pos:mark]
        letter = raw[mark + 1]
        pos = mark + 2
        if letter in _SIMPLE:
            out += _SIMPLE[letter]
        elif letter == ord("u"):
            pos = _unicode(raw, pos, out)
        else:
            out += raw[mark:pos]


def _unicode(raw: bytes, pos: int, out: bytearray) -> int:
    """Undo the escape whose digits start at `pos`; returns where reading goes on."""
    if not _HEX.match(raw, pos):
        out += b"\\u"
        return pos
    code = int(raw[pos : pos + 4], 16)
    after = pos + 4
    if not 0xD800 <= code <= 0xDFFF:
        out += chr(code).encode()
        return after
    if raw[after : after + 2] != b"\\u" or not _HEX.match(raw, after + 2):
        out += b"\\u" + raw[pos:after]
        return after
    low = int(raw[after + 2 : after + 6], 16)
    if code <= 0xDBFF and 0xDC00 <= low <= 0xDFFF:
        out += chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)).encode()
    else:
        out += _REPLACEMENT
    return after + 6


_TOKEN = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\n\r]+', re.DOTALL)


def compact(data: bytes) -> bytes:
    """JSON text without blanks between its parts; everything else keeps its spelling."""
    return _TOKEN.sub(lambda match: match[1] or b"", data)


def quoted(value: bytes) -> bytes:
    """A decoded string with quotes around it; escaped in Go's way where it needs escapes at all."""
    if b'"' in value or b"\\" in value or any(byte < 0x20 for byte in value):
        return quote(value).encode("utf-8", "surrogateescape")
    return b'"' + value + b'"'
