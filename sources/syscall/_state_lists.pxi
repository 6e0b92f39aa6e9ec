# The blocks before the events: machine, processes, descriptors, interfaces, users. Every length is checked here.

cdef struct Cursor:
    const uint8_t* at
    const uint8_t* end
    bint short              # something was read past the end


cdef inline const uint8_t* take(Cursor* c, size_t n) noexcept nogil:
    # n bytes, or NULL; after the first NULL there are no more.
    cdef const uint8_t* at = c.at
    if c.short or <size_t>(c.end - c.at) < n:
        c.short = True
        return NULL
    c.at += n
    return at


cdef inline uint64_t take_uint(Cursor* c, uint32_t n) noexcept nogil:
    cdef uint64_t v = 0
    cdef const uint8_t* at = take(c, n)
    if at != NULL:
        memcpy(&v, at, n)
    return v


cdef Text take_text(Core* k, Cursor* c, const char* what, uint32_t most) noexcept nogil:
    # A string with its length before it; longer ones are an error.
    cdef uint16_t n = <uint16_t>take_uint(c, 2)
    cdef const uint8_t* at
    if not c.short and n > most:
        snprintf(k.fault_text, 160, what, <int>n)
        k.fault = k.fault_text
        c.short = True
    at = take(c, n)
    if at == NULL:
        return text_of(b"", 0)
    return text_of(<const char*>at, n)


cdef void list_fault(Core* k, const char* text) noexcept nogil:
    if k.fault == NULL:
        k.fault = text


cdef inline Text without_nul(Text text) noexcept nogil:
    if text.n > 0 and text.at[text.n - 1] == 0:
        text.n -= 1
    return text


# ---- machine

cdef void read_machine(Core* k, Cursor* c) noexcept nogil:
    cdef Machine* m = &k.machine
    cdef const uint8_t* name
    cdef uint32_t cpus = <uint32_t>take_uint(c, 4)
    cdef uint64_t memory = take_uint(c, 8), pids = take_uint(c, 8)
    cdef uint64_t boot, flags
    name = take(c, 128)
    boot = take_uint(c, 8)
    flags = take_uint(c, 8)
    take(c, 16)
    if c.short:
        list_fault(k, b"error reading from file (1)")
        return
    if k.sections <= 1:  # Falco clears what it read of the first section's machine once the file is open
        return
    m.known = True
    m.num_cpus = cpus
    m.memory_bytes = memory
    m.max_pid = pids
    m.boot_ts = boot
    m.flags = flags
    memcpy(m.hostname, name, 128)
    m.hostname[128] = 0


# ---- processes

cdef void read_process_tail(Cursor* c, const uint8_t* start, uint32_t length, Thr* t) noexcept nogil:
    # What newer writers add, as far as the entry goes. In those before 0.10 two of them are missing in the middle.
    if length == 0:
        return
    if length - <size_t>(c.at - start) > 29:
        t.pidns_init_start_ts = tail_uint(c, start, length, 8, 0)
        t.tty = <uint32_t>tail_uint(c, start, length, 4, 0)
    t.loginuid = <uint32_t>tail_uint(c, start, length, 4, NO_ID)
    if tail_uint(c, start, length, 1, 0):
        t.exe_flags |= EXE_WRITABLE
    t.cap_inheritable = tail_uint(c, start, length, 8, 0)
    t.cap_permitted = tail_uint(c, start, length, 8, 0)
    t.cap_effective = tail_uint(c, start, length, 8, 0)
    if tail_uint(c, start, length, 1, 0):
        t.exe_flags |= EXE_UPPER_LAYER
    t.exe_ino = tail_uint(c, start, length, 8, 0)
    t.exe_ino_ctime = tail_uint(c, start, length, 8, 0)
    t.exe_ino_mtime = tail_uint(c, start, length, 8, 0)
    if tail_uint(c, start, length, 1, 0):
        t.exe_flags |= EXE_FROM_MEMFD
    if tail_uint(c, start, length, 1, 0):
        t.exe_flags |= EXE_LOWER_LAYER
    t.pgid = <int64_t>tail_uint(c, start, length, 8, <uint64_t>-1)


