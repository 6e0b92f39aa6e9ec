"""The `evt.*` fields that every event has, read from a view and its stream."""

from datetime import UTC, datetime

from engine.event import Stream, View
from engine.fields.catalog import FieldRef
from engine.values import Value

_SECOND = 1_000_000_000


def extract(view: View, stream: Stream, ref: FieldRef) -> Value | None:
    """The value of a generic field; None for any other."""
    name = ref.field.name
    ts = view.ts_ns
    delta = ts - (stream.first_ts_ns if stream.first_ts_ns is not None else ts)
    since = delta % (1 << 64)
    simple: dict[str, Value | None] = {
        "evt.num": view.num,
        "evt.rawtime": ts,
        "evt.rawtime.s": ts % (1 << 64) // _SECOND,
        "evt.rawtime.ns": ts % (1 << 64) % _SECOND,
        "evt.reltime": delta,
        "evt.reltime.s": since // _SECOND,
        "evt.reltime.ns": since % _SECOND,
        "evt.source": stream.source,
        "evt.pluginname": stream.plugin,
        "evt.plugininfo": getattr(view, "plugin_info", None),
        "evt.is_async": False,
        "evt.hostname": stream.hostname or None,
    }
    return simple[name] if name in simple else _time(name, ts, stream)


def _time(name: str, ts: int, stream: Stream) -> Value | None:
    local = datetime.fromtimestamp(ts // _SECOND, stream.zone)
    fraction = f".{ts % _SECOND:09d}"
    return {
        "evt.time": local.strftime("%H:%M:%S") + fraction,
        "evt.time.s": local.strftime("%H:%M:%S"),
        "evt.datetime": local.strftime("%Y-%m-%d %H:%M:%S") + fraction,
        "evt.datetime.s": local.strftime("%Y-%m-%d %H:%M:%S"),
        "evt.time.iso8601": datetime.fromtimestamp(ts // _SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        + fraction
        + "+0000",
    }.get(name)
