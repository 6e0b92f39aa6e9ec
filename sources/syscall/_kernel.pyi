"""The cursor over a capture: reads, keeps state, and stops at the events that somebody wants to see."""

from collections.abc import Iterable, Mapping
from typing import Final

from engine.errors import SourceError
from sources.syscall._state import State

NEED_DATA: Final = -1
AT_END: Final = -2

class CaptureError(SourceError):
    """A capture cannot be read on; the text is libscap's."""

def count_events(data: bytes | bytearray | memoryview) -> dict[int, int]:
    """Code -> events in the blocks of an unpacked capture, by their headers alone; up to a cut."""

class Kernel:
    """One capture. What it says of an event holds until `advance` or `feed` is called again.

    `strict`: an enter event that does not fit its exit ends the reading, as in Falco; else it is dropped and counted.
    `lists`: the lists before the events count; without them events alone make the state, as from a plugin that
    produces system events.
    """

    def __init__(self, *, strict: bool = True, lists: bool = True, state: State | None = None) -> None: ...
    def want(self, codes: Iterable[int] | None) -> None:
        """Stop only at events of these codes and at those of plugins; None: at all."""

    def feed(self, data: bytes | bytearray | memoryview, last: bool) -> None:
        """Take the next piece of the unpacked capture; `last`: nothing follows."""

    def open(self) -> int:
        """Read the lists in front of the first event, as far as there is data; `opened` says whether all are read.

        Raises CaptureError: what is wrong there is wrong with opening the capture, not with an event.
        """

    @property
    def opened(self) -> bool:
        """Whether the first event's block has come."""

    def advance(self) -> int:
        """Go on to the next event that rules see: its code, NEED_DATA or AT_END. Raises CaptureError.

        State first gets what the event before left to be done after its rules, then everything up to this one.
        """

    @property
    def state(self) -> State:
        """State at the event."""

    @property
    def num(self) -> int:
        """evt.num: over all events of all sections that survive conversion, also those that nobody sees."""

    @property
    def ts(self) -> int:
        """Nanoseconds since 1970."""

    @property
    def tid(self) -> int:
        """Thread of the event."""

    @property
    def cpu(self) -> int:
        """CPU number."""

    @property
    def code(self) -> int:
        """PPME_*, after conversion."""

    @property
    def nparams(self) -> int:
        """How many parameters there are, empty ones too."""

    @property
    def first_ts(self) -> int:
        """Time of the section's first event that is no meta-event; 0: there was none yet."""

    @property
    def sections(self) -> int:
        """Sections begun so far."""

    @property
    def position(self) -> int:
        """Bytes of the unpacked capture that were read."""

    @property
    def counters(self) -> Mapping[str, int]:
        """What was odd so far, by name."""

    def param(self, at: int) -> bytes | None:
        """The bytes of a parameter; None: empty or missing."""

    def param_int(self, at: int, signed: bool = False) -> int | None:
        """A parameter as a little-endian number of its own width; None: empty, missing, or over 8 bytes."""
