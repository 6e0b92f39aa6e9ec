"""Where a YAML scalar ends and what it says, folding and chomping as yaml-cpp 0.8 does it.

Everything here works on a text with one character per byte (`document.Source.raw`), since Falco counts bytes.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

BREAK = re.compile(r"\n|\r\n")
DOC_INDICATOR = re.compile(r"(?:---|\.\.\.)(?:[ \t\n]|\r\n|\Z)")
_NEVER = re.compile(r"(?!)")
_END_BLOCK = re.compile(r":(?:[ \t\n]|\r\n|\Z)|(?:[ \t\n]|\r\n)#")
_END_FLOW = re.compile(r":(?:[ \t\n,\]}]|\r\n|\Z)|[,?\[\]{}]|(?:[ \t\n]|\r\n)#")
_SINGLE_END = re.compile(r"'(?!')")
_DOUBLE_END = re.compile(r'"')

_ESCAPES = {
    "0": "\x00",
    "a": "\x07",
    "b": "\x08",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\x0b",
    "f": "\x0c",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "'": "'",
    "\\": "\\",
    "/": "/",
    "N": "\x85",
    "_": "\xa0",
    "L": "\xe2\x80\xa8",
    "P": "\xe2\x80\xa9",
}
_HEX_LENGTH = {"x": 2, "u": 4, "U": 8}
_SURROGATES = range(0xD800, 0xE000)
_LAST_CODEPOINT = 0x10FFFF


class YamlError(Exception):
    """The text is not YAML; `offset` counts bytes from 0."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Style:
    """How one kind of scalar is scanned."""

    end: re.Pattern[str]
    """What ends it."""
    stop: re.Pattern[str]
    """What ends it, a line break or an escape: where copying a run of characters must stop."""
    eat_end: bool = False
    escape: str = "\0"
    """yaml-cpp's "no escape" is NUL, so that a NUL in a plain scalar acts as one."""
    fold: str = "flow"
    """`flow`, `block` or `none`."""
    leading: bool = True
    """Blanks at the start of a line are dropped, however many."""
    trim: bool = False
    on_document: str = ""
    """`break` or `throw` at a document indicator."""
    tab_throws: bool = False


PLAIN = Style(
    _END_BLOCK,
    re.compile(_END_BLOCK.pattern + r"|\n|\r\n|\0"),
    trim=True,
    on_document="break",
    tab_throws=True,
)
PLAIN_IN_FLOW = Style(
    _END_FLOW,
    re.compile(_END_FLOW.pattern + r"|\n|\r\n|\0"),
    trim=True,
    on_document="break",
    tab_throws=True,
)
SINGLE = Style(_SINGLE_END, re.compile(r"'|\n|\r\n"), eat_end=True, escape="'", on_document="throw")
DOUBLE = Style(_DOUBLE_END, re.compile(r'"|\\|\n|\r\n'), eat_end=True, escape="\\", on_document="throw")
LITERAL = Style(_NEVER, re.compile(r"\n|\r\n|\0"), fold="none", leading=False, tab_throws=True)
FOLDED = Style(_NEVER, re.compile(r"\n|\r\n|\0"), fold="block", leading=False, tab_throws=True)


class Scalar(NamedTuple):
    """What was scanned."""

    value: str
    end: int
    """Offset behind it."""
    new_line: bool
    """It ended because a line was less indented."""
    pieces: tuple[tuple[int, int], ...]
    """(offset in value, offset in the text) wherever the two stop going in step."""


