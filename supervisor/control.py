"""The control socket: a Unix socket for its owner (and root) alone, one JSON object a line each way.

A thread accepts, and each client has one of its own, which waits at the desk for the loop's answer.
"""

import contextlib
import os
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from engine.errors import ConfigError
from supervisor import asking
from supervisor.desk import Desk

CLIENTS = 8
"""At a time; one more is told so and hung up on."""
LINE = 64 * 1024
"""Bytes of a request."""
IDLE_S = 300.0
"""A client that says nothing for so long is hung up on."""
_LONGEST = 107
"""Bytes of the address of a Unix socket, which the kernel limits."""
_CREDENTIALS = struct.Struct("3i")


def folder() -> Path:
    """Where running cadges put their sockets: /run/cadge for root, the runtime folder of others."""
    if os.geteuid() == 0:
        return Path("/run/cadge")
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime, "cadge") if runtime else Path(f"/tmp/cadge-{os.geteuid()}")  # noqa: S108 - made with 0700


def place(pid: int) -> Path:
    """Of the cadge with this process id."""
    return folder() / f"{pid}.sock"


def running() -> list[Path]:
    """The sockets at the usual place behind which somebody listens; what dead ones left behind is passed over."""
    found = []
    for path in sorted(folder().glob("*.sock")):
        with contextlib.suppress(OSError), _connect(path, 1.0):
            found.append(path)
    return found


def ask(path: Path, request: asking.Request, patience_s: float = 60.0) -> asking.Answer:
    """Ask the cadge that listens there. Raises ConfigError with a sentence if nobody does."""
    try:
        with _connect(path, patience_s) as client:
            client.sendall(msgspec.json.encode(request) + b"\n")
            with client.makefile("rb") as answers:
                line = answers.readline()
    except OSError as error:
        raise ConfigError(f"no cadge answers at {path}: {error.strerror or error}") from None
    if not line:
        raise ConfigError(f"the cadge at {path} hung up without an answer")
    return msgspec.json.decode(line, type=asking.Answer)


def _connect(path: Path, patience_s: float) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        client.settimeout(patience_s)
        client.connect(os.fspath(path))
    except OSError:
        client.close()
        raise
    return client


@contextlib.contextmanager
def serving(desk: Desk, path: Path) -> Iterator[None]:
    """While entered, requests at this path are answered. Raises ConfigError if it cannot listen there."""
    server = _listen(path)
    control = _Control(desk)
    thread = threading.Thread(target=control.accept, args=(server,), name="control", daemon=True)
    thread.start()
    try:
        yield
    finally:
        # close() alone would leave the thread in accept().
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        path.unlink(missing_ok=True)


def _listen(path: Path) -> socket.socket:
    if len(os.fsencode(path)) > _LONGEST:
        raise ConfigError(f"the path of the control socket is too long, {_LONGEST} bytes are the most: {path}")
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _clear(path)
        # The mask and not chmod(): there is no moment at which others could connect.
        before = os.umask(0o177)
        try:
            server.bind(os.fspath(path))
        finally:
            os.umask(before)
        server.listen(CLIENTS)
    except OSError as error:
        server.close()
        raise ConfigError(f"cannot listen for cadge ctl at {path}: {error.strerror or error}") from None
    return server


def _clear(path: Path) -> None:
    """Remove the socket of a dead cadge, never one behind which somebody listens, nor anything else."""
    if path.is_socket():
        try:
            _connect(path, 1.0).close()
        except OSError:
            path.unlink()


class _Control:
    """Serves clients at one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._free = threading.BoundedSemaphore(CLIENTS)

    def accept(self, server: socket.socket) -> None:
        """The thread."""
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            if not self._free.acquire(blocking=False):
                _refuse(client, f"{CLIENTS} clients are served already")
            elif not allowed(client):
                self._free.release()
                _refuse(client, "you are not the one who runs it")
            else:
                threading.Thread(target=self._serve, args=(client,), name="control client", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            client.settimeout(IDLE_S)
            # A client that is gone needs no answer.
            with contextlib.suppress(OSError), client, client.makefile("rb") as lines:
                while line := lines.readline(LINE + 1):
                    if len(line) > LINE:
                        _say(client, asking.Answer(ok=False, text=f"a request has at most {LINE} bytes"))
                        return
                    _say(client, self._answer(line))
        finally:
            self._free.release()

    def _answer(self, line: bytes) -> asking.Answer:
        try:
            request = asking.decode(line)
        except ValueError as error:
            return asking.Answer(ok=False, text=str(error))
        return self._desk.ask(request)


def allowed(client: socket.socket) -> bool:
    """Whether the other end is root or who runs this process: the kernel says who it is."""
    data = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(data)
    return uid in (0, os.geteuid())


def _say(client: socket.socket, answer: asking.Answer) -> None:
    client.sendall(msgspec.json.encode(answer) + b"\n")


def _refuse(client: socket.socket, reason: str) -> None:
    with contextlib.suppress(OSError), client:
        client.settimeout(1.0)
        _say(client, asking.Answer(ok=False, text=reason))
