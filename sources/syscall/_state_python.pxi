# What Python sees: State with its look-ups, Thread and Fd. They hold references, so a view that is kept is old, not wild.

from cpython.unicode cimport PyUnicode_DecodeUTF8


cdef str py_text(Str* s):
    return "" if s == NULL else PyUnicode_DecodeUTF8(str_at(s), s.n, "surrogateescape")


cdef list py_list(Str* s):
    # NUL-separated strings.
    if s == NULL:
        return []
    return PyUnicode_DecodeUTF8(str_at(s), s.n, "surrogateescape").split("\0")


cdef class State:
    """The state of one capture. The kernel feeds it; fields read it while the cursor stands at an event."""

    def __cinit__(
        self,
        containers=None,
        *,
        bint purging=False,
        uint32_t purge_every_s=300,
        uint32_t thread_timeout_s=300,
        bint container_plugin=True,
        uint32_t max_threads=DEFAULT_MAX_THREADS,
        uint32_t max_fds=DEFAULT_MAX_FDS,
        uint64_t max_bytes=1 << 30,
    ):
        cdef Core* k = <Core*>calloc(1, sizeof(Core))
        cdef int code, place
        if k == NULL:
            raise MemoryError
        self.core = k
        self.containers = Containers() if containers is None else containers
        k.seed = <uint64_t>k >> 4
        k.max_threads = max_threads
        k.max_fds = max_fds
        k.max_bytes = max_bytes
        k.purging = purging
        k.purge_every = purge_every_s * SECOND
        k.thread_timeout = thread_timeout_s * SECOND
        k.containers = container_plugin
        k.initial = True
        k.attach = True
        forget_exited(k)
        memset(k.fd_at, 0xFF, sizeof(k.fd_at))
        for code, event in enumerate(EVENTS[:1024]):
            k.code_flags[code] = event[2]
            for place, param in enumerate(event[3]):
                if place >= 1 and param[1] == "FD" and place < 127:
                    k.fd_at[code] = <int8_t>place
                    break
        k.fd_at[SPLICE_X] = 2  # the one that is written to, as libscap has it

    def __dealloc__(self):
        cdef Core* k = self.core
        if k == NULL:
            return
        clear_threads(k)
        users_clear(k, &k.users)
        users_clear(k, &k.group_names)
        users_clear(k, &k.pending_users)
        users_clear(k, &k.pending_groups)
        interfaces_clear(k, False)
        interfaces_clear(k, True)
        str_set(k, &k.fd_old_name, NULL)
        free(k)

    # ---- what the kernel calls

    cdef void block(self, const Block* block) noexcept nogil:
        # A list, or the beginning of a section; `fault` says what is wrong with it.
        cdef Core* k = self.core
        k.fault = NULL
        read_list(k, block)

    cdef void before(self, const Event* event) noexcept nogil:
        # Bring state to where rules see it at this event.
        cdef Core* k = self.core
        cdef bint first = False
        if not k.scanned:
            scan_over(k)
        if k.initial and not only_state(event.code):
            first = True
            initial_over(k)
            if k.attach and k.containers:
                k.attach = False
                self.attach_all()
        catch_up(k, event)
        begin(k, event)
        change(k, event)
        if event.code >= CLONE_X and k.containers:
            self.container_step(event)
        finish_event(k, event)

    cdef void after(self, const Event* event) noexcept nogil:
        # Rules are done with the event; what it ends goes when the next one comes (see catch_up).
        self.core.thread = NULL
        self.core.fd = NULL

    cdef void container_step(self, const Event* event) noexcept nogil:
        # What Falco's container plugin does after the parsers.
        cdef uint16_t code = event.code
        cdef Thr* t
        if code == ASYNCEVENT_E or code == CONTAINER_JSON_2_E:
            with gil:
                self.container_event(event)
        elif is_clone(code) or code == EXECVE_X or code == EXECVEAT_X or code == CHROOT_X:
            if p_i64(event, 0) >= 0:
                t = find_thread(self.core, event.tid)
                if t != NULL:
                    self.attach_container(t)

    cdef void attach_all(self) noexcept nogil:
        cdef Core* k = self.core
        cdef uint32_t i
        if k.threads.slots == NULL:
            return
        for i in range(k.threads.mask + 1):
            if k.threads.slots[i].value != NULL:
                self.attach_container(<Thr*>k.threads.slots[i].value)

    cdef void attach_container(self, Thr* t) noexcept nogil:
        cdef Core* k = self.core
        cdef Cgroups* g = t.cgroups
        if g == NULL:
            str_set(k, &t.container_id, NULL)
            return
        if not g.matched:
            match_container(k, g)
        if t.container_id != g.container_id:
            str_set(k, &t.container_id, str_keep(g.container_id))
        if g.container_id == NULL:
            return
        if g.kind != KIND_NONE:
            with gil:
                self.container_matched(g)

    cdef void container_matched(self, Cgroups* g) noexcept:
        try:
            self.containers.matched(py_text(g.container_id), g.kind)
        except Exception:  # memory; the container stays unknown
            return

    cdef void container_event(self, const Event* event) noexcept:
        # Whatever an event holds that is not what the plugin writes is ignored, as there.
        cdef Text name, payload
        try:
            if event.code == ASYNCEVENT_E:
                name = p_text(event, 1)
                payload = upto_nul(p_bytes(event, 2))
                self.containers.async_event(name.at[: name.n], payload.at[: payload.n], event.num)
            else:
                payload = upto_nul(p_bytes(event, 0))
                self.containers.added(payload.at[: payload.n], event.num)
        except Exception:
            return

    # ---- what Python asks

    @property
    def initial(self):
        """Whether only events that carry state have been seen in this section: rules see none of those."""
        return bool(self.core.initial)

    @property
    def fault(self):
        """What is wrong with the last list, in Falco's words; None if nothing is."""
        return None if self.core.fault == NULL else self.core.fault.decode("utf-8", "replace")

    def thread(self):
        """The thread of the event in hand; None if it is not known."""
        cdef Thr* t = self.core.thread
        return py_thread(self, t if t != NULL else find_thread(self.core, self.core.tid))

    def find(self, int64_t tid):
        """The thread of an id; None if there is none. Never makes one up."""
        return py_thread(self, find_thread(self.core, tid))

    def event_fd(self):
        """The descriptor that the event in hand is about; None if it is about none, or about one nobody knows."""
        return py_fd(self, self.core.fd, -1 if self.core.thread == NULL else self.core.thread.lastevent_fd)

    def set_event_fd(self, int64_t number):
        """Make another descriptor of its thread the one that the event in hand is about.

        In Falco whoever asks for `evt.abspath` of a path that is relative to a descriptor does this to all fields that
        are asked for later in the same event.
        """
        if self.core.thread != NULL:
            self.core.fd = get_fd(self.core, self.core.thread, number)

    @property
    def fd_name_changed(self):
        """Whether the event in hand changed the name of its descriptor."""
        return bool(self.core.fd_name_changed)

    @property
    def errorcode(self):
        """The error number of the event in hand, 0 if it did not fail."""
        return self.core.errorcode

    @property
    def exectime(self):
        """At a switch, how long (ns) the thread that is switched away from ran; else 0. First sections: always 0."""
        return self.core.exectime if self.core.code == SCHEDSWITCH_E else 0

    def user(self, uint32_t uid):
        """Name, home, shell and group of a user of the host; None if unknown."""
        cdef User* user = <User*>map_get(self.core, &self.core.users, uid)
        if user == NULL:
            return None
        return py_text(user.name), py_text(user.home), py_text(user.shell), user.gid

    def group(self, uint32_t gid):
        """The name of a group of the host; None if unknown."""
        cdef User* group = <User*>map_get(self.core, &self.core.group_names, gid)
        return None if group == NULL else py_text(group.name)

    def interfaces4(self):
        """Address, netmask and broadcast address (4 bytes each), and name of every IPv4 interface."""
        cdef Interface4* it
        cdef uint32_t i
        found = []
        for i in range(self.core.nv4):
            it = &self.core.v4[i]
            found.append((
                (<char*>&it.addr)[:4], (<char*>&it.netmask)[:4], (<char*>&it.bcast)[:4], py_text(it.name)
            ))
        return found

    def interfaces6(self):
        """Address (16 bytes) and name of every IPv6 interface."""
        cdef uint32_t i
        return [
            ((<char*>self.core.v6[i].addr)[:16], py_text(self.core.v6[i].name)) for i in range(self.core.nv6)
        ]

    @property
    def machine(self):
        """Host name, number of CPUs, memory, boot time (ns since 1970).

        None if the capture does not say, and in its first section: there Falco forgets it before the first event.
        """
        cdef Machine* m = &self.core.machine
        if not m.known:
            return None
        return m.hostname.decode("utf-8", "surrogateescape"), m.num_cpus, m.memory_bytes, m.boot_ts

    def threads(self):
        """Every thread of the table, in no particular order."""
        cdef uint32_t i
        cdef Map* table = &self.core.threads
        if table.slots == NULL:
            return []
        return [
            py_thread(self, <Thr*>table.slots[i].value)
            for i in range(table.mask + 1)
            if table.slots[i].value != NULL
        ]

    @property
    def counters(self):
        """What the tables hold and have refused, by name."""
        cdef Core* k = self.core
        return {
            "threads": k.threads.n,
            "groups": k.groups.n,
            "bytes": k.bytes,
            "added_threads": k.added_threads,
            "removed_threads": k.removed_threads,
            "dropped_threads": k.dropped_threads,
            "dropped_fds": k.dropped_fds,
        }


cdef object py_thread(State state, Thr* t):
    cdef Thread view
    if t == NULL:
        return None
    view = Thread.__new__(Thread)
    view.state = state
    view.t = t
    t.rc += 1
    return view


cdef object py_fd(State state, Fdi* f, int64_t number):
    cdef Fd view
    if f == NULL:
        return None
    view = Fd.__new__(Fd)
    view.state = state
    view.f = f
    view.number = number
    f.rc += 1
    return view
