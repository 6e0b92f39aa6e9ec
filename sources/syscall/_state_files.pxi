# Files and working directories: open, close, dup, pipe, fcntl and what else makes a descriptor.

cdef Text cwd_of(Thr* t) noexcept nogil:
    cdef Thr* main = main_thread(t)
    return text_of(b"./", 2) if main == NULL else str_text(main.cwd)


cdef void change_cwd(Core* k, Thr* t, Text path) noexcept nogil:
    # Relative to what this very thread has, as libsinsp does it: nothing, for all but main threads.
    cdef char out[MAX_PATH + 1]
    cdef uint32_t n
    cdef Thr* main = main_thread(t)
    if main == NULL:
        return
    n = path_join(out, str_text(t.cwd), path)
    if n == 0 or out[n - 1] != b"/":
        out[n] = b"/"
        n += 1
    str_put(k, &main.cwd, text_of(out, n))


cdef Text directory_of(Core* k, Thr* t, Text path, int64_t dirfd, char* room) noexcept nogil:
    # What a path is relative to (libsinsp's parse_dirfd); `room` has MAX_PATH bytes for a name that needs a slash.
    cdef Fdi* f
    cdef Text name
    if path.n > 0 and path.at[0] == b"/":
        return text_of(b".", 1)
    if dirfd == AT_FDCWD:
        return cwd_of(t)
    f = get_fd(k, t, dirfd)
    if f == NULL:
        return text_of(b"<UNKNOWN>", 9)
    name = str_text(f.name)
    if name.n == 0 or name.at[name.n - 1] == b"/" or name.n + 1 > MAX_PATH:
        return name
    memcpy(room, name.at, name.n)
    room[name.n] = b"/"
    return text_of(room, name.n + 1)


# ---- open

cdef struct Opening:
    # What an open event says, the enter event's word first.
    Text path
    Text directory
    uint32_t flags
    uint32_t dev
    uint64_t ino
    int64_t dirfd
    bint has_dirfd


cdef void opening_identity(Opening* o, const Event* e, uint32_t dev, uint32_t ino) noexcept nogil:
    if has(e, dev):
        o.dev = p_u32(e, dev)
        if has(e, ino):
            o.ino = p_u64(e, ino)


cdef void opening_enter(Opening* o, Enter* x, uint32_t at) noexcept nogil:
    # The enter event cannot be tampered with by another thread: its path and flags count (`at`: position of the path).
    cdef Text path = c_text(x_bytes(x, at))
    cdef uint32_t flags = <uint32_t>x_i64(x, at + 1)
    if text_is(path, b"<NA>"):
        return
    o.path = path
    if x.code == CREAT_E:
        return
    o.flags = flags | (o.flags & ~<uint32_t>(O_F_CREATED - 1))
    if at == 1:
        o.has_dirfd = x_bytes(x, 0).n > 0
        o.dirfd = x_i64(x, 0)


cdef void opening_read(Opening* o, const Event* e, Enter* x) noexcept nogil:
    if e.code == OPEN_X:
        o.path = p_text(e, 1)
        o.flags = p_u32(e, 2)
        opening_identity(o, e, 4, 5)
    elif e.code == CREAT_X:
        o.path = p_text(e, 1)
        opening_identity(o, e, 3, 4)
        if has(e, 3) and has(e, 4) and has(e, 5):
            if p_u32(e, 5) & 1:
                o.flags |= FD_UPPER_LAYER
            elif p_u32(e, 5) & 2:
                o.flags |= FD_LOWER_LAYER
    elif e.code == OPEN_BY_HANDLE_AT_X:
        o.flags = p_u32(e, 2)
        o.path = p_text(e, 3)
        o.dev = p_u32(e, 4)
        o.ino = p_u64(e, 5)
    else:
        o.path = p_text(e, 2)
        o.flags = p_u32(e, 3)
        o.has_dirfd = has(e, 1)
        o.dirfd = p_i64(e, 1)
        if has(e, 6 if e.code == OPENAT_X else 7):
            o.dev = p_u32(e, 5 if e.code == OPENAT_X else 6)
            o.ino = p_u64(e, 6 if e.code == OPENAT_X else 7)
    if x != NULL:
        opening_enter(o, x, 0 if e.code == OPEN_X or e.code == CREAT_X else 1)


