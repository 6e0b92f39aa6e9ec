"""Measuring processes from outside."""

import os

from supervisor.usage import Meter


def test_a_living_process_uses_memory_and_a_gone_one_nothing() -> None:
    meter = Meter(os.getpid())
    usage = meter.read()
    assert usage is not None
    assert usage.rss_bytes > 1_000_000
    assert usage.cpu_s > 0
    assert meter.peak_rss_bytes >= usage.rss_bytes
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)
    assert Meter(pid).read() is None
