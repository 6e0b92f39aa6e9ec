"""Text of a condition to its syntax tree, with Falco's messages and places (libsinsp's filter/parser).

The grammar is falco.md 5.1 and its order of attempts is Falco's, since that decides what an error says. Nesting is kept
on a list of our own: neither a deep text nor a long one can exhaust Python's stack. `depth` counts the calls that
libsinsp would have nested, so that its limit is met at the same character.
"""

from dataclasses import dataclass, field

from engine.lang import ast, lexer
from engine.lang.operands import TRANSFORMERS, OperandParser, ParseError
from engine.lang.strings import EscapeError
from engine.span import Position, Span

__all__ = ["MAX_DEPTH", "ParseError", "parse", "parse_operand"]

MAX_DEPTH = 1000
"""Falco's limit for rules."""

_EXPECTED_OPERATOR = (
    "expected a valid check operator: one of 'exists', '<=', '<', '>=', '>', '==', '=', '!=', 'glob', "
    "'iglob', 'contains', 'icontains', 'bcontains', 'startswith', 'bstartswith', 'endswith', 'regex', 'intersects', "
    "'in', 'pmatch'"
)
_EXPECTED_NUMBER = f"expected a number value or a field with a valid transformer: {TRANSFORMERS}"
_EXPECTED_STRING = f"expected a string value or a field with a valid transformer: {TRANSFORMERS}"
_EXPECTED_LIST = f"expected a list, an identifier, or a field with a valid transformer: {TRANSFORMERS}"

# How many calls libsinsp has nested at a place, counted from where it enters the disjunction around it.
_AND, _NOT, _CHECK = 2, 3, 4
_FIELD = _CONDITION = 5
_VALUE, _TRY_OPERAND = 6, 7


def parse(text: str, max_depth: int = MAX_DEPTH) -> ast.Expr:
    """The tree of a whole condition. Raises `ParseError` and nothing else, whatever the text."""
    if not text:
        message = "filter input string is empty"
        raise ParseError(message, ast.START, Span(0, 0))
    parser = _Parser(text, max_depth)
    try:
        return parser.whole()
    except EscapeError as error:
        raise parser.error(str(error)) from None


def parse_operand(text: str, max_depth: int = 100) -> tuple[ast.Operand, int]:
    """The field or transformer that `text` begins with, and where it ends. Raises `ParseError`.

    What outputs hold behind a `%`. The message for something else is as truncated as Falco's.
    """
    parser = OperandParser(text, max_depth)
    try:
        parser.guard(1)
        operand = parser.operand(1)
    except EscapeError as error:
        raise parser.error(str(error)) from None
    if operand is None:
        raise parser.error(f"unexpected token after '{parser.cursor.last}")
    return operand, parser.cursor.at


@dataclass(slots=True)
class _Group:
    """What is known of a parenthesis that is still open; the outermost stands for the whole text."""

    base: int
    """Calls nested around this group."""
    start: int
    opened_by: str = ""
    """What the parenthesis follows: `or`, `and` take it as their operand, else it is a check."""
    ors: list[ast.Expr] = field(default_factory=list)
    ands: list[ast.Expr] = field(default_factory=list)
    and_start: int = 0
    not_start: int = 0
    negated: bool = False


