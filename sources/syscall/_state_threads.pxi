# The thread table: thread groups, parents and children, reapers, removal (libsinsp's thread_manager).

cdef Thr* thread_new(Core* k, int64_t tid) noexcept nogil:
    cdef Thr* t = <Thr*>calloc(1, sizeof(Thr))
    if t == NULL:
        return NULL
    k.bytes += sizeof(Thr)
    t.rc = 1
    t.tid = tid
    t.pid = t.ptid = t.reaper_tid = t.sid = t.vtid = t.vpid = t.vpgid = t.pgid = -1
    t.uid = t.gid = t.loginuid = NO_ID
    t.fdlimit = -1
    t.flags = CL_NAME_CHANGED
    t.lastevent_type = 0xFFFF
    return t


cdef void thread_drop(Core* k, Thr* t) noexcept nogil:
    t.rc -= 1
    if t.rc != 0:
        return
    str_drop(k, t.comm)
    str_drop(k, t.exe)
    str_drop(k, t.exepath)
    str_drop(k, t.args)
    str_drop(k, t.env)
    str_drop(k, t.cwd)
    str_drop(k, t.root)
    str_drop(k, t.container_id)
    cgroups_drop(k, t.cgroups)
    table_drop(k, t.fds)
    if t.enter != NULL:
        k.bytes -= enter_bytes(t.enter)
        free(t.enter)
    if t.group != NULL:
        group_drop(t.group)
    k.bytes -= sizeof(Thr)
    free(t)


cdef inline bint is_main(Thr* t) noexcept nogil:
    return t.tid == t.pid or (t.flags & CL_IS_MAIN_THREAD) != 0


cdef inline bint is_invalid(Thr* t) noexcept nogil:
    return t.tid < 0 or t.pid < 0 or t.ptid < 0


cdef inline bint is_dead(Thr* t) noexcept nogil:
    return (t.flags & CL_CLOSED) != 0


cdef inline bint in_pid_namespace(Thr* t) noexcept nogil:
    return (t.flags & CL_CHILD_IN_PIDNS) != 0 or (t.tid != t.vtid and t.vtid >= 0)


cdef inline Thr* main_thread(Thr* t) noexcept nogil:
    # NULL: no thread of the group is known to be the main one.
    if is_main(t):
        return t
    if t.group == NULL or t.group.first == NULL or not is_main(t.group.first):
        return NULL
    return t.group.first


cdef inline Thr* find_thread(Core* k, int64_t tid) noexcept nogil:
    return <Thr*>map_get(k, &k.threads, tid)


# ---- groups

cdef inline void group_drop(Group* g) noexcept nogil:
    g.rc -= 1
    if g.rc == 0:
        free(g)


cdef void group_enter(Group* g, Thr* t, bint first) noexcept nogil:
    g.rc += 1
    t.group = g
    t.gnext = t.gprev = NULL
    if g.first == NULL:
        g.first = g.last = t
    elif first:
        t.gnext = g.first
        g.first.gprev = t
        g.first = t
    else:
        t.gprev = g.last
        g.last.gnext = t
        g.last = t


cdef void group_leave(Thr* t) noexcept nogil:
    # Out of the list; the thread keeps its reference to the group.
    cdef Group* g = t.group
    if g == NULL or (t.gprev == NULL and g.first != t):
        return
    if t.gprev != NULL:
        t.gprev.gnext = t.gnext
    else:
        g.first = t.gnext
    if t.gnext != NULL:
        t.gnext.gprev = t.gprev
    else:
        g.last = t.gprev
    t.gnext = t.gprev = NULL


# ---- children

cdef void child_unlink(Thr* child) noexcept nogil:
    cdef Thr* parent = child.lister
    if parent == NULL:
        return
    if child.kprev != NULL:
        child.kprev.knext = child.knext
    else:
        parent.kids = child.knext
    if child.knext != NULL:
        child.knext.kprev = child.kprev
    child.lister = child.knext = child.kprev = NULL
    parent.kids_listed -= 1


cdef void child_add(Thr* parent, Thr* child) noexcept nogil:
    child_unlink(child)
    child.lister = parent
    child.knext = parent.kids
    if parent.kids != NULL:
        parent.kids.kprev = child
    parent.kids = child
    child.ptid = parent.tid
    parent.kids_listed += 1
    parent.kids_size += 1
    parent.kids_live += 1


cdef void children_sweep(Thr* parent) noexcept nogil:
    parent.kids_size = parent.kids_listed


cdef void child_gone(Core* k, int64_t ptid) noexcept nogil:
    # libsinsp's remove_child_from_parent: it counts first and sweeps once ten are gone.
    cdef Thr* parent = find_thread(k, ptid)
    if parent == NULL:
        return
    parent.kids_live -= 1
    if parent.kids_size - parent.kids_live >= EXPIRED_CHILDREN:
        children_sweep(parent)


