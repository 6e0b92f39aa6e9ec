"""Literals on the right of a check: what they are where they stand.

Most depend on the type alone; system call events add that `evt.type` takes known names only and `evt.around` only `=`.
"""

from engine.events.names import known_event_type
from engine.fields.catalog import Catalog, Field, Type
from engine.values import LiteralError, Scalar, parse_hex, parse_integer, parse_literal

_MILLISECOND = 1_000_000


def parse(text: str, type_: Type, op: str, field: Field | None, catalog: Catalog) -> Scalar:
    """The value that a literal right of `op` is. Raises LiteralError with Falco's text.

    `type_` is that of the left side, transformers applied; `field` is the field that its one-argument transformers
    stand around, None where there is none (`join(...)`). The delta of evt.around comes back in nanoseconds.
    """
    name = "" if field is None else field.name
    if op in {"bcontains", "bstartswith"}:
        text = parse_hex(text).decode("utf-8", "surrogateescape")
    value = parse_literal(text, type_, parameter=name == "evt.rawarg")
    if name == "evt.type" and not known_event_type(str(value), catalog.async_names):
        raise LiteralError(f"unknown event type {text}")
    if name == "evt.around":
        if op not in {"=", "=="}:
            raise LiteralError("evt.around supports only '=' comparison operator")
        return parse_integer(text, 64, signed=False) * _MILLISECOND % (1 << 64)
    return value
