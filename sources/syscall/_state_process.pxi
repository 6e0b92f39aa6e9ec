# Processes: clone, fork, exec, exit, credentials, limits, memory (libsinsp's parsers of the same names).

cdef inline size_t enter_bytes(Enter* x) noexcept nogil:
    return sizeof(Enter) + x.start[7]


cdef void store_enter(Core* k, Thr* t, const Event* e) noexcept nogil:
    # Keep an enter event's parameters until its exit; start[7] is where they end.
    cdef uint32_t i, n = e.nparams if e.nparams < 7 else 7
    cdef size_t total = 0
    cdef Enter* x
    for i in range(n):
        total += e.size[i] if e.at[i] != NULL else 0
    drop_enter(k, t)
    if k.bytes > k.max_bytes:
        return
    x = <Enter*>malloc(sizeof(Enter) + total)
    if x == NULL:
        return
    x.code = e.code
    x.nparams = n
    total = 0
    for i in range(n):
        x.start[i] = <uint32_t>total
        x.size[i] = e.size[i] if e.at[i] != NULL else 0
        if x.size[i] > 0:
            memcpy(<char*>x + sizeof(Enter) + total, e.at[i], x.size[i])
        total += x.size[i]
    x.start[7] = <uint32_t>total
    k.bytes += enter_bytes(x)
    t.enter = x


cdef void drop_enter(Core* k, Thr* t) noexcept nogil:
    if t.enter != NULL:
        k.bytes -= enter_bytes(t.enter)
        free(t.enter)
        t.enter = NULL


cdef inline Enter* enter_of(Thr* t, const Event* e) noexcept nogil:
    # The stored enter event if it is this event's.
    if not t.lastevent_valid or t.enter == NULL:
        return NULL
    if e.code == EXECVE_X and t.enter.code == EXECVEAT_E:
        return t.enter
    if t.enter.code != e.code - 1:
        t.lastevent_valid = False
        return NULL
    return t.enter


cdef inline Text x_bytes(Enter* x, uint32_t i) noexcept nogil:
    if i >= x.nparams:
        return text_of(b"", 0)
    return text_of(<char*>x + sizeof(Enter) + x.start[i], x.size[i])


cdef inline int64_t x_i64(Enter* x, uint32_t i) noexcept nogil:
    cdef int64_t v8 = 0
    cdef int32_t v4 = 0
    cdef Text raw = x_bytes(x, i)
    if raw.n == 8:
        memcpy(&v8, raw.at, 8)
        return v8
    if raw.n == 4:
        memcpy(&v4, raw.at, 4)
    return v4


# ---- what events say about a process

cdef void set_exepath(Core* k, Thr* t, Text path) noexcept nogil:
    if path.n > 10 and memcmp(path.at + path.n - 10, b" (deleted)", 10) == 0:
        path.n -= 10
    str_put(k, &t.exepath, path)


cdef void set_memory(Thr* t, const Event* e) noexcept nogil:
    if has(e, 12):
        t.pfmajor = p_u64(e, 8)
        t.pfminor = p_u64(e, 9)
        t.vmsize_kb = p_u32(e, 10)
        t.vmrss_kb = p_u32(e, 11)
        t.vmswap_kb = p_u32(e, 12)


cdef Text comm_of(const Event* e) noexcept nogil:
    # Old events have no comm: argv[0] stands for it.
    return p_text(e, 13) if has(e, 13) else p_text(e, 1)


cdef void describe_child(Core* k, Thr* child, Thr* like, const Event* e) noexcept nogil:
    # What both sides of a clone take from the event; strings that say what the other thread's say are shared.
    cdef uint32_t uid = p_u32(e, 16), gid = p_u32(e, 17)
    str_set(k, &child.exe, str_like(k, like.exe, p_text(e, 1)))
    str_set(k, &child.comm, str_like(k, like.comm, comm_of(e)))
    str_set(k, &child.args, str_like(k, like.args, p_list(e, 2)))
    child.fdlimit = p_i64(e, 7)
    set_memory(child, e)
    child.uid = uid
    child.gid = gid
    user_seen(k, uid, gid)
    group_seen(k, gid)
    if has(e, 14):
        set_cgroups(k, child, like.cgroups, p_bytes(e, 14))
    child.clone_ts = e.ts


