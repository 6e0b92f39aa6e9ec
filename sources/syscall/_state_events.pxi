# One event: whose it is, which descriptor it is about, what it changes.

cdef inline bint only_state(uint16_t code) noexcept nogil:
    # Events that describe the world and belong to no thread.
    return (
        code == CONTAINER_JSON_2_E
        or code == ASYNCEVENT_E
        or code == USER_ADDED_E
        or code == USER_DELETED_E
        or code == GROUP_ADDED_E
        or code == GROUP_DELETED_E
    )


cdef inline bint is_clone(uint16_t code) noexcept nogil:
    return code == CLONE_X or code == CLONE3_X or code == FORK_X or code == VFORK_X


cdef inline bint has_result(Core* k, const Event* e) noexcept nogil:
    return e.code & 1 and e.code != 1 and e.nparams > 0


cdef void begin(Core* k, const Event* e) noexcept nogil:
    # The event's thread and descriptor as they are before it (libsinsp's reset).
    cdef uint32_t flags = k.code_flags[e.code & 1023]
    cdef uint16_t code = e.code
    cdef Thr* t
    cdef int64_t result
    cdef int place
    k.num = e.num
    k.ts = e.ts
    k.tid = e.tid
    k.code = code
    k.thread = NULL
    k.fd = NULL
    k.errorcode = 0
    k.fd_name_changed = False
    if flags & EF_SKIPPARSERESET:
        if code == PROCINFO_E:
            k.thread = find_thread(k, e.tid)
        return
    if only_state(code) or code == PLUGINEVENT_E:
        return
    if is_clone(code) or code == SCHEDSWITCH_E or code == PROCEXIT_E:
        t = k.thread = find_thread(k, e.tid)
        if t == NULL or code == SCHEDSWITCH_E:
            return
    else:
        t = k.thread = get_thread(k, e.tid)
        if t == NULL:
            return
        t.flags |= CL_ACTIVE
    t.lastaccess_ts = e.ts
    if not code & 1:
        t.lastevent_fd = -1
        t.lastevent_type = code
        if flags & EF_USES_FD:
            t.lastevent_fd = p_i64(e, 0)
            event_fd_known(k, get_fd(k, t, t.lastevent_fd))
        return
    if code == t.lastevent_type + 1 or (code == EXECVE_X and t.lastevent_type == EXECVEAT_E):
        t.lastevent_valid = True
    else:
        t.lastevent_valid = False
        t.lastevent_fd = -1
    if has_result(k, e):
        result = p_i64(e, 0)
        if result < 0:
            k.errorcode = -<int32_t>result
    if not flags & EF_USES_FD:
        return
    if t.lastevent_fd == -1:
        place = k.fd_at[code & 1023]
        if place >= 0 and has(e, place):
            t.lastevent_fd = p_i64(e, place)
    event_fd_known(k, get_fd(k, t, t.lastevent_fd))


cdef void change(Core* k, const Event* e) noexcept nogil:
    # What the event changes (libsinsp's process_event).
    cdef uint16_t code = e.code
    if code == CLOSE_X:
        on_close(k, e)
    elif code == READ_X or code == PREAD_X or code == READV_X or code == PREADV_X:
        on_transfer(k, e, -1, True)
    elif code == WRITE_X or code == PWRITE_X or code == WRITEV_X or code == PWRITEV_X:
        on_transfer(k, e, -1, False)
    elif code == OPENAT_X or code == OPEN_X or code == CREAT_X or code == OPENAT2_X or code == OPEN_BY_HANDLE_AT_X:
        on_open(k, e)
    elif code == MMAP_X or code == MUNMAP_X or code == MMAP2_X or code == BRK_X:
        on_memory(k, e)
    elif code == FCNTL_X:
        on_fcntl(k, e)
    elif code == SCHEDSWITCH_E:
        on_switch(k, e)
    elif is_clone(code):
        on_clone(k, e)
    elif code == EXECVE_X or code == EXECVEAT_X:
        on_exec(k, e)
    elif code == PROCEXIT_E:
        on_exit(k, e)
    elif code < 140:
        change_low(k, e)
    elif code < 320:
        change_middle(k, e)
    else:
        change_high(k, e)