@dataclass(slots=True)
class _Scan:
    """One scalar being scanned: the three phases of a line, and what folding must remember between lines."""

    text: str
    pos: int
    line_start: int
    style: Style
    indent: int
    detect: bool = False
    out: str = ""
    pieces: list[tuple[int, int]] = field(default_factory=list)
    found: bool = False
    past_opening: bool = False
    empty: bool = False
    more_indented: bool = False
    folded: int = 0
    folded_from_more: bool = False
    last_escape: int = -1
    kept: int = 0
    escaped_break: bool = False
    new_line: bool = False

    @property
    def column(self) -> int:
        """Where in its line the scan stands."""
        return self.pos - self.line_start

    def run(self) -> None:
        """Scan to the end of the scalar."""
        self.past_opening = self.style.fold == "flow"
        size = len(self.text)
        while self.pos < size:
            if self.line_content() or self.line_break():
                return

    def line_content(self) -> bool:
        """Phase 1: copy until the line, or the scalar, ends. True: the scalar ended."""
        style, text = self.style, self.text
        self.kept = len(self.out)
        self.escaped_break = False
        while True:
            found = style.stop.search(text, self.pos)
            at = found.start() if found else len(text)
            if at == self.pos and found and self.ends_here(at):
                break
            if self.pos == self.line_start and style.on_document and DOC_INDICATOR.match(text, self.pos):
                if style.on_document == "throw":
                    raise YamlError("illegal document indicator in scalar", self.pos)
                return True
            if at > self.pos:
                self.copy(at)
            if at == len(text):
                if style.eat_end:
                    raise YamlError("illegal EOF in scalar", at)
                return True
            if self.ends_here(at):
                break
            self.found = self.past_opening = True
            if style.escape == "\\" and BREAK.match(text, at + 1):
                self.pos = at + 1
                self.kept = self.last_escape = len(self.out)
                self.escaped_break = True
                break
            self.unescape()
        ended = style.end.match(text, self.pos)
        if ended:
            self.pos = ended.end() if style.eat_end else self.pos
            return True
        return False

    def ends_here(self, at: int) -> bool:
        """Whether the line's content stops at `at`, as opposed to an escape."""
        return bool(BREAK.match(self.text, at) or self.style.end.match(self.text, at))

    def copy(self, end: int) -> None:
        """Take the characters up to `end` as they are."""
        chunk = self.text[self.pos : end]
        self.pieces.append((len(self.out), self.pos))
        stripped = len(chunk.rstrip(" \t"))
        if stripped:
            self.kept = len(self.out) + stripped
        self.out += chunk
        self.pos = end
        self.found = self.past_opening = True

    def unescape(self) -> None:
        """Take one escape sequence."""
        self.pieces.append((len(self.out), self.pos))
        value, self.pos = _unescape(self.text, self.pos)
        self.out += value
        self.kept = self.last_escape = len(self.out)

    def line_break(self) -> bool:
        """Phases 2 and 3: the line break and the next line's indentation. True: the scalar ended."""
        style, text = self.style, self.text
        if style.fold == "flow":
            self.out = self.out[: self.kept]
        newline = BREAK.match(text, self.pos)
        if newline is None:
            return True
        broke_at = self.pos
        self.pos = self.line_start = newline.end()
        self.skip_indentation()
        next_empty = BREAK.match(text, self.pos) is not None
        next_more = text[self.pos : self.pos + 1] in {" ", "\t"}
        if style.fold == "block" and self.folded == 0 and next_empty:
            self.folded_from_more = self.more_indented
        if self.past_opening:
            self.pieces.append((len(self.out), broke_at))
            self.fold(next_empty=next_empty, next_more=next_more)
        self.empty, self.more_indented = next_empty, next_more
        self.past_opening = True
        if not self.empty and self.column < self.indent:
            self.new_line = True
            return True
        return False

    def skip_indentation(self) -> None:
        """Drop the indentation, once it is known how much that is, and further blanks where they do not count."""
        text, style = self.text, self.style
        while (
            text[self.pos : self.pos + 1] == " "
            and (self.column < self.indent or (self.detect and not self.found))
            and not style.end.match(text, self.pos)
        ):
            self.pos += 1
        if self.detect and not self.found:
            self.indent = max(self.indent, self.column)
        while text[self.pos : self.pos + 1] in {" ", "\t"}:
            if text[self.pos] == "\t" and self.column < self.indent and style.tab_throws:
                raise YamlError("illegal tab when looking for indentation", self.pos)
            if not style.leading or style.end.match(text, self.pos):
                break
            self.pos += 1

    def fold(self, *, next_empty: bool, next_more: bool) -> None:
        """Write what a line break stands for."""
        if self.style.fold == "none":
            self.out += "\n"
        elif self.style.fold == "flow":
            if next_empty:
                self.out += "\n"
            elif not self.empty and not self.escaped_break:
                self.out += " "
        else:
            plain = not (self.empty or next_empty or self.more_indented or next_more)
            if plain and self.column >= self.indent:
                self.out += " "
            elif next_empty:
                self.folded += 1
            else:
                self.out += "\n"
            if not next_empty and self.folded > 0:
                self.out += "\n" * (self.folded - 1)
                if self.folded_from_more or next_more or not self.found:
                    self.out += "\n"
                self.folded = 0

    def last_of(self, blanks: str) -> int:
        """Index of the last character not in `blanks`, never before the last escape; -1 where there is none."""
        last = len(self.out.rstrip(blanks)) - 1
        return max(last, self.last_escape)


def scan_scalar(text: str, pos: int, line_start: int, style: Style, indent: int) -> Scalar:
    """Scan a plain or quoted scalar; quoted ones start behind their opening quote. Raises YamlError."""
    scan = _Scan(text, pos, line_start, style, indent)
    scan.run()
    out = scan.out
    if style.trim:
        last = scan.last_of(" \t")
        if 0 <= last < len(out):
            scan.out = out = out[: last + 1]
        last = scan.last_of("\n")
        out = "" if last < 0 else out[: last + 1]
    else:
        out = _clip(scan)
    return Scalar(out, scan.pos, scan.new_line, tuple(scan.pieces))


def scan_block(
    text: str, pos: int, line_start: int, style: Style, indent: int | None, *, top: int, chomp: str
) -> Scalar:
    """Scan a block scalar from the end of its header line; `indent` None: found out from its first line."""
    base = max(top, 0) + (1 if indent is None else indent)
    scan = _Scan(text, pos, line_start, style, base, detect=indent is None)
    scan.run()
    out = scan.out
    if chomp == "strip":
        last = scan.last_of("\n")
        out = "" if last < 0 else out[: last + 1]
    elif chomp == "clip":
        out = _clip(scan)
    return Scalar(out, scan.pos, scan.new_line, tuple(scan.pieces))


def _clip(scan: _Scan) -> str:
    """At most one line break at the end."""
    last = scan.last_of("\n")
    return "" if last < 0 else scan.out[: last + 2]


def _unescape(text: str, pos: int) -> tuple[str, int]:
    """The escape sequence at `pos` and the offset behind it."""
    char = text[pos + 1 : pos + 2]
    pos += 2
    if char in _ESCAPES:
        return _ESCAPES[char], pos
    length = _HEX_LENGTH.get(char)
    if length is None:
        raise YamlError(f"unknown escape character: {char}", pos)
    digits = text[pos : pos + length]
    pos += length
    if len(digits) < length or re.fullmatch("[0-9a-fA-F]+", digits) is None:
        raise YamlError("bad character found while scanning hex number", pos)
    value = int(digits, 16)
    if value in _SURROGATES or value > _LAST_CODEPOINT:
        raise YamlError(f"invalid unicode: {value}", pos)
    return chr(value).encode().decode("latin-1"), pos
