"""What kinds of descriptors there are (libscap's scap_fd_type), and how they are named."""

from enum import IntEnum

from sources.syscall._state import Fd


class Kind(IntEnum):
    """libscap's types of descriptors."""

    UNKNOWN = 0
    FILE = 1
    DIRECTORY = 2
    IPV4_SOCK = 3
    IPV6_SOCK = 4
    IPV4_SERVSOCK = 5
    IPV6_SERVSOCK = 6
    FIFO = 7
    UNIX_SOCK = 8
    EVENT = 9
    UNSUPPORTED = 10
    SIGNALFD = 11
    EVENTPOLL = 12
    INOTIFY = 13
    TIMERFD = 14
    NETLINK = 15
    FILE_V2 = 16
    BPF = 17
    USERFAULTFD = 18
    IOURING = 19
    MEMFD = 20
    PIDFD = 21


class Protocol(IntEnum):
    """libscap's transport protocols."""

    UNKNOWN = 0
    NA = 1
    TCP = 2
    UDP = 3
    ICMP = 4
    RAW = 5


FILES = frozenset({Kind.FILE, Kind.FILE_V2})
INET = frozenset({Kind.IPV4_SOCK, Kind.IPV6_SOCK, Kind.IPV4_SERVSOCK, Kind.IPV6_SERVSOCK})
SERVERS = frozenset({Kind.IPV4_SERVSOCK, Kind.IPV6_SERVSOCK})
CONNECTIONS = frozenset({Kind.IPV4_SOCK, Kind.IPV6_SOCK})

_LETTERS = dict(zip(range(22), "ofd4646pueXslitnfburmP", strict=True))
_WORDS: dict[int, str] = {
    **dict.fromkeys((Kind.FILE, Kind.FILE_V2), "file"),
    **dict.fromkeys((Kind.IPV4_SOCK, Kind.IPV4_SERVSOCK), "ipv4"),
    **dict.fromkeys((Kind.IPV6_SOCK, Kind.IPV6_SERVSOCK), "ipv6"),
    Kind.DIRECTORY: "directory",
    Kind.UNIX_SOCK: "unix",
    Kind.FIFO: "pipe",
    Kind.EVENT: "event",
    Kind.SIGNALFD: "signalfd",
    Kind.EVENTPOLL: "eventpoll",
    Kind.INOTIFY: "inotify",
    Kind.TIMERFD: "timerfd",
    Kind.NETLINK: "netlink",
    Kind.BPF: "bpf",
    Kind.USERFAULTFD: "userfaultfd",
    Kind.IOURING: "io_uring",
    Kind.MEMFD: "memfd",
    Kind.PIDFD: "pidfd",
}
_PROTOCOL_LETTERS: dict[int, str] = {Protocol.TCP: "t", Protocol.UDP: "u", Protocol.ICMP: "i", Protocol.RAW: "r"}


def letter(kind: int) -> str:
    """fd.typechar: `f`."""
    return _LETTERS.get(kind, "?")


def word(kind: int) -> str:
    """fd.type: `file`."""
    return _WORDS.get(kind, "<NA>")


def letters(fd: Fd) -> str:
    """The letter of the type, with that of the protocol of internet sockets: `4t`."""
    return letter(fd.type) + (_PROTOCOL_LETTERS.get(fd.l4proto, "") if fd.type in INET else "")
