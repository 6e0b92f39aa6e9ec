"""The `fd.*` fields: the descriptor that an event is about (libsinsp's sinsp_filtercheck_fd)."""

import re
from collections.abc import Callable
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from engine.events.kinds import EventFlag
from engine.events.names import name_of
from engine.events.tables import EVENTS
from engine.fields.catalog import FieldRef
from engine.rendering import address_text
from engine.values import Candidates, Scalar, Value
from sources.syscall._state import Fd
from sources.syscall.fields import args, evt
from sources.syscall.fields.descriptors import CONNECTIONS, FILES, INET, SERVERS, Kind, Protocol, letter, word
from sources.syscall.fields.paths import concatenate
from sources.syscall.views import Reader, SyscallView

Address = IPv4Address | IPv6Address
Get = Callable[[SyscallView, Fd], Value | Candidates | None]
_ABOUT_FDS = frozenset(
    code
    for code, event in enumerate(EVENTS)
    if event[2] & (EventFlag.CREATES_FD | EventFlag.USES_FD | EventFlag.DESTROYS_FD)
)
"""Codes of the events that are about a descriptor."""
_NAMELESS = "\0"
"""The name of an address that has none: unlike every name."""
_GUESSED = {
    **dict.fromkeys(("openat", "openat2", "creat"), "f"),
    **dict.fromkeys(("socket", "accept", "accept4"), "4"),
    **dict.fromkeys(("pipe", "pipe2"), "p"),
    **dict.fromkeys(("eventfd", "eventfd2"), "e"),
    **dict.fromkeys(("signalfd", "signalfd4"), "s"),
    "timerfd_create": "t",
    **dict.fromkeys(("inotify_init", "inotify_init1"), "i"),
}
"""fd.typechar where the descriptor is not known; `openat` only in its newer form."""
_PROTOCOLS: dict[int, str] = {Protocol.TCP: "tcp", Protocol.UDP: "udp", Protocol.ICMP: "icmp", Protocol.RAW: "raw"}
_WITH_FIRST_ARGUMENT = frozenset({evt.OPEN_X, evt.CREAT_X, 23, 247, 389})
"""open, creat, connect, accept and accept4 name the descriptor in their second parameter."""


def is_about_fd(view: SyscallView) -> bool:
    """Whether there are `fd.*` fields: the event is about a descriptor, and its thread is known."""
    return view.code in _ABOUT_FDS and view.thread is not None


def of(view: SyscallView) -> Fd | None:
    """The descriptor of the event, or the one that the thread's last event was about."""
    found = view.event_fd
    thread = view.thread
    if found is None and thread is not None and thread.lastevent_fd != -1:
        found = thread.fd(thread.lastevent_fd)
    return found


def address(data: bytes | None) -> Address | None:
    """An address of 4 or 16 bytes."""
    if data is None:
        return None
    return IPv4Address(data) if len(data) == 4 else IPv6Address(data)


def _known(get: Get) -> Reader:
    """A field that only known descriptors have."""

    def read(view: SyscallView, _ref: FieldRef) -> Value | Candidates | None:
        found = of(view) if is_about_fd(view) else None
        return None if found is None else get(view, found)

    return read


def _about(get: Callable[[SyscallView], Value | None]) -> Reader:
    """A field that every event about a descriptor has."""
    return lambda view, _ref: get(view) if is_about_fd(view) else None


# ------------------------------------------------------------------------------------------------------------ names


def name_in_event(view: SyscallView, *, raw: bool = False) -> str | None:
    """The path or address that the event itself names, where the descriptor is not known: the call failed."""
    if not evt.is_exit(view):
        return None
    if view.code in _WITH_FIRST_ARGUMENT:
        return args.text(view, 1).shown
    if view.code in {evt.OPENAT_2_X, evt.OPENAT2_X}:
        if view.kernel.param(2) is None:
            return None
        path = args.text(view, 2).plain
        if raw:
            return path
        dirfd = view.kernel.param_int(1, True)
        return None if dirfd is None else concatenate(folder(view, path, dirfd), path)
    if view.code == evt.OPEN_BY_HANDLE_AT_X:
        return args.text(view, 3).plain
    return ""


def folder(view: SyscallView, path: str, dirfd: int) -> str:
    """What `path` is relative to, with a slash at its end; `.` for a path from the root."""
    if path.startswith("/"):
        return "."
    thread = view.thread
    if thread is None:
        return "<UNKNOWN>"
    if dirfd == args.AT_FDCWD:
        return thread.cwd
    found = thread.fd(dirfd)
    if found is None:
        return "<UNKNOWN>"
    return found.name if not found.name or found.name.endswith("/") else f"{found.name}/"


def name(view: SyscallView) -> str | None:
    """fd.name."""
    found = of(view)
    return name_in_event(view) if found is None else found.name


