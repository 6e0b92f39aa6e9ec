"""Output templates: `literal %field %transformer(field) %12field` (falco.md 7.1)."""

from dataclasses import dataclass

from engine.fields.catalog import FieldRef
from engine.lang import typed


@dataclass(frozen=True, slots=True)
class Token:
    """One `%...` of a template."""

    operand: typed.Operand
    text: str
    """As written, without `%` and width."""
    width: int | None = None
    """Pad with spaces on the right, or cut, to exactly so many characters."""


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