cdef uint64_t tail_uint(Cursor* c, const uint8_t* start, uint32_t length, uint32_t n, uint64_t default) noexcept nogil:
    return take_uint(c, n) if <size_t>(c.at - start) + n <= length else default


cdef void read_process_texts(Core* k, Cursor* c, uint32_t version, Thr* t, Text* cwd, Text* env) noexcept nogil:
    t.comm = str_new(k, upto_nul(take_text(k, c, b"invalid commlen %d", MAX_PATH)))
    t.exe = str_new(k, upto_nul(take_text(k, c, b"invalid exelen %d", MAX_PATH)))
    if version >= 7:
        set_exepath(k, t, upto_nul(take_text(k, c, b"invalid exepathlen %d", MAX_PATH)))
    t.args = str_new(k, without_nul(take_text(k, c, b"invalid argslen %d", MAX_ARGS)))
    cwd[0] = upto_nul(take_text(k, c, b"invalid cwdlen %d", MAX_PATH))
    t.fdlimit = <int64_t>take_uint(c, 8)
    t.flags |= <uint32_t>take_uint(c, 4) | CL_ACTIVE
    t.uid = <uint32_t>take_uint(c, 4)
    t.gid = <uint32_t>take_uint(c, 4)
    if version >= 2:
        t.vmsize_kb = <uint32_t>take_uint(c, 4)
        t.vmrss_kb = <uint32_t>take_uint(c, 4)
        t.vmswap_kb = <uint32_t>take_uint(c, 4)
        t.pfmajor = take_uint(c, 8)
        t.pfminor = take_uint(c, 8)
    if version >= 3:
        env[0] = without_nul(take_text(k, c, b"invalid envlen %d", MAX_ARGS))
    if version >= 4:
        t.vtid = <int64_t>take_uint(c, 8)
        t.vpid = <int64_t>take_uint(c, 8)
        set_cgroups(k, t, NULL, take_text(k, c, b"invalid cgroupslen %d", MAX_ARGS))
    if version >= 5:
        t.root = str_new(k, upto_nul(take_text(k, c, b"invalid rootlen %d", MAX_PATH)))


cdef bint read_process(Core* k, Cursor* c, uint32_t version) noexcept nogil:
    # One entry; False: the list cannot be read on.
    cdef const uint8_t* start = c.at
    cdef uint32_t length = <uint32_t>take_uint(c, 4) if version >= 9 else 0
    cdef Text cwd = text_of(b"", 0), env = text_of(b"", 0)
    cdef Thr* t = thread_new(k, <int64_t>take_uint(c, 8))
    if t == NULL:
        return False
    t.pid = <int64_t>take_uint(c, 8)
    t.ptid = <int64_t>take_uint(c, 8)
    if version >= 6:
        t.sid = <int64_t>take_uint(c, 8)
    if version >= 8:
        t.vpgid = <int64_t>take_uint(c, 8)
    read_process_texts(k, c, version, t, &cwd, &env)
    if not c.short:
        read_process_tail(c, start, length, t)
    if c.short:
        list_fault(k, b"error reading from file (1)")
        thread_drop(k, t)
        return False
    if length != 0 and <size_t>(c.at - start) > length:
        snprintf(
            k.fault_text, 160,
            b"corrupted input file. Had read %lu bytes, but proclist entry have length %u.",
            <unsigned long>(c.at - start), length,
        )
        list_fault(k, k.fault_text)
        thread_drop(k, t)
        return False
    if length != 0:
        take(c, length - <size_t>(c.at - start))
    if is_main(t):
        str_set(k, &t.env, str_new(k, env))
        change_cwd(k, t, cwd)
    user_seen(k, t.uid, t.gid)
    group_seen(k, t.gid)
    add_thread(k, t, False)
    return not c.short


