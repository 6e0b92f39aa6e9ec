"""The only module that starts, signals and reaps processes.

A child is `python -P -E -m supervisor.child`, in a session of its own, with the control stream as its stdin, the wire
and the flight recorder as its only further descriptors, stdout thrown away and stderr kept to explain its death.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Mapping

from engine.errors import CadgeError
from supervisor.recorder import Place, Recorder

_WIRE_BYTES = 1 << 18
"""Size asked for the wire's pipe: a few frames may wait in it."""
_TAIL_BYTES = 8192
_KEEP = frozenset({"HOME", "LANG", "LANGUAGE", "PATH", "TMPDIR", "TZ", "SSL_CERT_DIR", "SSL_CERT_FILE"})
"""What every child may know of the environment, beside LC_*."""
_KEEP_FOR = {
    "aws_cloudtrail": ("AWS_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    "gcp_auditlog": ("GOOGLE_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    "github": ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    "okta": ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
    "syscall": ("HOST_ROOT", "HOST_PROC"),
}
"""Beginnings of further names that the input of a source may need."""


class Child:
    """A process that has been started. Descriptors do not block; whoever made it closes it."""

    def __init__(self, source: str, environment: Mapping[str, str] | None = None, *, inlet: int = -1) -> None:
        """Start it; it inherits the descriptor `inlet`, if there is one. Raises OSError if the machine cannot."""
        self.recorder = Recorder()
        stdin_fd, self.control_fd = os.pipe2(os.O_CLOEXEC)
        self.wire_fd, wire_fd = os.pipe2(os.O_CLOEXEC)
        self.stderr_fd, stderr_fd = os.pipe2(os.O_CLOEXEC)
        theirs = (stdin_fd, wire_fd, stderr_fd)
        with contextlib.suppress(OSError):
            fcntl.fcntl(wire_fd, fcntl.F_SETPIPE_SZ, _WIRE_BYTES)
        try:
            # The handle is not used for waiting: wait4 below tells CPU time too.
            self._process = subprocess.Popen(
                command(source, wire_fd, self.recorder.fd),
                stdin=stdin_fd,
                stdout=subprocess.DEVNULL,
                stderr=stderr_fd,
                pass_fds=(wire_fd, self.recorder.fd, *((inlet,) if inlet >= 0 else ())),
                start_new_session=True,
                env=permitted(source, os.environ if environment is None else environment),
            )
            self.pid = self._process.pid
            self.exit_fd = os.pidfd_open(self.pid)
        except OSError:
            for fd in (self.control_fd, self.wire_fd, self.stderr_fd):
                os.close(fd)
            self.recorder.close()
            raise
        finally:
            for fd in theirs:
                os.close(fd)
        for fd in (self.control_fd, self.wire_fd, self.stderr_fd):
            os.set_blocking(fd, False)
        self.status: int | None = None
        """Once reaped: as in subprocess, negative for signals."""
        self.cpu_s = 0.0
        """Once reaped: the CPU time it used."""
        self._tail = b""

    def signal(self, number: int) -> None:
        """Send a signal; SIGKILL goes to everything it has started, too."""
        if self.status is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)

    def reap(self) -> int | None:
        """Its exit status, if it is gone; never blocks."""
        if self.status is None:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self.status = self._process.returncode = os.waitstatus_to_exitcode(status)
                self.cpu_s = usage.ru_utime + usage.ru_stime
        return self.status

    def finish(self) -> None:
        """Kill it and wait until it is gone."""
        if self.reap() is None:
            self.signal(signal.SIGKILL)
            self.status = self._process.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def hear_stderr(self) -> bool:
        """Keep the end of what it wrote to stderr; False once that is closed."""
        try:
            data = os.read(self.stderr_fd, 1 << 16)
        except BlockingIOError:
            return True
        self._tail = (self._tail + data)[-_TAIL_BYTES:]
        return bool(data)

    def tail(self) -> str:
        """The end of what it wrote to stderr."""
        return self._tail.decode("utf-8", "replace")

    def place(self) -> Place:
        """Where it stood last."""
        return self.recorder.read()

    def close(self) -> None:
        """Let go of every descriptor. An unreaped child sees the end of its stdin and leaves."""
        for fd in (self.control_fd, self.wire_fd, self.stderr_fd, self.exit_fd):
            os.close(fd)
        self.recorder.close()


def command(source: str, wire_fd: int, recorder_fd: int) -> list[str]:
    """The command line of a child: also what a person runs under a debugger."""
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined] # noqa: SLF001 - -X and -W have no other list
    own = [sys.executable, "-P", "-E", *(flag for flag in flags if flag not in ("-P", "-E"))]
    return [*own, "-m", "supervisor.child", source, str(wire_fd), str(recorder_fd), str(os.getpid())]


def permitted(source: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The part of the environment that a child of this source may see."""
    beginnings = ("LC_", *_KEEP_FOR.get(source, ()))
    return {name: value for name, value in environment.items() if name in _KEEP or name.upper().startswith(beginnings)}


def ask(module: str, request: bytes, folder: str) -> bytes:
    """Run a module in a fresh interpreter, in `folder`: request on its stdin, answer on its stdout.

    Its hash seed is its own: -E keeps PYTHONHASHSEED from it. Raises CadgeError with its last words if it fails.
    """
    words = [sys.executable, "-P", "-E", "-m", module]
    run = subprocess.run(words, input=request, cwd=folder, capture_output=True, check=False)
    if run.returncode:
        tail = run.stderr.decode("utf-8", "replace").strip()[-_TAIL_BYTES:]
        raise CadgeError(f"{module} ended with status {run.returncode}: {tail or 'without a word'}")
    return run.stdout


class Program:
    """The command of `program_output`, as popen(3) starts it: a shell command that reads alerts from its stdin."""

    def __init__(self, command_line: str) -> None:
        """Start it. Raises OSError."""
        self._process = subprocess.Popen(command_line, shell=True, stdin=subprocess.PIPE, bufsize=0)  # noqa: S602 - Falco's contract

    def write(self, data: bytes) -> None:
        """Give it everything. Raises BrokenPipeError when it no longer reads."""
        stdin = self._process.stdin
        assert stdin is not None
        rest = memoryview(data)
        while rest:
            rest = rest[stdin.write(rest) or 0 :]

    def close(self) -> int:
        """End of input; wait for it, as pclose does."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        return self._process.wait()
