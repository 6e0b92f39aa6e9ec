# A thread and a descriptor as Python sees them.

cdef class Thread:
    """A thread; what is shared in a process (working directory, environment, descriptors) is the main thread's."""

    def __dealloc__(self):
        if self.t != NULL:
            thread_drop(self.state.core, self.t)

    def __eq__(self, other):
        return isinstance(other, Thread) and self.t == (<Thread>other).t

    def __hash__(self):
        return hash(<size_t>self.t)

    @property
    def tid(self):
        return self.t.tid

    @property
    def pid(self):
        return self.t.pid

    @property
    def ptid(self):
        return self.t.ptid

    @property
    def reaper_tid(self):
        return self.t.reaper_tid

    @property
    def sid(self):
        return self.t.sid

    @property
    def vtid(self):
        return self.t.vtid

    @property
    def vpid(self):
        return self.t.vpid

    @property
    def vpgid(self):
        return self.t.vpgid

    @property
    def pgid(self):
        return self.t.pgid

    @property
    def flags(self):
        """PPM_CL_* bits."""
        return self.t.flags

    @property
    def uid(self):
        return self.t.uid

    @property
    def gid(self):
        return self.t.gid

    @property
    def loginuid(self):
        """0xffffffff if unset."""
        return self.t.loginuid

    @property
    def tty(self):
        return self.t.tty

    @property
    def cap_inheritable(self):
        return self.t.cap_inheritable

    @property
    def cap_permitted(self):
        return self.t.cap_permitted

    @property
    def cap_effective(self):
        return self.t.cap_effective

    @property
    def exe_writable(self):
        return (self.t.exe_flags & EXE_WRITABLE) != 0

    @property
    def exe_upper_layer(self):
        return (self.t.exe_flags & EXE_UPPER_LAYER) != 0

    @property
    def exe_lower_layer(self):
        return (self.t.exe_flags & EXE_LOWER_LAYER) != 0

    @property
    def exe_from_memfd(self):
        return (self.t.exe_flags & EXE_FROM_MEMFD) != 0

    @property
    def exe_ino(self):
        return self.t.exe_ino

    @property
    def exe_ino_ctime(self):
        return self.t.exe_ino_ctime

    @property
    def exe_ino_mtime(self):
        return self.t.exe_ino_mtime

    @property
    def exe_ino_ctime_duration_clone_ts(self):
        return self.t.exe_ino_ctime_duration_clone_ts

    @property
    def exe_ino_ctime_duration_pidns_start(self):
        return self.t.exe_ino_ctime_duration_pidns_start

    @property
    def vmsize_kb(self):
        return self.t.vmsize_kb

    @property
    def vmrss_kb(self):
        return self.t.vmrss_kb

    @property
    def vmswap_kb(self):
        return self.t.vmswap_kb

    @property
    def pfmajor(self):
        return self.t.pfmajor

    @property
    def pfminor(self):
        return self.t.pfminor

    @property
    def pidns_init_start_ts(self):
        return self.t.pidns_init_start_ts

    @property
    def clone_ts(self):
        """When the thread was seen to start, ns since 1970; 0: before the capture."""
        return self.t.clone_ts

    @property
    def lastexec_ts(self):
        return self.t.lastexec_ts

    @property
    def lastevent_ts(self):
        return self.t.lastevent_ts

    @property
    def prevevent_ts(self):
        return self.t.prevevent_ts

    @property
    def lastevent_fd(self):
        """The number of the descriptor that its last event was about."""
        return self.t.lastevent_fd

    @property
    def exectime(self):
        """How long (ns) it ran between switches that were seen."""
        return self.t.exectime

    def swap_cpu(self, unsigned int which, uint64_t value):
        """What a field of CPU use was computed from the last time; from now on it is `value`. `which`: 0, 1 or 2."""
        cdef uint64_t before
        if which > 2:
            raise IndexError(which)
        before = self.t.cpu_seen[which]
        self.t.cpu_seen[which] = value
        return before

    @property
    def comm(self):
        return py_text(self.t.comm)

    @property
    def exe(self):
        """argv[0]."""
        return py_text(self.t.exe)

    @property
    def exepath(self):
        return py_text(self.t.exepath)

    @property
    def root(self):
        return py_text(self.t.root)

    @property
    def args(self):
        """The arguments without argv[0]."""
        return py_list(self.t.args)

    @property
    def cwd(self):
        """The working directory, with a slash at the end; `./` if the main thread is unknown."""
        cdef Thr* main = main_thread(self.t)
        return "./" if main == NULL else py_text(main.cwd)

    @property
    def env(self):
        """The environment of the process: NAME=value."""
        cdef Thr* main = main_thread(self.t)
        return py_list(self.t.env if main == NULL else main.env)

    @property
    def cgroups(self):
        """Subsystem and path of each cgroup, in order."""
        if self.t.cgroups == NULL:
            return []
        return [tuple(entry.split("=", 1)) for entry in py_list(self.t.cgroups.paths)]

    @property
    def container_id(self):
        """As Falco's container plugin finds it at clone, exec and chroot; empty on the host."""
        return py_text(self.t.container_id)

    @property
    def is_main(self):
        return is_main(self.t)

    @property
    def is_invalid(self):
        """Whether it was made up for an event of a thread nobody knows."""
        return is_invalid(self.t)

    @property
    def is_dead(self):
        return is_dead(self.t)

    @property
    def in_pid_namespace(self):
        return in_pid_namespace(self.t)

    @property
    def group_size(self):
        """Living threads of the process; 0 if its group is unknown."""
        return 0 if self.t.group == NULL else self.t.group.alive

    @property
    def group_size_without_main(self):
        """Living threads of the process but the main one."""
        cdef Thr* main = main_thread(self.t)
        if self.t.group == NULL:
            return 0
        return self.t.group.alive - (1 if main != NULL and not is_dead(main) else 0)

    @property
    def fd_count(self):
        """Open descriptors of the process; 0 if its main thread is unknown."""
        cdef Thr* main = main_thread(self.t)
        return 0 if main == NULL or main.fds == NULL else main.fds.map.n

    @property
    def fd_limit(self):
        """How many descriptors the process may have; 0 if its main thread is unknown, -1 if the limit is."""
        cdef Thr* main = main_thread(self.t)
        return 0 if main == NULL else main.fdlimit

    def main(self):
        """The main thread of the process; None if it is unknown."""
        return py_thread(self.state, main_thread(self.t))

    def parent(self):
        """The main thread of the parent process; None if it is unknown (libsinsp's get_ancestor_process(1))."""
        return self.ancestor(1)

    def ancestor(self, uint32_t n):
        """The main thread of the n-th process above; 0 is this one."""
        cdef Core* k = self.state.core
        cdef Thr* t = main_thread(self.t)
        cdef uint32_t i
        for i in range(n):
            if t == NULL or i > k.threads.n:
                return None
            t = find_thread(k, t.ptid)
            if t == NULL:
                return None
            t = main_thread(t)
        return py_thread(self.state, t)

    def lineage(self):
        """The threads above by ptid, nearest first; a loop ends it where libsinsp notices (traverse_parent_state)."""
        cdef Core* k = self.state.core
        cdef Thr* slow = find_thread(k, self.t.ptid)
        cdef Thr* fast = slow
        cdef int i
        found = []
        if fast != NULL:
            fast = find_thread(k, fast.ptid)
        while slow != NULL and slow.tid != -1:
            found.append(py_thread(self.state, slow))
            slow = find_thread(k, slow.ptid)
            for i in range(2):
                if fast != NULL:
                    fast = find_thread(k, fast.ptid)
                if slow != NULL and (slow == fast or slow.tid == slow.ptid):
                    return found
        return found

    def fd(self, int64_t number):
        """A descriptor of the process; None if it is unknown."""
        return py_fd(self.state, get_fd(self.state.core, self.t, number), number)

    def fds(self):
        """Every known descriptor of the process by number."""
        cdef Thr* owner = fds_owner(self.t)
        cdef int64_t* numbers
        cdef uint32_t i, n
        found = []
        if owner == NULL:
            return found
        n = table_numbers(owner.fds, &numbers)
        try:
            for i in range(n):
                found.append(py_fd(self.state, <Fdi*>map_get(self.state.core, &owner.fds.map, numbers[i]), numbers[i]))
        finally:
            free(numbers)
        found.sort(key=lambda fd: fd.number)
        return found


