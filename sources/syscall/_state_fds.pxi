# Descriptors and tables of descriptors. Tables are shared after a fork until one side changes something; so are the
# descriptors in them.
#
# Offsets into Fdi.sock are those of libsinsp's union, which it reads across kinds:
#   ipv4 tuple: sip 0, dip 4, sport 8, dport 10, l4 12; ipv4 server: ip 0, port 4, l4 6
#   ipv6 tuple: sip 0, dip 16, sport 32, dport 34, l4 36; ipv6 server: ip 0, port 16, l4 18; unix: source 0, peer 8

cdef Fdi* fd_new(Core* k, uint8_t kind) noexcept nogil:
    cdef Fdi* f = <Fdi*>calloc(1, sizeof(Fdi))
    if f != NULL:
        f.rc = 1
        f.type = kind
        k.bytes += sizeof(Fdi)
    return f


cdef Fdi* fd_copy(Core* k, Fdi* f) noexcept nogil:
    cdef Fdi* fresh = <Fdi*>malloc(sizeof(Fdi))
    if fresh == NULL:
        return NULL
    k.bytes += sizeof(Fdi)
    fresh[0] = f[0]
    fresh.rc = 1
    str_keep(fresh.name)
    str_keep(fresh.name_raw)
    return fresh


cdef void fd_drop(Core* k, Fdi* f) noexcept nogil:
    if f == NULL:
        return
    f.rc -= 1
    if f.rc == 0:
        if k.fd == f:
            k.fd = NULL
        str_drop(k, f.name)
        str_drop(k, f.name_raw)
        k.bytes -= sizeof(Fdi)
        free(f)


cdef inline bint fd_closes_on_exec(Fdi* f) noexcept nogil:
    return (
        (f.open_flags & O_CLOEXEC) != 0
        or (f.type == FD_EVENTPOLL and (f.open_flags & EPOLL_CLOEXEC) != 0)
        or (f.type == FD_MEMFD and (f.open_flags & MFD_CLOEXEC) != 0)
    )


cdef inline void fd_clear_cloexec(Fdi* f) noexcept nogil:
    f.open_flags &= ~<uint32_t>(O_CLOEXEC | EPOLL_CLOEXEC | MFD_CLOEXEC)


# ---- tables

cdef FdTable* table_new(Core* k) noexcept nogil:
    cdef FdTable* table = <FdTable*>calloc(1, sizeof(FdTable))
    if table != NULL:
        table.rc = 1
        k.bytes += sizeof(FdTable)
    return table


cdef void table_drop(Core* k, FdTable* table) noexcept nogil:
    cdef uint32_t i
    if table == NULL:
        return
    table.rc -= 1
    if table.rc != 0:
        return
    if table.map.slots != NULL:
        for i in range(table.map.mask + 1):
            if table.map.slots[i].value != NULL:
                fd_drop(k, <Fdi*>table.map.slots[i].value)
    map_free(k, &table.map)
    k.bytes -= sizeof(FdTable)
    free(table)


cdef inline Thr* fds_owner(Thr* t) noexcept nogil:
    # Whose table a thread uses; NULL: a thread whose main thread is unknown has none.
    return main_thread(t) if t.flags & CL_CLONE_FILES else t


cdef FdTable* table_own(Core* k, Thr* owner) noexcept nogil:
    # The table of a thread, its alone. NULL: no memory.
    cdef FdTable* shared = owner.fds
    cdef FdTable* table
    cdef uint32_t i, size
    if shared != NULL and shared.rc == 1:
        return shared
    table = table_new(k)
    if table == NULL:
        return NULL
    if shared != NULL and shared.map.slots != NULL:
        size = shared.map.mask + 1
        table.map.slots = <Slot*>malloc(size * sizeof(Slot))
        if table.map.slots == NULL:
            table_drop(k, table)
            return NULL
        k.bytes += size * sizeof(Slot)
        memcpy(table.map.slots, shared.map.slots, size * sizeof(Slot))
        table.map.mask = shared.map.mask
        table.map.n = shared.map.n
        for i in range(size):
            if table.map.slots[i].value != NULL:
                (<Fdi*>table.map.slots[i].value).rc += 1
    owner.fds = table
    if shared != NULL:
        shared.rc -= 1
    return table


cdef inline Fdi* get_fd(Core* k, Thr* t, int64_t n) noexcept nogil:
    cdef Thr* owner
    if n < 0:
        return NULL
    owner = fds_owner(t)
    if owner == NULL or owner.fds == NULL:
        return NULL
    return <Fdi*>map_get(k, &owner.fds.map, n)


cdef Fdi* put_fd(Core* k, Thr* owner, int64_t n, Fdi* f) noexcept nogil:
    # Takes the reference. NULL: the table is full, or there is no memory.
    cdef FdTable* table
    cdef Fdi* old
    if f == NULL:
        return NULL
    table = NULL if k.bytes > k.max_bytes else table_own(k, owner)
    if table == NULL or (table.map.n >= k.max_fds and map_get(k, &table.map, n) == NULL):
        k.dropped_fds += 1
        fd_drop(k, f)
        return NULL
    old = <Fdi*>map_put(k, &table.map, n, f)
    fd_drop(k, old)
    return NULL if old == f else f


