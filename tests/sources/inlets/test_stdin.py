import gzip
import os

import pytest

from engine.errors import SourceError
from sources.base import Idle
from sources.inlets import stdin
from sources.inlets.way import Inlet


@pytest.fixture
def pipe():
    read, write = os.pipe()
    ends = {"read": read, "write": write}
    yield ends
    for fd in ends.values():
        if fd >= 0:
            os.close(fd)


def finish(pipe):
    os.close(pipe["write"])
    pipe["write"] = -1


def test_a_pipe_gives_what_is_in_it_and_says_when_there_is_no_more(pipe):
    given = stdin.blocks(Inlet(pipe["read"]))
    os.write(pipe["write"], b"one\n")
    assert next(given) == b"one\n"
    assert next(given) is None
    assert isinstance(next(given), Idle)
    os.write(pipe["write"], b"two\n")
    assert next(given) == b"two\n"
    finish(pipe)
    assert list(given) == []


def test_packed_input_is_unpacked_also_in_small_pieces(pipe):
    packed = gzip.compress(b"first ") + gzip.compress(b"second")
    given = stdin.blocks(Inlet(pipe["read"]))
    found = []
    for at in range(len(packed)):
        os.write(pipe["write"], packed[at : at + 1])
        found += [next(given)] if at else []
    finish(pipe)
    assert b"".join(one for one in (*found, *given) if isinstance(one, bytes)) == b"first second"


def test_what_begins_as_a_packed_file_may_be_none(pipe):
    os.write(pipe["write"], b"\x1f")
    finish(pipe)
    assert [one for one in stdin.blocks(Inlet(pipe["read"])) if isinstance(one, bytes)] == [b"\x1f"]


def test_a_damaged_packed_file_ends_with_a_sentence(pipe):
    os.write(pipe["write"], gzip.compress(b"x")[:10] + b"\xff" * 20)
    with pytest.raises(SourceError, match=r"^read standard input: "):
        list(stdin.blocks(Inlet(pipe["read"])))


def test_a_plain_file_is_read_from_where_it_began(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"before,after")
    with path.open("rb") as file:
        assert [one for one in stdin.blocks(Inlet(file.fileno(), 7)) if one] == [b"after"]
        assert [one for one in stdin.blocks(Inlet(file.fileno(), 7)) if one] == [b"after"]