# ---- the table

cdef void thread_unlist(Core* k, Thr* t) noexcept nogil:
    # A thread that left the table: nothing may point to it any more but those that hold a reference.
    cdef Thr* child
    group_leave(t)
    child_unlink(t)
    while t.kids != NULL:
        child = t.kids
        t.kids = child.knext
        child.lister = child.knext = child.kprev = NULL
    t.kids_listed = 0
    if k.thread == t:
        k.thread = NULL
    t.listed = False
    thread_drop(k, t)


cdef void thread_erase(Core* k, int64_t tid) noexcept nogil:
    cdef Thr* t = <Thr*>map_take(k, &k.threads, tid)
    if t != NULL:
        thread_unlist(k, t)


cdef bint table_full(Core* k) noexcept nogil:
    return k.threads.n >= k.max_threads or k.bytes > k.max_bytes


cdef void make_dependencies(Core* k, Thr* t) noexcept nogil:
    # Give a thread its group and its parent (libsinsp's create_thread_dependencies).
    cdef Group* g
    cdef Group* old
    cdef Thr* parent
    if is_invalid(t) or t.group != NULL:
        return
    g = <Group*>map_get(k, &k.groups, t.pid)
    if g == NULL:
        g = <Group*>calloc(1, sizeof(Group))
        if g == NULL:
            return
        g.rc = 1
        g.pid = t.pid
        g.alive = 1
        g.reaper = t.pid == 1 or t.vpid == 1
        old = <Group*>map_put(k, &k.groups, t.pid, g)
        if old != NULL:
            group_drop(old)
            return
        group_enter(g, t, True)
    else:
        group_enter(g, t, is_main(t))
        g.alive += 1
    if t.pid == 1:
        return
    parent = find_thread(k, t.ptid)
    if parent == NULL or is_invalid(parent):
        t.ptid = 0
        return
    if parent != t:
        child_add(parent, t)


cdef Thr* add_thread(Core* k, Thr* t, bint dependencies) noexcept nogil:
    # Takes the only reference; NULL if the table is full.
    cdef Thr* old
    if t == NULL:
        return NULL
    if table_full(k):
        k.dropped_threads += 1
        thread_drop(k, t)
        return NULL
    if dependencies:
        make_dependencies(k, t)
    old = <Thr*>map_put(k, &k.threads, t.tid, t)
    if old == t:
        k.dropped_threads += 1
        thread_unlist(k, t)
        return NULL
    t.listed = True
    k.added_threads += 1
    if old != NULL:
        thread_unlist(k, old)
    return t


cdef Thr* get_thread(Core* k, int64_t tid) noexcept nogil:
    # The thread of an id; one of which nothing is known is made up, so that it is there from now on.
    cdef Thr* t = find_thread(k, tid)
    if t != NULL or k.threads.n >= k.max_threads:
        return t
    t = thread_new(k, tid)
    if t == NULL:
        return NULL
    t.comm = str_new(k, text_of(b"<NA>", 4))
    t.exe = str_keep(t.comm)
    return add_thread(k, t, True)


# ---- removal

cdef Thr* living_member(Group* g, Thr* but) noexcept nogil:
    cdef Thr* t
    if g == NULL or g.alive == 0:
        return NULL
    t = g.first
    while t != NULL:
        if t != but and not is_dead(t):
            return t
        t = t.gnext
    return NULL


cdef Thr* find_new_reaper(Core* k, Thr* t) noexcept nogil:
    # As the kernel does: another thread of the group, else the nearest ancestor that reaps, in the same namespace.
    cdef Thr* found = living_member(t.group, t)
    cdef Thr* parent
    cdef Thr* mark = t
    cdef uint64_t steps = 0, power = 1
    if found != NULL:
        return found
    parent = find_thread(k, t.ptid)
    while parent != NULL and parent != mark and parent != t:
        if in_pid_namespace(parent) != in_pid_namespace(t):
            return NULL
        if parent.group != NULL and parent.group.reaper:
            found = living_member(parent.group, NULL)
            if found != NULL:
                return found
        steps += 1
        if steps == power:  # Brent: every loop is met again
            mark = parent
            power *= 2
            steps = 0
        parent = find_thread(k, parent.ptid)
    return NULL


cdef void hand_over_children(Core* k, Thr* t) noexcept nogil:
    cdef Thr* reaper = NULL
    cdef Thr* child
    if t.kids_size == 0:
        return
    if t.reaper_tid > 0 and t.reaper_tid != t.tid:
        reaper = get_thread(k, t.reaper_tid)
    if reaper == NULL or is_invalid(reaper):
        reaper = find_new_reaper(k, t)
    if reaper != NULL:
        t.reaper_tid = reaper.tid
        if reaper.pid != t.pid and reaper.group != NULL:
            reaper.group.reaper = True
    while t.kids != NULL:
        child = t.kids
        child_unlink(child)
        if reaper == NULL or reaper == child:
            child.ptid = 0
        else:
            child_add(reaper, child)
    t.kids_size = 0
    t.kids_live = 0


