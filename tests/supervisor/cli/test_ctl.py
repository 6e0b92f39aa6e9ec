"""`cadge ctl` against a run in another process."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
COMMAND = Path(sys.executable).with_name("cadge")
RULES = "- {rule: R, desc: x, condition: evt.num = 0, output: old, priority: INFO}\n"


@pytest.fixture
def running(tmp_path):
    """A run that ticks for ever, and its socket."""
    (tmp_path / "r.yaml").write_text(RULES)
    socket = tmp_path / "s"
    process = subprocess.Popen(
        [COMMAND, "run", "syscall", "-o", "engine.kind=nodriver", "-r", tmp_path / "r.yaml", "--control", socket],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    assert process.stderr is not None
    assert "carrying syscall" in process.stderr.readline()
    yield process, socket
    process.terminate()
    process.communicate(timeout=20)


def test_status_is_a_table_for_people_and_json_for_programs(cadge, running) -> None:
    _, socket = running
    run = cadge("ctl", "status", "--control", socket)
    assert run.returncode == 0
    assert " · ready · " in run.stdout
    data = json.loads(cadge("ctl", "status", "--control", socket, "--json").stdout)
    assert [one["source"] for one in data["sources"]] == ["syscall"]


def test_the_last_source_that_is_stopped_ends_the_run(cadge, running) -> None:
    process, socket = running
    run = cadge("ctl", "stop", "syscall", "--control", socket)
    assert (run.returncode, run.stdout) == (0, "syscall is being stopped\n")
    assert process.wait(timeout=20) == 0
    assert not socket.exists()


def test_an_order_that_cannot_be_carried_out_is_status_1(cadge, running) -> None:
    _, socket = running
    run = cadge("ctl", "restart", "sycall", "--control", socket)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == "error: there is no source 'sycall'; there are syscall\n"


def test_rules_that_were_changed_are_in_force_without_being_asked_for(running, tmp_path) -> None:
    process, _ = running
    (tmp_path / "r.yaml").write_text(RULES.replace("= 0", "> 0").replace("old", "new"))
    assert "new" in process.stdout.readline()


def test_wrong_rules_change_nothing_and_reload_says_why(cadge, running, tmp_path) -> None:
    process, socket = running
    (tmp_path / "r.yaml").write_text(RULES.replace("evt.num", "evt.nun"))
    run = cadge("ctl", "reload", "--control", socket)
    assert run.returncode == 1
    assert "the old ones stay in force: " in run.stderr
    assert "evt.nun" in run.stderr
    # The internal alert of Falco goes to the outputs.
    assert "Falco internal: hot restart failure" in process.stdout.readline()


def test_where_no_cadge_runs_that_is_misuse(cadge, tmp_path) -> None:
    run = cadge("ctl", "status", "--control", tmp_path / "none")
    assert run.returncode == 2
    assert "no cadge answers at" in run.stderr


def test_a_killed_run_leaves_a_socket_that_the_next_one_replaces(cadge, running, tmp_path) -> None:
    process, socket = running
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert cadge("ctl", "status", "--control", socket).returncode == 2
    run = cadge("run", "dummy", "--control", socket)
    assert run.returncode == 0, run.stderr
