import itertools
from datetime import UTC

from engine.event import Stream
from engine.events import names
from engine.fields import resolve
from engine.options import Options
from sources import catalogs
from sources.base import Mark, Needs
from sources.syscall.nodriver import Clock, NodriverSource

CATALOG = catalogs.catalog("syscall", [], Options())


def ticks(count, step_ns=30_000_000):
    clock = itertools.count(10**18, step_ns)
    source = NodriverSource(Stream("syscall", UTC), Clock(clock.__next__, stepped=True), {})
    source.open(Needs(), Mark())
    num, found = 0, []
    for _ in range(count):
        for view in source.read().views(num):
            num = view.num
            found.append(view)
    return found


def test_a_stepped_clock_ticks_ten_times_a_second():
    found = ticks(4)
    assert [view.num for view in found] == [1, 2, 3, 4]
    times = [view.ts_ns for view in found]
    assert all(100_000_000 <= after - before < 130_000_000 for before, after in itertools.pairwise(times))


def test_a_tick_has_a_type_and_generic_fields_only():
    (view,) = ticks(1)
    assert names.name_of(view.code) == "scapevent"

    def value(name):
        return view.extract(resolve.resolve(CATALOG, name, None))

    assert value("evt.type") == "scapevent"
    assert (value("evt.num"), value("evt.source"), value("evt.rawtime")) == (1, "syscall", view.ts_ns)
    assert value("proc.name") is value("fd.name") is value("evt.pluginname") is None


def test_a_wall_clock_is_waited_for():
    times = iter([0, 100, 250])
    clock = Clock(times.__next__, stepped=False)
    assert clock.tick() == 100
