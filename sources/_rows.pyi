from collections.abc import Callable, Sequence
from typing import Any

class Projector:
    """Finds the values at some paths of lines of JSON."""

    longest: int
    """Bytes of the longest line that may become a row."""

    def __init__(
        self,
        paths: Sequence[tuple[str, ...]],
        eager: Sequence[tuple[int, bool]],
        time: int,
        needed: Sequence[tuple[int, str | None]],
        unescape: Callable[[bytes], bytes],
        shown: Callable[[bytes], str],
    ) -> None: ...
    def rows(self, data: bytes, out: list[Any]) -> int:
        """Append one item for each line of `data` that is not empty: a row, or the line where it does not fit.

        Returns how many lines do not fit.
        """

    def parts(self, data: bytes, places: list[tuple[int, int]], out: list[Any]) -> int:
        """Append one item for each (start, end) of `data`; as `rows`."""

    def row(self, line: bytes) -> tuple[Any, ...] | None:
        """The row of one JSON text; None if it does not fit."""

    def string(self, row: tuple[Any, ...], slot: int) -> str | None:
        """The string at a path, whole; what is no string is an empty one, None if there is nothing."""

    def text(self, row: tuple[Any, ...], slot: int, bare: bool = False) -> str | None:
        """The value at a path as a field shows it; None if there is none."""

    def raw(self, row: tuple[Any, ...], slot: int) -> bytes | None:
        """The JSON text at a path; None if there is none. Slot -1: the whole line."""

class Braces:
    """Counts braces over a text that comes in blocks, and says where the objects one level down are."""

    @property
    def depth(self) -> int:
        """How many are open."""

    def feed(self, data: bytes, pos: int, start: int, out: list[tuple[int, int]]) -> tuple[int, int]:
        """Go on at `pos`; append (start, end) of each object that ends; where to go on, and where one has begun."""
