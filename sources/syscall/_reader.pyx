# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The reader of captures: blocks, both layouts of events, and old events as views in today's form.

What libscap's savefile engine does (scap_savefile.c, converter.cpp), position in the file after an error included. No
length is believed before it has been compared with what is there; nothing is static; memory grows with what was read,
never with what a header claims.
"""

from libc.stdio cimport snprintf
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcpy, memmove, memset

from sources.syscall._events cimport MAX_PARAMS

include "_blocks.pxi"
include "_convert.pxi"


cdef inline uint16_t u16(const uint8_t* at) noexcept nogil:
    cdef uint16_t value
    memcpy(&value, at, 2)
    return value


cdef inline uint32_t u32(const uint8_t* at) noexcept nogil:
    cdef uint32_t value
    memcpy(&value, at, 4)
    return value


cdef inline uint64_t u64(const uint8_t* at) noexcept nogil:
    cdef uint64_t value
    memcpy(&value, at, 8)
    return value


cdef class Reader(Converter):
    """Not for use from Python: `sources.syscall._kernel` is."""

    def __cinit__(self, bint strict=True):
        self.where = SECTION
        self.capacity = 1 << 16
        self.buffer = <uint8_t*>malloc(self.capacity)
        if self.buffer == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.buffer)

    cdef int push(self, const uint8_t* data, size_t size, bint last) except -1:
        """Take the next piece of the capture. Views into what was taken before end here."""
        cdef size_t left, room
        cdef uint8_t* bigger
        cdef size_t thrown = 0
        if self.skip > 0 and self.start == self.end:
            thrown = size if self.skip > size else <size_t>self.skip
            self.skip -= thrown
            self.consumed += thrown
            data += thrown
            size -= thrown
        left = self.end - self.start
        if left + size > self.capacity:
            room = self.capacity
            while room < left + size:
                room *= 2
            bigger = <uint8_t*>malloc(room)
            if bigger == NULL:
                raise MemoryError
            memcpy(bigger, self.buffer + self.start, left)
            free(self.buffer)
            self.buffer = bigger
            self.capacity = room
        elif self.start > 0 and left > 0:
            memmove(self.buffer, self.buffer + self.start, left)
        self.start = 0
        self.end = left
        if size:
            memcpy(self.buffer + left, data, size)
            self.end += size
        self.last = last
        return 0

    cdef int next(self) noexcept nogil:
        """What comes next; see Found. After a FAULT the position is where libscap's would be."""
        while True:
            if self.skip > 0:
                if self._skipped() == MORE:
                    return MORE
            if self.where == EVENTS:
                return self._event()
            if self.where == SECTION:
                return self._section()
            if self.where == TRAILER:
                if self.end - self.start < 4:
                    if not self.last:
                        return MORE
                    snprintf(
                        self.fault, sizeof(self.fault), "expecting 4 bytes, read %d. Is the file truncated?",
                        <int>(self.end - self.start),
                    )
                    return FAULT
                self.where = LISTS
                self.start += 4
                self.consumed += 4
                if u32(self.buffer + self.start - 4) != self.trailer:
                    snprintf(
                        self.fault, sizeof(self.fault), "wrong block total length, header=%u, trailer=%u",
                        self.trailer, u32(self.buffer + self.start - 4),
                    )
                    return FAULT
                continue
            if (found := self._list()) != 0:
                return found

    cdef int _skipped(self) noexcept nogil:
        """Throw away what is to be skipped; at the end of the file there may be less."""
        cdef size_t here = self.end - self.start
        if here > self.skip:
            here = <size_t>self.skip
        self.start += here
        self.consumed += here
        self.skip -= here
        if self.skip > 0:
            if not self.last:
                return MORE
            self.skip = 0
        return 0

    cdef int _section(self) noexcept nogil:
        """The header of a section: the first, or a later one of files that were put together."""
        cdef const uint8_t* at = self.buffer + self.start
        cdef size_t here = self.end - self.start
        cdef uint32_t total, options
        if here < 8:
            if not self.last:
                return MORE
            return self._says("error reading from file (1)")
        if u32(at) != SHB:
            self.start += 8
            self.consumed += 8
            return self._says("invalid block type")
        total = u32(at + 4)
        if here < 24:
            if not self.last:
                return MORE
            return self._says("error reading from file (1)")
        if total < 28:
            snprintf(
                self.fault, sizeof(self.fault), "scap_read_section_header block length %u less than 28", total
            )
            return FAULT
        options = total - 28
        if options > MOST_BLOCK:
            return self._says("error skipping section header options")
        if here < 28 + <size_t>options:
            if not self.last:
                return MORE
            return self._says("error reading from file (1)")
        if u32(at + 8) != SHB_MAGIC:
            return self._says("invalid magic number")
        if u16(at + 12) > 1:
            return self._says("cannot correctly parse the capture. Upgrade your version.")
        self.start += 28 + options
        self.consumed += 28 + options
        self.where = LISTS
        self.block.kind = SHB
        self.block.size = 0
        self.block.at = at
        return BLOCK

    cdef int _list(self) noexcept nogil:
        """One block before the events; 0: it was none to hand on."""
        cdef const uint8_t* at = self.buffer + self.start
        cdef size_t here = self.end - self.start
        cdef uint32_t kind, total, body
        if here < 8:
            if not self.last:
                return MORE
            if here == 0:
                return self._says("no events in file")
            snprintf(
                self.fault, sizeof(self.fault), "expecting 8 bytes, read %d. Is the file truncated?", <int>here
            )
            return FAULT
        kind = u32(at)
        total = u32(at + 4)
        if is_event_block(kind):
            self.where = EVENTS
            return READY
        body = total - 12
        if not is_list(kind) or total < 12:
            self.start += 8
            self.consumed += 8
            self.skip = body
            self.trailer = total
            self.where = TRAILER
            return 0
        if is_machine_info(kind):
            body = MACHINE_INFO
        if body > MOST_BLOCK:
            snprintf(self.fault, sizeof(self.fault), "block length %u greater than %u", total, <unsigned int>MOST_BLOCK)
            return FAULT
        if here < 12 + <size_t>body:
            if not self.last:
                return MORE
            snprintf(
                self.fault, sizeof(self.fault), "expecting %u bytes, read %d. Is the file truncated?",
                body + 4, <int>(here - 8),
            )
            return FAULT
        self.start += 12 + <size_t>body
        self.consumed += 12 + <size_t>body
        if u32(at + 8 + body) != total:
            snprintf(
                self.fault, sizeof(self.fault), "wrong block total length, header=%u, trailer=%u",
                total, u32(at + 8 + body),
            )
            return FAULT
        self.block.kind = kind
        self.block.size = body
        self.block.at = at + 8
        return BLOCK

    cdef int _event(self) noexcept nogil:
        """The next event block."""
        cdef const uint8_t* at
        cdef size_t here
        cdef uint32_t kind, total, size
        while True:
            at = self.buffer + self.start
            here = self.end - self.start
            if here < 8:
                if not self.last:
                    return MORE
                if here == 0:
                    return END
                self.start = self.end
                snprintf(
                    self.fault, sizeof(self.fault), "expecting 8 bytes, read %d. Is the file truncated?", <int>here
                )
                return FAULT
            kind = u32(at)
            total = u32(at + 4)
            if not is_event_block(kind):
                self.where = SECTION
                self.restarted = True
                return self._section()
            if total < 8 + (26 if is_new_layout(kind) else 22) + 4:
                self.start += 8
                self.consumed += 8
                snprintf(self.fault, sizeof(self.fault), "block length too short %u", total)
                return FAULT
            size = total - 8
            if (not is_large(kind) and size > ORDINARY_BLOCK) or size > MOST_BLOCK:
                self.start += 8
                self.consumed += 8
                snprintf(
                    self.fault, sizeof(self.fault),
                    "event block length %u greater than %sread buffer size %u", size,
                    b"" if is_large(kind) else b"NON-LARGE ", <unsigned int>(MOST_BLOCK if is_large(kind) else ORDINARY_BLOCK),
                )
                return FAULT
            if here < 8 + <size_t>size:
                if not self.last:
                    return MORE
                self.start = self.end
                snprintf(
                    self.fault, sizeof(self.fault), "expecting %u bytes, read %d. Is the file truncated?",
                    size, <int>(here - 8),
                )
                return FAULT
            self.start += 8 + <size_t>size
            self.consumed += 8 + <size_t>size
            found = self._decode(at + 8, size - 4, kind)
            if found != 0:
                return found

    cdef int _decode(self, const uint8_t* body, uint32_t size, uint32_t kind) noexcept nogil:
        """Header and parameters of an event; 0: of a type that is not known, and skipped."""
        cdef uint32_t header = 26 if is_new_layout(kind) else 22
        cdef uint32_t offset = 6 if has_flags(kind) else 2
        cdef uint32_t length
        cdef int found
        cdef const uint8_t* at = body + offset
        if size < offset + header:
            snprintf(
                self.fault, sizeof(self.fault),
                "event header exceeds block payload: block length %u, event offset %u, available %u, header size %u",
                size + 12, offset, <uint32_t>(size - offset if size > offset else 0), header,
            )
            return FAULT
        self.event.cpu = u16(body)
        self.event.flags = u32(body + 2) if offset == 6 else 0
        self.event.ts = u64(at)
        self.event.tid = <int64_t>u64(at + 8)
        self.event.code = self.event.file_code = u16(at + 20)
        if self.event.code >= N_EVENTS:
            self.unknown += 1
            return 0
        length = u32(at + 16)
        if header == 22:
            found = self._old_layout(at, size - offset)
            length += 4
        else:
            self.event.nparams = u32(at + 22)
            found = self._layout(at, size - offset)
        if found != 0:
            return found
        self.event.file_nparams = self.event.nparams
        found = convertibility(self.event.code, self.event.nparams)
        if found == PASSES:
            if self.event.nparams > MAX_PARAMS:
                self.event.nparams = MAX_PARAMS
            return EVENT
        if found == DROPS:
            return DROPPED
        if found == TOO_MANY:
            snprintf(
                self.fault, sizeof(self.fault), "Event (type: %d) has more parameters (%d) than expected (%d).",
                self.event.code, <int>self.event.nparams, <int>event_table[self.event.code].nparams,
            )
            return FAULT
        return self._convert(length)

    cdef int _old_layout(self, const uint8_t* at, uint32_t size) noexcept nogil:
        """The first layout has no number of parameters: it is the largest at which the lengths add up."""
        cdef uint32_t length = u32(at + 16)
        cdef uint32_t nparams = event_table[self.event.code].nparams
        cdef uint64_t sum
        cdef uint32_t i
        if self.event.code in (NOTIFICATION, INFRASTRUCTURE):
            length -= 3
        while True:
            if 22 + 2 * <uint64_t>nparams <= length and 22 + 2 * nparams <= size:
                sum = 22 + 2 * <uint64_t>nparams
                for i in range(nparams):
                    sum += u16(at + 22 + 2 * i)
                if sum < length:
                    return self._says(
                        "cannot convert v1 event block to v2 (corrupted trace file - can't calculate nparams)."
                    )
                if sum == length:
                    break
            if nparams == 0:
                return self._says(
                    "cannot convert v1 event block to v2 (corrupted trace file - can't calculate nparams) (2)."
                )
            nparams -= 1
        if length > size:
            snprintf(
                self.fault, sizeof(self.fault), "invalid event: len %u is larger than the %u bytes available in the block",
                length + 4, size + 4,
            )
            return FAULT
        self.event.nparams = nparams
        at += 22
        cdef const uint8_t* value = at + 2 * nparams
        for i in range(nparams):
            self.event.size[i] = u16(at + 2 * i)
            self.event.at[i] = value if self.event.size[i] else NULL
            value += self.event.size[i]
        return 0

    cdef int _layout(self, const uint8_t* at, uint32_t size) noexcept nogil:
        """Today's layout: how many parameters, their lengths, themselves."""
        cdef uint32_t length = u32(at + 16)
        cdef uint32_t nparams = self.event.nparams
        cdef uint32_t width = 4 if event_table[self.event.code].flags & LARGE else 2
        cdef uint64_t offset = 26 + <uint64_t>nparams * width
        cdef uint32_t i, one
        cdef const uint8_t* lengths = at + 26
        if length < 26:
            snprintf(
                self.fault, sizeof(self.fault), "invalid event: len %u is smaller than the event header size 26", length
            )
            return FAULT
        if length > size:
            snprintf(
                self.fault, sizeof(self.fault), "invalid event: len %u is larger than the %u bytes available in the block",
                length, size,
            )
            return FAULT
        if offset > length:
            snprintf(
                self.fault, sizeof(self.fault), "invalid event: nparams %u does not fit in event len %u", nparams, length
            )
            return FAULT
        for i in range(nparams):
            one = u16(lengths + 2 * i) if width == 2 else u32(lengths + 4 * <size_t>i)
            if one > length - offset:
                snprintf(
                    self.fault, sizeof(self.fault), "invalid event: param %u len %u exceeds event len %u", i, one, length
                )
                return FAULT
            if i < MAX_PARAMS:
                self.event.size[i] = one
                self.event.at[i] = at + offset if one else NULL
            offset += one
        return 0
