"""From one JSON text to audit events: a single event, an `EventList`, or an array of either.

As in Falco, the payload of an event is its object written again: compact, in its own spelling.
"""

from collections.abc import Callable
from typing import Any

from sources import gotime, jsontext, jsonvalue
from sources.jsonvalue import MISSING, Members, Node, Text
from sources.view import Record

Skip = Callable[[str, str], None]
"""Is told (counter, text) what is not an event, and why."""

MALFORMED = "lines that are no JSON"
UNRECOGNIZED = "payloads that are no audit events"
UNTIMED = "events without a usable stageTimestamp"
TOO_LARGE = "events larger than maxEventSize"


class _Unrecognized(Exception):  # noqa: N818 - control flow within this file
    """Not an audit event."""


class Splitter:
    """Cuts payloads into events. `strict`: one bad element loses a whole array, as in Falco."""

    def __init__(self, max_event_size: int, skip: Skip, *, strict: bool) -> None:
        self.max_event_size = max_event_size
        self.skip = skip
        self.strict = strict

    def split(self, line: bytes) -> list[Record]:
        """The events of one JSON text, in order; what is none is counted and left out."""
        try:
            document = jsonvalue.decode(line)
        except jsonvalue.BrokenError as error:
            self.skip(MALFORMED, str(error))
            return []
        try:
            found = self._events(document)
        except _Unrecognized:
            self.skip(UNRECOGNIZED, "data not recognized as a k8s audit event")
            return []
        records = (self._record(node, whole=whole) for node, whole in found)
        return [record for record in records if record is not None]

    def _events(self, document: Node) -> list[tuple[Node, bool]]:
        """(object, whether it stood alone or in an array) of each event."""
        pending = [document]
        found: list[tuple[Node, bool]] = []
        while pending:
            node = pending.pop()
            if isinstance(node, list):
                pending.extend(reversed(node))
                continue
            kind = jsonvalue.string(node, "kind")
            items = jsonvalue.array(node, "items") if kind == "EventList" else None
            if self.strict and not items:
                items = None  # an empty list is none to Falco
            if kind == "Event":
                found.append((node, True))
            elif items is not None:
                found.extend((item, False) for item in items)
            elif self.strict or node is document:
                raise _Unrecognized
            else:
                self.skip(UNRECOGNIZED, "data not recognized as a k8s audit event")
        return found

    def _record(self, node: Node, *, whole: bool) -> Record | None:
        stamp = jsonvalue.get(node, "stageTimestamp")
        if stamp is MISSING:
            self.skip(UNTIMED, "can't read stageTimestamp")
            return None
        try:
            ts_ns = gotime.parse(stamp if isinstance(stamp, str) else "")
        except gotime.TimeError as error:
            self.skip(UNTIMED, str(error))
            return None
        payload, same = _written(node, ("kind", "stageTimestamp") if whole else ("stageTimestamp",))
        if len(payload) > self.max_event_size:
            self.skip(TOO_LARGE, f"event larger than maxEventSize: size={len(payload)}")
            return None
        return Record(ts_ns, payload, node if same else None)


def _written(node: Any, asked: tuple[str, ...]) -> tuple[bytes, bool]:
    """An event as Falco writes it again, and whether every value keeps its spelling.

    What Falco's reader was asked for is written with Go's escapes; so are all keys once one of `asked` was not found
    as spelled.
    """
    if not isinstance(node, Members):
        return jsonvalue.render_bytes(node), True
    raw_keys = {raw for raw, _ in node.pairs}
    unescaped = any(key.encode() not in raw_keys for key in asked)
    touched = {id(node[key]) for key in asked if isinstance(node.get(key), Text)}
    if not unescaped and not touched:
        return jsonvalue.render_bytes(node), True
    parts = []
    for raw, value in node.pairs:
        key = jsontext.quoted(jsontext.unescape(raw)) if unescaped else b'"' + raw + b'"'
        shown = jsontext.quoted(value.encode("utf-8", "surrogateescape")) if id(value) in touched else None
        parts.append(key + b":" + (jsonvalue.render_bytes(value) if shown is None else shown))
    return b"{" + b",".join(parts) + b"}", False
