"""One child's life as a pure state machine: stimulus in, orders out. No I/O, no clock of its own.

States are Supervisor's words. Every stimulus is recorded, so that any failure can be told as a story and replayed.
`supervisor.life` holds the machine; here is what goes in and what comes out.
"""

from dataclasses import dataclass
from enum import Enum

from supervisor import wire
from supervisor.recorder import NOWHERE, Place


class State(Enum):
    """Where a child stands."""

    STARTING = "started, not ready yet"
    RUNNING = "ready: its source is open"
    BACKOFF = "died; waiting to be started again"
    STOPPING = "told to stop"
    STOPPED = "stopped as asked"
    EXITED = "its source ended by itself"
    FATAL = "given up"


# ------------------------------------------------------------------------------------------------------- stimuli


@dataclass(frozen=True, slots=True)
class Begin:
    """The run begins: its process is wanted."""


@dataclass(frozen=True, slots=True)
class Turn:
    """All sources before it are open: it may open its own."""


@dataclass(frozen=True, slots=True)
class Spawned:
    """The process exists."""

    pid: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A message came up the wire."""

    message: wire.Up


@dataclass(frozen=True, slots=True)
class Garbled:
    """The wire carried something that is no message, or ended inside one."""

    reason: str


@dataclass(frozen=True, slots=True)
class Exited:
    """The process is gone and its wire is read to the end. `status` as in subprocess: negative for signals."""

    status: int
    stderr_tail: str = ""
    place: Place = NOWHERE
    """Where the flight recorder saw it last."""


@dataclass(frozen=True, slots=True)
class StopAsked:
    """The operator, or the end of the run, wants it to stop. Asked again: at once."""


@dataclass(frozen=True, slots=True)
class StartAsked:
    """The operator wants it to live again, now: it was stopped, given up, or waits for its next life."""


@dataclass(frozen=True, slots=True)
class RestartAsked:
    """It has to begin a new life, through no fault that counts: `reason` is for the operator."""

    reason: str


@dataclass(frozen=True, slots=True)
class Paused:
    """Its wire is not being read because the outputs are behind (`on`), or is read again: silence means nothing."""

    on: bool


@dataclass(frozen=True, slots=True)
class Passed:
    """Time has passed: deadlines are looked at."""


Stimulus = Begin | Turn | Spawned | Heard | Garbled | Exited | StopAsked | StartAsked | RestartAsked | Paused | Passed

# -------------------------------------------------------------------------------------------------------- orders


@dataclass(frozen=True, slots=True)
class Start:
    """Start the process with its plan, to go on behind `mark`, as life number `epoch`."""

    epoch: int
    mark: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Send:
    """Send a message down."""

    message: wire.Down


@dataclass(frozen=True, slots=True)
class Kill:
    """Send a signal to the process."""

    signal: int


@dataclass(frozen=True, slots=True)
class Deliver:
    """Hand alerts to the outputs."""

    alerts: wire.Alerts


@dataclass(frozen=True, slots=True)
class Note:
    """Tell the operator. `level` is a syslog severity."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Over:
    """This child is finished for good; `failure` is the sentence that explains it, None if all is well."""

    state: State
    failure: str | None = None


Order = Start | Send | Kill | Deliver | Note | Over
