"""Rows: events of JSON sources, decoded only as far as rules need it, by the compiled module `_rows`.

Which lines become rows, and what is in them, is decided so that nobody can tell the difference: a line that is unusual
in any way is decoded the exact way, and whatever a row cannot answer is asked of the exact view of the same line.
Without the compiled module there are no rows, and everything is decoded the exact way.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from types import ModuleType
from typing import TYPE_CHECKING, Any

from engine.event import PLUGIN_EVENT, Stream
from engine.fields.catalog import FieldRef
from engine.fields.generic import extract as generic
from engine.values import Value
from sources import jsonvalue
from sources.json_fields.extract import extract as json_field
from sources.json_fields.extract import pointer
from sources.jsontext import unescape
from sources.view import FieldReader, Kit, PluginView, Record

native: ModuleType | None
"""The compiled module, if there was a compiler."""
try:
    from sources import _rows
except ImportError:
    native = None
else:
    native = _rows

if TYPE_CHECKING:
    from sources._rows import Projector

Path = tuple[str, ...]
Row = tuple[Any, ...]
"""(time in ns, bytes, where its values are, texts that conditions test...)."""

_INDEX = re.compile(r"[+-]?[0-9]+")
_POINTERS = ("json.value", "jevt.value")
_RAWTIMES = ("json.rawtime", "jevt.rawtime")
_PLAIN = re.compile(rb'"[ !#-\[\]-~]*"')
_QUOTE = ord('"')


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field that is the text at a path. `bare`: what is there but no string reads as an empty text."""

    path: Path
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Reads:
    """A field whose reader looks at these paths and at nothing else of the document."""

    paths: tuple[Path, ...]
    reader: FieldReader


@dataclass(frozen=True, slots=True)
class Made:
    """A field that follows from the strings at some paths: None for what is not there, empty for what is no string."""

    paths: tuple[Path, ...]
    make: Callable[..., Value | None]


Place = Leaf | Reads | Made
"""Where a field's value comes from."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Which lines are events that need no second look."""

    time: Path
    """Where the event's time is."""
    needed: tuple[tuple[Path, str | None], ...]
    """Paths that must be there; with the string that must stand there, or `!` and the one that must not."""
    assumed: Mapping[str, str]
    """Top-level members that readers look for in every event, with some value."""


@dataclass(frozen=True, slots=True)
class RowLayout:
    """One source's events as rows."""

    admission: Admission
    fields: Mapping[str, Place]
    """The source's own fields; those that are not here are asked of the exact view."""

    def plan(self, tested: Sequence[FieldRef], shown: Sequence[FieldRef]) -> "RowPlan | None":
        """Lay out what conditions test and what only outputs show; None without the compiled module."""
        return None if native is None else RowPlan(self, tested, shown)

    def where(self, ref: FieldRef) -> Place | None:
        """Where a field's value comes from; None: only the exact view knows it."""
        name = ref.field.name
        if name in _POINTERS:
            keys = tuple(pointer(ref.arg or ""))
            end = next((at for at, key in enumerate(keys) if _INDEX.fullmatch(key)), len(keys))
            return Leaf(keys) if end == len(keys) else Reads((keys[:end],), json_field) if end else None
        return self.fields.get(name)


class RowPlan:
    """What rows are like for one ruleset."""

    def __init__(self, layout: RowLayout, tested: Sequence[FieldRef], shown: Sequence[FieldRef]) -> None:
        self.layout = layout
        self.places = {ref.text: place for ref in (*tested, *shown) if (place := layout.where(ref)) is not None}
        admission = layout.admission
        slots: dict[Path, int] = {}
        for path in (admission.time, *(path for path, _ in admission.needed)):
            slots.setdefault(path, len(slots))
        for place in self.places.values():
            for path in (place.path,) if isinstance(place, Leaf) else place.paths:
                slots.setdefault(path, len(slots))
        self.slots = slots
        eager = (place for ref in tested if isinstance(place := self.places.get(ref.text), Leaf))
        self._eager = {leaf: at for at, leaf in enumerate(dict.fromkeys(eager))}
        assert native is not None, "plan() has looked"
        self.projector: Projector = native.Projector(
            tuple(slots),
            [(slots[leaf.path], leaf.bare) for leaf in self._eager],
            slots[admission.time],
            [(slots[path], text) for path, text in admission.needed],
            unescape,
            shown_text,
        )
        self.names: dict[str, object] = {"text": self.projector.text}
        self.readers = {ref.text: self._reader(ref) for ref in (*tested, *shown) if ref.text in self.places}
        self.names.update((f"read{at}", reader) for at, reader in enumerate(self.readers.values()))
        self._named = {text: f"read{at}" for at, text in enumerate(self.readers)}
        self._row: Row | None = None
        self._nodes: dict[int, Any] = {}

    def _reader(self, ref: FieldRef) -> Callable[[Row], Value | None]:
        """How a field is read of a row."""
        place = self.places[ref.text]
        if isinstance(place, Leaf):
            slot, bare, text = self.slots[place.path], place.bare, self.projector.text
            return lambda row: text(row, slot, bare)
        slots = tuple(self.slots[path] for path in place.paths)
        if isinstance(place, Made):
            make, string = place.make, self.projector.string
            return lambda row: ended(make(*[string(row, slot) for slot in slots]))
        reader, parts = place.reader, tuple(zip(slots, place.paths, strict=True))
        return lambda row: ended(reader(self._part(row, parts), ref))

    def _part(self, row: Row, parts: tuple[tuple[int, Path], ...]) -> "PluginView":
        """A view of a document that has the values at these paths, and what every event has."""
        if row is not self._row:
            self._row, self._nodes = row, {}
        document: dict[str, Any] = dict(self.layout.admission.assumed)
        for slot, path in parts:
            node = self._nodes.get(slot, self)
            if node is self:
                raw = self.projector.raw(row, slot)
                node = self._nodes[slot] = jsonvalue.MISSING if raw is None else _node(raw)
            if node is not jsonvalue.MISSING:
                inner = document
                for key in path[:-1]:
                    inner = inner.setdefault(key, {})
                inner[path[-1]] = node
        return _Part(document)

    def expression(self, ref: FieldRef) -> str | None:
        """How a field is read of a row."""
        place = self.places.get(ref.text)
        if isinstance(place, Leaf):
            at = self._eager.get(place)
            return f"text(row, {self.slots[place.path]}, {place.bare})" if at is None else f"row[{at + 3}]"
        if place is not None:
            return f"{self._named[ref.text]}(row)"
        return "str(row[0] % 18446744073709551616)" if ref.field.name in _RAWTIMES else None

    def ready(self, ref: FieldRef) -> bool:
        """Whether a row brings it along."""
        return self.places.get(ref.text) in self._eager

    def line(self, row: Row) -> bytes:
        """The line that a row was made of."""
        line = self.projector.raw(row, -1)
        assert line is not None, "every row has one"
        return line

    def single(self, ref: FieldRef) -> bool:  # noqa: ARG002 - only system calls have candidates
        """True."""
        return True