cdef void change_low(Core* k, const Event* e) noexcept nogil:
    cdef uint16_t code = e.code
    if code == RECVFROM_X:
        on_transfer(k, e, 2, True)
    elif code == RECVMSG_X:
        on_transfer(k, e, 3, True)
    elif code == RECV_X or (code == RECVMMSG_X and has(e, 0)):
        on_transfer(k, e, 4, True)
    elif code == SENDTO_X or code == SENDMSG_X or code == SEND_X or (code == SENDMMSG_X and has(e, 0)):
        on_send(k, e, 4)
    elif code == SOCKET_X:
        on_socket(k, e)
    elif code == BIND_X:
        on_bind(k, e)
    elif code == CONNECT_X:
        on_connect(k, e)
    elif code == SOCKETPAIR_X:
        on_socketpair(k, e)
    elif code == PIPE_X:
        on_pipe(k, e)
    elif code == EVENTFD_X:
        on_plain_fd(k, e, FD_EVENT)
    elif code == GETCWD_X or code == CHDIR_X:
        on_chdir(k, e)
    elif code == FCHDIR_X:
        on_fchdir(k, e)
    elif code == SIGNALFD_X:
        on_plain_fd(k, e, FD_SIGNALFD)
    elif code == TIMERFD_CREATE_X:
        on_plain_fd(k, e, FD_TIMERFD)
    elif code == INOTIFY_INIT_X:
        on_plain_fd(k, e, FD_INOTIFY)
    elif code == CONNECT_E or ((code == OPEN_E or code == CREAT_E) and has(e, 0)):
        if k.thread != NULL:
            store_enter(k, k.thread, e)


cdef void change_middle(Core* k, const Event* e) noexcept nogil:
    cdef uint16_t code = e.code
    if code == GETRLIMIT_X or code == SETRLIMIT_X:
        on_rlimit(k, e)
    elif code == PRLIMIT_X:
        on_prlimit(k, e)
    elif code == SETRESUID_X:
        set_user(k, e, 2)
    elif code == SETRESGID_X:
        set_group(k, e, 2)
    elif code == SETUID_X:
        set_user(k, e, 1)
    elif code == SETGID_X:
        set_group(k, e, 1)
    elif code == SETNS_X or code == UNSHARE_X:
        on_new_namespace(k, e)
    elif code == ACCEPT_X:
        on_accept(k, e)
    elif code == CHROOT_X:
        on_chroot(k, e)
    elif code == SETSID_X:
        if p_i64(e, 0) >= 0 and k.thread != NULL:
            k.thread.sid = p_i64(e, 0)
    elif code == EXECVE_E or code == OPENAT_E:
        if k.thread != NULL and has(e, 0):
            store_enter(k, k.thread, e)


