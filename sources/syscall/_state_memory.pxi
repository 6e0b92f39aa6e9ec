# Shared strings, maps by number, and paths. Where memory runs out, or more than is allowed is in use, strings become
# empty and entries are not added.

cdef inline char* str_at(Str* s) noexcept nogil:
    return <char*>s + sizeof(Str)


cdef inline uint32_t str_n(Str* s) noexcept nogil:
    return 0 if s == NULL else s.n


cdef inline Text str_text(Str* s) noexcept nogil:
    cdef Text text
    text.at = b""
    text.n = 0
    if s != NULL:
        text.at = str_at(s)
        text.n = s.n
    return text


cdef inline Text text_of(const char* at, uint32_t n) noexcept nogil:
    cdef Text text
    text.at = at
    text.n = n
    return text


cdef inline bint text_is(Text text, const char* literal) noexcept nogil:
    return text.n == strlen(literal) and memcmp(text.at, literal, text.n) == 0


cdef Str* str_room(Core* k, uint32_t n) noexcept nogil:
    # A string of n bytes to be written by the caller.
    cdef Str* s
    if n == 0 or k.bytes > k.max_bytes + k.max_bytes // 4:
        return NULL
    s = <Str*>malloc(sizeof(Str) + n)
    if s == NULL:
        return NULL
    s.rc = 1
    s.n = n
    k.bytes += sizeof(Str) + n
    return s


cdef Str* str_new(Core* k, Text text) noexcept nogil:
    cdef Str* s = str_room(k, text.n)
    if s != NULL:
        memcpy(str_at(s), text.at, text.n)
    return s


cdef inline Str* str_keep(Str* s) noexcept nogil:
    if s != NULL:
        s.rc += 1
    return s


cdef inline void str_drop(Core* k, Str* s) noexcept nogil:
    if s != NULL:
        s.rc -= 1
        if s.rc == 0:
            k.bytes -= sizeof(Str) + s.n
            free(s)


cdef inline void str_set(Core* k, Str** place, Str* fresh) noexcept nogil:
    # Replace what a place holds; the new string's reference goes to the place.
    cdef Str* old = place[0]
    place[0] = fresh
    str_drop(k, old)


cdef inline bint str_same(Str* s, Text text) noexcept nogil:
    if s == NULL:
        return text.n == 0
    return s.n == text.n and memcmp(str_at(s), text.at, text.n) == 0


cdef inline Str* str_like(Core* k, Str* known, Text text) noexcept nogil:
    # The known string again if it says the same, else a new one.
    return str_keep(known) if str_same(known, text) else str_new(k, text)


cdef inline void str_put(Core* k, Str** place, Text text) noexcept nogil:
    if not str_same(place[0], text):
        str_set(k, place, str_new(k, text))


# ---- maps

cdef inline uint32_t map_home(Core* k, Map* m, int64_t key) noexcept nogil:
    cdef uint64_t h = (<uint64_t>key ^ k.seed) * <uint64_t>0x9E3779B97F4A7C15
    return <uint32_t>(h >> 32) & m.mask


cdef void* map_get(Core* k, Map* m, int64_t key) noexcept nogil:
    cdef uint32_t i
    if m.slots == NULL:
        return NULL
    i = map_home(k, m, key)
    while m.slots[i].value != NULL:
        if m.slots[i].key == key:
            return m.slots[i].value
        i = (i + 1) & m.mask
    return NULL


cdef bint map_resize(Core* k, Map* m, uint32_t size) noexcept nogil:
    cdef Slot* old = m.slots
    cdef uint32_t i, j, n = 0 if old == NULL else m.mask + 1
    cdef Slot* fresh = <Slot*>calloc(size, sizeof(Slot))
    if fresh == NULL:
        return False
    k.bytes += size * sizeof(Slot)
    k.bytes -= n * sizeof(Slot)
    m.slots = fresh
    m.mask = size - 1
    for i in range(n):
        if old[i].value != NULL:
            j = map_home(k, m, old[i].key)
            while fresh[j].value != NULL:
                j = (j + 1) & m.mask
            fresh[j] = old[i]
    free(old)
    return True


cdef void* map_put(Core* k, Map* m, int64_t key, void* value) noexcept nogil:
    # Returns what stood there before; the value itself if there was no memory to put it.
    cdef uint32_t i
    cdef void* old
    if m.slots == NULL or (m.n + 1) * 4 > (m.mask + 1) * 3:
        if not map_resize(k, m, 8 if m.slots == NULL else (m.mask + 1) * 2):
            return value
    i = map_home(k, m, key)
    while m.slots[i].value != NULL:
        if m.slots[i].key == key:
            old = m.slots[i].value
            m.slots[i].value = value
            return old
        i = (i + 1) & m.mask
    m.slots[i].key = key
    m.slots[i].value = value
    m.n += 1
    return NULL


