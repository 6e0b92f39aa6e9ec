"""The only module that asks for the time of day: wall time, and the stepped time of parity runs."""

import time
from collections.abc import Callable

from supervisor import plan

NowNs = Callable[[], int]
"""Nanoseconds since 1970."""


def now_ns() -> int:
    """What the clock on the wall says."""
    return time.time_ns()


class SteppedClock:
    """Answers the n-th question with `start_ns + n * step_ns`, n from 0: two runs see the same times."""

    def __init__(self, start_ns: int, step_ns: int) -> None:
        self._next_ns = start_ns
        self._step_ns = step_ns

    def __call__(self) -> int:
        """The time, one step later than the last time it was asked."""
        answer = self._next_ns
        self._next_ns += self._step_ns
        return answer


def of(choice: plan.Wall | plan.Stepped) -> NowNs:
    """The clock a plan asks for."""
    if isinstance(choice, plan.Stepped):
        return SteppedClock(choice.start_ns, choice.step_ns)
    return now_ns
