"""Typed messages between supervisor and child, and their framing: the only module that knows the bytes.

A frame is a 4-byte big-endian length and one msgpack message (an array whose first element names its type). Down goes
over the child's stdin, which stays open for its whole life: its end means that the parent is gone. Up goes over an
inherited pipe. Nothing is ever pickled, and a frame larger than MAX_FRAME is refused before it is read.
"""

import struct
from collections.abc import Iterator

import msgspec

from engine.errors import WireError
from engine.rules.model import RulesFile
from supervisor.plan import ChildPlan

MAX_FRAME = 64 * 1024 * 1024
"""Bytes; a plan with every official rule is under 1 MB."""

# ----------------------------------------------------------------------------------------------- parent -> child


class Prepare(msgspec.Struct, frozen=True, tag="prepare", array_like=True):
    """Compile these rules and be ready to swap; answered by Prepared or Refused."""

    rules: tuple[RulesFile, ...]
    rules_hash: str


class Commit(msgspec.Struct, frozen=True, tag="commit", array_like=True):
    """Swap to the prepared rules between two events; answered by Swapped."""

    rules_hash: str


class Abort(msgspec.Struct, frozen=True, tag="abort", array_like=True):
    """Forget the prepared rules."""

    rules_hash: str


class Stop(msgspec.Struct, frozen=True, tag="stop", array_like=True):
    """Finish the batch at hand, send Done, exit. After the deadline the parent no longer waits."""

    deadline_s: float


class Subscribe(msgspec.Struct, frozen=True, tag="subscribe", array_like=True):
    """Send details (every field) with each alert from now on, or no longer."""

    details: bool


class Profile(msgspec.Struct, frozen=True, tag="profile", array_like=True):
    """Count the cost of each rule from now on, or no longer."""

    on: bool


class Tick(msgspec.Struct, frozen=True, tag="tick", array_like=True):
    """Send a Beat now."""


class Ack(msgspec.Struct, frozen=True, tag="ack", array_like=True):
    """Everything up to this mark was accepted by the outputs."""

    mark: tuple[int, int]


class Open(msgspec.Struct, frozen=True, tag="open", array_like=True):
    """Open the source now. Children prepare side by side, sources are opened one after the other."""


Down = ChildPlan | Open | Prepare | Commit | Abort | Stop | Subscribe | Profile | Tick | Ack

# ----------------------------------------------------------------------------------------------- child -> parent


class Ready(msgspec.Struct, frozen=True, tag="ready", array_like=True):
    """The source is open and its detector loaded."""

    rules_hash: str
    build: str
    """Identifies the code: parent and child of different builds do not go on together."""
    resume: str = "PRESENT"
    """Name of sources.base.Resume: REWIND numbers its events again in each life."""


class Failed(msgspec.Struct, frozen=True, tag="failed", array_like=True):
    """The source could not open or cannot go on: a sentence for the operator."""

    sentence: str
    retry: bool = False
    opened: bool = False
    """It had been open: a failure while running."""


class Alert(msgspec.Struct, frozen=True, array_like=True):
    """One alert, ready to be written."""

    num: int
    k: int
    ts_ns: int
    rule: str
    priority: int
    line: bytes
    """Without newline."""


class Alerts(msgspec.Struct, frozen=True, tag="alerts", array_like=True):
    """Alerts in order. `seq` counts these messages from 1 in one life: a gap means loss on the wire."""

    seq: int
    mark: tuple[int, int]
    alerts: list[Alert]


class Internal(msgspec.Struct, frozen=True, tag="internal", array_like=True):
    """An alert of the engine itself (source `internal`), ready to be written."""

    rule: str
    priority: int
    line: bytes


class Log(msgspec.Struct, frozen=True, tag="log", array_like=True):
    """A line for the log."""

    level: int
    """Syslog severity (engine.priority)."""
    text: str


class Beat(msgspec.Struct, frozen=True, tag="beat", array_like=True):
    """A sign of life, about once a second, also while a read blocks."""

    epoch: int
    events: int
    """Events that reached the rules in this life."""
    alerts: int
    counters: dict[str, int]
    """What was lost or odd, from Source.counters()."""
    mark: tuple[int, int]
    lag_ns: int
    """Now minus the time of the last event; 0 where that has no meaning."""
    position: tuple[int, int] | None = None
    """Bytes read, bytes in all."""
    idle: bool = False
    """The source had nothing to read when last asked."""


class Placed(msgspec.Struct, frozen=True, tag="placed", array_like=True):
    """Every event up to `num` has been through the rules; a later life can go on from this place, numbering on."""

    num: int
    place: bytes
    """In the source's own words."""


class Prepared(msgspec.Struct, frozen=True, tag="prepared", array_like=True):
    """The rules compile here too."""

    rules_hash: str


class Refused(msgspec.Struct, frozen=True, tag="refused", array_like=True):
    """They do not, and why."""

    rules_hash: str
    sentence: str


class Swapped(msgspec.Struct, frozen=True, tag="swapped", array_like=True):
    """The new rules are in force from the event after `mark` on."""

    rules_hash: str
    mark: tuple[int, int]


class Done(msgspec.Struct, frozen=True, tag="done", array_like=True):
    """The run is over and all alerts are sent. Exit status 0 without it is a crash."""

    outcome: str
    """Name of sources.drive.Outcome, never FAULT."""
    events: int
    elapsed_s: float
    counters: dict[str, int]
    alerts: int = 0
    """Alerts sent in this life."""
    peak_rss_bytes: int = 0
    """The most memory this life ever used."""


Up = Ready | Failed | Alerts | Internal | Log | Beat | Placed | Prepared | Refused | Swapped | Done

# ------------------------------------------------------------------------------------------------------- framing

_LENGTH = struct.Struct(">I")
_encoder = msgspec.msgpack.Encoder()
_down_decoder: msgspec.msgpack.Decoder[Down] = msgspec.msgpack.Decoder(Down)
_up_decoder: msgspec.msgpack.Decoder[Up] = msgspec.msgpack.Decoder(Up)


def encode(message: Down | Up) -> bytes:
    """One frame."""
    body = _encoder.encode(message)
    if len(body) > MAX_FRAME:
        raise WireError(f"a message of {len(body)} bytes is larger than the {MAX_FRAME} a frame may have")
    return _LENGTH.pack(len(body)) + body


class Frames:
    """Cuts a byte stream into frames. Feed it what was read; take the bodies it has whole."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies completed by `data`, in order. Raises WireError for a length that cannot be."""
        self._pending += data
        while len(self._pending) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._pending)
            if length > MAX_FRAME:
                raise WireError(f"a frame announces {length} bytes; at most {MAX_FRAME} are allowed")
            end = _LENGTH.size + length
            if len(self._pending) < end:
                return
            body = bytes(self._pending[_LENGTH.size : end])
            del self._pending[:end]
            yield body

    @property
    def partial(self) -> bool:
        """Whether bytes of an unfinished frame are waiting: at the end of a stream, a message was cut."""
        return bool(self._pending)


def decode_up(body: bytes) -> Up:
    """A message from a child. Raises WireError."""
    try:
        return _up_decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"a child sent something that is no message: {error}") from error


def decode_down(body: bytes) -> Down:
    """A message to a child. Raises WireError."""
    try:
        return _down_decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"the supervisor sent something that is no message: {error}") from error
