import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SourceError
from sources.inlets import lines
from sources.inlets.lines import Lines, LongLineError


def read(path, **settings):
    return list(Lines([path], **{"limit": 1 << 20, **settings}))


@pytest.mark.parametrize("block", [1, 2, 3, 7, 1 << 18])
def test_lines_are_cut_at_line_feeds_whatever_the_block(tmp_path, monkeypatch, block):
    monkeypatch.setattr(lines, "BLOCK", block)
    path = tmp_path / "x"
    path.write_bytes(b"one\r\n\ntwo\rthree\r\r\nlast")
    assert read(path) == [b"one", b"", b"two\rthree\r", b"last"]


@given(st.lists(st.binary(max_size=9).filter(lambda line: b"\n" not in line and not line.endswith(b"\r")), min_size=1))
def test_joining_and_cutting_are_inverse(tmp_path_factory, parts):
    path = tmp_path_factory.mktemp("lines") / "x"
    path.write_bytes(b"".join(part + b"\n" for part in parts))
    assert read(path, strict=True) == parts


@pytest.mark.parametrize("block", [2, 1 << 18])
def test_a_long_line_is_skipped_and_counted(tmp_path, monkeypatch, block):
    monkeypatch.setattr(lines, "BLOCK", block)
    path = tmp_path / "x"
    path.write_bytes(b"ab\n" + b"x" * 11 + b"\ncd\n" + b"y" * 12)
    told = []
    assert list(Lines([path], limit=10, tell=lambda *what: told.append(what))) == [b"ab", b"cd"]
    assert told == [("lines too long", "a line of more than 10 bytes is skipped")] * 2


def test_a_long_line_ends_a_strict_reading(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"ab\n" + b"x" * 11 + b"\ncd\n")
    cut = iter(Lines([path], limit=10, strict=True))
    with pytest.raises(LongLineError):
        list(cut)


def test_memory_stays_bounded_by_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "BLOCK", 1 << 10)
    path = tmp_path / "x"
    path.write_bytes(b"x" * (1 << 20) + b"\nend\n")
    assert read(path, limit=100) == [b"end"]


def test_a_gzipped_file_is_unpacked_unless_strict(tmp_path):
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(b"one\ntwo\n"))
    assert read(path) == [b"one", b"two"]
    assert read(path, strict=True) != [b"one", b"two"]


def test_several_files_follow_each_other_line_by_line(tmp_path):
    for name, text in (("a", "1"), ("b", "2\n"), ("c", "3")):
        (tmp_path / name).write_text(text)
    cut = Lines([tmp_path / name for name in "abc"], limit=9)
    assert list(cut) == [b"1", b"2", b"3"]
    assert cut.position() == (4, 4)


def test_a_missing_file_is_told_as_go_tells_it(tmp_path):
    with pytest.raises(SourceError, match="no such file or directory") as caught:
        lines.stat(str(tmp_path / "none"))
    assert str(caught.value).startswith("stat ")