def _name_raw(view: SyscallView) -> str | None:
    found = of(view)
    path = name_in_event(view, raw=True) if found is None else found.name_raw
    return None if path is None else re.sub("/+", "/", path)


def _directory(view: SyscallView) -> str | None:
    """The folder of a file."""
    found = of(view)
    if found is None:
        path = name_in_event(view)
    elif found.type in FILES or found.type == Kind.DIRECTORY:
        path = found.name
    else:
        return None
    if path is None or (found is not None and found.type == Kind.DIRECTORY):
        return path
    at = path.rfind("/")
    if at <= 0:
        return "/"
    return path[:at] if at < len(path) - 1 else path


def _filename(_view: SyscallView, fd: Fd) -> str | None:
    if fd.type not in FILES:
        return None
    at = fd.name.rfind("/")
    if at < 0:
        return "/"
    return fd.name[at + 1 :] if at < len(fd.name) - 1 else fd.name


def _in_container(get: Callable[[SyscallView], str | None]) -> Reader:
    """A path behind the container's id."""

    def read(view: SyscallView) -> str | None:
        path = get(view)
        thread = view.thread
        return None if path is None or thread is None else f"{thread.container_id}:{path}"

    return _about(read)


def _typechar(view: SyscallView) -> str:
    found = of(view)
    if found is not None:
        return letter(found.type)
    named = name_of(view.code | 1)
    return _GUESSED.get(named, "o") if view.code | 1 != 103 else "o"


def _types(view: SyscallView, ref: FieldRef) -> Value | None:
    """The types of all descriptors of the process, each once; of one descriptor, its type."""
    thread = view.thread
    if thread is None or view.code not in _ABOUT_FDS:
        return None
    if ref.arg is not None:
        found = thread.fd(ref.index if ref.index is not None else -1)
        return None if found is None else (word(found.type),)
    return tuple(dict.fromkeys(word(one.type) for one in thread.fds()))


# -------------------------------------------------------------------------------------------------------- addresses


def has_role(fd: Fd) -> bool:
    """Whether it is known who is the client and who the server."""
    return fd.is_client or fd.is_server


def is_local(view: SyscallView, data: bytes | None) -> bool:
    """Whether an address is one of this machine's, or of its containers for a process in one."""
    thread = view.thread
    if data is None or thread is None:
        return False
    if thread.container_id:
        if len(data) != 4:
            return False
        container = view.state.containers.get(thread.container_id)
        own = container.ip if container is not None else ""
        if not own:
            return any(_is(other, data) for other in view.state.containers.ips())
        if _is(own, data):
            return True
    if len(data) == 4:
        return any(one[0] == data for one in view.state.interfaces4())
    return any(one[0][:8] == data[:8] for one in view.state.interfaces6())


def _is(text: str, data: bytes) -> bool:
    try:
        return IPv4Address(text).packed == data
    except AddressValueError:
        return False


def _client(fd: Fd) -> bytes | None:
    return fd.sip if fd.type in CONNECTIONS and has_role(fd) else None


def _server(fd: Fd) -> bytes | None:
    return fd.dip if fd.type in INET and has_role(fd) else None


def _side(*, local: bool) -> Callable[[SyscallView, Fd], tuple[bytes | None, int | None]]:
    """The end of a connection that is on this machine, or the one that is not; with its port."""

    def side(view: SyscallView, fd: Fd) -> tuple[bytes | None, int | None]:
        if fd.type not in CONNECTIONS or not has_role(fd):
            return None, None
        return (fd.sip, fd.sport) if is_local(view, fd.sip) == local else (fd.dip, fd.dport)

    return side


_LOCAL, _REMOTE = _side(local=True), _side(local=False)


def _both(first: Scalar | None, second: Scalar | None) -> Candidates:
    """What means either end."""
    return Candidates(tuple(one for one in (first, second) if one is not None), None, all_differ=True)


def _ip(_view: SyscallView, fd: Fd) -> Candidates:
    if fd.type in SERVERS:
        return _both(address(fd.dip), None)
    return _both(address(fd.sip), address(fd.dip)) if fd.type in CONNECTIONS else Candidates(())


def _port(_view: SyscallView, fd: Fd) -> Candidates:
    if fd.type in SERVERS:
        return _both(fd.dport, None)
    return _both(fd.sport, fd.dport) if fd.type in CONNECTIONS else Candidates(())


def _host(end: Callable[[SyscallView, Fd], bytes | None]) -> Reader:
    """The names of an address, for comparisons. Outputs have none: libs only knows what it was asked for."""

    def read(view: SyscallView, fd: Fd) -> Candidates:
        data = end(view, fd)
        found = address(data)
        if found is None:
            return Candidates(())
        names = tuple(view.kit.names(address_text(found)))
        nameless = (_NAMELESS,) if fd.type in CONNECTIONS else ()
        return Candidates(names or nameless, None, all_differ=True)

    return _known(read)