cdef void inherit(Core* k, Thr* child, Thr* source) noexcept nogil:
    # What events do not say and a child takes over.
    str_set(k, &child.exepath, str_keep(source.exepath))
    str_set(k, &child.root, str_keep(source.root))
    child.exe_flags = source.exe_flags
    child.sid = source.sid
    child.vpgid = source.vpgid
    child.pgid = source.pgid
    child.tty = source.tty
    child.loginuid = source.loginuid
    child.cap_permitted = source.cap_permitted
    child.cap_inheritable = source.cap_inheritable
    child.cap_effective = source.cap_effective
    child.exe_ino = source.exe_ino
    child.exe_ino_ctime = source.exe_ino_ctime
    child.exe_ino_mtime = source.exe_ino_mtime
    child.exe_ino_ctime_duration_clone_ts = source.exe_ino_ctime_duration_clone_ts


cdef void inherit_process(Core* k, Thr* child, Thr* source) noexcept nogil:
    # What a new process takes over and a new thread shares with its main thread.
    cdef Thr* owner = fds_owner(source)
    cdef Thr* main = main_thread(source)
    if owner != NULL and owner.fds != NULL:
        table_drop(k, child.fds)
        child.fds = owner.fds
        child.fds.rc += 1
    if main == NULL:
        str_put(k, &child.cwd, text_of(b"./", 2))
    else:
        str_set(k, &child.cwd, str_keep(main.cwd))
    str_set(k, &child.env, str_keep(source.env))


# ---- clone

cdef void clone_caller(Core* k, const Event* e, int64_t child_tid) noexcept nogil:
    # The parent's side: it creates the child unless the child's own event is the better witness.
    cdef Thr* caller = get_thread(k, e.tid)
    cdef Thr* child
    cdef Thr* existing
    cdef uint32_t flags
    cdef bint valid = True, collision = False
    k.thread = caller
    if caller == NULL:
        return
    if is_invalid(caller):
        valid = False
        caller.pid = p_i64(e, 4)
        caller.ptid = p_i64(e, 5)
        caller.vtid = p_i64(e, 18) if has(e, 19) else e.tid
        caller.vpid = p_i64(e, 19) if has(e, 19) else -1
        make_dependencies(k, caller)
    flags = p_u32(e, 15)
    if flags & (CL_CHILD_IN_PIDNS | CL_CLONE_NEWPID | CL_CLONE_PARENT) or e.tid != caller.vtid:
        return
    if flags & CL_CLONE_VFORK or e.code == VFORK_X:
        return
    if recently_exited(k, child_tid, e.tid, e.ts):
        return
    existing = find_thread(k, child_tid)
    if existing != NULL:
        if existing.flags & CL_CLONE_INVERTED:
            return
        remove_thread(k, child_tid)
        collision = True
        caller = find_thread(k, e.tid)
        if caller == NULL:
            return
    child = thread_new(k, child_tid)
    if child == NULL:
        return
    child.flags = flags
    if not flags & CL_CLONE_THREAD:
        if valid:
            inherit_process(k, child, caller)
        child.pid = child_tid
        child.ptid = caller.tid
    else:
        child.pid = caller.pid
        child.ptid = caller.ptid
        child.flags |= CL_CLONE_FILES
        child.lastexec_ts = caller.lastexec_ts
    child.vtid = child.tid
    child.vpid = child.pid
    describe_child(k, child, caller, e)
    child.pidns_init_start_ts = k.machine.boot_ts
    if valid:
        inherit(k, child, caller)
    else:
        name_after(k, caller, child)
    add_thread(k, child, True)
    if collision:
        k.thread = find_thread(k, e.tid)


cdef void name_after(Core* k, Thr* t, Thr* child) noexcept nogil:
    # A thread of which nothing was known is what its child was at the start.
    str_set(k, &t.exe, str_keep(child.exe))
    str_set(k, &t.comm, str_keep(child.comm))
    str_set(k, &t.args, str_keep(child.args))


