"""Alerts in a file."""

import pytest

from supervisor.outputs.base import Line
from supervisor.outputs.file import FileOutput

ONE, TWO = [Line(4, b"one")], [Line(4, b"two")]


def test_alerts_are_appended_and_the_file_is_closed_in_between(tmp_path) -> None:
    path = tmp_path / "alerts"
    path.write_text("before\n")
    output = FileOutput(str(path))
    output.write(ONE)
    path.rename(tmp_path / "rotated")
    output.write(TWO)
    assert (tmp_path / "rotated").read_text() == "before\none\n"
    assert path.read_text() == "two\n"


def test_kept_open_it_follows_a_rotation_only_when_told_to_reopen(tmp_path) -> None:
    path = tmp_path / "alerts"
    output = FileOutput(str(path), keep_alive=True)
    output.write(ONE)
    path.rename(tmp_path / "rotated")
    output.write(TWO)
    output.reopen()
    output.write(TWO)
    output.close()
    assert (tmp_path / "rotated").read_text() == "one\ntwo\n"
    assert path.read_text() == "two\n"


def test_buffered_and_kept_open_it_is_whole_after_closing(tmp_path) -> None:
    output = FileOutput(str(tmp_path / "alerts"), keep_alive=True, buffered=True)
    for _ in range(1000):
        output.write(ONE)
    output.close()
    assert (tmp_path / "alerts").read_text() == "one\n" * 1000


def test_what_cannot_be_opened_is_told_in_falco_s_words_each_time(tmp_path) -> None:
    output = FileOutput(str(tmp_path / "none" / "alerts"))
    for _ in range(2):
        with pytest.raises(OSError, match=r"^failed to open output file .*/none/alerts$"):
            output.write(ONE)
    (tmp_path / "none").mkdir()
    output.write(TWO)
    assert (tmp_path / "none" / "alerts").read_text() == "two\n"
