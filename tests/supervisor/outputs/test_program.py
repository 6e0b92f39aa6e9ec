"""Alerts to a command."""

import pytest

from supervisor.outputs.base import Line
from supervisor.outputs.program import ProgramOutput

LINES = [Line(4, b"one"), Line(4, b"two")]


def test_each_alert_has_a_process_of_its_own(tmp_path) -> None:
    output = ProgramOutput(f"(echo start; cat) >> {tmp_path}/out")
    output.write(LINES)
    assert (tmp_path / "out").read_text() == "start\none\nstart\ntwo\n"


def test_kept_alive_one_process_gets_all_until_it_is_reopened(tmp_path) -> None:
    output = ProgramOutput(f"(echo start; cat) >> {tmp_path}/out", keep_alive=True)
    output.write(LINES)
    output.reopen()
    output.write(LINES[:1])
    output.close()
    assert (tmp_path / "out").read_text() == "start\none\ntwo\nstart\none\n"


def test_a_command_that_stops_reading_is_told_and_started_again(tmp_path) -> None:
    output = ProgramOutput("exec 0<&-; sleep 0.1", keep_alive=True)
    with pytest.raises(OSError, match="no longer reads"):
        output.write([Line(4, b"x" * 10_000)] * 10_000)
    output.close()
