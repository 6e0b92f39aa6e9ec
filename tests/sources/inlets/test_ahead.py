"""Unpacking ahead gives what reading gives, also where it goes wrong, and leaves no thread behind."""

import gzip
import io
import threading
from pathlib import Path

import pytest

from sources.inlets.ahead import Ahead
from sources.inlets.lines import Lines

TEXT = b"".join(b"line %d %s\n" % (at, b"x" * (at % 700)) for at in range(9000))


def test_packed_lines_are_the_plain_ones(tmp_path: Path) -> None:
    path = tmp_path / "packed.gz"
    path.write_bytes(gzip.compress(TEXT))
    assert b"".join(Lines([path], limit=1 << 20).blocks()) == TEXT
    assert [line + b"\n" for line in Lines([path], limit=1 << 20)] == TEXT.splitlines(keepends=True)


def test_a_damaged_archive_gives_what_is_before_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "packed.gz"
    path.write_bytes(gzip.compress(TEXT)[:-4000])
    found = []
    with pytest.raises(EOFError):
        found.extend(Lines([path], limit=1 << 20).blocks())
    assert found
    assert TEXT.startswith(b"".join(found))


def test_whoever_stops_early_stops_the_thread(tmp_path: Path) -> None:
    path = tmp_path / "packed.gz"
    path.write_bytes(gzip.compress(TEXT * 3))
    blocks = Lines([path], limit=1 << 20).blocks()
    next(blocks)
    assert any(thread.name == "unpacking" for thread in threading.enumerate())
    blocks.close()
    assert not any(thread.name == "unpacking" for thread in threading.enumerate())


def test_blocks_come_in_order_and_then_nothing() -> None:
    with Ahead(io.BytesIO(b"abc"), 2) as ahead:
        assert [ahead.read(2), ahead.read(2), ahead.read(2)] == [b"ab", b"c", b""]
