"""Tells systemd that the run is ready, alive, and stopping (`Type=notify`, `WatchdogSec=`): sd_notify's datagrams."""

import contextlib
import os
import socket
from collections.abc import Mapping


class Notifier:
    """Silent where nobody listens. What it says is a hint: a manager that is gone must not disturb a run."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # "@" stands for an abstract address.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._watched = environment.get("WATCHDOG_USEC", "").isdigit() and _ours(environment.get("WATCHDOG_PID", ""))

    def ready(self) -> None:
        """Every source is open."""
        self._say("READY=1")

    def alive(self) -> None:
        """The loop goes round; said about once a second."""
        if self._watched:
            self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """The end has begun."""
        self._say("STOPPING=1")

    def _say(self, text: str) -> None:
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.setblocking(False)
            out.sendto(text.encode(), self._address)


def _ours(pid: str) -> bool:
    return not pid or pid == str(os.getpid())
