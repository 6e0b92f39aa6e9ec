# The reader of captures: bytes in, events in today's form out.
from libc.stddef cimport size_t
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from sources.syscall._events cimport Block, Event


cdef enum Found:
    EVENT = 1       # Reader.event is the next event that survives conversion
    BLOCK = 2       # Reader.block is a list, or the header of a section
    DROPPED = 3     # an event that does not survive: old enter events, unused ones
    MORE = 4        # feed the next piece
    END = 5         # the capture ended as it should
    FAULT = 6       # Reader.fault says why reading cannot go on
    READY = 7       # the lists are over, the first event comes next


cdef struct Enter:
    # An enter event that waits for its exit. `live` is 0 once it was used.
    int64_t tid
    uint16_t code
    uint8_t live
    uint8_t used        # of this slot of the table
    uint32_t nparams
    uint32_t room
    uint32_t size[32]
    uint8_t* data


cdef class Converter:
    # Old events as views in today's form (_convert.pxi).
    cdef Event event
    cdef bint strict
    cdef char fault[320]
    cdef Enter* enters
    cdef uint32_t enter_mask, enter_count
    cdef uint8_t* made      # a parameter that had to be written anew
    cdef uint32_t made_room
    # what was odd so far
    cdef uint64_t stale, forgotten

    cdef int _says(self, const char* text) noexcept nogil
    cdef int _convert(self, uint32_t length) noexcept nogil
    cdef int _step(self, const void* entry) noexcept nogil
    cdef int _store(self) noexcept nogil
    cdef Enter* _enter(self, int64_t tid, bint make) noexcept nogil
    cdef bint _grow_enters(self) noexcept nogil
    cdef int _container_json(self) noexcept nogil


cdef class Reader(Converter):
    cdef Block block
    # what is read and not yet consumed
    cdef uint8_t* buffer
    cdef size_t capacity, start, end
    cdef uint64_t skip      # bytes to throw away
    cdef bint last          # nothing follows what is in the buffer
    cdef uint64_t consumed
    cdef int where          # SECTION, LISTS, TRAILER, EVENTS
    cdef bint restarted     # not the first section
    cdef uint32_t trailer   # what the trailer of a skipped block must say
    cdef uint64_t unknown   # events of types that the table does not have

    cdef int push(self, const uint8_t* data, size_t size, bint last) except -1
    cdef int next(self) noexcept nogil
    cdef int _section(self) noexcept nogil
    cdef int _list(self) noexcept nogil
    cdef int _skipped(self) noexcept nogil
    cdef int _event(self) noexcept nogil
    cdef int _decode(self, const uint8_t* body, uint32_t size, uint32_t kind) noexcept nogil
    cdef int _old_layout(self, const uint8_t* at, uint32_t size) noexcept nogil
    cdef int _layout(self, const uint8_t* at, uint32_t size) noexcept nogil
