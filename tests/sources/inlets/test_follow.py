import os

import msgspec
import pytest

from engine.errors import SourceError
from sources.inlets import follow
from sources.inlets.follow import Follow


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def follower(path):
    made = []

    def start(*, limit=1000):
        told = []
        one = Follow(path, limit=limit, tell=lambda *what: told.append(what))
        one.open()
        made.append(one)
        return lambda: list(one.lines()), told

    yield start
    for one in made:
        one.close()


def append(path, text):
    with path.open("a") as file:
        file.write(text)


def test_only_what_comes_after_the_start_is_given(path, follower):
    path.write_text("old\n")
    lines, _ = follower()
    assert lines() == []
    append(path, "new\nnewer\n")
    assert lines() == [b"new", b"newer"]
    assert lines() == []


def test_a_file_that_comes_later_is_read_from_its_start(path, follower):
    lines, _ = follower()
    assert lines() == []
    path.write_text("first\n")
    assert lines() == [b"first"]


def test_a_line_written_in_pieces_is_one_line(path, follower):
    path.write_text("")
    lines, _ = follower()
    append(path, "one ")
    assert lines() == []
    append(path, "two\nthree")
    assert lines() == [b"one two"]


def test_a_line_without_an_end_is_given_after_a_while(path, follower, monkeypatch):
    path.write_text("")
    lines, _ = follower()
    append(path, "last")
    assert lines() == []
    monkeypatch.setattr(follow, "PATIENCE_S", -1.0)
    assert lines() == [b"last"]
    assert lines() == []


def test_rotation_loses_nothing(path, follower):
    path.write_text("")
    lines, _ = follower()
    append(path, "1\n")
    assert lines() == [b"1"]
    append(path, "2\n")
    path.rename(path.with_name("log.1"))
    append(path.with_name("log.1"), "3\n4")
    assert lines() == [b"2", b"3"]
    path.write_text("5\n")
    assert lines() == [b"4", b"5"]


def test_replacement_in_one_step_is_noticed(path, follower):
    path.write_text("old\n")
    lines, _ = follower()
    fresh = path.with_name("fresh")
    fresh.write_text("1\n2\n")
    fresh.replace(path)
    assert lines() == [b"1", b"2"]
    append(path, "3\n")
    assert lines() == [b"3"]


def test_truncation_starts_again(path, follower):
    path.write_text("")
    lines, _ = follower()
    append(path, "a long line\n")
    assert lines() == [b"a long line"]
    path.write_text("")
    assert lines() == []
    append(path, "x\n")
    assert lines() == [b"x"]


def test_deletion_is_waited_out(path, follower):
    path.write_text("")
    lines, _ = follower()
    path.unlink()
    assert lines() == []
    path.write_text("again\n")
    assert lines() == [b"again"]


def test_a_long_line_is_skipped_and_told(path, follower):
    path.write_text("")
    lines, told = follower(limit=5)
    append(path, "0123456789\nok\n")
    assert lines() == [b"ok"]
    assert told == [("lines too long", "a line of more than 5 bytes is skipped")]


def test_the_folder_must_exist_at_the_start(path):
    with pytest.raises(SourceError, match="no such file or directory"):
        Follow(path / "x", limit=5, tell=lambda *_: None).open()


def place_of(path, *, place=b"", limit=1000):
    """A follower that goes on from a place; what comes, what was told, and where it stands then."""
    told = []
    one = Follow(path, limit=limit, tell=lambda *what: told.append(what))
    one.open(place)
    lines = list(one.lines())
    one.close()
    return lines, told, msgspec.json.encode(one.place)


def test_another_process_goes_on_at_the_place_even_inside_a_line(path):
    path.write_text("old\n")
    _, _, place = place_of(path)
    append(path, "one\ntw")
    lines, _, place = place_of(path, place=place)
    assert lines == [b"one"]
    append(path, "o\nthree\n")
    assert place_of(path, place=place)[:2] == ([b"two", b"three"], [])


def test_files_that_were_rotated_meanwhile_are_read_in_their_order(path, tmp_path):
    path.write_text("old\n")
    _, _, place = place_of(path)
    for number in range(1, 4):
        append(path, f"line {number}\n")
        os.utime(path, ns=(number * 10**9, number * 10**9))
        path.rename(tmp_path / f"log.{4 - number}")
    path.write_text("line 4\n")
    (tmp_path / "logger.conf").write_text("nothing to do with it\n")
    assert place_of(path, place=place)[:2] == ([b"line 1", b"line 2", b"line 3", b"line 4"], [])


def test_a_file_that_is_gone_is_told_and_the_new_one_read_from_its_start(path):
    path.write_text("old\n")
    _, _, place = place_of(path)
    path.unlink()
    path.write_text("another\n")
    lines, told, _ = place_of(path, place=place)
    assert (lines, [name for name, _ in told]) == ([b"another"], ["files gone"])


def test_a_copy_of_the_file_is_not_read_again(path, tmp_path):
    path.write_text("old\n")
    _, _, place = place_of(path)
    append(path, "one\n")
    (tmp_path / "log.1").write_bytes(path.read_bytes())
    (tmp_path / "fresh").write_text("two\n")
    (tmp_path / "fresh").rename(path)
    assert "one" not in [line.decode() for line in place_of(path, place=place)[0]]


def test_where_there_was_no_file_everything_that_comes_is_new(path):
    _, _, place = place_of(path)
    path.write_text("first\n")
    assert place_of(path, place=place)[:2] == ([b"first"], [])