cdef void change_high(Core* k, const Event* e) noexcept nogil:
    cdef uint16_t code = e.code
    if code == DUP2_X or code == DUP_X or code == DUP3_X:
        on_dup(k, e)
    elif code == ACCEPT4_X:
        on_accept(k, e)
    elif code == PIPE2_X:
        on_pipe(k, e)
    elif code == USERFAULTFD_X:
        on_plain_fd(k, e, FD_USERFAULTFD)
    elif code == IO_URING_SETUP_X:
        on_plain_fd(k, e, FD_IOURING)
    elif code == BPF_X:
        on_plain_fd(k, e, FD_BPF)
    elif code == EPOLL_CREATE_X or code == EPOLL_CREATE1_X:
        on_plain_fd(k, e, FD_EVENTPOLL)
    elif code == INOTIFY_INIT1_X:
        on_plain_fd(k, e, FD_INOTIFY)
    elif code == EVENTFD2_X:
        on_plain_fd(k, e, FD_EVENT)
    elif code == SIGNALFD4_X:
        on_plain_fd(k, e, FD_SIGNALFD)
    elif code == MEMFD_CREATE_X:
        on_memfd_create(k, e)
    elif code == PIDFD_OPEN_X:
        on_pidfd_open(k, e)
    elif code == PIDFD_GETFD_X:
        on_pidfd_getfd(k, e)
    elif code == CLOSE_RANGE_X:
        on_close_range(k, e)
    elif code == CAPSET_X:
        on_capset(k, e)
    elif code == PRCTL_X:
        on_prctl(k, e)
    elif code == SETREUID_X:
        set_user(k, e, 2)
    elif code == SETREGID_X:
        set_group(k, e, 2)
    elif code == USER_ADDED_E or code == USER_DELETED_E:
        on_user_event(k, e)
    elif code == GROUP_ADDED_E or code == GROUP_DELETED_E:
        on_group_event(k, e)
    elif code == EXECVEAT_E or (code == OPENAT2_E and has(e, 0)):
        if k.thread != NULL:
            store_enter(k, k.thread, e)


cdef void finish_event(Core* k, const Event* e) noexcept nogil:
    # What libsinsp does between its parsers and the rules.
    cdef Thr* t = k.thread
    if k.fd != NULL:
        k.fd_name_changed = k.fd.name != k.fd_old_name and not str_same(k.fd.name, str_text(k.fd_old_name))
    if t == NULL:
        return
    if e.code & 1 and t.enter != NULL:
        drop_enter(k, t)
    if e.code != SCHEDSWITCH_E:
        t.prevevent_ts = t.lastevent_ts
        t.lastevent_ts = e.ts


cdef void catch_up(Core* k, const Event* e) noexcept nogil:
    # What was put off so that rules could still see it: threads that exited, descriptors that were closed.
    cdef Thr* t
    if k.remove_tid_pending:
        t = find_thread(k, k.remove_tid)
        record_exited(k, k.remove_tid, -1 if t == NULL else t.ptid, e.ts)
        remove_thread(k, k.remove_tid)
        k.remove_tid_pending = False
    if k.purging:
        remove_inactive(k)
    if k.remove_fd_pending:
        t = find_thread(k, k.remove_fd_tid)
        if t != NULL:
            remove_fd(k, t, k.remove_fd)
        k.remove_fd_pending = False


# ---- sections and their lists

cdef void scan_over(Core* k) noexcept nogil:
    # The lists of a section are complete: groups and parents can be found.
    cdef uint32_t i
    cdef uint32_t n = 0
    cdef Thr** all
    if k.scanned:
        return
    k.scanned = True
    if k.threads.n == 0:
        return
    all = <Thr**>malloc(k.threads.n * sizeof(Thr*))
    if all == NULL:
        return
    for i in range(k.threads.mask + 1):
        if k.threads.slots[i].value != NULL:
            all[n] = <Thr*>k.threads.slots[i].value
            n += 1
    for i in range(n):
        make_dependencies(k, all[i])
    free(all)


cdef void initial_over(Core* k) noexcept nogil:
    # The events that only carry state are over: now the lists of interfaces and users count.
    k.initial = False
    interfaces_clear(k, False)
    k.v4 = k.pending_v4
    k.v6 = k.pending_v6
    k.nv4 = k.npending_v4
    k.nv6 = k.npending_v6
    k.pending_v4 = NULL
    k.pending_v6 = NULL
    k.npending_v4 = k.npending_v6 = 0
    users_merge(k, &k.pending_users, &k.users)
    users_merge(k, &k.pending_groups, &k.group_names)
    fix_socket_directions(k)


