"""Alerts on standard output."""

import os

import pytest

from supervisor.outputs.base import Line, OutputGoneError
from supervisor.outputs.stdout import StdoutOutput


def test_unbuffered_every_alert_is_there_at_once_and_buffered_at_the_end() -> None:
    read, write = os.pipe()
    output = StdoutOutput(fd=write)
    output.write([Line(4, b"one"), Line(4, b"two")])
    assert os.read(read, 100) == b"one\ntwo\n"
    output = StdoutOutput(fd=write, buffered=True)
    output.write([Line(4, b"three")])
    os.set_blocking(read, False)
    with pytest.raises(BlockingIOError):
        os.read(read, 100)
    output.close()
    assert os.read(read, 100) == b"three\n"
    os.close(read)
    os.close(write)


def test_a_reader_that_has_left_is_told_from_other_failures() -> None:
    read, write = os.pipe()
    os.close(read)
    output = StdoutOutput(fd=write)
    with pytest.raises(OutputGoneError, match="has left"):
        output.write([Line(4, b"one")])
    output.close()
    os.close(write)
