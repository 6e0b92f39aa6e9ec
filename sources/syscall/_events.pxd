# What the reader hands on: events in today's form, and the lists that stand before them. Views: they live until the
# next one is read.
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef enum:
    MAX_PARAMS = 64  # those behind are ignored; no event of the table has more than 32

cdef struct Event:
    uint64_t num        # evt.num
    uint64_t ts         # ns since 1970
    int64_t tid
    uint16_t cpu
    uint16_t code       # PPME_*, after conversion
    uint16_t file_code  # as the file has it
    uint32_t flags      # of the block; bit 0: only state, no rule sees it
    uint32_t nparams
    uint32_t file_nparams
    uint32_t size[MAX_PARAMS]
    const uint8_t* at[MAX_PARAMS]  # NULL: an empty parameter; never NULL where size is not 0

cdef struct Block:
    uint32_t kind
    uint32_t size       # of the body
    const uint8_t* at
