"""What a child is started with, and without."""

import os
import signal
import sys
from pathlib import Path

import pytest

from engine.errors import CadgeError
from supervisor import launcher


def test_a_child_sees_only_the_environment_it_needs() -> None:
    environment = {
        "PATH": "/bin",
        "LC_TIME": "C",
        "AWS_PROFILE": "p",
        "SECRET": "s",
        "PYTHONPATH": "/evil",
        "http_proxy": "x",
    }
    assert launcher.permitted("dummy", environment) == {"PATH": "/bin", "LC_TIME": "C"}
    assert launcher.permitted("aws_cloudtrail", environment).keys() == {"PATH", "LC_TIME", "AWS_PROFILE", "http_proxy"}


def test_the_command_ignores_the_current_folder_and_the_environment() -> None:
    words = launcher.command("dummy", 5, 6)
    assert words[:3] == [sys.executable, "-P", "-E"]
    assert words[-6:] == ["-m", "supervisor.child", "dummy", "5", "6", str(os.getpid())]


def test_a_child_has_a_session_of_its_own_no_other_descriptors_and_no_stdout_of_the_operator() -> None:
    other, another = os.pipe()
    os.set_inheritable(other, True)
    child = launcher.Child("dummy")
    try:
        assert os.getsid(child.pid) == child.pid
        folder = Path(f"/proc/{child.pid}/fd")
        opened = {int(path.name): str(path.readlink()) for path in folder.iterdir()}
        assert opened[1] == "/dev/null"
        assert other not in opened
        assert sum(what.startswith("pipe:") for what in opened.values()) == 3
    finally:
        child.finish()
        child.close()
        os.close(other)
        os.close(another)


def test_without_a_supervisor_a_child_leaves() -> None:
    child = launcher.Child("dummy")
    os.close(child.control_fd)
    child.control_fd = os.open("/dev/null", os.O_RDONLY)
    _, status = os.waitpid(child.pid, 0)
    child.status = child._process.returncode = os.waitstatus_to_exitcode(status)
    child.close()
    assert child.status == 72


def test_a_dead_child_is_reaped_with_its_status_and_its_cpu_time() -> None:
    child = launcher.Child("dummy")
    assert child.reap() is None
    child.signal(signal.SIGKILL)
    while child.reap() is None:
        os.sched_yield()
    assert child.status == -signal.SIGKILL
    child.signal(signal.SIGKILL)
    child.close()


def test_only_the_end_of_stderr_is_kept(monkeypatch) -> None:
    noise = "import sys; sys.stderr.write('x' * 50000 + 'the end')"
    monkeypatch.setattr(launcher, "command", lambda *_: [sys.executable, "-c", noise])
    child = launcher.Child("dummy")
    os.set_blocking(child.stderr_fd, True)
    while child.hear_stderr():
        pass
    child.finish()
    child.close()
    assert child.tail().endswith("the end")
    assert len(child.tail()) == 8192


def test_a_module_that_fails_when_asked_is_told_with_its_last_words(tmp_path) -> None:
    with pytest.raises(CadgeError, match="no_such_module"):
        launcher.ask("no_such_module", b"", str(tmp_path))


def test_a_program_gets_everything_and_is_waited_for(tmp_path) -> None:
    program = launcher.Program(f"cat > {tmp_path}/out; exit 3")
    program.write(b"x" * 200_000)
    assert program.close() == 3
    assert (tmp_path / "out").stat().st_size == 200_000


def test_a_child_cannot_gain_privileges(carry) -> None:
    child = launcher.Child("dummy")
    try:
        status = Path(f"/proc/{child.pid}/status")
        carry.until(lambda: "NoNewPrivs:\t1" in status.read_text(encoding="ascii"))
    finally:
        child.finish()
        child.close()