cdef Fdi* add_fd(Core* k, Thr* t, int64_t n, Fdi* f) noexcept nogil:
    # A new descriptor of a thread; it is the one its last event was about.
    cdef Thr* owner = fds_owner(t)
    if owner == NULL:
        fd_drop(k, f)
        return NULL
    f = put_fd(k, owner, n, f)
    t.lastevent_fd = n
    return f


cdef Fdi* own_fd(Core* k, Thr* t, int64_t n) noexcept nogil:
    # A descriptor to be changed: no other table sees the change. NULL: there is none.
    cdef Thr* owner
    cdef FdTable* table
    cdef Fdi* f
    cdef Fdi* fresh
    cdef bint current
    if n < 0:
        return NULL
    owner = fds_owner(t)
    if owner == NULL or owner.fds == NULL:
        return NULL
    f = <Fdi*>map_get(k, &owner.fds.map, n)
    if f == NULL or (f.rc == 1 and owner.fds.rc == 1):
        return f
    table = table_own(k, owner)
    if table == NULL:
        return NULL
    if f.rc == 1:
        return f
    fresh = fd_copy(k, f)
    if fresh == NULL:
        return NULL
    current = k.fd == f
    map_put(k, &table.map, n, fresh)
    fd_drop(k, f)
    if current:
        k.fd = fresh
    return fresh


cdef void remove_fd(Core* k, Thr* t, int64_t n) noexcept nogil:
    cdef Thr* owner = fds_owner(t)
    cdef FdTable* table
    if owner == NULL or owner.fds == NULL or map_get(k, &owner.fds.map, n) == NULL:
        return
    table = table_own(k, owner)
    if table != NULL:
        fd_drop(k, <Fdi*>map_take(k, &table.map, n))


cdef uint32_t table_numbers(FdTable* table, int64_t** numbers) noexcept nogil:
    # The descriptors' numbers, in memory that the caller frees.
    cdef uint32_t i, n = 0
    numbers[0] = NULL
    if table == NULL or table.map.n == 0:
        return 0
    numbers[0] = <int64_t*>malloc(table.map.n * sizeof(int64_t))
    if numbers[0] == NULL:
        return 0
    for i in range(table.map.mask + 1):
        if table.map.slots[i].value != NULL:
            numbers[0][n] = table.map.slots[i].key
            n += 1
    return n


cdef void close_on_exec(Core* k, Thr* t) noexcept nogil:
    cdef Thr* owner = fds_owner(t)
    cdef int64_t* numbers
    cdef uint32_t i, n
    cdef Fdi* f
    if owner == NULL or owner.fds == NULL:
        return
    n = table_numbers(owner.fds, &numbers)
    for i in range(n):
        f = <Fdi*>map_get(k, &owner.fds.map, numbers[i])
        if f != NULL and fd_closes_on_exec(f):
            remove_fd(k, owner, numbers[i])
    free(numbers)


cdef void close_range(Core* k, Thr* t, uint32_t first, uint32_t last, bint cloexec) noexcept nogil:
    cdef Thr* owner = fds_owner(t)
    cdef int64_t* numbers
    cdef uint32_t i, n
    cdef Fdi* f
    if owner == NULL or owner.fds == NULL:
        return
    n = table_numbers(owner.fds, &numbers)
    for i in range(n):
        if numbers[i] < first or numbers[i] > last:
            continue
        if cloexec:
            f = own_fd(k, owner, numbers[i])
            if f != NULL:
                f.open_flags |= O_CLOEXEC
        else:
            remove_fd(k, owner, numbers[i])
    free(numbers)


# ---- the event's descriptor

cdef inline void event_fd(Core* k, Fdi* f, Text old_name) noexcept nogil:
    # What the event is about; its name before the event decides whether the event changed it.
    k.fd = f
    str_put(k, &k.fd_old_name, old_name)


cdef inline void event_fd_known(Core* k, Fdi* f) noexcept nogil:
    k.fd = f
    if f != NULL and k.fd_old_name != f.name:
        str_set(k, &k.fd_old_name, str_keep(f.name))


cdef inline void event_fd_new(Core* k, Thr* t, int64_t n, Fdi* f) noexcept nogil:
    # Add a descriptor that did not exist before and make it the event's.
    k.fd = add_fd(k, t, n, f)
    str_set(k, &k.fd_old_name, NULL)


cdef inline void event_fd_clone(Core* k, Thr* t, int64_t n, Fdi* f) noexcept nogil:
    # Add a copy of another descriptor and make it the event's: its name does not count as changed.
    cdef Str* name = NULL if f == NULL else str_keep(f.name)
    k.fd = add_fd(k, t, n, f)
    str_set(k, &k.fd_old_name, name)