cdef void on_open(Core* k, const Event* e) noexcept nogil:
    cdef char out[MAX_PATH]
    cdef char room[MAX_PATH]
    cdef Opening o
    cdef Thr* t = k.thread
    cdef Enter* x
    cdef Fdi* f
    cdef int64_t n = p_i64(e, 0)
    if t == NULL:
        return
    x = enter_of(t, e) if e.code != OPEN_BY_HANDLE_AT_X else NULL
    if n < 0:
        return
    memset(&o, 0, sizeof(Opening))
    o.directory = text_of(b"", 0)
    opening_read(&o, e, x)
    if e.code == OPEN_X or e.code == CREAT_X:
        o.directory = cwd_of(t)
    elif o.has_dirfd:
        o.directory = directory_of(k, t, o.path, o.dirfd, room)
    f = fd_new(k, FD_DIRECTORY if o.flags & O_DIRECTORY else FD_FILE_V2)
    if f == NULL:
        return
    f.open_flags = o.flags
    f.dev = o.dev
    f.ino = o.ino
    f.name_raw = str_new(k, o.path)
    f.name = str_like(k, f.name_raw, text_of(out, path_join(out, o.directory, o.path)))
    if o.flags & FD_UPPER_LAYER:
        f.flags |= FLAGS_OVERLAY_UPPER
    if o.flags & FD_LOWER_LAYER:
        f.flags |= FLAGS_OVERLAY_LOWER
    event_fd_new(k, t, n, f)


# ---- close

cdef void on_close(Core* k, const Event* e) noexcept nogil:
    # Rules still see the descriptor: it goes with the next event.
    if p_i64(e, 0) < 0 or k.fd == NULL or k.thread == NULL:
        return
    k.remove_fd_pending = True
    k.remove_fd_tid = k.thread.tid
    k.remove_fd = k.thread.lastevent_fd


cdef void on_close_range(Core* k, const Event* e) noexcept nogil:
    if p_i64(e, 0) >= 0 and k.thread != NULL:
        close_range(k, k.thread, p_u32(e, 1), p_u32(e, 2), (p_u32(e, 3) & CLOSE_RANGE_CLOEXEC) != 0)


# ---- copies

cdef void on_dup(Core* k, const Event* e) noexcept nogil:
    cdef Thr* t = k.thread
    cdef int64_t n = p_i64(e, 0)
    cdef Fdi* f
    if t == NULL or n < 0 or k.fd == NULL:
        return
    if n == 0:  # who reads from the other end of a pipe gets it as stdin
        t.flags |= CL_PIPE_DST
    if n == 1:
        t.flags |= CL_PIPE_SRC
    f = fd_copy(k, k.fd)
    if f == NULL:
        return
    fd_clear_cloexec(f)
    if e.code == DUP3_X and p_u32(e, 3) & O_CLOEXEC:
        f.open_flags |= O_CLOEXEC
    event_fd_clone(k, t, n, f)


cdef void on_fcntl(Core* k, const Event* e) noexcept nogil:
    cdef Thr* t = k.thread
    cdef uint32_t command = p_u32(e, 2) & 0xFF
    cdef int64_t n = p_i64(e, 0)
    cdef Fdi* f
    if t == NULL or n < 0 or k.fd == NULL:
        return
    if command == F_SETFD:
        f = own_fd(k, t, t.lastevent_fd)
        if f != NULL:
            fd_clear_cloexec(f)
            if p_u64(e, 3) & 1:
                f.open_flags |= O_CLOEXEC
    elif command == F_DUPFD or command == F_DUPFD_CLOEXEC:
        f = fd_copy(k, k.fd)
        if f == NULL:
            return
        fd_clear_cloexec(f)
        if command == F_DUPFD_CLOEXEC:
            f.open_flags |= O_CLOEXEC
        event_fd_clone(k, t, n, f)