cdef void clone_child(Core* k, const Event* e) noexcept nogil:
    # The child's side: first to be seen, or alone to know (in a pid namespace, after vfork).
    cdef Thr* child
    cdef Thr* source
    cdef bint valid = True, leader
    cdef bint collision = False
    if k.thread != NULL and k.thread.clone_ts != 0:
        if e.ts - k.thread.clone_ts < CLONE_STALE:
            return
        remove_thread(k, e.tid)
        collision = True
        k.thread = NULL
    child = thread_new(k, e.tid)
    if child == NULL:
        k.thread = NULL
        return
    child.pid = p_i64(e, 4)
    child.ptid = p_i64(e, 5)
    child.vtid = p_i64(e, 18) if has(e, 19) else child.tid
    child.vpid = p_i64(e, 19) if has(e, 19) else -1
    child.flags = p_u32(e, 15) | CL_CLONE_INVERTED
    leader = not child.flags & CL_CLONE_THREAD
    if not leader:
        child.flags |= CL_CLONE_FILES
    source = get_thread(k, child.ptid if leader else child.pid)
    if source == NULL:
        thread_drop(k, child)
        k.thread = NULL
        return
    if is_invalid(source):
        valid = False
        if not leader:
            source.pid = child.pid
            source.ptid = child.ptid
            source.vpid = child.vpid
            source.vtid = source.vpid
            make_dependencies(k, source)
    describe_child(k, child, source, e)
    if valid:
        inherit(k, child, source)
        if leader:
            inherit_process(k, child, source)
        else:
            child.lastexec_ts = source.lastexec_ts
    elif not leader:
        name_after(k, source, child)
    if child.flags & (CL_CHILD_IN_PIDNS | CL_CLONE_NEWPID) or child.tid != child.vtid:
        if has(e, 20):
            child.pidns_init_start_ts = p_u64(e, 20) + k.machine.boot_ts
    else:
        child.pidns_init_start_ts = k.machine.boot_ts
    k.thread = add_thread(k, child, True)
    if collision:
        k.thread = find_thread(k, e.tid)


cdef void on_clone(Core* k, const Event* e) noexcept nogil:
    cdef int64_t child = p_i64(e, 0)
    if child == 0:
        clone_child(k, e)
    elif child > 0:
        clone_caller(k, e, child)


# ---- exec

cdef void exec_exepath(Core* k, Thr* t, const Event* e) noexcept nogil:
    # Old events do not say which file was executed: what the enter event said, put together.
    cdef char out[MAX_PATH]
    cdef char base[MAX_PATH]
    cdef Text path, directory
    cdef Enter* x
    cdef Fdi* f
    cdef int64_t dirfd
    if has(e, 27):
        set_exepath(k, t, p_text(e, 27))
        return
    x = enter_of(t, e)
    if x == NULL:
        return
    if x.code == EXECVE_E:
        path = c_text(x_bytes(x, 0))
        if not text_is(path, b"<NA>"):
            path = text_of(out, path_join(out, cwd_of(t), path))
    else:
        dirfd = x_i64(x, 0)
        path = c_text(x_bytes(x, 1))
        directory = directory_of(k, t, path, dirfd, base)
        f = get_fd(k, t, dirfd)
        if not text_is(directory, b".") and not text_is(directory, b"<UNKNOWN>"):
            event_fd_known(k, f)
        if (not x_i64(x, 2) & 1 and text_is(path, b"<NA>")) or text_is(directory, b"<UNKNOWN>"):
            path = text_of(b"<NA>", 4)
        elif x_i64(x, 2) & 1:
            path = text_of(out, path_join(out, text_of(b"", 0), directory))
        else:
            path = text_of(out, path_join(out, directory, path))
    set_exepath(k, t, path)


