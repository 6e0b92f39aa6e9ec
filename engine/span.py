"""Places in a text."""

from typing import NamedTuple


class Span(NamedTuple):
    """Half-open range of character offsets in the text it was parsed from."""

    start: int
    end: int


class Position(NamedTuple):
    """A place as Falco prints it: everything counts from 0 in YAML; lines and columns from 1 in conditions."""

    offset: int = 0
    line: int = 0
    column: int = 0


def position_at(text: str, offset: int) -> Position:
    """Where `offset` stands in `text`: line and column from 0."""
    offset = min(max(offset, 0), len(text))
    return Position(offset, text.count("\n", 0, offset), offset - (text.rfind("\n", 0, offset) + 1))
