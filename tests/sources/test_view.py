from datetime import UTC

import pytest

from engine.event import PLUGIN_EVENT, Stream
from engine.fields.catalog import Field, FieldRef, Type
from sources.jsonvalue import MISSING
from sources.view import Kit, PluginBatch, Record

FIELD = FieldRef(Field("x", Type.CHARBUF, ""), "x")


def view(payload=b"{}", *, value=None, info="", ts_ns=5):
    kit = Kit(Stream("s", UTC, plugin="p"), {"x": lambda _view, _ref: value}, lambda _view: info)
    return next(PluginBatch(kit, [Record(ts_ns, payload)]).views(6))


@pytest.mark.parametrize(
    ("value", "seen"),
    [("a\0b", "a"), ("\0", ""), (("a\0b", "c"), ("a", "c")), ((), None), (7, 7), (None, None)],
)
def test_texts_end_at_a_nul_and_empty_lists_are_no_value(value, seen):
    assert view(value=value).extract(FIELD) == seen


def test_an_event_has_a_number_a_time_and_a_code():
    one = view(ts_ns=9)
    assert (one.num, one.ts_ns, one.code) == (7, 9, PLUGIN_EVENT)


def test_generic_fields_are_the_engines():
    ref = FieldRef(Field("evt.num", Type.UINT64, ""), "evt.num")
    assert view().extract(ref) == 7


def test_the_first_event_starts_the_streams_clock():
    kit = Kit(Stream("s", UTC), {}, lambda _view: None)
    list(PluginBatch(kit, [Record(5, b""), Record(9, b"")]).views(0))
    assert kit.stream.first_ts_ns == 5


def test_a_payload_that_is_no_json_has_no_document():
    assert view(b"not json").document is MISSING
    assert view(b"[1]").document == [1]


@pytest.mark.parametrize(
    ("payload", "info", "shown"),
    [
        (b"x", "told", "told"),
        (b"x", "to\0ld", "to"),
        (b"abc", "", "datalen=3 data=abc"),
        (b"a\x01", "", "datalen=2 data=<binary>"),
        (b"y" * 60, "", "datalen=60 data=" + "y" * 50 + "..."),
        (b"", "", "datalen=0 data="),
    ],
)
def test_plugin_info_falls_back_to_the_payload(payload, info, shown):
    assert view(payload, info=info).plugin_info == shown


def test_every_event_is_shown_before_the_rules_see_it():
    seen = []
    kit = Kit(Stream("s", UTC), {}, lambda _view: None, lambda one: seen.append(one.num))
    walk = PluginBatch(kit, [Record(5, b""), Record(9, b"")]).views(0)
    next(walk)
    assert seen == [1]