# ---- descriptors

cdef void read_fd_text(Core* k, Cursor* c, Fdi* f) noexcept nogil:
    f.name = str_new(k, upto_nul(take_text(k, c, b"invalid filename len %d", MAX_PATH - 1)))


cdef void read_fd_socket(Core* k, Cursor* c, Fdi* f) noexcept nogil:
    # Tuples stand in the file as they stand in Fdi.sock.
    cdef uint32_t n = 13
    cdef const uint8_t* at
    cdef uint8_t tcp
    cdef char out[200]
    cdef int shown
    if f.type == FD_IPV6_SOCK:
        n = 37
    elif f.type == FD_IPV4_SERVSOCK:
        n = 7
    elif f.type == FD_IPV6_SERVSOCK:
        n = 19
    at = take(c, n)
    if at == NULL:
        return
    memcpy(f.sock, at, n)
    tcp = f.sock[n - 1]
    if f.type == FD_IPV6_SOCK and is_mapped(f.sock) and is_mapped(f.sock + 16):
        f.type = FD_IPV4_SOCK
        memset(f.sock, 0, 40)
        memcpy(f.sock, at + 12, 4)
        memcpy(f.sock + 4, at + 28, 4)
        memcpy(f.sock + 8, at + 32, 5)
    if is_inet(f) and tcp == L4_TCP:
        f.flags |= FLAGS_SOCKET_CONNECTED
    if f.type == FD_IPV4_SOCK:
        complete_tuple(k, f)
        shown = show4_tuple(out, f.sock, s16(f.sock + 8), f.sock + 4, s16(f.sock + 10))
    elif f.type == FD_IPV6_SOCK:
        shown = show6_tuple(out, f.sock, s16(f.sock + 32), f.sock + 16, s16(f.sock + 34))
    elif f.type == FD_IPV4_SERVSOCK:
        shown = show4_port(out, f.sock, s16(f.sock + 4))
    else:
        shown = show6_port(out, f.sock, s16(f.sock + 16))
    f.name = str_new(k, text_of(out, <uint32_t>shown))


cdef void read_fd_body(Core* k, Cursor* c, const uint8_t* start, uint32_t length, Fdi* f) noexcept nogil:
    cdef const uint8_t* at
    cdef char out[32]
    if FD_IPV4_SOCK <= f.type <= FD_IPV6_SERVSOCK:
        read_fd_socket(k, c, f)
    elif f.type == FD_UNIX_SOCK:
        at = take(c, 16)
        if at != NULL:
            memcpy(f.sock, at, 16)
            read_fd_text(k, c, f)
            f.flags |= FLAGS_ROLE_CLIENT if str_n(f.name) == 0 else FLAGS_ROLE_SERVER
    elif f.type == FD_FILE_V2:
        f.open_flags = <uint32_t>take_uint(c, 4)
        read_fd_text(k, c, f)
        if length >= <size_t>(c.at - start) + 4:
            f.dev = <uint32_t>take_uint(c, 4)
    elif f.type == FD_UNKNOWN:
        pass
    elif f.type <= FD_PIDFD:
        read_fd_text(k, c, f)
    else:
        f.name = str_new(k, text_of(out, <uint32_t>snprintf(out, 32, b"unknown-type:[%d]", <int>f.type)))
        f.type = FD_UNSUPPORTED


