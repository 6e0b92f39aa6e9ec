"""Falco's log: dated lines on standard error, undated ones to syslog, by severity (falco.md 2.3).

Before the configuration is read both are on and the level is `info`, as in Falco.
"""

import syslog
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from engine.priority import Priority
from supervisor.config import Config
from supervisor.config.checks import LEVELS, LIBS_SEVERITIES

LIBS = "[libs]: "
_NS = 1_000_000_000


@dataclass(slots=True)
class Log:
    """Where log lines go. Severities are those of syslog: smaller is more severe."""

    stream: TextIO
    now_ns: Callable[[], int]
    level: int = Priority.INFORMATIONAL
    to_stderr: bool = True
    to_syslog: bool = True
    iso_time: bool = False
    libs_severity: int | None = LIBS_SEVERITIES.index("info")
    """The least severe line of libs that is logged; None: none is."""

    def configure(self, config: Config) -> None:
        """Take over the log settings; the form of times follows only when all of the configuration has been read."""
        self.level = LEVELS.index(config.log_level)
        libs = config.libs_logger
        self.libs_severity = LIBS_SEVERITIES.index(libs.severity) if libs.enabled else None
        self.to_stderr = config.log_stderr
        self.to_syslog = config.log_syslog

    def __call__(self, level: int, text: str) -> None:
        """Log a line, or several, if they are severe enough. One newline at the end makes no difference."""
        if level > self.level:
            return
        if self.to_syslog:
            syslog.syslog(level, text.removesuffix("\n"))
        if self.to_stderr:
            newline = "" if text.endswith("\n") else "\n"
            self.stream.write(f"{self.time()}: {text}{newline}")
            self.stream.flush()

    def libs(self, severity: str, text: str) -> None:
        """A line of what reads the events: only its own severity decides."""
        if self.libs_severity is not None and LIBS_SEVERITIES.index(severity) <= self.libs_severity:
            self(self.level, LIBS + text)

    def info(self, text: str) -> None:
        """A line of severity `info`."""
        self(Priority.INFORMATIONAL, text)

    def warning(self, text: str) -> None:
        """A line of severity `warning`."""
        self(Priority.WARNING, text)

    def error(self, text: str) -> None:
        """A line of severity `error`."""
        self(Priority.ERROR, text)

    def debug(self, text: str) -> None:
        """A line of severity `debug`."""
        self(Priority.DEBUG, text)

    def raw(self, text: str) -> None:
        """Write to standard error as it is, whatever the settings: statistics and errors of the run."""
        self.stream.write(text)
        self.stream.flush()

    def time(self) -> str:
        """The date at the beginning of a line: local, or ISO in UTC."""
        seconds = self.now_ns() // _NS
        if self.iso_time:
            return time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(seconds))
        return time.strftime("%a %b %d %H:%M:%S %Y", time.localtime(seconds))