def ended(value: Value | None) -> Value | None:
    """A value as views give it: texts end before their first NUL, an empty list is no value."""
    if isinstance(value, str):
        return value.partition("\0")[0] if "\0" in value else str(value)
    if isinstance(value, tuple):
        return tuple([one.partition("\0")[0] if isinstance(one, str) else one for one in value]) or None
    return value


def shown_text(raw: bytes) -> str:
    """The text of an object or array."""
    return jsonvalue.shown(jsonvalue.decode(raw))


class RowView(tuple["RowBatch", int, Row]):
    """The view of a row: (batch, number, row)."""

    __slots__ = ()

    code = PLUGIN_EVENT
    source_event = True
    num: "property" = property(itemgetter(1))

    @property
    def ts_ns(self) -> int:
        """The event's own time."""
        stamp: int = self[2][0]
        return stamp

    def extract(self, ref: FieldRef) -> Value | None:
        """The value of a field; as PluginView."""
        batch, _, row = self
        reader = batch.plan.readers.get(ref.text)
        if reader is not None:
            return reader(row)
        if ref.field.name.startswith("evt.") and ref.field.name != "evt.plugininfo":
            return generic(self, batch.kit.stream, ref)
        return batch.exact(self[1], row).extract(ref)


_new: Callable[..., Any] = tuple.__new__


def _node(raw: bytes) -> Any:
    """A value, decoded; plain strings without much ado."""
    if raw[0] == _QUOTE and _PLAIN.fullmatch(raw):
        return raw[1:-1].decode("ascii")
    return jsonvalue.decode(raw)


class _Part(PluginView):
    """As much of a view as readers of documents look at."""

    __slots__ = ()

    def __init__(self, document: dict[str, Any]) -> None:
        self.payload = b"{"
        self._document = document


class RowBatch:
    """Events of one plugin source: rows, and records for what is no row."""

    def __init__(
        self, kit: Kit, plan: RowPlan, items: list[Row | Record], split: Callable[[bytes], list[Record]]
    ) -> None:
        self.kit = kit
        self.plan = plan
        self.items = items
        self._split = split
        self._exact: PluginView | None = None

    @property
    def source(self) -> str:
        """Whose rules may see these events."""
        return self.kit.stream.source

    @property
    def stream(self) -> Stream:
        """What all events share."""
        return self.kit.stream

    def begin(self) -> None:
        """Before the first event: the stream begins with it."""
        if self.stream.first_ts_ns is None and self.items:
            self.stream.first_ts_ns = self.time(self.items[0])

    def time(self, item: Row | Record) -> int:
        """The time of an item, in ns."""
        if isinstance(item, Record):
            return item.ts_ns
        stamp: int = item[0]
        return stamp

    def view(self, num: int, item: Row | Record) -> RowView | PluginView:
        """The view of an item."""
        if isinstance(item, Record):
            return PluginView(self.kit, num, item)
        view: RowView = _new(RowView, (self, num, item))
        return view

    def exact(self, num: int, row: Row) -> PluginView:
        """The view of a row that knows everything; the last one is kept."""
        if self._exact is None or self._exact.num != num:
            self._exact = PluginView(self.kit, num, self.record(row))
        return self._exact

    def record(self, row: Row) -> Record:
        """The record of a row, decoded the exact way."""
        (record,) = self._split(self.plan.line(row))
        return record

    def views(self, num: int) -> Iterator[PluginView]:
        """Exact views, numbered from `num` + 1 on."""
        self.begin()
        for item in self.items:
            num += 1
            yield PluginView(self.kit, num, item if isinstance(item, Record) else self.record(item))
