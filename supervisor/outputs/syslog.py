"""Alerts to syslog, each with the severity of its priority."""

import syslog
from collections.abc import Sequence

from supervisor.outputs.base import Line


class SyslogOutput:
    """syslog(3), facility user."""

    name = "syslog"

    def write(self, lines: Sequence[Line]) -> None:
        """Deliver alerts."""
        for line in lines:
            syslog.syslog(line.priority, line.data.decode("utf-8", "replace").replace("\0", ""))

    def reopen(self) -> None:
        """There is nothing to reopen."""

    def close(self) -> None:
        """There is nothing to close."""
