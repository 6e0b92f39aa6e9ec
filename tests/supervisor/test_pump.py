"""The child's side of the pump."""

import os

import pytest

from engine.detector import Match, Progress
from sources.base import Mark
from sources.drive import Halt
from supervisor import wire
from supervisor.pump import Pump, Uplink
from supervisor.recorder import Pen, Recorder


class Rule:
    """As much of a rule as an alert needs."""

    name = "A rule"
    priority = 4


@pytest.fixture
def pumped():
    """A pump with frames of three alerts, and what it has sent so far."""
    read, write = os.pipe()
    os.set_blocking(read, False)
    recorder = Recorder()
    pump = Pump(Uplink(write), Progress(), Pen(os.dup(recorder.fd)), 3)
    frames = wire.Frames()

    def sent() -> list[wire.Up]:
        try:
            return [wire.decode_up(body) for body in frames.feed(os.read(read, 1 << 16))]
        except BlockingIOError:
            return []

    yield pump, sent
    os.close(read)
    os.close(write)
    recorder.close()


def give(pump: Pump, *nums: int) -> None:
    for num in nums:
        pump.alert(Match(num, 1, 0, Rule(), b"line"), None)


def test_alerts_share_frames_and_the_end_of_a_batch_sends_the_rest(pumped) -> None:
    pump, sent = pumped
    give(pump, 1, 2)
    assert sent() == []
    give(pump, 3, 4)
    (first,) = sent()
    assert (first.seq, first.mark, len(first.alerts)) == (1, (3, 1), 3)
    pump.flush(Mark(9, 99))
    (second,) = sent()
    assert (second.seq, second.mark, len(second.alerts)) == (2, (4, 1), 1)
    pump.flush(Mark(12, 99))
    assert sent() == []
    assert pump.alerts == 4


def test_an_alert_does_not_wait_long_for_company(pumped, monkeypatch) -> None:
    pump, sent = pumped
    now = [0.0]
    monkeypatch.setattr("supervisor.pump.time.monotonic", lambda: now[0])
    give(pump, 1)
    now[0] = 0.06
    give(pump, 2)
    assert len(sent()) == 1


def test_without_alerts_what_is_flushed_is_settled_at_once(pumped) -> None:
    pump, _ = pumped
    pump.flush(Mark(5, 99))
    assert pump.settled() == Mark(5, 99)
    assert pump.settled() is None


def test_with_alerts_it_is_settled_when_the_outputs_have_them_all(pumped) -> None:
    pump, _ = pumped
    give(pump, 1, 2, 3, 4)
    pump.flush(Mark(5, 99))
    assert pump.settled() is None
    pump.acked = Mark(3, 1)
    assert pump.settled() == Mark(3, 1)
    pump.acked = Mark(4, 1)
    assert pump.settled() == Mark(5, 99)


def test_orders_are_taken_one_by_one_in_order(pumped) -> None:
    pump, _ = pumped
    assert pump.poll() is None
    pump.orders.append(Halt())
    assert pump.poll() == Halt()
    assert pump.poll() is None