cdef class Fd:
    """A descriptor."""

    def __dealloc__(self):
        if self.f != NULL:
            fd_drop(self.state.core, self.f)

    @property
    def type(self):
        """SCAP_FD_*: 1 file, 2 directory, 3/4 IPv4/IPv6 socket, 5/6 listening, 7 pipe, 8 unix, ... 255 none."""
        return self.f.type

    @property
    def name(self):
        return py_text(self.f.name)

    @property
    def name_raw(self):
        """The path as the program gave it."""
        return py_text(self.f.name_raw)

    @property
    def open_flags(self):
        """PPM_O_* bits."""
        return self.f.open_flags

    @property
    def flags(self):
        """libsinsp's FLAGS_* bits."""
        return self.f.flags

    @property
    def dev(self):
        return self.f.dev

    @property
    def ino(self):
        return self.f.ino

    @property
    def pid(self):
        """The process that a pidfd means."""
        return self.f.pid

    @property
    def is_server(self):
        return (self.f.flags & FLAGS_ROLE_SERVER) != 0

    @property
    def is_client(self):
        return (self.f.flags & FLAGS_ROLE_CLIENT) != 0

    @property
    def is_connected(self):
        return (self.f.flags & FLAGS_SOCKET_CONNECTED) != 0

    @property
    def is_pending(self):
        return (self.f.flags & FLAGS_CONNECTION_PENDING) != 0

    @property
    def is_failed(self):
        return (self.f.flags & FLAGS_CONNECTION_FAILED) != 0

    @property
    def is_overlay_upper(self):
        return (self.f.flags & FLAGS_OVERLAY_UPPER) != 0

    @property
    def is_overlay_lower(self):
        return (self.f.flags & FLAGS_OVERLAY_LOWER) != 0

    @property
    def sip(self):
        """The client's address (4 or 16 bytes); None for what is no connection."""
        if self.f.type == FD_IPV4_SOCK:
            return (<char*>self.f.sock)[:4]
        if self.f.type == FD_IPV6_SOCK:
            return (<char*>self.f.sock)[:16]
        return None

    @property
    def dip(self):
        """The server's address (4 or 16 bytes), of listening sockets too; None for what is no IP socket."""
        if self.f.type == FD_IPV4_SOCK:
            return (<char*>self.f.sock)[4:8]
        if self.f.type == FD_IPV4_SERVSOCK:
            return (<char*>self.f.sock)[:4]
        if self.f.type == FD_IPV6_SOCK:
            return (<char*>self.f.sock)[16:32]
        if self.f.type == FD_IPV6_SERVSOCK:
            return (<char*>self.f.sock)[:16]
        return None

    @property
    def sport(self):
        """The client's port; None for what is no connection."""
        if self.f.type == FD_IPV4_SOCK:
            return s16(self.f.sock + 8)
        if self.f.type == FD_IPV6_SOCK:
            return s16(self.f.sock + 32)
        return None

    @property
    def dport(self):
        """The server's port, of listening sockets too; None for what is no IP socket."""
        if self.f.type == FD_IPV4_SOCK:
            return s16(self.f.sock + 10)
        if self.f.type == FD_IPV4_SERVSOCK:
            return s16(self.f.sock + 4)
        if self.f.type == FD_IPV6_SOCK:
            return s16(self.f.sock + 34)
        if self.f.type == FD_IPV6_SERVSOCK:
            return s16(self.f.sock + 16)
        return None

    @property
    def l4proto(self):
        """0 unknown, 1 not applicable, 2 TCP, 3 UDP, 4 ICMP, 5 raw; a connection without a role has none yet."""
        cdef uint8_t l4
        if self.f.type == FD_IPV4_SERVSOCK:
            return self.f.sock[6]
        if self.f.type == FD_IPV6_SERVSOCK:
            return self.f.sock[18]
        if not is_inet(self.f):
            return L4_NA
        l4 = self.f.sock[12 if self.f.type == FD_IPV4_SOCK else 36]
        if l4 != L4_RAW and self.f.flags & (FLAGS_ROLE_CLIENT | FLAGS_ROLE_SERVER) == 0:
            return L4_NA
        return l4

    @property
    def source(self):
        """The kernel address of a unix socket."""
        return s64(self.f.sock)

    @property
    def peer(self):
        """The kernel address of the other end of a unix socket."""
        return s64(self.f.sock + 8)
