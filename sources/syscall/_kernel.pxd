from libc.stdint cimport uint8_t, uint64_t

from sources.syscall._events cimport Event
from sources.syscall._reader cimport Reader
from sources.syscall._state cimport State


cdef class Kernel:
    cdef Reader reader
    cdef readonly State state
    cdef uint8_t wanted[512]
    cdef bint pending       # the event in hand has not had its effects after the rules
    cdef bint lists         # the lists before the events count
    cdef bint is_open       # all lists of the first section are read
    cdef bint stop_at_events
    cdef bint initial       # only events that carry state so far in this section
    cdef uint64_t count, count_before
    cdef readonly uint64_t first_ts
    cdef readonly uint64_t sections
    cdef int _advance(self) noexcept nogil
    cdef void _leave_initial(self) noexcept nogil
    cdef void _settle(self) noexcept nogil
