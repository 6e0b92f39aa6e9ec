"""The only module that measures processes: memory and CPU of a child, from outside."""

from typing import NamedTuple

import psutil


class Usage(NamedTuple):
    """What a process uses."""

    rss_bytes: int
    cpu_s: float
    """User and system time since it began."""
    threads: int = 0
    descriptors: int = 0


class Meter:
    """Looks at one process, as often as asked."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._process: psutil.Process | None = None
        self.peak_rss_bytes = 0

    def read(self) -> Usage | None:
        """What it uses now; None once it is gone."""
        try:
            if self._process is None:
                self._process = psutil.Process(self._pid)
            with self._process.oneshot():
                times = self._process.cpu_times()
                rss = self._process.memory_info().rss
        except psutil.Error:
            return None
        self.peak_rss_bytes = max(self.peak_rss_bytes, rss)
        return Usage(rss, times.user + times.system)
