"""YAML text to tokens, as yaml-cpp 0.8 cuts it: the same places, the same complaints.

Falco reports yaml-cpp's words and offsets, and accepts what yaml-cpp accepts (an unclosed quote at the end of a file,
for one); no YAML library for Python does both, and none tells where each character of a scalar stood.
"""

import re
from bisect import bisect_right
from collections import deque

from engine.rules.properties import scan_anchor, scan_block_header, scan_tag
from engine.rules.scalars import (
    BREAK,
    DOC_INDICATOR,
    DOUBLE,
    FOLDED,
    LITERAL,
    PLAIN,
    PLAIN_IN_FLOW,
    SINGLE,
    YamlError,
    scan_block,
    scan_scalar,
)
from engine.rules.tokens import Indent, Kind, SimpleKey, Token

_BLANKS = re.compile(r"[ \t]*")
_COMMENT = re.compile(r"#[^\n]*")
_BLOCK_ENTRY = re.compile(r"-(?:[ \t\n]|\r\n|\Z)")
_KEY = re.compile(r"\?(?:[ \t\n]|\r\n)")
_VALUE = re.compile(r":(?:[ \t\n]|\r\n|\Z)")
_VALUE_IN_FLOW = re.compile(r":(?:[ \t\n,\]}]|\r\n)")
_VALUE_IN_JSON_FLOW = re.compile(r":")
_PLAIN_START = re.compile(r"(?!\r\n)(?![-?:](?:[ \t\n]|\r\n|\Z))[^ \t\n,\[\]{}#&*!|>'\"%@`]")
_PLAIN_START_IN_FLOW = re.compile(r"(?!\r\n)(?![-:](?:[ \t]|\Z))[^ \t\n?,\[\]{}#&*!|>'\"%@`]")
_LONGEST_KEY = 1024


