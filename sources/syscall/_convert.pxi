# Old events as views in today's form. Nothing is copied but enter events that wait for their exit.

cdef const uint8_t* ZEROS = b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
cdef const uint8_t* ONES = b"\xff\xff\xff\xff"


cdef class Converter:
    """What libscap's converter does (converter.cpp), step by step, with pointers instead of copies."""

    def __cinit__(self, bint strict=True):
        self.strict = strict
        if not self._grow_enters():
            raise MemoryError

    def __dealloc__(self):
        cdef uint32_t at
        free(self.made)
        if self.enters != NULL:
            for at in range(self.enter_mask + 1):
                free(self.enters[at].data)
            free(self.enters)

    cdef int _says(self, const char* text) noexcept nogil:
        snprintf(self.fault, sizeof(self.fault), "%s", text)
        return FAULT

    cdef int _convert(self, uint32_t length) noexcept nogil:
        """Step after step until the event stands in today's form, or is dropped."""
        cdef int step, found
        cdef uint16_t at, stop
        cdef const conversion* entry
        cdef uint32_t nparams
        cdef uint64_t size
        if self.event.nparams > MAX_PARAMS:
            self.event.nparams = MAX_PARAMS
        for step in range(MOST_STEPS):
            if length > MOST_CONVERTED:
                snprintf(
                    self.fault, sizeof(self.fault), "invalid event: len %u is larger than the maximum event size %u",
                    length, <unsigned int>MOST_CONVERTED,
                )
                return FAULT
            nparams = self.event.nparams
            entry = NULL
            stop = conversion_start[self.event.code + 1]
            for at in range(conversion_start[self.event.code], stop):
                if conversion_table[at].nparams == nparams:
                    entry = &conversion_table[at]
                    break
            if entry == NULL:
                snprintf(
                    self.fault, sizeof(self.fault),
                    "Required conversion for event (type: %d, nparams: %d), but we don't handle it in the table.",
                    self.event.code, <int>nparams,
                )
                return FAULT
            if entry.action == ACTION_PASS:
                return EVENT
            if entry.action == ACTION_STORE or entry.action == ACTION_STORE_AND_PASS:
                self._store()
                return EVENT if entry.action == ACTION_STORE_AND_PASS else DROPPED
            if self._step(entry) != 0:
                return FAULT
            size = 26 + self.event.nparams * (4 if event_table[self.event.code].flags & LARGE else 2)
            for at in range(self.event.nparams):
                size += self.event.size[at]
            if size > MOST_CONVERTED:
                return self._says("converted event length would exceed conversion buffer size 65536")
            length = <uint32_t>size
            found = convertibility(self.event.code, self.event.nparams)
            if found == PASSES:
                return EVENT
            if found == DROPS:
                return DROPPED
            if found == TOO_MANY:
                snprintf(
                    self.fault, sizeof(self.fault), "Event (type: %d) has more parameters (%d) than expected (%d).",
                    self.event.code, <int>self.event.nparams, <int>event_table[self.event.code].nparams,
                )
                return FAULT
        snprintf(
            self.fault, sizeof(self.fault),
            "Reached '%d' conversions with event (type: %d, nparams: %d) without reaching an end.",
            <int>MOST_STEPS, self.event.code, <int>self.event.nparams,
        )
        return FAULT

    cdef int _step(self, const void* which) noexcept nogil:
        """One conversion: the parameters of the new event, each from where the table says."""
        cdef const conversion* entry = <const conversion*>which
        cdef uint16_t code = self.event.code
        cdef uint16_t new_code = entry.desired if entry.action == ACTION_CHANGE_TYPE else code
        cdef uint32_t kept = 0 if entry.action == ACTION_CHANGE_TYPE else self.event.nparams
        cdef uint32_t nparams = kept + entry.count
        cdef uint32_t old_nparams = self.event.nparams
        cdef uint32_t old_size[MAX_PARAMS]
        cdef const uint8_t* old_at[MAX_PARAMS]
        cdef uint32_t i, to, size, most
        cdef uint8_t kind
        cdef const instruction* one
        cdef const uint8_t* at
        cdef Enter* enter = NULL
        cdef bint searched = False, used = False
        if nparams > MAX_PARAMS or nparams > event_table[new_code].nparams:
            return self._says("converted event would have too many parameters")
        memcpy(old_size, self.event.size, old_nparams * sizeof(uint32_t))
        memcpy(old_at, self.event.at, old_nparams * sizeof(const uint8_t*))
        for i in range(entry.count):
            one = &instruction_table[entry.first + i]
            to = kept + i
            kind = param_kinds[event_table[new_code].first + to]
            at = NULL
            size = 0
            if one.source == FROM_EMPTY:
                pass
            elif one.source == FROM_DEFAULT:
                size = kind & 0x1F
                at = ONES if kind == UID_KIND else ZEROS
            elif one.source == FROM_OLD:
                if one.param >= old_nparams:
                    snprintf(
                        self.fault, sizeof(self.fault),
                        "We want to take parameter '%d' from old event '%d' but this event has only '%d' parameters!",
                        <int>one.param, <int>code, <int>old_nparams,
                    )
                    return FAULT
                size = old_size[one.param]
                at = old_at[one.param]
            elif one.source == FROM_CALLBACK:
                if self._container_json() == 0:
                    size = self.event.size[0]
                    at = self.event.at[0]
            else:
                if not searched:
                    searched = True
                    enter = self._enter(self.event.tid, False)
                    if enter != NULL and not enter.live:
                        enter = NULL
                    if enter != NULL and enter.code != code - 1:
                        if self.strict:
                            snprintf(
                                self.fault, sizeof(self.fault),
                                "The enter event for '%s_%c' is not the right one! Event found '%s_%c'.",
                                event_table[code].name, <int>(b'X' if code & 1 else b'E'),
                                event_table[enter.code].name, <int>(b'X' if enter.code & 1 else b'E'),
                            )
                            return FAULT
                        self.stale += 1
                        enter.live = False
                        enter = NULL
                if enter != NULL and one.param >= enter.nparams:
                    if self.strict:
                        snprintf(
                            self.fault, sizeof(self.fault),
                            "We want to take parameter '%d' from enter event '%d' but this event has only '%d' parameters!",
                            <int>one.param, <int>enter.code, <int>enter.nparams,
                        )
                        return FAULT
                    self.stale += 1
                    enter = NULL
                if enter == NULL:
                    if not one.or_empty:
                        size = kind & 0x1F
                        at = ONES if kind == UID_KIND else ZEROS
                else:
                    used = True
                    size = enter.size[one.param]
                    at = enter.data
                    for most in range(one.param):
                        at += enter.size[most]
            # no parameter is longer than its type allows
            most = kind & 0x1F if kind else (0xFFFFFFFF if event_table[new_code].flags & LARGE else 0xFFFF)
            if size > most:
                size = most
            self.event.size[to] = size
            self.event.at[to] = at if size else NULL
        if used:
            enter.live = False
        self.event.code = new_code
        self.event.nparams = nparams
        return 0

    cdef int _store(self) noexcept nogil:
        """Keep an enter event until its exit comes, or until the thread enters again."""
        cdef Enter* enter = self._enter(self.event.tid, True)
        cdef uint32_t i, total = 0
        cdef uint8_t* at
        if enter == NULL:
            self.forgotten += 1
            return 0
        enter.live = False
        enter.code = self.event.code
        enter.nparams = self.event.nparams if self.event.nparams < 32 else 32
        for i in range(enter.nparams):
            enter.size[i] = self.event.size[i]
            total += self.event.size[i]
        if total > enter.room:
            at = <uint8_t*>realloc(enter.data, total)
            if at == NULL:
                self.forgotten += 1
                return 0
            enter.data = at
            enter.room = total
        at = enter.data
        for i in range(enter.nparams):
            if self.event.size[i]:
                memcpy(at, self.event.at[i], self.event.size[i])
                at += self.event.size[i]
        enter.live = True
        return 0

    cdef Enter* _enter(self, int64_t tid, bint make) noexcept nogil:
        """The slot of a thread; NULL: it has none, and gets none."""
        cdef uint32_t at = <uint32_t>((<uint64_t>tid * <uint64_t>0x9E3779B97F4A7C15) >> 32) & self.enter_mask
        while self.enters[at].used:
            if self.enters[at].tid == tid:
                return &self.enters[at]
            at = (at + 1) & self.enter_mask
        if not make:
            return NULL
        if 2 * (self.enter_count + 1) > self.enter_mask + 1:
            if not self._grow_enters():
                return NULL
            return self._enter(tid, True)
        self.enter_count += 1
        self.enters[at].used = True
        self.enters[at].tid = tid
        return &self.enters[at]

    cdef bint _grow_enters(self) noexcept nogil:
        """A new table with those that still wait; larger only if they need it. False: there are too many."""
        cdef uint32_t live = 0, size = 1024, i, at
        cdef Enter* old = self.enters
        cdef Enter* made
        if old != NULL:
            for i in range(self.enter_mask + 1):
                live += old[i].used and old[i].live
            if live >= MOST_ENTERS:
                return False
            while size < 4 * live:
                size *= 2
        made = <Enter*>calloc(size, sizeof(Enter))
        if made == NULL:
            return False
        if old != NULL:
            for i in range(self.enter_mask + 1):
                if not old[i].used:
                    continue
                if not old[i].live:
                    free(old[i].data)
                    continue
                at = <uint32_t>((<uint64_t>old[i].tid * <uint64_t>0x9E3779B97F4A7C15) >> 32) & (size - 1)
                while made[at].used:
                    at = (at + 1) & (size - 1)
                made[at] = old[i]
            free(old)
        self.enters = made
        self.enter_mask = size - 1
        self.enter_count = live
        return True

    cdef int _container_json(self) noexcept nogil:
        """An old container event's four parameters as the JSON of a newer one, in parameter 0; 1: impossible."""
        cdef uint32_t room, kind = 0
        cdef int n
        if self.event.nparams < 4 or self.event.size[1] > 4:
            return 1
        if self.event.size[0] == 0 or self.event.size[2] == 0 or self.event.size[3] == 0:
            return 1
        if self.event.size[1]:
            memcpy(&kind, self.event.at[1], self.event.size[1])
        room = self.event.size[0] + self.event.size[2] + self.event.size[3] + 64
        if room > self.made_room:
            free(self.made)
            self.made = <uint8_t*>malloc(room)
            self.made_room = room if self.made != NULL else 0
            if self.made == NULL:
                return 1
        # each string without its last byte, which is its NUL
        n = snprintf(
            <char*>self.made, room, '{"id":"%.*s","type":%u,"name":"%.*s","image":"%.*s"}',
            <int>self.event.size[0] - 1, <const char*>self.event.at[0], kind,
            <int>self.event.size[2] - 1, <const char*>self.event.at[2],
            <int>self.event.size[3] - 1, <const char*>self.event.at[3],
        )
        if n < 0 or <uint32_t>n + 1 > room:
            return 1
        self.event.at[0] = self.made
        self.event.size[0] = <uint32_t>n + 1
        return 0
