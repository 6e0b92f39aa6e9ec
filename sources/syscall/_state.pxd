# What the state of a capture is made of: threads, descriptors, users, interfaces; and what the kernel calls.
#
# Everything hangs on one Core, everything in it is plain C, reference-counted by hand; nothing is static.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from sources.syscall._events cimport Block, Event


cdef struct Str:
    # A string that several holders share: `n` bytes follow the header. NULL is the empty string.
    uint32_t rc
    uint32_t n


cdef struct Text:
    # Bytes that belong to somebody else.
    const char* at
    uint32_t n


cdef struct Slot:
    int64_t key
    void* value


cdef struct Map:
    # Open addressing with linear probing; a slot without a value is free.
    Slot* slots
    uint32_t mask
    uint32_t n


cdef struct Fdi:
    uint32_t rc
    uint8_t type
    uint32_t open_flags
    uint32_t flags          # libsinsp's FLAGS_*: role, connection, overlay layer
    uint32_t dev
    uint64_t ino
    int64_t pid             # of a pidfd
    Str* name
    Str* name_raw
    uint8_t sock[40]        # libsinsp's union of socket tuples, by offset (see _state_fds.pxi)


cdef struct FdTable:
    uint32_t rc
    Map map


cdef struct Cgroups:
    # What a thread's cgroups say; shared by all threads that say the same.
    uint32_t rc
    bint matched
    uint8_t kind            # container type of matchers that know it by themselves
    Str* raw
    Str* paths              # subsystem=path, NUL-separated, subsystems by their common names
    Str* container_id


cdef struct Enter:
    # An enter event kept for its exit.
    uint16_t code
    uint32_t nparams
    uint32_t size[8]
    uint32_t start[8]       # offsets into the bytes that follow the header


cdef struct Group:
    uint32_t rc
    int64_t pid
    uint64_t alive
    bint reaper
    Thr* first
    Thr* last


cdef struct Thr:
    uint32_t rc
    bint listed             # in the thread table
    int64_t tid, pid, ptid, reaper_tid, sid, vtid, vpid, vpgid, pgid
    uint32_t flags          # PPM_CL_*
    uint32_t uid, gid, loginuid, tty
    int64_t fdlimit
    uint64_t cap_inheritable, cap_permitted, cap_effective
    uint64_t exe_ino, exe_ino_ctime, exe_ino_mtime
    uint64_t exe_ino_ctime_duration_clone_ts, exe_ino_ctime_duration_pidns_start
    uint32_t vmsize_kb, vmrss_kb, vmswap_kb
    uint64_t pfmajor, pfminor
    uint64_t pidns_init_start_ts, clone_ts, lastexec_ts
    uint64_t lastevent_ts, prevevent_ts, lastaccess_ts
    uint64_t exectime       # between switches, all in all
    uint64_t cpu_seen[3]    # what thread.cpu, .user and .system were last computed from
    uint8_t exe_flags       # PPM_EXE_*
    Str* comm
    Str* exe
    Str* exepath
    Str* args
    Str* env
    Str* cwd
    Str* root
    Str* container_id
    Cgroups* cgroups
    FdTable* fds
    Enter* enter
    uint16_t lastevent_type
    bint lastevent_valid
    int64_t lastevent_fd
    Group* group
    Thr* gnext
    Thr* gprev
    Thr* lister             # whose list of children this one is in
    Thr* kids
    Thr* knext
    Thr* kprev
    uint64_t kids_size      # libsinsp's m_children.size(): those that are gone count until they are swept
    uint64_t kids_live
    uint64_t kids_listed    # those that are


cdef struct User:
    uint32_t gid
    Str* name
    Str* home
    Str* shell


cdef struct Interface4:
    uint32_t addr, netmask, bcast
    uint64_t linkspeed
    Str* name


cdef struct Interface6:
    uint8_t addr[16]
    uint8_t netmask[16]
    uint8_t bcast[16]
    uint64_t linkspeed
    Str* name


cdef struct Exited:
    uint64_t key
    uint64_t ts
    int16_t next            # in the chain of its hash; -1: the last
    int16_t prev            # -1: the first
    bint used


cdef struct Machine:
    bint known
    uint32_t num_cpus
    uint64_t memory_bytes, max_pid, boot_ts, flags
    char hostname[129]


cdef struct Core:
    uint64_t seed
    uint64_t bytes          # of everything that grows with a capture
    uint64_t max_bytes
    uint32_t max_threads
    uint32_t max_fds
    bint purging
    uint64_t purge_every    # ns
    uint64_t thread_timeout # ns
    uint32_t sections
    uint64_t exectime       # at a switch, of the thread that is switched away from
    uint64_t switched[1024] # the last switch on each CPU
    bint attach             # give container ids to the threads of the process list of this section
    bint containers         # give container ids at all
    uint64_t last_flush_ts
    uint32_t code_flags[1024]
    int8_t fd_at[1024]
    Map threads
    Map groups
    Map users
    Map group_names
    Map pending_users
    Map pending_groups
    Machine machine
    Interface4* v4
    Interface6* v6
    uint32_t nv4, nv6
    Interface4* pending_v4
    Interface6* pending_v6
    uint32_t npending_v4, npending_v6
    bint have_interfaces
    uint8_t server_ports[8192]
    Exited exited[8192]
    uint32_t exited_at
    int16_t exited_by[8192]
    # the event in hand
    bint initial            # no event but those that only carry state has been seen in this section
    bint scanned            # the lists of this section are complete
    int64_t tid
    uint64_t num
    uint64_t ts
    uint16_t code
    Thr* thread
    Fdi* fd
    Str* fd_old_name
    int32_t errorcode
    bint fd_name_changed
    # what is put off until the next event
    bint remove_tid_pending
    int64_t remove_tid
    bint remove_fd_pending
    int64_t remove_fd_tid
    int64_t remove_fd
    const char* fault
    char fault_text[160]
    # counters
    uint64_t dropped_threads, dropped_fds, removed_threads, added_threads


cdef class State:
    cdef Core* core
    cdef readonly object containers
    cdef bint containers_known
    cdef void block(self, const Block* block) noexcept nogil
    cdef void before(self, const Event* event) noexcept nogil
    cdef void after(self, const Event* event) noexcept nogil
    cdef void container_step(self, const Event* event) noexcept nogil
    cdef void attach_all(self) noexcept nogil
    cdef void attach_container(self, Thr* t) noexcept nogil
    cdef void container_matched(self, Cgroups* g) noexcept
    cdef void container_event(self, const Event* event) noexcept


cdef class Thread:
    cdef State state
    cdef Thr* t


cdef class Fd:
    cdef State state
    cdef Fdi* f
    cdef readonly int64_t number