cdef bint read_fd(Core* k, Cursor* c, uint32_t version, Thr* t) noexcept nogil:
    cdef const uint8_t* start = c.at
    cdef uint32_t length = <uint32_t>take_uint(c, 4) if version >= 2 else 0
    cdef int64_t n = <int64_t>take_uint(c, 8)
    cdef uint64_t ino = take_uint(c, 8)
    cdef Fdi* f = fd_new(k, <uint8_t>take_uint(c, 1))
    if f == NULL:
        return False
    f.ino = ino
    read_fd_body(k, c, start, length, f)
    if length != 0 and not c.short and <size_t>(c.at - start) > length:
        snprintf(
            k.fault_text, 160,
            b"corrupted input file. Had read %zu bytes, but fdlist entry have length %u.",
            <size_t>(c.at - start), length,
        )
        list_fault(k, k.fault_text)
        c.short = True
    elif length != 0 and not c.short:
        take(c, length - <size_t>(c.at - start))
    if c.short:
        list_fault(k, b"Could not read prop block for fd")
    if c.short or t == NULL or f.type == FD_UNKNOWN:
        fd_drop(k, f)
        return not c.short
    if f.type == FD_IPV4_SERVSOCK:
        remember_port(k, s16(f.sock + 4))
    elif f.type == FD_IPV6_SERVSOCK:
        remember_port(k, s16(f.sock + 16))
    put_fd(k, t, n, f)
    return True


cdef inline void remember_port(Core* k, uint16_t port) noexcept nogil:
    k.server_ports[port >> 3] |= <uint8_t>(1 << (port & 7))


cdef void fix_socket_directions(Core* k) noexcept nogil:
    # Connections of the list whose local port some process listens on are turned round: the peer is the client.
    cdef uint32_t i, j, n
    cdef Thr* t
    cdef Fdi* f
    cdef int64_t* numbers
    cdef char out[200]
    cdef uint16_t port
    if k.threads.slots == NULL:
        return
    for i in range(k.threads.mask + 1):
        t = <Thr*>k.threads.slots[i].value
        if t == NULL or t.fds == NULL:
            continue
        n = table_numbers(t.fds, &numbers)
        for j in range(n):
            f = <Fdi*>map_get(k, &t.fds.map, numbers[j])
            if f == NULL or f.type != FD_IPV4_SOCK:
                continue
            port = s16(f.sock + 8)
            if k.server_ports[port >> 3] & (1 << (port & 7)):
                swap_addresses(f)
                str_put(k, &f.name, text_of(out, <uint32_t>show4_tuple(
                    out, f.sock, s16(f.sock + 8), f.sock + 4, s16(f.sock + 10)
                )))
                f.flags |= FLAGS_ROLE_SERVER
            else:
                f.flags |= FLAGS_ROLE_CLIENT
        free(numbers)


# ---- interfaces

cdef void interfaces_clear(Core* k, bint pending) noexcept nogil:
    cdef uint32_t i
    cdef Interface4* v4 = k.pending_v4 if pending else k.v4
    cdef Interface6* v6 = k.pending_v6 if pending else k.v6
    for i in range(k.npending_v4 if pending else k.nv4):
        str_drop(k, v4[i].name)
    for i in range(k.npending_v6 if pending else k.nv6):
        str_drop(k, v6[i].name)
    free(v4)
    free(v6)
    if pending:
        k.pending_v4 = NULL
        k.pending_v6 = NULL
        k.npending_v4 = k.npending_v6 = 0
    else:
        k.v4 = NULL
        k.v6 = NULL
        k.nv4 = k.nv6 = 0


cdef bint add_interface4(Core* k, Cursor* c, bint speed, uint16_t name) noexcept nogil:
    cdef Interface4* grown
    cdef Interface4* it
    cdef const uint8_t* at
    if k.npending_v4 >= MAX_INTERFACES:
        return take(c, (20 if speed else 12) + name) != NULL
    grown = <Interface4*>realloc(k.pending_v4, (k.npending_v4 + 1) * sizeof(Interface4))
    if grown == NULL:
        return False
    k.pending_v4 = grown
    it = &grown[k.npending_v4]
    it.addr = <uint32_t>take_uint(c, 4)
    it.netmask = <uint32_t>take_uint(c, 4)
    it.bcast = <uint32_t>take_uint(c, 4)
    it.linkspeed = take_uint(c, 8) if speed else 0
    it.name = NULL
    at = take(c, name)
    if at == NULL:
        return False
    it.name = str_new(k, upto_nul(text_of(<const char*>at, name)))
    k.npending_v4 += 1
    return True


