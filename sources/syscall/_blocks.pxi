# Kinds of blocks, limits, and what the tables say about events.

cdef extern from "_tables.h" nogil:
    int N_EVENTS
    ctypedef struct event_facts:
        uint16_t category
        uint16_t flags
        uint8_t nparams
        uint16_t first
        const char* name
    ctypedef struct conversion:
        uint16_t code
        uint8_t nparams
        uint8_t action
        uint16_t desired
        uint16_t first
        uint8_t count
    ctypedef struct instruction:
        uint8_t source
        uint8_t param
        uint8_t or_empty
    const uint8_t* param_kinds
    const event_facts* event_table
    const conversion* conversion_table
    const instruction* instruction_table
    const uint16_t* conversion_start
    int ACTION_PASS, ACTION_STORE, ACTION_STORE_AND_PASS, ACTION_ADD_PARAMS, ACTION_CHANGE_TYPE
    int FROM_OLD, FROM_ENTER, FROM_DEFAULT, FROM_EMPTY, FROM_CALLBACK

cdef enum:
    SECTION = 0
    LISTS = 1
    TRAILER = 2
    EVENTS = 3

cdef enum:
    SHB = 0x0A0D0D0A
    SHB_MAGIC = 0x1A2B3C4D
    MACHINE_INFO = 180      # bytes of that list
    ORDINARY_BLOCK = 65536  # bytes of an event block that is not a large one, behind its first eight
    MOST_BLOCK = 0x10000000 # ours: what any block may have
    MOST_CONVERTED = 65536  # bytes of an event that is converted
    MOST_ENTERS = 262144    # ours: enter events that wait, one a thread
    MOST_STEPS = 50

cdef enum:
    UNUSED = 1 << 6
    OLD = 1 << 9
    LARGE = 1 << 11
    MANAGED = 1 << 12
    UID_KIND = 0x84

cdef enum:
    NOTIFICATION = 280
    INFRASTRUCTURE = 286

cdef enum:
    PASSES = 0
    DROPS = 1
    CONVERTS = 2
    TOO_MANY = 3


cdef inline bint is_event_block(uint32_t kind) noexcept nogil:
    # EV, EV_V2, EV_V2_LARGE, EVF, EVF_V2, EVF_V2_LARGE and the number EV had before the first release
    return (
        kind == 0x216 or kind == 0x217 or kind == 0x204 or kind == 0x208 or kind == 0x221 or kind == 0x222
        or kind == <uint32_t>0x8010ABCD
    )


cdef inline bint is_new_layout(uint32_t kind) noexcept nogil:
    return kind == 0x216 or kind == 0x217 or kind == 0x221 or kind == 0x222


cdef inline bint is_large(uint32_t kind) noexcept nogil:
    return kind == 0x221 or kind == 0x222


cdef inline bint has_flags(uint32_t kind) noexcept nogil:
    return kind == 0x217 or kind == 0x208 or kind == 0x222


cdef inline bint is_machine_info(uint32_t kind) noexcept nogil:
    return kind == 0x201 or kind == <uint32_t>0x8002ABCD


cdef inline bint is_list(uint32_t kind) noexcept nogil:
    # machine info, processes, descriptors, interfaces, users; also by the numbers they had before the first release
    return (
        kind == 0x201 or kind == 0x202 or kind == 0x203 or kind == 0x205 or kind == 0x206 or kind == 0x207
        or (0x209 <= kind and kind <= 0x215) or kind == 0x218 or kind == 0x219 or kind == 0x220
        or kind == <uint32_t>0x8000ABCD or kind == <uint32_t>0x8001ABCD or kind == <uint32_t>0x8002ABCD
        or kind == <uint32_t>0x8011ABCD or kind == <uint32_t>0x8012ABCD or kind == <uint32_t>0x8013ABCD
        or kind == <uint32_t>0x8014ABCD
    )


cdef inline int convertibility(uint16_t code, uint32_t nparams) noexcept nogil:
    # what libscap's test_event_convertibility says; odd codes are exits
    cdef uint16_t flags = event_table[code].flags
    if flags & UNUSED:
        return DROPS
    if not flags & MANAGED:
        return DROPS if flags & OLD else PASSES
    if not code & 1:
        return CONVERTS
    if nparams > event_table[code].nparams:
        return TOO_MANY
    return CONVERTS if flags & OLD or nparams != event_table[code].nparams else PASSES
