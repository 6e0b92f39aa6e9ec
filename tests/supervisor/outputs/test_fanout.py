"""The queue before the channels."""

import threading

from supervisor.outputs.base import Line, OutputGoneError
from supervisor.outputs.fanout import BOUND, Fanout, Parcel


class Gate:
    """A channel that waits until it is let through."""

    def __init__(self, name: str = "gate", error: Exception | None = None) -> None:
        self.name = name
        self.error = error
        self.open = threading.Event()
        self.lines: list[bytes] = []
        self.acts: list[str] = []

    def write(self, lines) -> None:
        self.open.wait(10)
        if self.error is not None:
            raise self.error
        self.lines += [line.data for line in lines]

    def reopen(self) -> None:
        self.acts.append(f"reopen after {len(self.lines)}")

    def close(self) -> None:
        self.acts.append("close")


def parcel(source: str, *texts: bytes, mark: tuple[int, int] = (1, 1), epoch: int = 1) -> Parcel:
    return Parcel(source, epoch, mark, [Line(4, text) for text in texts])


def gated(*gates: Gate, **more):
    told: list[tuple[int, str]] = []
    return Fanout(gates, log=lambda level, text: told.append((level, text)), **more), told


def test_every_channel_gets_every_alert_in_order_and_is_closed_at_the_end() -> None:
    one, two = Gate(), Gate()
    one.open.set()
    two.open.set()
    fanout, told = gated(one, two)
    for number in range(100):
        fanout.offer(parcel("a", b"%d" % number))
    fanout.close()
    fanout.close()
    assert one.lines == two.lines == [b"%d" % number for number in range(100)]
    assert one.acts == ["close"]
    assert told == []


def test_a_source_is_full_alone_and_a_nudge_tells_when_there_is_room() -> None:
    gate = Gate()
    fanout, _ = gated(gate)
    room = threading.Event()
    fanout.on_wake(room.set)
    fanout.offer(parcel("flood", *[b"x"] * BOUND))
    assert fanout.full("flood")
    assert not fanout.full("quiet")
    gate.open.set()
    assert room.wait(5)
    assert not fanout.full("flood")
    fanout.close()


def test_a_mark_settles_once_every_channel_has_its_alerts() -> None:
    gate = Gate()
    fanout, _ = gated(gate)
    woken = threading.Event()
    fanout.on_wake(woken.set)
    fanout.offer(parcel("a", b"x", mark=(7, 2), epoch=3))
    assert fanout.settled("a") is None
    gate.open.set()
    assert woken.wait(5)
    assert fanout.settled("a") == (3, (7, 2))
    fanout.close()


def test_a_channel_that_fails_is_logged_and_the_others_get_theirs() -> None:
    bad, good = Gate("file", OSError("failed to open output file x")), Gate()
    bad.open.set()
    good.open.set()
    fanout, told = gated(bad, good)
    fanout.offer(parcel("a", b"1"))
    fanout.close()
    assert told == [(3, "file: failed to open output file x")]
    assert good.lines == [b"1"]


def test_the_last_channel_without_a_reader_means_that_the_run_is_for_nobody() -> None:
    gone = Gate("stdout", OutputGoneError("whoever read standard output has left"))
    gone.open.set()
    fanout, told = gated(gone)
    woken = threading.Event()
    fanout.on_wake(woken.set)
    assert not fanout.abandoned
    fanout.offer(parcel("a", b"1"))
    assert woken.wait(5)
    assert fanout.abandoned
    assert told == [(3, "stdout: whoever read standard output has left")]
    fanout.close()


def test_over_capacity_the_newest_are_dropped_and_the_first_drop_is_told() -> None:
    gate = Gate()
    fanout, told = gated(gate, capacity=3)
    fanout.offer(parcel("a", b"1", b"2"))
    fanout.offer(parcel("b", b"3", b"4"))
    fanout.offer(parcel("b", b"5"))
    assert not fanout.full("a")
    gate.open.set()
    fanout.close()
    assert gate.lines == [b"1", b"2", b"3"]
    assert fanout.drops == 2
    assert told == [(3, "Outputs queue out of memory. Drop event and continue on ...")]


def test_reopening_waits_for_its_turn() -> None:
    gate = Gate()
    fanout, _ = gated(gate)
    fanout.offer(parcel("a", b"1"))
    fanout.reopen()
    fanout.offer(parcel("a", b"2"))
    gate.open.set()
    fanout.close()
    assert gate.acts == ["reopen after 1", "close"]


def test_a_channel_that_blocks_is_complained_about_once_and_given_up_at_the_end() -> None:
    gate = Gate("program")
    fanout, told = gated(gate, timeout_s=0.05)
    fanout.offer(parcel("a", b"1"))
    fanout.offer(parcel("a", b"2"))
    fanout.close()
    fanout.check()
    fanout.check()
    assert told == [
        (5, "output channels still blocked, discarding all remaining notifications"),
        (2, '"program" output timeout, all output channels are blocked'),
    ]
    gate.open.set()
