"""The evt.* fields of every event."""

from dataclasses import dataclass
from datetime import UTC, timedelta, timezone

import pytest

from engine.event import ASYNC_EVENT, PLUGIN_EVENT, Stream
from engine.fields import generic, libs
from engine.fields.catalog import Catalog, FieldRef
from engine.fields.resolve import resolve
from engine.values import Value

CATALOG = Catalog("my", libs.classes("my"))
NOON = 1_715_000_000_000_000_007
EAST = timezone(timedelta(hours=2))


@dataclass
class Event:
    num: int = 3
    ts_ns: int = NOON
    code: int = PLUGIN_EVENT
    async_name: str = ""
    plugin_info: str | None = None

    def extract(self, ref: FieldRef) -> Value | None:
        return None


def read(name: str, event: Event | None = None, **stream: object) -> Value | None:
    known = Stream(**{"source": "my", "zone": EAST, "plugin": "mine", "hostname": None, **stream})  # type: ignore[arg-type] # test input
    return generic.extract(event or Event(), known, resolve(CATALOG, name, None))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("evt.num", 3),
        ("evt.time", "14:53:20.000000007"),
        ("evt.time.s", "14:53:20"),
        ("evt.time.iso8601", "2024-05-06T12:53:20.000000007+0000"),
        ("evt.datetime", "2024-05-06 14:53:20.000000007"),
        ("evt.datetime.s", "2024-05-06 14:53:20"),
        ("evt.rawtime", NOON),
        ("evt.rawtime.s", 1_715_000_000),
        ("evt.rawtime.ns", 7),
        ("evt.pluginname", "mine"),
        ("evt.plugininfo", None),
        ("evt.source", "my"),
        ("evt.is_async", False),
        ("evt.asynctype", None),
        ("evt.hostname", None),
    ],
)
def test_every_field_has_falcos_form(name: str, value: object) -> None:
    assert read(name) == value


def test_every_generic_field_can_be_read() -> None:
    assert {field.name for field in libs.GENERIC.fields} == set(generic._READERS)


def test_relative_times_count_from_the_first_event_and_wrap_before_it() -> None:
    first = NOON - 2_000_000_005
    assert read("evt.reltime", first_ts_ns=first) == 2_000_000_005
    assert read("evt.reltime.s", first_ts_ns=first) == 2
    assert read("evt.reltime.ns", first_ts_ns=first) == 5
    assert read("evt.reltime", first_ts_ns=NOON + 1) == (1 << 64) - 1
    assert read("evt.reltime") == NOON


def test_asynchronous_events_have_a_type() -> None:
    event = Event(code=ASYNC_EVENT, async_name="container")
    assert read("evt.is_async", event) is True
    assert read("evt.asynctype", event) == "container"


def test_a_host_has_a_name_where_the_source_is_the_host() -> None:
    assert read("evt.hostname", hostname="") == ""
    assert read("evt.hostname", hostname="node-1") == "node-1"


def test_a_plugin_words_its_events() -> None:
    assert read("evt.plugininfo", Event(plugin_info="a thing happened"), zone=UTC) == "a thing happened"


def test_other_fields_are_missing() -> None:
    field = resolve(Catalog("syscall", libs.classes("syscall")), "proc.name", None)
    assert generic.extract(Event(), Stream("my", UTC), field) is None
