"""Tokens of the condition language, and a cursor that knows where Falco would say it stands.

Falco's lexer asks for one kind of token at a time; so does this one. Every pattern is anchored at the cursor and
consumes in one step, so that reading is linear in the length of the text.
"""

import re

from engine.lang.strings import unquote
from engine.span import Position

_SPACE = r" \t\n\v\f\r"  # POSIX [:space:]; what may stand between tokens is another set, see BLANKS
_RAW = "\udc80-\udcff"  # bytes that are not UTF-8: RE2 matches them with no class
_LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]")

BLANKS = re.compile("[ \t\b\r\n]*")
NOTS = re.compile(rf"(?:not[{_SPACE}]+)")
IDENTIFIER = re.compile(r"[a-zA-Z]+[a-zA-Z0-9_]*")
FIELD_NAME = re.compile(r"[a-zA-Z]+[a-zA-Z0-9_]*(?:\.[a-zA-Z]+[a-zA-Z0-9_]*)+")
BARE_ARGUMENT = re.compile(rf"[^\]\[\"'{_SPACE}{_RAW}]+")
BARE_STRING = re.compile(rf"[^()\"'{_SPACE}=,{_RAW}]+")
NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|[+\-]?[0-9]+\.?[0-9]*(?:[eE][+\-][0-9]+)?")
TRANSFORMER = re.compile(r"(?:tolower|toupper|b64|basename|len|join|concat|getopt)\(")
MODIFIER = re.compile("(?:oneof|anyof|allof)(?=[ \t\b\r\n])")
KEYWORD = re.compile("(?:and|or|not)(?![a-zA-Z0-9])")
NUMBER_OPERATOR = re.compile("<=|<|>=|>")
STRING_OPERATOR = re.compile(
    "==|=|!=|(?:glob|iglob|contains|icontains|bcontains|startswith|bstartswith|endswith|regex)(?=[ \t\b\r\n])"
)
LIST_OPERATOR = re.compile("intersects|in|pmatch")


def _size(text: str) -> int:
    """Length in bytes; a surrogate that stands for a raw byte is one."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


def _encodable(text: str) -> str:
    """`text` without surrogates that stand for no byte: YAML can spell them, a condition has no use for them."""
    return text if text.isascii() else _LONE.sub("\ufffd", text)


class Cursor:
    """A place in the text that moves forward token by token."""

    __slots__ = ("_known", "_known_at", "_nul", "at", "last", "text")

    def __init__(self, text: str) -> None:
        self.text = _encodable(text)
        self.at = 0
        self.last = ""
        """The last token: Falco quotes it when something is left over."""
        self._nul = -1
        self._known_at = 0
        self._known = Position(0, 1, 1)

    def blanks(self) -> bool:
        """Skip blanks; whether there were some."""
        found = BLANKS.match(self.text, self.at)
        end = found.end() if found else self.at
        moved = end > self.at
        self.at = end
        return moved

    def take(self, pattern: re.Pattern[str]) -> bool:
        """Consume what `pattern` matches here into `last`; whether it did."""
        found = pattern.match(self.text, self.at)
        if found is None:
            return False
        self.last = found.group()
        self.at = found.end()
        return True

    def literal(self, token: str) -> bool:
        """Consume exactly `token`; whether it stood here."""
        if not self.text.startswith(token, self.at):
            return False
        self.last = token
        self.at += len(token)
        return True

    def follows(self, pattern: re.Pattern[str]) -> bool:
        """Whether `pattern` matches here; consumes nothing."""
        return pattern.match(self.text, self.at) is not None

    def quoted(self) -> bool:
        """Consume a quoted string, its meaning into `last`; whether a whole one stood here.

        It ends at the first same quote that has no backslash before it, even where that backslash is escaped itself.
        On a wrong escape the cursor stands behind the string and `EscapeError` is raised.
        """
        text, start = self.text, self.at
        delimiter = text[start : start + 1]
        if delimiter not in {'"', "'"}:
            return False
        end = text.find(delimiter, start + 1)
        while end > start + 1 and text[end - 1] == "\\":
            end = text.find(delimiter, end + 1)
        if end < 0 or self._nul_before(end):
            return False
        self.at = end + 1
        self.last = unquote(text[start + 1 : end], delimiter)
        return True

    def _nul_before(self, end: int) -> bool:
        """Whether a NUL stands between the cursor and `end`: libs' strings end there."""
        if self._nul < self.at:
            found = self.text.find("\0", self.at)
            self._nul = len(self.text) if found < 0 else found
        return self._nul < end

    def position(self, at: int | None = None) -> Position:
        """The place of `at`, else of the cursor, as Falco counts: bytes from 0, line and column from 1.

        A carriage return ends a line too, so that `CR LF` counts as two.
        Linear over a whole text as long as it is asked from front to back.
        """
        at = self.at if at is None else at
        if at < self._known_at:
            self._known_at, self._known = 0, Position(0, 1, 1)
        piece = self.text[self._known_at : at]
        offset, line, column = self._known
        breaks = piece.count("\n") + piece.count("\r")
        if breaks:
            column = 1
            tail = piece[max(piece.rfind("\n"), piece.rfind("\r")) + 1 :]
        else:
            tail = piece
        self._known_at = at
        self._known = Position(offset + _size(piece), line + breaks, column + _size(tail))
        return self._known