cdef void on_pidfd_getfd(Core* k, const Event* e) noexcept nogil:
    cdef Thr* t = k.thread
    cdef Thr* other
    cdef Fdi* f
    if t == NULL:
        return
    f = get_fd(k, t, p_i64(e, 1))
    if f == NULL or f.type != FD_PIDFD:
        return
    other = find_thread(k, f.pid)
    if other == NULL:
        return
    f = get_fd(k, other, p_i64(e, 2))
    if f == NULL:
        return
    f = fd_copy(k, f)
    if f == NULL:
        return
    fd_clear_cloexec(f)
    f.open_flags |= O_CLOEXEC
    event_fd_clone(k, t, p_i64(e, 0), f)


# ---- descriptors of other kinds

cdef void add_pipe(Core* k, Thr* t, int64_t n, uint64_t ino, uint32_t flags) noexcept nogil:
    cdef Fdi* f = fd_new(k, FD_FIFO)
    if f != NULL:
        f.ino = ino
        f.open_flags = flags
    event_fd_new(k, t, n, f)


cdef void on_pipe(Core* k, const Event* e) noexcept nogil:
    cdef uint32_t flags = p_u32(e, 4) if e.code == PIPE2_X else 0
    if p_i64(e, 0) < 0 or k.thread == NULL:
        return
    add_pipe(k, k.thread, p_i64(e, 1), p_u64(e, 3), flags)
    add_pipe(k, k.thread, p_i64(e, 2), p_u64(e, 3), flags)


cdef void on_plain_fd(Core* k, const Event* e, uint8_t kind) noexcept nogil:
    # Descriptors that are nothing but a kind and flags.
    cdef int64_t n = p_i64(e, 0)
    cdef Fdi* f
    if k.thread == NULL or n < 0:
        return
    f = fd_new(k, kind)
    if f == NULL:
        return
    if e.code == INOTIFY_INIT1_X or e.code == SIGNALFD4_X or e.code == EVENTFD2_X:
        f.open_flags = p_u32(e, 1) & 0xFFFF
    elif e.code == TIMERFD_CREATE_X:
        f.open_flags = p_u32(e, 2) & 0xFF
    elif e.code == EPOLL_CREATE1_X and p_u32(e, 1) & EPOLL_CLOEXEC:
        f.open_flags = O_CLOEXEC
    event_fd_new(k, k.thread, n, f)


cdef void on_memfd_create(Core* k, const Event* e) noexcept nogil:
    cdef int64_t n = p_i64(e, 0)
    cdef Fdi* f
    if k.thread == NULL:
        return
    f = fd_new(k, FD_MEMFD if n >= 0 else FD_UNINITIALIZED)
    if f != NULL and n >= 0:
        f.name = str_new(k, p_text(e, 1))
        f.open_flags = p_u32(e, 2)
    event_fd_new(k, k.thread, n, f)


cdef void on_pidfd_open(Core* k, const Event* e) noexcept nogil:
    cdef char out[64]
    cdef int64_t n = p_i64(e, 0)
    cdef Fdi* f
    if k.thread == NULL or n < 0:
        return
    f = fd_new(k, FD_PIDFD)
    if f == NULL:
        return
    f.pid = p_i64(e, 1)
    f.open_flags = p_u32(e, 2)
    f.name = str_new(k, text_of(out, <uint32_t>snprintf(out, 64, b"/proc/%lld", <long long>f.pid)))
    event_fd_new(k, k.thread, n, f)


# ---- directories

cdef void on_chdir(Core* k, const Event* e) noexcept nogil:
    if p_i64(e, 0) >= 0 and k.thread != NULL:
        change_cwd(k, k.thread, p_text(e, 1))


cdef void on_fchdir(Core* k, const Event* e) noexcept nogil:
    if p_i64(e, 0) >= 0 and k.thread != NULL and k.fd != NULL:
        change_cwd(k, k.thread, str_text(k.fd.name))


cdef void on_chroot(Core* k, const Event* e) noexcept nogil:
    cdef char out[MAX_PATH]
    cdef Text path = p_text(e, 1)
    if p_i64(e, 0) != 0 or k.thread == NULL:
        return
    if path.n > 0 and path.at[0] != b"/" and not text_is(path, b"<NA>"):
        path = text_of(out, path_join(out, cwd_of(k.thread), path))
    str_put(k, &k.thread.root, path)