cdef void exec_details(Core* k, Thr* t, const Event* e) noexcept nogil:
    # The parameters that newer events have; what is missing stays as it was.
    if has(e, 17):
        t.vpgid = p_i64(e, 17)
    if has(e, 18):
        t.loginuid = p_u32(e, 18)
    if has(e, 19):
        t.exe_flags = <uint8_t>(p_u32(e, 19) & 15)
    if has(e, 22):
        t.cap_inheritable = p_u64(e, 20)
        t.cap_permitted = p_u64(e, 21)
        t.cap_effective = p_u64(e, 22)
    if has(e, 25):
        t.exe_ino = p_u64(e, 23)
        t.exe_ino_ctime = p_u64(e, 24)
        t.exe_ino_mtime = p_u64(e, 25)
        if t.clone_ts != 0:
            t.exe_ino_ctime_duration_clone_ts = t.clone_ts - t.exe_ino_ctime
        if t.pidns_init_start_ts != 0 and t.exe_ino_ctime > t.pidns_init_start_ts:
            t.exe_ino_ctime_duration_pidns_start = t.exe_ino_ctime - t.pidns_init_start_ts
    if has(e, 26):
        t.uid = p_u32(e, 26)
    t.pgid = p_i64(e, 28) if has(e, 28) else -1
    if has(e, 29):
        t.gid = p_u32(e, 29)
    if t.container_id == NULL:
        user_seen(k, t.uid, t.gid)
        group_seen(k, t.gid)


cdef void on_exec(Core* k, const Event* e) noexcept nogil:
    cdef Thr* t = k.thread
    cdef uint32_t kept
    if p_i64(e, 0) < 0 or t == NULL:
        return
    if is_dead(t):  # a thread executed, its main thread was already gone: it takes that one's place
        t.flags &= ~<uint32_t>CL_CLOSED
        if t.group != NULL:
            t.group.alive += 1
    str_put(k, &t.exe, p_text(e, 1))
    t.lastexec_ts = e.ts
    str_put(k, &t.comm, comm_of(e))
    str_put(k, &t.args, p_list(e, 2))
    t.pid = p_i64(e, 4)
    if is_invalid(t):
        t.ptid = p_i64(e, 5)
        if not t.flags & CL_CHILD_IN_PIDNS:
            t.vtid = t.tid
            t.vpid = t.pid
        make_dependencies(k, t)
    t.fdlimit = p_i64(e, 7)
    set_memory(t, e)
    if has(e, 15):
        str_put(k, &t.env, p_list(e, 15))
    if has(e, 14):
        set_cgroups(k, t, t.cgroups, p_bytes(e, 14))
    if has(e, 16):
        t.tty = p_u32(e, 16)
    exec_exepath(k, t, e)
    exec_details(k, t, e)
    close_on_exec(k, t)
    kept = t.flags & (CL_PIPE_SRC | CL_PIPE_DST | CL_IS_MAIN_THREAD | CL_CLONE_INVERTED)
    t.flags = CL_ACTIVE | CL_NAME_CHANGED | kept
    if t.group != NULL and t.group.alive > 1:
        end_other_threads(k, t)


cdef void end_other_threads(Core* k, Thr* t) noexcept nogil:
    # After exec a process has its main thread only.
    cdef Group* g = t.group
    cdef Thr* other = g.first
    cdef Thr* following
    g.rc += 1
    while other != NULL:
        following = other.gnext
        if not is_main(other) and other.tid != t.tid:
            if following != NULL:
                following.rc += 1
            remove_thread(k, other.tid)
            if following != NULL:
                if not following.listed:
                    thread_drop(k, following)
                    break
                thread_drop(k, following)
        other = following
    group_drop(g)


cdef void on_exit(Core* k, const Event* e) noexcept nogil:
    cdef Thr* t = k.thread
    if t == NULL:
        return
    if t.group != NULL and not is_dead(t):
        t.group.alive -= 1
    t.flags |= CL_CLOSED
    k.remove_tid_pending = True
    k.remove_tid = e.tid
    if t.kids_size == 0:
        return
    if e.nparams > 4:
        if has(e, 4):
            t.reaper_tid = p_i64(e, 4)
    else:
        t.reaper_tid = -1


# ---- credentials, limits, memory