class Scanner:
    """Cuts `text` (one character per byte) into tokens on demand. Raises YamlError."""

    def __init__(self, text: str, breaks: list[int]) -> None:
        """`breaks`: offsets of the line feeds in `text`."""
        self._text = text
        self._size = len(text)
        self._breaks = breaks
        self._pos = 0
        self._tokens: deque[Token] = deque()
        self._ended = False
        self._key_allowed = True
        self._json_flow = False
        self._keys: list[SimpleKey] = []
        self._indents = [Indent(-1, is_map=False, is_root=True)]
        self._flows: list[str] = []
        self._line_start = 0

    def peek(self) -> Token | None:
        """The next token, None at the end. What is still open at the end counts, as with yaml-cpp."""
        tokens = self._tokens
        while True:
            while tokens and tokens[0].valid is False:
                tokens.popleft()
            if tokens and tokens[0].valid:
                return tokens[0]
            if self._ended:
                return tokens[0] if tokens else None
            self._scan()

    def pop(self) -> None:
        """Drop the next token."""
        if self.peek() is not None:
            self._tokens.popleft()

    @property
    def position(self) -> int:
        """Where scanning stands; one behind the text once it has ended."""
        return self._size + 1 if self._ended else self._pos

    @property
    def _column(self) -> int:
        return self._pos - self._line_start

    def _scan(self) -> None:
        """Scan one token (and those that it implies)."""
        self._skip()
        self._close_blocks()
        text, pos = self._text, self._pos
        if pos >= self._size:
            self._end()
            return
        char = text[pos]
        if pos == self._line_start and char in "%-." and self._document_token(char):
            return
        if char in "[]{},":
            self._flow_token(char)
        elif char == "-" and _BLOCK_ENTRY.match(text, pos):
            self._block_entry()
        elif char == "?" and _KEY.match(text, pos):
            self._explicit_key()
        elif char == ":" and self._value_pattern().match(text, pos):
            self._value()
        elif char in "*&":
            self._anchor(char)
        elif char == "!":
            self._tag()
        elif char in "|>" and not self._flows:
            self._block_scalar(char)
        elif char in "'\"":
            self._quoted(char)
        elif (_PLAIN_START_IN_FLOW if self._flows else _PLAIN_START).match(text, pos):
            self._plain()
        else:
            raise YamlError("unknown token", pos)

    def _document_token(self, char: str) -> bool:
        """A directive or document marker at the start of a line."""
        pos = self._pos
        if char == "%":
            self._directive()
            return True
        if not DOC_INDICATOR.match(self._text, pos):
            return False
        self._reset_blocks()
        self._tokens.append(Token(Kind.DOC_START if char == "-" else Kind.DOC_END, pos))
        self._pos += 3
        return True

    def _skip(self) -> None:
        """Blanks, comments and line breaks."""
        text = self._text
        while True:
            found = _BLANKS.match(text, self._pos)
            end = found.end() if found else self._pos
            if end > self._pos:
                if not self._flows and "\t" in text[self._pos : end]:
                    self._key_allowed = False
                self._pos = end
            comment = _COMMENT.match(text, self._pos)
            if comment:
                self._pos = comment.end()
            newline = BREAK.match(text, self._pos)
            if newline is None:
                return
            self._pos = self._line_start = newline.end()
            self._drop_key()
            if not self._flows:
                self._key_allowed = True

    # Indentation

    def _push_indent(self, *, is_map: bool) -> Indent | None:
        """Open a block collection here, if this is deeper than the last one."""
        if self._flows:
            return None
        column, last = self._column, self._indents[-1]
        if column < last.column:
            return None
        if column == last.column and not (not is_map and last.is_map):
            return None
        indent = Indent(column, is_map=is_map)
        indent.token = Token(Kind.BLOCK_MAP_START if is_map else Kind.BLOCK_SEQ_START, self._pos)
        self._tokens.append(indent.token)
        self._indents.append(indent)
        return indent

    def _close_blocks(self) -> None:
        """Close what the current column ends."""
        if self._flows:
            return
        column = self._column
        while self._indents:
            indent = self._indents[-1]
            if indent.column < column:
                break
            ends_sequence = not indent.is_map and not indent.is_root and not _BLOCK_ENTRY.match(self._text, self._pos)
            if indent.column == column and not ends_sequence:
                break
            self._pop_indent()
        while self._indents and self._indents[-1].valid is False:
            self._pop_indent()

    def _close_all(self) -> None:
        if self._flows:
            return
        while self._indents and not self._indents[-1].is_root:
            self._pop_indent()

    def _pop_indent(self) -> None:
        indent = self._indents.pop()
        if not indent.valid:
            self._drop_key()
        elif not indent.is_root:
            self._tokens.append(Token(Kind.BLOCK_MAP_END if indent.is_map else Kind.BLOCK_SEQ_END, self.position))

    def _reset_blocks(self) -> None:
        self._close_all()
        self._keys.clear()
        self._key_allowed = False
        self._json_flow = False

    def _end(self) -> None:
        self._ended = True
        self._close_all()
        self._keys.clear()
        self._key_allowed = False

    # Simple keys

    def _offer_key(self) -> None:
        """A key may begin here."""
        if not self._key_allowed or (self._keys and self._keys[-1].level == len(self._flows)):
            return
        indent = self._push_indent(is_map=True)
        if indent is not None:
            indent.valid = None
            if indent.token is not None:
                indent.token.valid = None
        key = Token(Kind.KEY, self._pos, valid=None)
        self._tokens.append(key)
        self._keys.append(SimpleKey(self._pos, len(self._flows), key, indent))

    def _drop_key(self) -> None:
        if self._keys and self._keys[-1].level == len(self._flows):
            self._keys.pop().settle(valid=False)

    def _confirm_key(self) -> bool:
        """A value follows: whether there was a key, short and on this line."""
        if not self._keys or self._keys[-1].level != len(self._flows):
            return False
        key = self._keys.pop()
        one_line = self._text.find("\n", key.pos, self._pos) < 0
        valid = one_line and self._pos - key.pos <= _LONGEST_KEY
        key.settle(valid=valid)
        return valid

    # Tokens

    def _directive(self) -> None:
        self._reset_blocks()
        line = self._text[self._pos : self._breaks[at] if (at := self._line()) < len(self._breaks) else self._size]
        token = Token(Kind.DIRECTIVE, self._pos)
        words = line[1:].rstrip("\r").split("#", 1)[0].split()
        token.value = words[0] if words and not line[1:2].isspace() else ""
        token.params = words[1:] if token.value else words
        self._pos += len(line)
        self._tokens.append(token)

    def _line(self) -> int:
        return bisect_right(self._breaks, self._pos - 1)

    def _flow_token(self, char: str) -> None:
        if char in "[{":
            self._offer_key()
            self._key_allowed = True
            self._json_flow = False
            self._flows.append(char)
            self._push(Kind.FLOW_SEQ_START if char == "[" else Kind.FLOW_MAP_START)
            return
        if char != "," and not self._flows:
            raise YamlError("illegal flow end", self._pos)
        if self._flows:
            if self._flows[-1] == "{" and self._confirm_key():
                self._tokens.append(Token(Kind.VALUE, self._pos))
            elif self._flows[-1] == "[":
                self._drop_key()
        if char == ",":
            self._key_allowed = True
            self._json_flow = False
            self._push(Kind.FLOW_ENTRY)
            return
        self._key_allowed = False
        self._json_flow = True
        if self._flows[-1] != {"]": "[", "}": "{"}[char]:
            raise YamlError("illegal flow end", self._pos)
        self._flows.pop()
        self._push(Kind.FLOW_SEQ_END if char == "]" else Kind.FLOW_MAP_END)

    def _push(self, kind: Kind) -> None:
        """A token of one character."""
        self._tokens.append(Token(kind, self._pos))
        self._pos += 1

    def _block_entry(self) -> None:
        if self._flows or not self._key_allowed:
            raise YamlError("illegal block entry", self._pos)
        self._push_indent(is_map=False)
        self._key_allowed = True
        self._json_flow = False
        self._push(Kind.BLOCK_ENTRY)

    def _explicit_key(self) -> None:
        if not self._flows:
            if not self._key_allowed:
                raise YamlError("illegal map key", self._pos)
            self._push_indent(is_map=True)
        self._key_allowed = not self._flows
        self._push(Kind.KEY)

    def _value_pattern(self) -> re.Pattern[str]:
        if not self._flows:
            return _VALUE
        return _VALUE_IN_JSON_FLOW if self._json_flow else _VALUE_IN_FLOW

    def _value(self) -> None:
        is_simple = self._confirm_key()
        self._json_flow = False
        if is_simple:
            self._key_allowed = False
        else:
            if not self._flows:
                if not self._key_allowed:
                    raise YamlError("illegal map value", self._pos)
                self._push_indent(is_map=True)
            self._key_allowed = not self._flows
        self._push(Kind.VALUE)

    def _anchor(self, char: str) -> None:
        self._offer_key()
        self._key_allowed = False
        self._json_flow = False
        token = Token(Kind.ALIAS if char == "*" else Kind.ANCHOR, self._pos)
        token.value, self._pos = scan_anchor(self._text, self._pos + 1, is_alias=char == "*")
        self._tokens.append(token)

    def _tag(self) -> None:
        self._offer_key()
        self._key_allowed = False
        self._json_flow = False
        token = Token(Kind.TAG, self._pos)
        token.value, self._pos = scan_tag(self._text, self._pos + 1)
        self._tokens.append(token)

    def _plain(self) -> None:
        indent = 0 if self._flows else self._top_indent() + 1
        self._offer_key()
        start = self._pos
        style = PLAIN_IN_FLOW if self._flows else PLAIN
        found = scan_scalar(self._text, start, self._line_start, style, indent)
        self._key_allowed = found.new_line
        self._json_flow = False
        self._scalar(Kind.PLAIN, start, found.value, found.end, found.pieces)

    def _quoted(self, char: str) -> None:
        self._offer_key()
        start = self._pos
        style = SINGLE if char == "'" else DOUBLE
        found = scan_scalar(self._text, start + 1, self._line_start, style, 0)
        self._key_allowed = False
        self._json_flow = True
        self._scalar(Kind.QUOTED, start, found.value, found.end, found.pieces)

    def _block_scalar(self, char: str) -> None:
        start, text = self._pos, self._text
        chomp, indent, pos = scan_block_header(text, start + 1)
        style = FOLDED if char == ">" else LITERAL
        found = scan_block(text, pos, self._line_start, style, indent, top=self._top_indent(), chomp=chomp)
        self._key_allowed = True
        self._json_flow = False
        self._scalar(Kind.QUOTED, start, found.value, found.end, found.pieces)

    def _scalar(self, kind: Kind, start: int, value: str, end: int, pieces: tuple[tuple[int, int], ...]) -> None:
        token = Token(kind, start, value)
        token.pieces = pieces
        token.end = end
        self._pos = end
        newline = self._text.rfind("\n", start, end)
        if newline >= 0:
            self._line_start = newline + 1
        self._tokens.append(token)

    def _top_indent(self) -> int:
        return self._indents[-1].column if self._indents else 0
