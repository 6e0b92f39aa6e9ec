from datetime import UTC

import pytest

from engine.errors import SourceError
from engine.event import Stream
from sources import registry
from sources.base import End, Fault, Mark, Needs
from sources.pull import PullSource
from sources.spec import SourceConfig
from sources.view import Kit, Record


class Numbers(PullSource):
    """Four records; the third read gives nothing; fails at the end if told so."""

    fails = False

    def start(self):
        def records():
            yield Record(1, b"1")
            yield Record(2, b"2")
            yield None
            yield Record(3, b"3")
            yield Record(4, b"4")
            if self.fails:
                raise SourceError("broken", retry=True)

        return records()


def opened(*, fails=False, strict=False, lossy=0, size=10):
    config = SourceConfig(
        registry.load("dummy"), {}, "", Stream("dummy", UTC), lambda: 0, 0, {}, batch_events=size, strict=strict
    )
    source = Numbers(config, Kit(config.stream, {}, lambda _view: None))
    source.fails, source.lossy_batch = fails, lossy
    source.open(Needs(), Mark())
    return source


def batches(source):
    found, num = [], 0
    while not isinstance(batch := source.read(), End | Fault):
        views = list(batch.views(num))
        num = views[-1].num if views else num
        found.append([(view.num, view.payload) for view in views])
    return found, batch


def test_batches_are_as_large_as_asked_and_numbers_go_on():
    found, end = batches(opened(size=1))
    assert found == [[(1, b"1")], [(2, b"2")], [(3, b"3")], [(4, b"4")]]
    assert end == End()


def test_a_read_that_gives_nothing_ends_a_batch_early():
    assert batches(opened())[0] == [[(1, b"1"), (2, b"2")], [(3, b"3"), (4, b"4")]]


def test_events_read_before_a_fault_are_handed_out():
    found, end = batches(opened(fails=True))
    assert found == [[(1, b"1"), (2, b"2")], [(3, b"3"), (4, b"4")]]
    assert end == Fault("broken", retry=True)


def test_a_strict_source_loses_the_batch_in_which_it_fails():
    assert batches(opened(fails=True, strict=True, lossy=128))[0] == [[(1, b"1"), (2, b"2")]]
    assert len(batches(opened(fails=True, lossy=128))[0]) == 2


def test_what_is_skipped_is_counted_and_told():
    told = []
    source = opened()
    source.config = SourceConfig(
        registry.load("dummy"), {}, "", Stream("dummy", UTC), lambda: 0, 0, {}, log=lambda *line: told.append(line)
    )
    source.skip("odd lines", "this one is odd")
    assert source.counters() == {"odd lines": 1}
    assert told == [(4, "[dummy] this one is odd")]


def test_a_source_without_a_beginning_cannot_be_opened():
    source = opened()
    with pytest.raises(SourceError):
        PullSource(source.config, source.kit).open(Needs(), Mark())
