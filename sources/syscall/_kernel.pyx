# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The cursor over a capture: reads, keeps state, and stops at the events that somebody wants to see.

Numbers and the events that nobody sees are as in libsinsp (sinsp::next, consume_initialstate_events).
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

from engine.errors import SourceError
from sources.syscall._reader cimport BLOCK, DROPPED, END, EVENT, MORE, READY

include "_blocks.pxi"

cdef enum:
    STATE_ONLY = 1
    META = 1 << 12
    PLUGINEVENT = 322
    ASYNCEVENT = 402

NEED_DATA = -1
AT_END = -2


class CaptureError(SourceError):
    """A capture cannot be read on; the text is libscap's."""


cdef inline bint carries_state(uint16_t code) noexcept nogil:
    # libsinsp's initial state events: containers, users, groups, asynchronous ones
    return code == ASYNCEVENT or code == 324 or code == 354 or code == 356 or code == 358 or code == 360


cdef inline bint is_hidden(uint16_t code) noexcept nogil:
    # enter events that only state needs: open, openat, openat2, creat, connect, execve, execveat
    return code == 2 or code == 306 or code == 326 or code == 58 or code == 22 or code == 292 or code == 330


def count_events(const uint8_t[::1] data):
    """How many events of each code stand in the blocks of an unpacked capture, by their headers alone; up to a cut."""
    cdef uint64_t counts[65536]
    cdef const uint8_t* at
    cdef size_t here = 0, size = <size_t>data.shape[0], code_at
    cdef uint32_t kind, total
    cdef uint16_t code
    cdef int number
    memset(counts, 0, sizeof(counts))
    with nogil:
        while size - here >= 12:
            at = &data[here]
            memcpy(&kind, at, 4)
            memcpy(&total, at + 4, 4)
            if total < 12 or total > size - here:
                break
            if is_event_block(kind):
                code_at = 28 + (6 if has_flags(kind) else 2)
                if code_at + 6 <= total:
                    memcpy(&code, at + code_at, 2)
                    counts[code] += 1
            here += total
    return {number: counts[number] for number in range(65536) if counts[number]}


cdef class Kernel:
    """One capture's cursor; see the type stub for what each part means."""

    def __cinit__(self, *, bint strict=True, bint lists=True, State state=None):
        self.reader = Reader(strict)
        self.lists = lists
        self.stop_at_events = False
        self.state = State() if state is None else state
        memset(self.wanted, 1, sizeof(self.wanted))

    def want(self, codes):
        """Stop only at events of these codes (and at those of plugins); None: at all."""
        memset(self.wanted, codes is None, sizeof(self.wanted))
        for code in codes or ():
            if 0 <= code < 512:
                self.wanted[code] = 1
        self.wanted[PLUGINEVENT] = self.wanted[ASYNCEVENT] = 1

    def feed(self, const uint8_t[::1] data, bint last):
        """Take the next piece of the capture; `last`: nothing follows. Ends the event in hand."""
        self._settle()
        self.reader.event.nparams = 0
        self.reader.push(&data[0] if data.shape[0] else NULL, <size_t>data.shape[0], last)

    def open(self):
        """Read the lists in front of the events, as far as there is data. Raises CaptureError."""
        self.stop_at_events = True
        found = self.advance()
        self.stop_at_events = False
        return found

    @property
    def opened(self):
        return self.is_open

    def advance(self):
        """Go on to the next event that is wanted: its code, NEED_DATA or AT_END. Raises CaptureError."""
        cdef int found
        with nogil:
            found = self._advance()
        if found < 0:
            self.reader.event.nparams = 0  # what it pointed to may be gone
        if found != -3:
            return found
        text = (<const char*>self.reader.fault).decode("utf-8", "replace")
        if self.reader.restarted and self.reader.where != EVENTS:
            text = f"scap error: could not restart capture: {text}"
        raise CaptureError(text)

    cdef int _advance(self) noexcept nogil:
        cdef Event* event = &self.reader.event
        cdef int found
        cdef uint64_t ts
        self._settle()
        while True:
            found = self.reader.next()
            if found == EVENT:
                if self.initial and not carries_state(event.code):
                    self._leave_initial()
                self.count += 1
                event.num = self.count
                if self.first_ts == 0 and not event_table[event.code].category & META:
                    self.first_ts = event.ts
                self.state.before(event)
                self.pending = True
                if self.wanted[event.code] and not (self.initial or event.flags & STATE_ONLY or is_hidden(event.code)):
                    return event.code
                self._settle()
            elif found == DROPPED:
                self._leave_initial()
            elif found == BLOCK:
                if self.reader.block.kind == SHB:
                    self.sections += 1
                    self.initial = self.lists
                    self.first_ts = 0
                    self.count_before = self.count
                if self.lists or self.reader.block.kind == SHB:
                    self.state.block(&self.reader.block)
                if self.state.core.fault != NULL:
                    self.reader._says(self.state.core.fault)
                    return -3
            elif found == READY:
                self.is_open = True
                if self.stop_at_events:
                    return -4
            elif found == MORE:
                return -1
            elif found == END:
                return -2
            elif self.initial and self.reader.where == EVENTS:
                # libsinsp looks for the end of these events while it opens the file, and does not ask what ended them
                self._leave_initial()
            else:
                return -3

    cdef void _settle(self) noexcept nogil:
        if self.pending:
            self.pending = False
            self.state.after(&self.reader.event)

    cdef void _leave_initial(self) noexcept nogil:
        # In a later section the events before take no numbers.
        if self.initial:
            self.initial = False
            if self.sections > 1:
                self.count = self.count_before

    @property
    def num(self):
        return self.reader.event.num

    @property
    def ts(self):
        return self.reader.event.ts

    @property
    def tid(self):
        return self.reader.event.tid

    @property
    def cpu(self):
        return self.reader.event.cpu

    @property
    def code(self):
        return self.reader.event.code

    @property
    def nparams(self):
        return self.reader.event.nparams

    @property
    def position(self):
        """Bytes of the capture, unpacked, that were read."""
        return self.reader.consumed

    @property
    def counters(self):
        """What was odd so far, by name."""
        return {
            "events of unknown types": self.reader.unknown,
            "stale enter events": self.reader.stale,
            "enter events forgotten": self.reader.forgotten,
        }

    def param(self, unsigned int at):
        """The bytes of a parameter; None: it is empty or missing."""
        if at >= self.reader.event.nparams or self.reader.event.at[at] == NULL:
            return None
        return (<const char*>self.reader.event.at[at])[: self.reader.event.size[at]]

    def param_int(self, unsigned int at, bint signed=False):
        """A parameter as a little-endian number of its own width; None: it is empty, missing, or longer than 8 bytes."""
        cdef uint64_t value = 0
        cdef uint32_t size
        if at >= self.reader.event.nparams or self.reader.event.at[at] == NULL:
            return None
        size = self.reader.event.size[at]
        if size > 8:
            return None
        memcpy(&value, self.reader.event.at[at], size)
        if signed and value >> (8 * size - 1) & 1:
            return <int64_t>(value | (<uint64_t>0 if size == 8 else ~((<uint64_t>1 << (8 * size)) - 1)))
        return value
