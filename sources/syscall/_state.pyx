# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What a capture's events leave behind: threads, descriptors, working directories, users, containers.

State stands exactly where libsinsp's stands while Falco's rules see an event. It follows libsinsp's parsers case by
case, their oddities too, since fields and alerts depend on them; what it deliberately does not follow is said where it
happens. Nothing here is a Python object but what `thread()` and its kind hand out: those hold references of their own,
so that a view kept too long is out of date, never dangling.
"""

from libc.stdlib cimport calloc, free, malloc, realloc
from libc.stdio cimport snprintf
from libc.string cimport memchr, memcmp, memcpy, memset, strlen

from sources.syscall.containers import Containers
from engine.events.tables import EVENTS

cdef extern from "<arpa/inet.h>" nogil:
    const char* inet_ntop(int family, const void* address, char* out, unsigned int size)

cdef enum:
    # events that change state, by code (PPME_*)
    OPEN_E = 2
    OPEN_X = 3
    CLOSE_X = 5
    READ_X = 7
    WRITE_X = 9
    SOCKET_X = 19
    BIND_X = 21
    CONNECT_E = 22
    CONNECT_X = 23
    SEND_X = 29
    SENDTO_X = 31
    RECV_X = 33
    RECVFROM_X = 35
    SOCKETPAIR_X = 43
    SENDMSG_X = 49
    SENDMMSG_X = 51
    RECVMSG_X = 53
    RECVMMSG_X = 55
    CREAT_E = 58
    CREAT_X = 59
    PIPE_X = 61
    EVENTFD_X = 63
    GETCWD_X = 93
    CHDIR_X = 95
    FCHDIR_X = 97
    PREAD_X = 113
    PWRITE_X = 115
    READV_X = 117
    WRITEV_X = 119
    PREADV_X = 121
    PWRITEV_X = 123
    SIGNALFD_X = 127
    TIMERFD_CREATE_X = 137
    INOTIFY_INIT_X = 139
    GETRLIMIT_X = 141
    SETRLIMIT_X = 143
    PRLIMIT_X = 145
    FCNTL_X = 151
    SCHEDSWITCH_E = 152
    BRK_X = 159
    MMAP_X = 161
    MMAP2_X = 163
    MUNMAP_X = 165
    SPLICE_X = 167
    PROCEXIT_E = 186
    SETRESUID_X = 193
    SETRESGID_X = 195
    SETUID_X = 199
    SETGID_X = 201
    CLONE_X = 223
    FORK_X = 225
    VFORK_X = 227
    PROCINFO_E = 234
    SETNS_X = 241
    ACCEPT_X = 247
    CHROOT_X = 267
    SETSID_X = 275
    UNSHARE_X = 285
    EXECVE_E = 292
    EXECVE_X = 293
    OPENAT_E = 306
    OPENAT_X = 307
    USERFAULTFD_X = 321
    PLUGINEVENT_E = 322
    CONTAINER_JSON_2_E = 324
    OPENAT2_E = 326
    OPENAT2_X = 327
    EXECVEAT_E = 330
    EXECVEAT_X = 331
    CLONE3_X = 335
    OPEN_BY_HANDLE_AT_X = 337
    IO_URING_SETUP_X = 339
    CAPSET_X = 353
    USER_ADDED_E = 354
    USER_DELETED_E = 356
    GROUP_ADDED_E = 358
    GROUP_DELETED_E = 360
    DUP2_X = 363
    DUP3_X = 365
    DUP_X = 367
    BPF_X = 369
    EPOLL_CREATE_X = 375
    EPOLL_CREATE1_X = 377
    ACCEPT4_X = 389
    PIPE2_X = 393
    INOTIFY_INIT1_X = 395
    EVENTFD2_X = 397
    SIGNALFD4_X = 399
    PRCTL_X = 401
    ASYNCEVENT_E = 402
    MEMFD_CREATE_X = 405
    PIDFD_GETFD_X = 407
    PIDFD_OPEN_X = 409
    SETREUID_X = 427
    SETREGID_X = 429
    CLOSE_RANGE_X = 451
    # what events are (EF_*)
    EF_USES_FD = 4
    EF_SKIPPARSERESET = 256
    # thread flags (PPM_CL_*)
    CL_CLONE_FILES = 1 << 0
    CL_CLONE_NEWPID = 1 << 6
    CL_CLONE_PARENT = 1 << 8
    CL_CLONE_THREAD = 1 << 13
    CL_CLONE_INVERTED = 1 << 16
    CL_NAME_CHANGED = 1 << 17
    CL_CLOSED = 1 << 18
    CL_ACTIVE = 1 << 19
    CL_CLONE_NEWUSER = 1 << 20
    CL_PIPE_SRC = 1 << 21
    CL_PIPE_DST = 1 << 22
    CL_CLONE_VFORK = 1 << 27
    CL_CHILD_IN_PIDNS = 1 << 29
    CL_IS_MAIN_THREAD = 1 << 30
    EXE_WRITABLE = 1
    EXE_UPPER_LAYER = 2
    EXE_FROM_MEMFD = 4
    EXE_LOWER_LAYER = 8
    # open flags (PPM_O_*) and their relatives
    O_DIRECTORY = 1 << 10
    O_CLOEXEC = 1 << 12
    O_F_CREATED = 1 << 14
    FD_UPPER_LAYER = 1 << 15
    FD_LOWER_LAYER = 1 << 16
    EPOLL_CLOEXEC = 1
    MFD_CLOEXEC = 1
    CLOSE_RANGE_CLOEXEC = 1 << 2
    F_DUPFD = 1
    F_SETFD = 3
    F_DUPFD_CLOEXEC = 26
    AT_FDCWD = -100
    RLIMIT_NOFILE = 7
    PR_SET_CHILD_SUBREAPER = 36
    PR_GET_CHILD_SUBREAPER = 37
    # descriptors (SCAP_FD_*)
    FD_UNKNOWN = 0
    FD_FILE = 1
    FD_DIRECTORY = 2
    FD_IPV4_SOCK = 3
    FD_IPV6_SOCK = 4
    FD_IPV4_SERVSOCK = 5
    FD_IPV6_SERVSOCK = 6
    FD_FIFO = 7
    FD_UNIX_SOCK = 8
    FD_EVENT = 9
    FD_UNSUPPORTED = 10
    FD_SIGNALFD = 11
    FD_EVENTPOLL = 12
    FD_INOTIFY = 13
    FD_TIMERFD = 14
    FD_NETLINK = 15
    FD_FILE_V2 = 16
    FD_BPF = 17
    FD_USERFAULTFD = 18
    FD_IOURING = 19
    FD_MEMFD = 20
    FD_PIDFD = 21
    FD_UNINITIALIZED = 255
    FLAGS_ROLE_CLIENT = 1 << 2
    FLAGS_ROLE_SERVER = 1 << 3
    FLAGS_SOCKET_CONNECTED = 1 << 13
    FLAGS_CONNECTION_PENDING = 1 << 15
    FLAGS_CONNECTION_FAILED = 1 << 16
    CONNECTION_FLAGS = (1 << 13) | (1 << 15) | (1 << 16)
    FLAGS_OVERLAY_UPPER = 1 << 17
    FLAGS_OVERLAY_LOWER = 1 << 18
    L4_UNKNOWN = 0
    L4_NA = 1
    L4_TCP = 2
    L4_UDP = 3
    L4_ICMP = 4
    L4_RAW = 5
    AF_UNIX = 1
    AF_INET = 2
    AF_INET6 = 10
    AF_NETLINK = 16
    LINUX_AF_INET6 = 10
    SOCK_STREAM = 1
    SOCK_DGRAM = 2
    SOCK_RAW = 3
    IPPROTO_ICMP = 1
    IPPROTO_TCP = 6
    IPPROTO_UDP = 17
    IPPROTO_RAW = 255
    EINPROGRESS = 115
    KIND_NONE = 0
    KIND_LXC = 1
    KIND_LIBVIRT_LXC = 2
    KIND_BPM = 9
    # limits, Falco's where it has one
    MAX_PATH = 1024
    MAX_ARGS = 4096
    MAX_CREDENTIALS = 256
    MAX_USERS = 1 << 20
    MAX_INTERFACES = 1 << 16
    EXPIRED_CHILDREN = 10
    EXITED_RING = 8192
    DEFAULT_MAX_THREADS = 262144
    DEFAULT_MAX_FDS = 4096

cdef uint32_t NO_ID = 0xFFFFFFFF
cdef uint32_t LOOPBACK4 = 0x0100007F
cdef uint64_t ALL_CAPABILITIES = (<uint64_t>1 << 41) - 1
cdef uint64_t SECOND = 1000000000
cdef uint64_t CLONE_STALE = 2 * SECOND
cdef uint64_t FIRST_PURGE = 30 * SECOND

include "_state_memory.pxi"
include "_state_threads.pxi"
include "_state_fds.pxi"
include "_state_users.pxi"
include "_state_containers.pxi"
include "_state_files.pxi"
include "_state_sockets.pxi"
include "_state_network.pxi"
include "_state_process.pxi"
include "_state_lists.pxi"
include "_state_events.pxi"
include "_state_views.pxi"
include "_state_python.pxi"