def _serverport(_view: SyscallView, fd: Fd) -> int | None:
    if fd.type in SERVERS:
        return fd.dport
    return fd.dport if fd.type in CONNECTIONS and has_role(fd) else None


def _clientport(_view: SyscallView, fd: Fd) -> int | None:
    return fd.sport if fd.type in CONNECTIONS and has_role(fd) else None


def _clientproto(_view: SyscallView, fd: Fd) -> str | None:
    if not has_role(fd):
        return None
    return _service(fd.sport) if fd.type in CONNECTIONS else ""


def _serverproto(_view: SyscallView, fd: Fd) -> str | None:
    if fd.type in SERVERS:
        return ""
    return _service(fd.dport) if fd.type in CONNECTIONS and has_role(fd) else None


def _service(port: int | None) -> str:
    """Libs looks ports up only when asked to, which Falco does not."""
    return "" if port is None else str(port)


def _end_proto(side: Callable[[SyscallView, Fd], tuple[bytes | None, int | None]]) -> Reader:
    def read(view: SyscallView, fd: Fd) -> str | None:
        port = side(view, fd)[1]
        return None if port is None else str(port - (port >> 15 << 16) & 0xFFFF)

    return _known(read)


def _l4proto(_view: SyscallView, fd: Fd) -> str:
    return _PROTOCOLS.get(fd.l4proto, "<NA>")


def _is_server(view: SyscallView, fd: Fd) -> bool:
    if fd.type in SERVERS:
        return True
    return fd.type in CONNECTIONS and is_local(view, fd.dip)


def _sockfamily(_view: SyscallView, fd: Fd) -> str | None:
    if fd.type in INET:
        return "ip"
    return "unix" if fd.type == Kind.UNIX_SOCK else None


def _uid(view: SyscallView) -> str | None:
    thread = view.thread
    return None if thread is None else f"{thread.tid}{thread.lastevent_fd}"


def _num(view: SyscallView) -> int | None:
    thread = view.thread
    return None if thread is None else thread.lastevent_fd


def _minor(dev: int) -> int:
    return dev & 0xFF | (dev >> 12 & 0xFFF00)


FIELDS: dict[str, Reader] = {
    "fd.num": _about(_num),
    "fd.type": _known(lambda _, fd: word(fd.type)),
    "fd.typechar": _about(_typechar),
    "fd.name": _about(name),
    "fd.nameraw": _about(_name_raw),
    "fd.directory": _about(_directory),
    "fd.filename": _known(_filename),
    "fd.containername": _in_container(name),
    "fd.containerdirectory": _in_container(_directory),
    "fd.types": _types,
    "fd.uid": _about(_uid),
    "fd.ip": _known(_ip),
    "fd.net": _known(_ip),
    "fd.port": _known(_port),
    "fd.proto": _known(_port),
    **dict.fromkeys(("fd.cip", "fd.cnet"), _known(lambda _, fd: address(_client(fd)))),
    **dict.fromkeys(("fd.sip", "fd.snet"), _known(lambda _, fd: address(_server(fd)))),
    **dict.fromkeys(("fd.lip", "fd.lnet"), _known(lambda view, fd: address(_LOCAL(view, fd)[0]))),
    **dict.fromkeys(("fd.rip", "fd.rnet"), _known(lambda view, fd: address(_REMOTE(view, fd)[0]))),
    "fd.cip.name": _host(lambda _, fd: _client(fd)),
    "fd.sip.name": _host(lambda _, fd: _server(fd)),
    "fd.lip.name": _host(lambda view, fd: _LOCAL(view, fd)[0]),
    "fd.rip.name": _host(lambda view, fd: _REMOTE(view, fd)[0]),
    "fd.cport": _known(_clientport),
    "fd.sport": _known(_serverport),
    "fd.lport": _known(lambda view, fd: _LOCAL(view, fd)[1]),
    "fd.rport": _known(lambda view, fd: _REMOTE(view, fd)[1]),
    "fd.cproto": _known(_clientproto),
    "fd.sproto": _known(_serverproto),
    "fd.lproto": _end_proto(_LOCAL),
    "fd.rproto": _end_proto(_REMOTE),
    "fd.l4proto": _known(_l4proto),
    "fd.sockfamily": _known(_sockfamily),
    "fd.is_server": _known(_is_server),
    "fd.connected": _known(lambda _, fd: fd.is_connected),
    "fd.name_changed": _known(lambda view, _: view.state.fd_name_changed),
    "fd.dev": _known(lambda _, fd: fd.dev),
    "fd.dev.major": _known(lambda _, fd: (fd.dev & 0xFFF00) >> 8),
    "fd.dev.minor": _known(lambda _, fd: _minor(fd.dev)),
    "fd.ino": _known(lambda _, fd: fd.ino),
    "fd.is_upper_layer": _known(lambda _, fd: fd.is_overlay_upper),
    "fd.is_lower_layer": _known(lambda _, fd: fd.is_overlay_lower),
}
