"""Messages survive the wire in any pieces; what is no message is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import WireError
from engine.options import Options
from engine.rules.model import RulesFile
from supervisor import wire
from supervisor.plan import ChildPlan, PluginChoice, Stepped

UP: list[wire.Up] = [
    wire.Ready("hash", "build", "REWIND"),
    wire.Failed("stat x: no such file", retry=True, opened=True),
    wire.Alerts(3, (7, 2), [wire.Alert(7, 2, 5, "A rule", 4, b"line \xff")]),
    wire.Internal("Falco internal: metrics snapshot", 6, b"{}"),
    wire.Log(6, "words"),
    wire.Beat(2, 100, 3, {"lines too long": 1}, (100, 0), 5, (10, 100), idle=True),
    wire.Prepared("hash"),
    wire.Refused("hash", "no"),
    wire.Swapped("hash", (8, 1)),
    wire.Done("END", 100, 0.5, {}, 3, 1 << 24),
]
DOWN: list[wire.Down] = [
    ChildPlan(
        "k8s_audit",
        (RulesFile("r", "- rule: é"),),
        "hash",
        Options(json=True),
        PluginChoice("k8saudit"),
        clock=Stepped(5),
    ),
    wire.Open(),
    wire.Prepare((RulesFile("r", ""),), "hash"),
    wire.Commit("hash"),
    wire.Abort("hash"),
    wire.Stop(5.0),
    wire.Subscribe(details=True),
    wire.Profile(on=False),
    wire.Tick(),
    wire.Ack((7, 2)),
]


@given(st.lists(st.sampled_from(UP), max_size=12), st.lists(st.integers(1, 40), max_size=200))
def test_messages_come_out_as_they_went_in_however_the_stream_is_cut(messages: list[wire.Up], sizes: list[int]) -> None:
    stream = b"".join(map(wire.encode, messages))
    frames = wire.Frames()
    heard: list[wire.Up] = []
    for size in [*sizes, len(stream)]:
        heard += map(wire.decode_up, frames.feed(stream[:size]))
        stream = stream[size:]
    assert heard == messages
    assert not frames.partial


@pytest.mark.parametrize("message", DOWN, ids=lambda message: type(message).__name__)
def test_every_order_comes_down_as_it_was_given(message: wire.Down) -> None:
    (body,) = wire.Frames().feed(wire.encode(message))
    assert wire.decode_down(body) == message


@given(st.binary(max_size=200))
def test_bytes_that_are_no_message_raise_nothing_but_wire_errors(data: bytes) -> None:
    for decode in (wire.decode_up, wire.decode_down):
        with contextlib.suppress(WireError):
            decode(data)


def test_a_frame_that_is_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(WireError, match="announces 4294967295 bytes"):
        list(wire.Frames().feed(b"\xff\xff\xff\xff"))


def test_a_message_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(WireError, match="larger than"):
        wire.encode(wire.Log(6, "x" * (wire.MAX_FRAME + 1)))


def test_an_unfinished_frame_is_partial() -> None:
    frames = wire.Frames()
    assert list(frames.feed(wire.encode(wire.Tick())[:-1])) == []
    assert frames.partial
