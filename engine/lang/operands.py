"""Fields and transformers, as they stand in conditions and in outputs: the part of the parser both need."""

from dataclasses import dataclass, field

from engine.errors import CadgeError
from engine.lang import ast, lexer
from engine.lang.lexer import Cursor
from engine.span import Position, Span

TRANSFORMERS = "'val', 'tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt'"
"""Falco's enumeration in messages."""

_EXPECTED_ARGUMENT = (
    "expected field transformer argument: field, transformer, quoted string, number, or transformer list"
)
_EXPECTED_ITEM = "expected transformer list argument: field, transformer, quoted string, or number"


class ParseError(CadgeError):
    """The text is no condition. `position` is Falco's (bytes from 0, line and column from 1), `span` in characters."""

    def __init__(self, message: str, position: Position, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.span = span


@dataclass(slots=True)
class _Open:
    """A transformer, or a list within one (then without a name), whose parenthesis is still open."""

    name: str
    start: int
    depth: int
    """Calls libsinsp has nested around one of its arguments."""
    items: list[ast.Operand] = field(default_factory=list)


class OperandParser:
    """Reads fields and transformers from a cursor; `depth` counts the calls that libsinsp would have nested."""

    def __init__(self, text: str, max_depth: int) -> None:
        self.cursor = Cursor(text)
        self.max_depth = max_depth

    def error(self, message: str) -> ParseError:
        """An error at the cursor."""
        at = self.cursor.at
        return ParseError(message, self.cursor.position(), Span(at, min(at + 1, len(self.cursor.text))))

    def guard(self, depth: int) -> None:
        """Refuse what libsinsp would nest too deeply."""
        if depth >= self.max_depth:
            raise self.error(f"exceeded max depth limit of {self.max_depth}")

    def operand(self, depth: int) -> ast.Field | ast.Transformer | None:
        """A field or transformer, if one begins here; not `val`."""
        start = self.cursor.at
        if self.cursor.take(lexer.FIELD_NAME):
            return self._field(start, depth + 1)
        if self.cursor.take(lexer.TRANSFORMER):
            name = self.cursor.last[:-1]
            self.cursor.blanks()
            return self._transformer(name, start, depth + 1)
        return None

    def right_operand(self, depth: int) -> ast.Transformer | None:
        """A transformer, `val` included, if one begins at the right side of a check."""
        self.guard(depth + 1)
        cursor = self.cursor
        cursor.blanks()
        start = cursor.at
        if cursor.literal("val("):
            cursor.blanks()
            inner = cursor.at
            if not cursor.take(lexer.FIELD_NAME):
                raise self.error("expected a field within 'val' transformer")
            item = self._field(inner, depth + 2)
            cursor.blanks()
            if not cursor.literal(")"):
                raise self.error("expected a ')' token closing the transformer")
            arg = self._argument()
            return ast.Transformer("val", (item,), arg, Span(start, cursor.at))
        if cursor.take(lexer.TRANSFORMER):
            name = cursor.last[:-1]
            cursor.blanks()
            return self._transformer(name, start, depth + 2)
        return None

    def _field(self, start: int, depth: int) -> ast.Field:
        """The field whose name was just consumed."""
        self.guard(depth)
        name = self.cursor.last
        arg = self._argument()
        return ast.Field(name, arg, Span(start, self.cursor.at))

    def _argument(self) -> str | None:
        """What stands in brackets, if brackets follow."""
        cursor = self.cursor
        if not cursor.literal("["):
            return None
        if not cursor.quoted() and not cursor.take(lexer.BARE_ARGUMENT):
            raise self.error("expected a valid field argument: a quoted string or a bare string")
        arg = cursor.last
        if not cursor.literal("]"):
            raise self.error("expected a ']' token")
        return arg

    def _transformer(self, name: str, start: int, depth: int) -> ast.Transformer:
        """The transformer whose name and parenthesis were just consumed, with all that is nested in it."""
        self.guard(depth)
        self.cursor.blanks()
        opened = [_Open(name, start, depth)]
        while True:
            found = self._open_argument(opened)
            while found is not None:
                opened[-1].items.append(found)
                self.cursor.blanks()
                if self.cursor.literal(","):
                    found = None
                    continue
                found = self._close(opened.pop())
                if not opened and isinstance(found, ast.Transformer):
                    return found

    def _close(self, one: _Open) -> ast.Transformer | ast.TransformerList:
        """What ends here."""
        if not self.cursor.literal(")"):
            raise self.error("expected a ')' token closing the transformer" if one.name else "expected ')'")
        items = tuple(one.items)
        if not one.name:
            return ast.TransformerList(items, Span(one.start, self.cursor.at))
        arg = self._argument()
        return ast.Transformer(one.name, items, arg, Span(one.start, self.cursor.at))

    def _open_argument(self, opened: list[_Open]) -> ast.Operand | None:
        """One argument of the innermost parenthesis; None once another one was opened instead."""
        cursor = self.cursor
        innermost = opened[-1]
        depth = innermost.depth
        if innermost.name:
            self.guard(depth + 1)
        cursor.blanks()
        start = cursor.at
        if cursor.take(lexer.NUMBER) or cursor.quoted():
            return ast.Value(cursor.last, Span(start, cursor.at))
        if innermost.name and cursor.literal("("):
            return self._open_list(opened, start, depth)
        if cursor.take(lexer.TRANSFORMER):
            name = cursor.last[:-1]
            if not innermost.name:
                cursor.blanks()
            self.guard(depth + 2)
            cursor.blanks()
            opened.append(_Open(name, start, depth + 2))
            return None
        if cursor.take(lexer.FIELD_NAME):
            return self._field(start, depth + 2)
        raise self.error(_EXPECTED_ARGUMENT if innermost.name else _EXPECTED_ITEM)

    def _open_list(self, opened: list[_Open], start: int, depth: int) -> ast.Operand | None:
        """The list whose parenthesis was just consumed: complete where it is empty."""
        self.cursor.blanks()
        if self.cursor.literal(")"):
            return ast.TransformerList((), Span(start, self.cursor.at))
        opened.append(_Open("", start, depth))
        return None
