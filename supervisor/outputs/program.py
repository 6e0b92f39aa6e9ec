"""Alerts to the standard input of a shell command: one process for each alert, or one for all with `keep_alive`."""

from collections.abc import Sequence

from supervisor.launcher import Program
from supervisor.outputs.base import Line


class ProgramOutput:
    """popen(3), as Falco does it."""

    name = "program"

    def __init__(self, command: str, *, keep_alive: bool = False) -> None:
        self._command = command
        self._keep_alive = keep_alive
        self._program: Program | None = None

    def write(self, lines: Sequence[Line]) -> None:
        """Deliver alerts. Raises OSError."""
        for line in lines:
            try:
                self._open().write(line.data + b"\n")
            except BrokenPipeError as error:
                self.close()
                raise OSError(f"{self._command} no longer reads") from error
            if not self._keep_alive:
                self.close()

    def _open(self) -> Program:
        if self._program is None:
            try:
                self._program = Program(self._command)
            except OSError as error:
                reason = f"(error: {error.strerror})"
                raise OSError(f"Failed to open program output: {self._command} {reason}") from error
        return self._program

    def reopen(self) -> None:
        """End the process and start it again."""
        self.close()
        self._open()

    def close(self) -> None:
        """End of its input; wait for it."""
        if self._program is not None:
            program, self._program = self._program, None
            program.close()