cdef void* map_take(Core* k, Map* m, int64_t key) noexcept nogil:
    # Remove and return; later entries of the same run move up, so that there are no graves.
    cdef uint32_t i, j, home
    cdef void* old
    if m.slots == NULL:
        return NULL
    i = map_home(k, m, key)
    while m.slots[i].value != NULL and m.slots[i].key != key:
        i = (i + 1) & m.mask
    old = m.slots[i].value
    if old == NULL:
        return NULL
    j = i
    while True:
        j = (j + 1) & m.mask
        if m.slots[j].value == NULL:
            break
        home = map_home(k, m, m.slots[j].key)
        if ((j - home) & m.mask) >= ((j - i) & m.mask):
            m.slots[i] = m.slots[j]
            i = j
    m.slots[i].value = NULL
    m.n -= 1
    return old


cdef void map_free(Core* k, Map* m) noexcept nogil:
    if m.slots != NULL:
        k.bytes -= (m.mask + 1) * sizeof(Slot)
    free(m.slots)
    m.slots = NULL
    m.mask = 0
    m.n = 0


# ---- paths

cdef inline char char_of(Text text, uint32_t i) noexcept nogil:
    return text.at[i] if i < text.n else 0


cdef uint32_t path_parent(char* out, uint32_t n) noexcept nogil:
    # Back to the parent of a path that ends in a separator.
    if n <= 1:
        return n
    n -= 1
    while n >= 1 and out[n - 1] != b"/":
        n -= 1
    return n


cdef uint32_t path_join(char* out, Text base, Text path) noexcept nogil:
    # libsinsp's concatenate_paths: `out` has room for MAX_PATH bytes; returns the length.
    cdef uint32_t n = 0, pc = 0
    cdef char c
    cdef bint empty_base
    cdef const char* too_long = b"/DIR_TOO_LONG/FILENAME_TOO_LONG"
    if <uint64_t>base.n + path.n + 1 > MAX_PATH:
        n = <uint32_t>strlen(too_long)
        memcpy(out, too_long, n)
        return n
    if path.n != 0 and path.at[0] != b"/":
        memcpy(out, base.at, base.n)
        n = base.n
    empty_base = n == 0
    while n + 1 < MAX_PATH:
        c = char_of(path, pc)
        if c == 0:
            break
        if c == b"." and (n == 0 or out[n - 1] == b"/"):
            if char_of(path, pc + 1) == b"." and char_of(path, pc + 2) == b"/":
                n = path_parent(out, n)
                pc += 3
                continue
            if char_of(path, pc + 1) == b"." and char_of(path, pc + 2) == 0:
                n = path_parent(out, n)
                pc += 2
                continue
            if char_of(path, pc + 1) == b"/":
                pc += 2
                continue
            if char_of(path, pc + 1) == 0:
                pc += 1
                continue
        elif c == b"/" and ((n > 0 and out[n - 1] == b"/") or (n == 0 and not empty_base)):
            pc += 1
            continue
        out[n] = c
        n += 1
        pc += 1
    if n > 1 and out[n - 1] == b"/":
        n -= 1
    return n


# ---- parameters of events

cdef inline bint has(const Event* e, uint32_t i) noexcept nogil:
    return i < e.nparams and e.at[i] != NULL and e.size[i] > 0


cdef inline int64_t p_i64(const Event* e, uint32_t i) noexcept nogil:
    # A number of whatever width it has; missing ones are 0.
    cdef int64_t v8 = 0
    cdef int32_t v4 = 0
    if i >= e.nparams or e.at[i] == NULL:
        return 0
    if e.size[i] == 8:
        memcpy(&v8, e.at[i], 8)
        return v8
    if e.size[i] == 4:
        memcpy(&v4, e.at[i], 4)
        return v4
    return 0


cdef inline uint64_t p_u64(const Event* e, uint32_t i) noexcept nogil:
    cdef uint64_t v = 0
    if i < e.nparams and e.at[i] != NULL and e.size[i] <= 8:
        memcpy(&v, e.at[i], e.size[i])
    return v


cdef inline uint32_t p_u32(const Event* e, uint32_t i) noexcept nogil:
    return <uint32_t>p_u64(e, i)


cdef inline Text p_bytes(const Event* e, uint32_t i) noexcept nogil:
    cdef Text text
    text.at = b""
    text.n = 0
    if i < e.nparams and e.at[i] != NULL:
        text.at = <const char*>e.at[i]
        text.n = e.size[i]
    return text


cdef inline Text c_text(Text raw) noexcept nogil:
    # Bytes up to a NUL; what was empty or (NULL) is `<NA>`, as libsinsp reads strings of events.
    cdef const char* end
    if raw.n == 0 or (raw.n == 7 and memcmp(raw.at, b"(NULL)", 7) == 0):
        return text_of(b"<NA>", 4)
    end = <const char*>memchr(raw.at, 0, raw.n)
    if end != NULL:
        raw.n = <uint32_t>(end - raw.at)
    return raw


cdef inline Text p_text(const Event* e, uint32_t i) noexcept nogil:
    return c_text(p_bytes(e, i))


cdef inline Text p_list(const Event* e, uint32_t i) noexcept nogil:
    # NUL-separated strings; one NUL at the end belongs to the last one.
    cdef Text text = p_bytes(e, i)
    if text.n > 0 and text.at[text.n - 1] == 0:
        text.n -= 1
    return text
