"""The `evt.*` fields that every event has, whatever its source, read from its view and its stream (falco.md 6.1)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from engine.event import ASYNC_EVENT, Stream, View
from engine.events.kinds import Category
from engine.events.names import name_of
from engine.events.tables import EVENTS
from engine.fields.catalog import FieldRef
from engine.values import Value, cut

_SECOND = 1_000_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK = "%H:%M:%S"
_DATE = "%Y-%m-%d %H:%M:%S"

Reader = Callable[[View, Stream], Value | None]


def extract(view: View, stream: Stream, ref: FieldRef) -> Value | None:
    """The value of a generic field; None if it is missing, and for every other field.

    Times and durations are unsigned 64-bit numbers, as in libs: an event older than the first one has a very long
    evt.reltime. Two fields need more than a view has to have: a view of an asynchronous event offers `async_name`
    (evt.asynctype), one of a plugin `plugin_info` (evt.plugininfo).
    """
    reader = _READERS.get(ref.field.name)
    return None if reader is None else reader(view, stream)


def _rawtime(view: View, _stream: Stream) -> int:
    """Nanoseconds since 1970."""
    return cut(view.ts_ns, 64, signed=False)


def _reltime(view: View, stream: Stream) -> int:
    """Nanoseconds since the first event; since 1970 for libs' own events before it."""
    return cut(view.ts_ns - (stream.first_ts_ns or 0), 64, signed=False)


def _written(view: View, zone: tzinfo, form: str, *, fraction: bool) -> str:
    """The time of the event in a zone."""
    seconds, rest = divmod(cut(view.ts_ns, 64, signed=False), _SECOND)
    text = (EPOCH + timedelta(seconds=seconds)).astimezone(zone).strftime(form)
    return f"{text}.{rest:09d}" if fraction else text


def _is_async(view: View) -> bool:
    """Whether the event came from outside the stream: asynchronous events and libs' own."""
    return bool(EVENTS[view.code][1] & Category.METAEVENT)


def _async_type(view: View, _stream: Stream) -> str | None:
    """The name an asynchronous event was sent under; libs' own events are named by their type."""
    if not _is_async(view):
        return None
    return getattr(view, "async_name", None) if view.code == ASYNC_EVENT else name_of(view.code)


_READERS: dict[str, Reader] = {
    "evt.num": lambda view, _: view.num,
    "evt.time": lambda view, stream: _written(view, stream.zone, _CLOCK, fraction=True),
    "evt.time.s": lambda view, stream: _written(view, stream.zone, _CLOCK, fraction=False),
    "evt.time.iso8601": lambda view, _: _written(view, UTC, "%Y-%m-%dT%H:%M:%S", fraction=True) + "+0000",
    "evt.datetime": lambda view, stream: _written(view, stream.zone, _DATE, fraction=True),
    "evt.datetime.s": lambda view, stream: _written(view, stream.zone, _DATE, fraction=False),
    "evt.rawtime": _rawtime,
    "evt.rawtime.s": lambda view, stream: _rawtime(view, stream) // _SECOND,
    "evt.rawtime.ns": lambda view, stream: _rawtime(view, stream) % _SECOND,
    "evt.reltime": _reltime,
    "evt.reltime.s": lambda view, stream: _reltime(view, stream) // _SECOND,
    "evt.reltime.ns": lambda view, stream: _reltime(view, stream) % _SECOND,
    "evt.pluginname": lambda _, stream: stream.plugin,
    "evt.plugininfo": lambda view, _: getattr(view, "plugin_info", None),
    "evt.source": lambda _, stream: stream.source,
    "evt.is_async": lambda view, _: _is_async(view),
    "evt.asynctype": _async_type,
    "evt.hostname": lambda _, stream: stream.hostname,
}
"""How each field is read."""
