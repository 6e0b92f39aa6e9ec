"""What systemd hears."""

import os
import socket

import pytest

from supervisor.notify import Notifier


def _heard(manager: socket.socket) -> list[bytes]:
    manager.setblocking(False)
    said = []
    while True:
        try:
            said.append(manager.recv(100))
        except BlockingIOError:
            return said


@pytest.mark.parametrize("abstract", [False, True])
def test_readiness_and_the_end_are_told(tmp_path, abstract) -> None:
    address = f"\0cadge-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        notifier = Notifier({"NOTIFY_SOCKET": address.replace("\0", "@")})
        notifier.ready()
        notifier.alive()
        notifier.stopping()
        assert _heard(manager) == [b"READY=1", b"STOPPING=1"]


@pytest.mark.parametrize(("pid", "watched"), [("", True), ("ours", True), ("1", False)])
def test_signs_of_life_are_given_only_where_they_are_wanted(tmp_path, pid, watched) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "n"))
        surroundings = {
            "NOTIFY_SOCKET": str(tmp_path / "n"),
            "WATCHDOG_USEC": "5000000",
            "WATCHDOG_PID": str(os.getpid()) if pid == "ours" else pid,
        }
        Notifier(surroundings).alive()
        assert _heard(manager) == ([b"WATCHDOG=1"] if watched else [])


def test_a_manager_that_is_gone_disturbs_nobody(tmp_path) -> None:
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()
    Notifier({}).ready()


def test_a_run_is_ready_once_its_sources_are_open(carry, tmp_path, monkeypatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "n"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "n"))
        heard = []

        def act(memory, what, _about) -> None:
            if what in ("opened", "all_opened"):
                heard.append((what, _heard(manager)))

        carry.run(carry.dummy(3), memory=carry.memory(act=act))
        assert heard == [("opened", []), ("all_opened", [b"READY=1"])]
