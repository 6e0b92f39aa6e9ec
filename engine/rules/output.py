"""Output templates: `literal %field %transformer(field) %12field` (falco.md 7.1).

What follows a `%` is the longest prefix of the rest that is a field or a transformer and compiles: `%proc.name[0]` is
`%proc.name` and the literal `[0]`, since that field takes no argument.
"""

from dataclasses import dataclass

from engine.fields.catalog import Catalog, FieldRef
from engine.lang import ast, check, parser, printer, typed


class OutputError(Exception):
    """An output that Falco refuses; the text is Falco's (LOAD_ERR_COMPILE_OUTPUT)."""


@dataclass(frozen=True, slots=True)
class Token:
    """One `%...` of a template."""

    operand: typed.Operand
    text: str
    """As written, without `%` and width."""
    width: int | None = None
    """Pad with spaces on the right, or cut, to exactly so many bytes."""
    names: tuple[str, ...] = ()
    """The names under which libs resolves it: its fields, and its transformers in canonical text."""


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled output: literals and tokens in order; a missing value renders as `<NA>`."""

    text: str
    """The whole output as compiled, `append_output` included."""
    parts: tuple[str | Token, ...]

    def fields(self) -> tuple[FieldRef, ...]:
        """Every field it uses, inside transformers too, each once, in order: the keys of `output_fields`."""
        found: dict[str, FieldRef] = {}
        todo: list[typed.Operand] = [part.operand for part in reversed(self.parts) if isinstance(part, Token)]
        while todo:
            operand = todo.pop()
            if isinstance(operand, typed.Use):
                found.setdefault(operand.ref.text, operand.ref)
            elif isinstance(operand, typed.Call):
                todo.extend(reversed(operand.args))
            elif isinstance(operand, typed.ListOf):
                todo.extend(reversed(operand.items))
        return tuple(found.values())

    def names(self) -> tuple[str, ...]:
        """What `-L` lists as output_fields: fields and transformers, in order, repeats included."""
        return tuple(name for part in self.parts if isinstance(part, Token) for name in part.names)


def compile_output(text: str, catalog: Catalog) -> Template:
    """Compile a rule's output; raises OutputError with Falco's message."""
    if not text:
        raise OutputError("empty formatting token")
    line = text.removeprefix("*")
    parts: list[str | Token] = []
    literal = at = 0
    while (at := line.find("%", at)) >= 0:
        if literal != at:
            parts.append(line[literal:at])
        if at == len(line) - 1:
            raise OutputError("invalid formatting syntax: formatting cannot end with a %")
        start = at + 1
        while line[start : start + 1].isdecimal() and line[start].isascii():
            start += 1
        if start == len(line):
            raise OutputError("invalid formatting syntax: formatting cannot end with a number")
        width = int(line[at + 1 : start][:9] or "0") or None
        token, at = _token(line, start, width, catalog)
        parts.append(token)
        literal = at
    if literal != len(line):
        parts.append(line[literal:])
    return Template(text, tuple(parts))


def _token(line: str, start: int, width: int | None, catalog: Catalog) -> tuple[Token, int]:
    """The longest token at `start`, and where it ends.

    libs shortens the rest of the output by one character after each failure; whatever is longer than what the
    parser has read cannot change its answer, so those lengths are passed over.
    """
    rest = line[start:]
    size = len(rest)
    while size > 0:
        try:
            operand, read = parser.parse_operand(rest[:size])
        except parser.ParseError as error:
            size = min(size - 1, error.position.offset + 1)
            continue
        try:
            checked = check.check_operand(operand, catalog)
        except check.CheckError:
            size = min(size - 1, max(read, 1))
            continue
        names: list[str] = []
        _register(operand, names, after_transformer=False)
        return Token(checked, rest[:read], width, tuple(names)), start + read
    # The last attempt has one character and always fails in the same words, cut off by Falco itself.
    raise OutputError("unknown filter: unexpected token after '")


def _register(operand: ast.Operand, names: list[str], *, after_transformer: bool) -> bool:
    """Append the names that libs' formatter registers for an operand; says whether the last one is a transformer's.

    A transformer takes the place of the transformer registered right before it, which usually is its argument.
    """
    match operand:
        case ast.Field():
            names.append(printer.print_expr(operand))
            return False
        case ast.Transformer(args=children) | ast.TransformerList(items=children):
            for child in children:
                after_transformer = _register(child, names, after_transformer=after_transformer)
            if isinstance(operand, ast.TransformerList):
                return after_transformer
            if after_transformer:
                names.pop()
            names.append(printer.print_expr(operand))
            return True
        case ast.Value():
            return after_transformer