cdef bint add_interface6(Core* k, Cursor* c, bint speed, uint16_t name) noexcept nogil:
    cdef Interface6* grown
    cdef Interface6* it
    cdef const uint8_t* at
    if k.npending_v6 >= MAX_INTERFACES:
        return take(c, (56 if speed else 48) + name) != NULL
    grown = <Interface6*>realloc(k.pending_v6, (k.npending_v6 + 1) * sizeof(Interface6))
    if grown == NULL:
        return False
    k.pending_v6 = grown
    it = &grown[k.npending_v6]
    at = take(c, 48)
    if at == NULL:
        return False
    memcpy(it.addr, at, 16)
    memcpy(it.netmask, at + 16, 16)
    memcpy(it.bcast, at + 32, 16)
    it.linkspeed = take_uint(c, 8) if speed else 0
    it.name = NULL
    at = take(c, name)
    if at == NULL:
        return False
    it.name = str_new(k, upto_nul(text_of(<const char*>at, name)))
    k.npending_v6 += 1
    return True


cdef bint read_interface(Core* k, Cursor* c, uint32_t version) noexcept nogil:
    cdef uint32_t length = <uint32_t>take_uint(c, 4) if version >= 2 else 0
    cdef const uint8_t* start = c.at
    cdef uint16_t kind = <uint16_t>take_uint(c, 2)
    cdef uint16_t name = <uint16_t>take_uint(c, 2)
    cdef bint done = False
    if c.short or name >= MAX_PATH:
        list_fault(k, b"trace file has corrupted interface list(0)")
        return False
    if kind == 1 or kind == 3:
        done = add_interface4(k, c, kind == 1, name)
    elif kind == 2 or kind == 4:
        done = add_interface6(k, c, kind == 2, name)
    else:
        snprintf(k.fault_text, 160, b"unknown interface type %d", <int>kind)
        list_fault(k, k.fault_text)
        return False
    if not done or (length != 0 and <size_t>(c.at - start) > length):
        list_fault(k, b"trace file has corrupted interface list(3)")
        return False
    if length != 0:
        take(c, length - <size_t>(c.at - start))
    return not c.short


# ---- users

cdef bint read_user(Core* k, Cursor* c, uint32_t version) noexcept nogil:
    cdef const uint8_t* start = c.at
    cdef uint32_t length = <uint32_t>take_uint(c, 4) if version >= 2 else 0
    cdef uint64_t kind = take_uint(c, 1)
    cdef uint32_t uid = <uint32_t>take_uint(c, 4)
    cdef uint32_t gid
    cdef Text name, home, shell
    if kind == 0:
        gid = <uint32_t>take_uint(c, 4)
        name = take_text(k, c, b"invalid user name len %d", MAX_CREDENTIALS - 1)
        home = take_text(k, c, b"invalid user homedir len %d", MAX_CREDENTIALS - 1)
        shell = take_text(k, c, b"invalid user shell len %d", MAX_CREDENTIALS - 1)
        if not c.short:
            user_put(k, &k.pending_users, uid, gid, name, home, shell)
    else:
        name = take_text(k, c, b"invalid group name len %d", MAX_CREDENTIALS - 1)
        if not c.short:
            user_put(k, &k.pending_groups, uid, 0, name, text_of(b"", 0), text_of(b"", 0))
    if not c.short and length != 0:
        if <size_t>(c.at - start) > length:
            snprintf(
                k.fault_text, 160,
                b"corrupted input file. Had read %lu bytes, but userlist entry have length %u.",
                <unsigned long>(c.at - start), length,
            )
            list_fault(k, k.fault_text)
            return False
        take(c, length - <size_t>(c.at - start))
    if c.short:
        list_fault(k, b"error reading from file (1)")
    return not c.short
