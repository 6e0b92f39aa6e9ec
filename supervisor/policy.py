"""What the supervisor does when a source fails, and how patient it is. All durations in seconds."""

from dataclasses import dataclass
from enum import Enum


class OnFailure(Enum):
    """What follows when a source that was open dies or fails (one that cannot open at start always ends the run)."""

    RESTART = "restart"
    """It is started again, after a pause, until its budget is used up; the others go on. The verbs' default."""
    STOP = "stop"
    """The others are stopped and the run fails. Falco's way."""
    IGNORE = "ignore"
    """It is given up; the others go on."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How children are kept."""

    on_failure: OnFailure = OnFailure.RESTART
    backoff_s: float = 1.0
    """Pause before the first restart; doubled for each further one."""
    backoff_max_s: float = 30.0
    budget_deaths: int = 5
    """So many deaths ..."""
    budget_life_s: float = 60.0
    """... within so much time of being alive: it is given up."""
    poison_deaths: int = 3
    """So many deaths in a row inside the same event: it is given up and the event is named."""
    silence_s: float = 10.0
    """Without a sign of life for so long, a child is killed."""
    stall_s: float = 30.0
    """Without progress although input waits for so long, the operator is told."""
    stop_s: float = 5.0
    """How long a child may take to finish the batch at hand; then it is killed."""
    reload_s: float = 10.0
    """How long a child may take to answer a reload; then it is restarted with the new rules."""


FALCO = Policy(on_failure=OnFailure.STOP)
"""Falco's face: a failure of one source ends all."""