cdef void clear_threads(Core* k) noexcept nogil:
    cdef uint32_t i
    k.thread = NULL
    k.fd = NULL
    if k.threads.slots != NULL:
        for i in range(k.threads.mask + 1):
            if k.threads.slots[i].value != NULL:
                thread_unlist(k, <Thr*>k.threads.slots[i].value)
    map_free(k, &k.threads)
    if k.groups.slots != NULL:
        for i in range(k.groups.mask + 1):
            if k.groups.slots[i].value != NULL:
                group_drop(<Group*>k.groups.slots[i].value)
    map_free(k, &k.groups)
    forget_exited(k)


cdef void new_section(Core* k) noexcept nogil:
    # Another file begins inside the file: threads and interfaces are others, users and containers are kept.
    clear_threads(k)
    interfaces_clear(k, False)
    interfaces_clear(k, True)
    users_clear(k, &k.pending_users)
    users_clear(k, &k.pending_groups)
    k.remove_tid_pending = False
    k.remove_fd_pending = False
    k.last_flush_ts = 0
    k.sections += 1
    k.initial = True
    k.scanned = False


cdef void read_list(Core* k, const Block* block) noexcept nogil:
    cdef Cursor c
    cdef uint32_t kind = block.kind
    cdef uint32_t version
    cdef Thr* t
    c.at = block.at
    c.end = block.at + block.size
    c.short = False
    if kind == BLOCK_SECTION:
        k.machine.known = False
        new_section(k)
    elif kind == BLOCK_MACHINE or kind == BLOCK_MACHINE_INT:
        read_machine(k, &c)
    elif process_list_version(kind) > 0:
        version = process_list_version(kind)
        while c.end - c.at >= 4 and read_process(k, &c, version):
            pass
    elif kind == BLOCK_FDS or kind == BLOCK_FDS_2 or kind == BLOCK_FDS_INT:
        t = find_thread(k, <int64_t>take_uint(&c, 8))
        while c.end - c.at >= 4 and read_fd(k, &c, 2 if kind == BLOCK_FDS_2 else 1, t):
            pass
    elif kind == BLOCK_INTERFACES or kind == BLOCK_INTERFACES_2 or kind == BLOCK_INTERFACES_INT:
        interfaces_clear(k, True)
        while c.end - c.at >= 4 and read_interface(k, &c, 2 if kind == BLOCK_INTERFACES_2 else 1):
            pass
    elif kind == BLOCK_USERS or kind == BLOCK_USERS_2 or kind == BLOCK_USERS_INT:
        users_clear(k, &k.pending_users)
        users_clear(k, &k.pending_groups)
        while c.end - c.at >= 4 and read_user(k, &c, 2 if kind == BLOCK_USERS_2 else 1):
            pass


cdef enum:
    BLOCK_SECTION = 0x0A0D0D0A
    BLOCK_MACHINE = 0x201
    BLOCK_FDS = 0x203
    BLOCK_FDS_2 = 0x218
    BLOCK_INTERFACES = 0x205
    BLOCK_INTERFACES_2 = 0x219
    BLOCK_USERS = 0x206
    BLOCK_USERS_2 = 0x220


cdef uint32_t BLOCK_MACHINE_INT = 0x8002ABCD
cdef uint32_t BLOCK_FDS_INT = 0x8001ABCD
cdef uint32_t BLOCK_INTERFACES_INT = 0x8011ABCD
cdef uint32_t BLOCK_USERS_INT = 0x8012ABCD
cdef uint32_t BLOCK_PROCESSES_INT = 0x8000ABCD


cdef uint32_t process_list_version(uint32_t kind) noexcept nogil:
    if kind == 0x202 or kind == BLOCK_PROCESSES_INT:
        return 1
    if kind == 0x207 or kind == <uint32_t>0x8013ABCD:
        return 2
    if kind == 0x209 or kind == <uint32_t>0x8014ABCD:
        return 3
    if 0x210 <= kind <= 0x215:
        return kind - 0x210 + 4
    return 0