cdef void set_user(Core* k, const Event* e, uint32_t i) noexcept nogil:
    if p_i64(e, 0) != 0 or not has(e, i) or k.thread == NULL:
        return
    k.thread.uid = p_u32(e, i)
    if k.thread.container_id == NULL:
        user_seen(k, k.thread.uid, k.thread.gid)


cdef void set_group(Core* k, const Event* e, uint32_t i) noexcept nogil:
    if p_i64(e, 0) != 0 or not has(e, i) or k.thread == NULL:
        return
    k.thread.gid = p_u32(e, i)
    if k.thread.container_id == NULL:
        group_seen(k, k.thread.gid)


cdef void on_prctl(Core* k, const Event* e) noexcept nogil:
    cdef uint32_t option = p_u32(e, 1)
    if p_i64(e, 0) < 0 or k.thread == NULL or is_invalid(k.thread) or k.thread.group == NULL:
        return
    if option == PR_SET_CHILD_SUBREAPER or option == PR_GET_CHILD_SUBREAPER:
        k.thread.group.reaper = p_i64(e, 3) != 0


cdef void on_capset(Core* k, const Event* e) noexcept nogil:
    if p_i64(e, 0) < 0 or k.thread == NULL:
        return
    k.thread.cap_inheritable = p_u64(e, 1)
    k.thread.cap_permitted = p_u64(e, 2)
    k.thread.cap_effective = p_u64(e, 3)


cdef void on_new_namespace(Core* k, const Event* e) noexcept nogil:
    # Whoever enters a user namespace has all capabilities there.
    cdef uint32_t flags = p_u32(e, 1 if e.code == UNSHARE_X else 2)
    if p_i64(e, 0) < 0 or k.thread == NULL or not flags & CL_CLONE_NEWUSER:
        return
    k.thread.cap_inheritable = ALL_CAPABILITIES
    k.thread.cap_permitted = ALL_CAPABILITIES
    k.thread.cap_effective = ALL_CAPABILITIES


cdef void set_limit(Thr* t, int64_t limit) noexcept nogil:
    cdef Thr* main = main_thread(t)
    if main != NULL and limit != -1:
        main.fdlimit = limit


cdef void on_rlimit(Core* k, const Event* e) noexcept nogil:
    if k.thread != NULL and p_i64(e, 0) >= 0 and p_u32(e, 3) == RLIMIT_NOFILE:
        set_limit(k.thread, p_i64(e, 1))


cdef void on_prlimit(Core* k, const Event* e) noexcept nogil:
    cdef int64_t tid = p_i64(e, 5)
    cdef Thr* t
    if p_i64(e, 0) != 0 or not has(e, 6) or p_u32(e, 6) != RLIMIT_NOFILE or p_i64(e, 1) == -1 or not has(e, 5):
        return
    t = get_thread(k, e.tid if tid == 0 else tid)
    if t != NULL and not is_invalid(t):
        set_limit(t, p_i64(e, 1))


cdef void on_memory(Core* k, const Event* e) noexcept nogil:
    # brk, mmap, munmap
    if k.thread == NULL:
        return
    if has(e, 1):
        k.thread.vmsize_kb = p_u32(e, 1)
    if has(e, 3):
        k.thread.vmrss_kb = p_u32(e, 2)
        k.thread.vmswap_kb = p_u32(e, 3)


cdef void on_switch(Core* k, const Event* e) noexcept nogil:
    cdef Thr* main
    k.exectime = 0
    if e.cpu < k.machine.num_cpus and e.cpu < 1024:
        if k.switched[e.cpu] != 0:
            k.exectime = e.ts - k.switched[e.cpu]
        k.switched[e.cpu] = e.ts
    if k.thread != NULL:
        k.thread.exectime += k.exectime
    if k.thread == NULL or not has(e, 5):
        return
    k.thread.pfmajor = p_u64(e, 1)
    k.thread.pfminor = p_u64(e, 2)
    main = main_thread(k.thread)
    if main != NULL:
        main.vmsize_kb = p_u32(e, 3)
        main.vmrss_kb = p_u32(e, 4)
        main.vmswap_kb = p_u32(e, 5)
