"""Where in a rules file something stands: Falco's chain of contexts with its snippet, and our own exact caret."""

from bisect import bisect_right
from dataclasses import dataclass, replace

from engine.diagnostics import Caret, Code, Context, Diagnostic, Location
from engine.rules.document import Node, Source, span_of
from engine.span import Position, Span

_HALF = 80
"""Falco's snippets show so many bytes on each side."""
_LONGEST_NAME = 20
_NO_CONTEXT = "<No context available>\n"


@dataclass(frozen=True, slots=True)
class _Part:
    """A run of a traced text: what it was copied from."""

    start: int
    source: Source
    node: Node
    offset: int
    """Character offset in the node's value; -1: none of the text stands there, it is about the whole node."""


@dataclass(frozen=True, slots=True)
class Traced:
    """A condition whose every character can be found again in the rules file.

    Appends, exceptions and lists make a condition out of pieces from several places; Falco forgets
    them, we point there.
    """

    text: str
    parts: tuple[_Part, ...] = ()
    edits: tuple[tuple[int, int, int], ...] = ()
    """Substitutions made since, in order: (start, end, length of what replaced it)."""

    @staticmethod
    def of(source: Source, node: Node) -> "Traced":
        """A scalar as it stands in the file."""
        return Traced(node.value, (_Part(0, source, node, 0),))

    @staticmethod
    def about(text: str, source: Source, node: Node) -> "Traced":
        """A text that was made up for `node`."""
        return Traced(text, (_Part(0, source, node, -1),))

    def __add__(self, other: "Traced | str") -> "Traced":
        """Both texts behind each other; a bare string stands nowhere."""
        if isinstance(other, str):
            return replace(self, text=self.text + other)
        shift = len(self.text)
        return Traced(
            self.text + other.text, self.parts + tuple(replace(p, start=p.start + shift) for p in other.parts)
        )

    def behind(self, prefix: str) -> "Traced":
        """With `prefix` in front."""
        shift = len(prefix)
        return Traced(prefix + self.text, tuple(replace(p, start=p.start + shift) for p in self.parts))

    def caret(self, span: Span) -> Caret | None:
        """The place in the rules file of a range of `text`."""
        start, end = self._origin(span.start), self._origin(max(span.end - 1, span.start))
        if start is None:
            return None
        if end is None or end[0] is not start[0]:
            end = start
        first, last = start[1], max(end[1], start[1])
        return Caret(start[0].name, Span(first, last + 1))

    def _origin(self, at: int) -> tuple[Source, int] | None:
        """The file and character offset of one character."""
        for start, end, length in reversed(self.edits):
            if at >= start + length:
                at += end - start - length
            elif at > start:
                at = start
        index = bisect_right([part.start for part in self.parts], at) - 1
        index = max(index, 0)
        if not self.parts:
            return None
        part = self.parts[index]
        if part.offset < 0:
            return part.source, part.source.character(part.node.pos)
        inside = part.node.value[: max(at - part.start, 0) + part.offset]
        return part.source, part.source.character(part.node.offset_of(len(inside.encode("utf-8", "surrogateescape"))))


@dataclass(frozen=True, slots=True)
class Place:
    """How one gets to a place, outermost first."""

    source: Source
    locations: tuple[Location, ...]
    node: Node | None = None
    condition: str | None = None
    """The text Falco quotes instead of the file's."""
    exact: Caret | None = None

    @staticmethod
    def whole(source: Source) -> "Place":
        """A whole rules file."""
        return Place(source, (Location("rules content", "", Position(), source.name),))

    def at(self, node: Node, kind: str, name: str = "") -> "Place":
        """A node within this place."""
        location = Location(kind, name, self.source.position(node.pos), self.source.name)
        return Place(self.source, (*self.locations, location), node)

    def at_offset(self, offset: int) -> "Place":
        """Where YAML went wrong."""
        location = Location("value for", "", self.source.position(offset), self.source.name)
        return Place(self.source, (*self.locations, location), Node("null", offset))

    def inside(self, position: Position, condition: str, exact: Caret | None = None) -> "Place":
        """A place within a condition: Falco adds the parser's position, lines from 1, to the condition's."""
        last = self.locations[-1].position
        short = condition.encode("utf-8", "surrogateescape")
        name = short if len(short) <= _LONGEST_NAME else short[: _LONGEST_NAME - 3] + b"..."
        quoted = '"' + name.decode("utf-8", "surrogateescape").replace("\n", " ").replace("\r", " ") + '"'
        moved = Position(position.offset + last.offset, position.line + last.line, position.column + last.column)
        location = Location("condition expression", "", moved, quoted)
        return Place(self.source, (*self.locations, location), self.node, condition, exact)

    def narrowed(self, exact: Caret | None) -> "Place":
        """The same for Falco, with a better caret."""
        return replace(self, exact=exact)

    @property
    def caret(self) -> Caret | None:
        """The place for our own rendering."""
        if self.exact is not None or self.node is None:
            return self.exact
        return Caret(self.source.name, span_of(self.source, self.node))

    def context(self) -> Context:
        """As a diagnostic carries it."""
        return Context(self.locations, self._snippet())

    def _snippet(self) -> str:
        last = self.locations[-1]
        content = self.condition.encode("utf-8", "surrogateescape").decode("latin-1") if self.condition else ""
        if not content:
            if last.name != self.source.name:
                return f"<No context for file + {last.name}>\n"
            content = self.source.raw
        made = snippet(content, last.position.offset)
        return made if made.isascii() else made.encode("latin-1").decode("utf-8", "surrogateescape")


def snippet(content: str, pos: int) -> str:
    """Falco's snippet of `content` (one character per byte): the line, cut to 80 bytes each side, and a caret."""
    if not content:
        return _NO_CONTEXT
    size = len(content)
    pos = max(pos, 0)
    if pos >= size:
        pos = size - 1
    while pos > 0 and content[pos] == "\n":
        pos -= 1
    start = pos
    while start > 0 and content[start] != "\n" and pos - start < _HALF:
        start -= 1
    end = pos
    while end < size - 1 and content[end] != "\n" and end - pos < _HALF:
        end += 1
    if content[start] == "\n":
        start += 1
    if content[end] == "\n":
        end -= 1
    shown = content[start : end + 1] if end >= start else ""
    if not shown:
        return _NO_CONTEXT
    if pos - start >= _HALF:
        shown = "..." + shown[3:]
    if end - pos >= _HALF:
        shown = shown[:-3] + "..."
    if pos - start <= len(shown):
        return f"{shown}\n{' ' * (pos - start)}^\n"
    return shown + "\n"


class RulesItemError(Exception):
    """An error that ends the loading of a file."""

    def __init__(self, code: Code, message: str, place: Place, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.place = place
        self.hint = hint

    def diagnostic(self) -> Diagnostic:
        """As the report holds it."""
        return Diagnostic(self.code, self.message, self.place.context(), self.place.caret, self.hint)


def invalid(message: str, place: Place, hint: str | None = None) -> RulesItemError:
    """The file's structure is wrong (LOAD_ERR_YAML_VALIDATE)."""
    return RulesItemError(Code.LOAD_ERR_YAML_VALIDATE, message, place, hint)


def wrong(message: str, place: Place, hint: str | None = None) -> RulesItemError:
    """An item is wrong (LOAD_ERR_VALIDATE)."""
    return RulesItemError(Code.LOAD_ERR_VALIDATE, message, place, hint)
