"""Events of plugin sources: what they carry, and how their fields are found."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.event import PLUGIN_EVENT, Stream
from engine.fields.catalog import FieldRef
from engine.fields.generic import extract as generic
from engine.values import Value
from sources import jsonvalue
from sources.jsonvalue import MISSING, Node

_PRINTABLE = re.compile(rb"[ -~]*")

FieldReader = Callable[["PluginView", FieldRef], Value | None]
"""Gives one field of one event."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What all events of one source share."""

    stream: Stream
    readers: Mapping[str, FieldReader]
    """Field name -> how to read it: the source's own fields, and those of compatible extraction plugins."""
    describe: Callable[["PluginView"], str | None]
    """evt.plugininfo: the event in the plugin's words; None if it has none."""
    note: Callable[["PluginView"], None] | None = None
    """Is shown every event before the rules are, for fields that look back."""


class PluginView:
    """One event of a plugin source."""

    __slots__ = ("_document", "kit", "memo", "num", "payload", "ts_ns")

    code = PLUGIN_EVENT
    source_event = True

    def __init__(self, kit: Kit, num: int, record: "Record") -> None:
        self.kit = kit
        self.num = num
        self.ts_ns = record.ts_ns
        self.payload = record.payload
        self._document = record.document
        self.memo: object = None
        """Whatever the source's own readers want to keep of this event."""

    def extract(self, ref: FieldRef) -> Value | None:
        """The value of a field; texts end before their first NUL, an empty list is no value."""
        reader = self.kit.readers.get(ref.field.name)
        if reader is None:
            return generic(self, self.kit.stream, ref)
        value = reader(self, ref)
        if isinstance(value, str):
            return value.partition("\0")[0] if "\0" in value else str(value)
        if isinstance(value, tuple):
            return tuple(one.partition("\0")[0] if isinstance(one, str) else one for one in value) or None
        return value

    @property
    def document(self) -> Node:
        """The payload as JSON; MISSING if it is none."""
        if self._document is None:
            try:
                self._document = jsonvalue.decode(self.payload)
            except jsonvalue.BrokenError:
                self._document = MISSING
        return self._document

    @property
    def plugin_info(self) -> str | None:
        """What evt.plugininfo shows."""
        text = (self.kit.describe(self) or "").partition("\0")[0]
        return text or self._summary()

    def _summary(self) -> str:
        """What libs shows of a payload that the plugin says nothing about."""
        start = self.payload[:50]
        shown = start.decode("ascii") if _PRINTABLE.fullmatch(start) else "<binary>"
        more = "..." if len(self.payload) > len(start) and shown != "<binary>" else ""
        return f"datalen={len(self.payload)} data={shown}{more}"


@dataclass(slots=True)
class Record:
    """One event before it has a number."""

    ts_ns: int
    payload: bytes
    document: Any = None
    """The payload decoded, where that was already done; None otherwise."""


class PluginBatch:
    """Some records of one plugin source."""

    def __init__(self, kit: Kit, records: list[Record]) -> None:
        self.kit = kit
        self.records = records

    @property
    def source(self) -> str:
        """Whose rules may see these events."""
        return self.kit.stream.source

    def views(self, num: int) -> Iterator[PluginView]:
        """Number the records from `num` + 1 on."""
        stream = self.kit.stream
        for record in self.records:
            num += 1
            if stream.first_ts_ns is None:
                stream.first_ts_ns = record.ts_ns
            view = PluginView(self.kit, num, record)
            if self.kit.note is not None:
                self.kit.note(view)
            yield view
