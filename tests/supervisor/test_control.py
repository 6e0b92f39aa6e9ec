"""The socket: who may use it, what it bears, what is left of it."""

import json
import os
import socket
import stat
from pathlib import Path

import pytest

from engine.errors import ConfigError
from supervisor import asking, control


def _connected(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(10)
    client.connect(str(path))
    return client


def _line(client: socket.socket) -> dict[str, object]:
    with client.makefile("rb") as lines:
        return json.loads(lines.readline() or b"null")


@pytest.fixture
def served(carry, tmp_path):
    """Do something at the socket of a real run; gives the path."""
    path = tmp_path / "c.sock"

    def serve(act) -> Path:
        def work(desk) -> None:
            with control.serving(desk, path):
                act(path)

        carry.run(carry.ticks(), beside=carry.asked(work))
        return path

    return serve


def test_a_run_answers_at_its_socket_and_leaves_none_behind(served) -> None:
    def act(path: Path) -> None:
        answer = control.ask(path, asking.Status())
        assert answer.overview is not None
        assert answer.overview.pid == os.getpid()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    assert not served(act).exists()


def test_a_client_may_ask_again_and_garbage_does_not_end_the_talk(served) -> None:
    def act(path: Path) -> None:
        with _connected(path) as client:
            client.sendall(b"hello\n")
            assert str(_line(client)["text"]).startswith("not a request: ")
            client.sendall(b'{"do": "sta')
            client.sendall(b'tus"}\n')
            assert _line(client)["ok"] is True

    served(act)


def test_a_line_that_is_too_long_ends_the_talk(served) -> None:
    def act(path: Path) -> None:
        with _connected(path) as client:
            client.sendall(b"x" * (control.LINE + 1))
            assert _line(client) == {"ok": False, "text": f"a request has at most {control.LINE} bytes"}

    served(act)


def test_more_clients_than_are_served_are_told_so(served) -> None:
    def act(path: Path) -> None:
        clients = [_connected(path) for _ in range(control.CLIENTS)]
        for client in clients:
            client.sendall(b'{"do": "status"}\n')
            assert _line(client)["ok"] is True
        with _connected(path) as late:
            assert _line(late) == {"ok": False, "text": f"{control.CLIENTS} clients are served already"}
        for client in clients:
            client.close()

    served(act)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else for a moment")
def test_only_root_and_the_owner_may_ask() -> None:
    nobody = 65534
    ours, theirs = socket.socketpair()
    os.seteuid(nobody)
    try:
        strange, stranger = socket.socketpair()
        assert control.allowed(strange), "whoever runs it may ask"
        assert control.allowed(ours), "root may ask"
    finally:
        os.seteuid(0)
    assert not control.allowed(strange)
    for one in (ours, theirs, strange, stranger):
        one.close()


def test_the_socket_of_a_dead_cadge_is_replaced_and_that_of_a_living_one_is_not(served, tmp_path) -> None:
    path = tmp_path / "c.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))

    def act(path: Path) -> None:
        with pytest.raises(ConfigError, match="Address already in use"):
            control._listen(path)

    served(act)


def test_a_file_in_the_way_is_left_alone(tmp_path) -> None:
    path = tmp_path / "file"
    path.write_text("mine")
    with pytest.raises(ConfigError, match=r"cannot listen for cadge ctl at .*file: Address already in use"):
        control._listen(path)
    assert path.read_text() == "mine"


def test_a_path_that_no_socket_can_have_is_refused(tmp_path) -> None:
    with pytest.raises(ConfigError, match="107 bytes are the most"):
        control._listen(tmp_path / ("x" * 120))


def test_where_nobody_listens_that_is_said(tmp_path) -> None:
    with pytest.raises(ConfigError, match=r"no cadge answers at .*: No such file or directory"):
        control.ask(tmp_path / "none", asking.Status())