class _Parser(OperandParser):
    """One condition while it is read."""

    def whole(self) -> ast.Expr:
        """The text from its first to its last character."""
        result = self._expression()
        if self.cursor.at != len(self.cursor.text):
            raise self.error(f"unexpected token after '{self.cursor.last}', expecting 'or', 'and'")
        return result

    def _expression(self) -> ast.Expr:
        """A disjunction and everything within its parentheses."""
        groups = [self._open(0, "")]
        while True:
            found = self._check_or_group(groups)
            if found is not None:
                result = self._absorb(groups, found)
                if result is not None:
                    return result

    def _absorb(self, groups: list[_Group], found: ast.Expr) -> ast.Expr | None:
        """Put `found` where it belongs and close what ends behind it.

        The whole tree; None where an operand begins instead.
        """
        opened_by = ""
        while True:
            group = groups[-1]
            if opened_by == "or":
                # Falco's quirk: behind `or(...)` no `and` is looked for.
                group.ors.append(found)
            else:
                span = Span(group.not_start, self.cursor.at)
                group.ands.append(ast.Not(found, span) if group.negated else found)
                if self._next_and(groups):
                    return None
            if self._next_or(groups):
                return None
            found = self._result(groups.pop())
            if not groups:
                return found
            if not self.cursor.literal(")"):
                raise self.error("expected a ')' token")
            opened_by = group.opened_by

    def _result(self, group: _Group) -> ast.Expr:
        """The tree of a disjunction that has ended."""
        children = tuple(group.ors)
        return children[0] if len(children) == 1 else ast.Or(children, Span(group.start, self.cursor.at))

    def _open(self, base: int, opened_by: str) -> _Group:
        """Enter a disjunction, and the first conjunction within."""
        self.guard(base + 1)
        group = _Group(base, self.cursor.at, opened_by)
        self.cursor.blanks()
        self._begin_and(group)
        return group

    def _begin_and(self, group: _Group) -> None:
        """Enter a conjunction."""
        self.guard(group.base + _AND)
        group.ands = []
        group.and_start = self.cursor.at
        self.cursor.blanks()
        self._begin_not(group)

    def _begin_not(self, group: _Group) -> None:
        """Enter an operand of a conjunction: its negations cancel each other out in pairs."""
        self.guard(group.base + _NOT)
        group.not_start = self.cursor.at
        group.negated = False
        self.cursor.blanks()
        while self.cursor.take(lexer.NOTS):
            group.negated = not group.negated

    def _check_or_group(self, groups: list[_Group]) -> ast.Expr | None:
        """A check or macro; None once a parenthesis was opened instead."""
        group = groups[-1]
        if self.cursor.literal("not("):
            group.negated = not group.negated
            groups.append(self._embedded(group.base + _NOT, "not"))
            return None
        self.guard(group.base + _CHECK)
        start = self.cursor.at
        self.cursor.blanks()
        if self.cursor.literal("("):
            groups.append(self._embedded(group.base + _CHECK, ""))
            return None
        position = self.cursor.position(start)
        left = self.operand(group.base + _CHECK)
        if left is not None:
            return self._condition(left, group.base + _CONDITION, start, position)
        if self.cursor.take(lexer.IDENTIFIER):
            return ast.Macro(self.cursor.last, Span(start, self.cursor.at), position)
        raise self.error("expected a '(' token, a field check, or an identifier")

    def _embedded(self, base: int, opened_by: str) -> _Group:
        """The inside of a parenthesis that was just opened."""
        self.guard(base + 1)
        self.cursor.blanks()
        return self._open(base + 1, opened_by)

    def _next_and(self, groups: list[_Group]) -> bool:
        """Enter the operand behind an `and`, if one follows; else the conjunction is complete."""
        group = groups[-1]
        end = self.cursor.at
        self.cursor.blanks()
        if self.cursor.literal("and"):
            if self.cursor.blanks():
                self._begin_not(group)
            elif self.cursor.literal("("):
                group.negated = False
                groups.append(self._embedded(group.base + _AND, "and"))
            else:
                raise self.error("expected blank or '(' after 'and'")
            return True
        children = tuple(group.ands)
        group.ors.append(children[0] if len(children) == 1 else ast.And(children, Span(group.and_start, end)))
        return False

    def _next_or(self, groups: list[_Group]) -> bool:
        """Enter the operand behind an `or`, if one follows."""
        group = groups[-1]
        self.cursor.blanks()
        if not self.cursor.literal("or"):
            return False
        if self.cursor.blanks():
            self._begin_and(group)
        elif self.cursor.literal("("):
            groups.append(self._embedded(group.base + 1, "or"))
        else:
            raise self.error("expected blank or '(' after 'or'")
        return True

    def _condition(self, left: ast.Field | ast.Transformer, depth: int, start: int, position: Position) -> ast.Expr:
        """What is asked of `left`."""
        self.guard(depth)
        cursor = self.cursor
        cursor.blanks()
        if cursor.literal("exists"):
            return ast.Exists(left, Span(start, cursor.at), position)
        modifier = None
        right: ast.Value | ast.ValueList | ast.Field | ast.Transformer
        if cursor.take(lexer.NUMBER_OPERATOR):
            op = cursor.last
            right = self._number(depth + 1)
        elif cursor.take(lexer.STRING_OPERATOR):
            op = cursor.last
            modifier = self._modifier()
            right = self._string(depth + 1) if modifier is None else self._list(depth + 1)
        elif cursor.take(lexer.LIST_OPERATOR):
            op = cursor.last
            right = self._list_or_operand(depth + 1)
        else:
            raise self.error(_EXPECTED_OPERATOR)
        return ast.Check(left, op, modifier, right, Span(start, cursor.at), position)

    def _modifier(self) -> str | None:
        """`oneof`, `anyof` or `allof`, where a list follows; else the word is a value like any other."""
        cursor = self.cursor
        word_operator = cursor.last[0].isalpha()
        if not (cursor.blanks() or word_operator):
            return None
        before = cursor.at, cursor.last
        if cursor.take(lexer.MODIFIER):
            modifier = cursor.last
            cursor.blanks()
            listed = cursor.follows(lexer.IDENTIFIER) and not cursor.follows(lexer.KEYWORD)
            if listed or cursor.text.startswith("(", cursor.at):
                return modifier
        cursor.at, cursor.last = before
        return None

    def _value(self, start: int) -> ast.Value:
        """The token just consumed, as a value."""
        return ast.Value(self.cursor.last, Span(start, self.cursor.at), self.cursor.position(start))

    def _number(self, depth: int) -> ast.Value | ast.Field | ast.Transformer:
        """The right side of a comparison by size."""
        self.guard(depth)
        operand = self.right_operand(depth)
        if operand is not None:
            return operand
        start = self.cursor.at
        if self.cursor.take(lexer.NUMBER):
            return self._value(start)
        raise self.error(_EXPECTED_NUMBER)

    def _string(self, depth: int) -> ast.Value | ast.Field | ast.Transformer:
        """The right side of a comparison of texts."""
        self.guard(depth)
        operand = self.right_operand(depth)
        if operand is not None:
            return operand
        start = self.cursor.at
        if self.cursor.quoted() or self.cursor.take(lexer.BARE_STRING):
            return self._value(start)
        raise self.error(_EXPECTED_STRING)

    def _list(self, depth: int) -> ast.Value | ast.ValueList:
        """The right side behind a modifier."""
        self.guard(depth)
        self.cursor.blanks()
        found = self._parenthesized(depth) or self._identifier()
        if found is None:
            raise self.error("expected a list or an identifier")
        return found

    def _list_or_operand(self, depth: int) -> ast.Value | ast.ValueList | ast.Field | ast.Transformer:
        """The right side of `in`, `intersects` and `pmatch`."""
        self.guard(depth)
        self.cursor.blanks()
        found = self._parenthesized(depth) or self.right_operand(depth) or self._identifier()
        if found is None:
            raise self.error(_EXPECTED_LIST)
        return found

    def _identifier(self) -> ast.Value | None:
        """A word where a list could stand."""
        start = self.cursor.at
        return self._value(start) if self.cursor.take(lexer.IDENTIFIER) else None

    def _parenthesized(self, depth: int) -> ast.ValueList | None:
        """A list of values, if one begins here."""
        cursor = self.cursor
        start = cursor.at
        if not cursor.literal("("):
            return None
        position = cursor.position(start)
        cursor.blanks()
        items: list[ast.Value] = []
        try:
            items.append(self._item(depth + 1))
        except (ParseError, EscapeError):
            # Falco's quirk: whatever is wrong with the first item, the list is taken for an empty one, and what
            # follows must close it. A quoted string with a wrong escape has been passed by then.
            items.clear()
        else:
            cursor.blanks()
            while cursor.literal(","):
                items.append(self._item(depth + 1))
                cursor.blanks()
        if not cursor.literal(")"):
            raise self.error("expected a ')' token")
        return ast.ValueList(tuple(items), Span(start, cursor.at), position)

    def _item(self, depth: int) -> ast.Value:
        """One value of a list."""
        self.guard(depth)
        self.cursor.blanks()
        start = self.cursor.at
        if self.cursor.quoted() or self.cursor.take(lexer.BARE_STRING):
            return ast.Value(self.cursor.last, Span(start, self.cursor.at))
        raise self.error("expected a string value")