cdef void remove_thread(Core* k, int64_t tid) noexcept nogil:
    cdef Thr* t = find_thread(k, tid)
    cdef Group* g
    cdef int64_t pid
    cdef bint main
    if t == NULL:
        return
    if is_invalid(t) or t.group == NULL:
        child_gone(k, t.ptid)
        thread_erase(k, tid)
        return
    t.rc += 1  # it is looked at until the end of this function
    if not is_dead(t):
        t.group.alive -= 1
        t.flags |= CL_CLOSED
    hand_over_children(k, t)
    g = t.group
    pid = t.pid
    main = is_main(t)
    if g.alive == 0:
        child_gone(k, t.ptid)
        if map_get(k, &k.groups, pid) != NULL:
            group_drop(<Group*>map_take(k, &k.groups, pid))
        thread_erase(k, pid)
    if not main:
        child_gone(k, t.ptid)
        thread_erase(k, tid)
    k.removed_threads += 1
    thread_drop(k, t)


cdef void remove_inactive(Core* k) noexcept nogil:
    # Only where time goes on: threads nobody knows, and those unheard of for a while.
    cdef uint32_t i, n = 0
    cdef int64_t* doomed
    cdef Thr* t
    if k.ts == 0:  # before the first event
        return
    if k.last_flush_ts == 0:
        k.last_flush_ts = k.ts
        if k.purge_every > FIRST_PURGE:  # the first time comes early
            k.last_flush_ts = k.ts - k.purge_every + FIRST_PURGE
    if k.ts <= k.last_flush_ts + k.purge_every:
        return
    k.last_flush_ts = k.ts
    if k.threads.n == 0:
        return
    doomed = <int64_t*>malloc(k.threads.n * sizeof(int64_t))
    if doomed == NULL:
        return
    for i in range(k.threads.mask + 1):
        t = <Thr*>k.threads.slots[i].value
        if t == NULL:
            continue
        if t.lastaccess_ts == 0:  # known from a list or its parent: its time begins now
            t.lastaccess_ts = k.ts
        if is_invalid(t) or k.ts > t.lastaccess_ts + k.thread_timeout:
            doomed[n] = t.tid
            n += 1
    for i in range(n):
        remove_thread(k, doomed[i])
    free(doomed)
    for i in range(0 if k.threads.slots == NULL else k.threads.mask + 1):
        t = <Thr*>k.threads.slots[i].value
        if t != NULL:
            children_sweep(t)


# ---- threads that exited a moment ago

cdef inline uint64_t exited_key(int64_t tid, int64_t ptid) noexcept nogil:
    return (<uint64_t><uint32_t>ptid << 32) | <uint32_t>tid


cdef inline uint32_t exited_bucket(Core* k, uint64_t key) noexcept nogil:
    return <uint32_t>(((key ^ k.seed) * <uint64_t>0x9E3779B97F4A7C15) >> 51)


cdef void forget_exited(Core* k) noexcept nogil:
    memset(k.exited, 0, sizeof(k.exited))
    memset(k.exited_by, 0xFF, sizeof(k.exited_by))
    k.exited_at = 0


cdef void record_exited(Core* k, int64_t tid, int64_t ptid, uint64_t ts) noexcept nogil:
    # The oldest makes room.
    cdef int16_t at = <int16_t>k.exited_at
    cdef Exited* slot = &k.exited[at]
    cdef int16_t* head
    if slot.used:
        if slot.prev >= 0:
            k.exited[slot.prev].next = slot.next
        else:
            k.exited_by[exited_bucket(k, slot.key)] = slot.next
        if slot.next >= 0:
            k.exited[slot.next].prev = slot.prev
    slot.used = True
    slot.key = exited_key(tid, ptid)
    slot.ts = ts
    head = &k.exited_by[exited_bucket(k, slot.key)]
    slot.prev = -1
    slot.next = head[0]
    if head[0] >= 0:
        k.exited[head[0]].prev = at
    head[0] = at
    k.exited_at = (k.exited_at + 1) % <uint32_t>EXITED_RING


cdef bint recently_exited(Core* k, int64_t tid, int64_t ptid, uint64_t ts) noexcept nogil:
    cdef uint64_t key = exited_key(tid, ptid)
    cdef int16_t at = k.exited_by[exited_bucket(k, key)]
    while at >= 0:
        if k.exited[at].key == key and ts >= k.exited[at].ts and ts - k.exited[at].ts < CLONE_STALE:
            return True
        at = k.exited[at].next
    return False
