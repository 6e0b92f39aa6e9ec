"""The `evt.*` fields that only system-call events have (libsinsp's sinsp_filtercheck_event)."""

from collections.abc import Callable, Container

from engine.alert import clock_time
from engine.events.kinds import SUBJECT, Category, EventFlag
from engine.events.names import codes_of, name_of
from engine.events.params import parameter
from engine.events.tables import EVENTS
from engine.fields.catalog import FieldRef
from engine.values import Value
from sources.syscall.fields import args, numbers
from sources.syscall.fields.descriptors import FILES, INET, Kind
from sources.syscall.fields.paths import concatenate
from sources.syscall.views import Reader, SyscallView

GENERIC_X = 1
OPEN_X, CREAT_X, OPENAT_2_X, OPENAT2_X, OPEN_BY_HANDLE_AT_X = 3, 59, 307, 327, 337
PROCINFO_E = 234
INFRASTRUCTURE_E = 286
_OPENS = frozenset({OPEN_X, CREAT_X, OPENAT_2_X, OPENAT2_X, OPEN_BY_HANDLE_AT_X})
_CONNECTS = frozenset({23, 247, 389})
"""connect, accept, accept4."""
_IO = Category.IO_READ & Category.IO_WRITE & Category.IO_OTHER
_O_RDONLY, _O_WRONLY, _O_CREAT, _O_TMPFILE, _O_F_CREATED = 1, 2, 1 << 2, 1 << 13, 1 << 14
_EXECUTABLE = 1 << 6 | 1 << 3 | 1
_SUBJECTS = {
    Category.OTHER: "other",
    Category.FILE: "file",
    Category.NET: "net",
    Category.IPC: "IPC",
    Category.MEMORY: "memory",
    Category.PROCESS: "process",
    Category.SLEEP: "sleep",
    Category.SYSTEM: "system",
    Category.SIGNAL: "signal",
    Category.USER: "user",
    Category.TIME: "time",
    Category.PROCESSING: "processing",
    Category.WAIT: "wait",
    Category.SCHEDULER: "scheduler",
    Category.INTERNAL: "internal",
}
_IPC = frozenset({Kind.FIFO, Kind.UNIX_SOCK, Kind.EVENT, Kind.SIGNALFD, Kind.INOTIFY, Kind.USERFAULTFD})


def subject(view: SyscallView) -> int:
    """Libs' category of the event, without the bits that say where it comes from."""
    return EVENTS[view.code][1] & SUBJECT


def flags(view: SyscallView) -> int:
    """Libs' flags of the event."""
    return EVENTS[view.code][2]


def is_exit(view: SyscallView) -> bool:
    """Whether the event is the end of a system call."""
    return bool(view.code & 1)


def has_result(view: SyscallView) -> bool:
    """Whether the event has a return value: every exit of a system call but generic ones."""
    return (
        view.code != GENERIC_X
        and is_exit(view)
        and bool(EVENTS[view.code][1] & Category.SYSCALL)
        and view.kernel.nparams > 0
    )


def result(view: SyscallView) -> int | None:
    """The return value; None if there is none."""
    if not has_result(view):
        return None
    data = view.kernel.param(0)
    return int.from_bytes(data, "little", signed=True) if data is not None and len(data) in {4, 8} else 0


def _name(view: SyscallView) -> str:
    """evt.type: the name of the system call or event; of an asynchronous one, the name it was sent under."""
    if view.code == GENERIC_X:
        return _generic(view)
    return (view.async_name or "") if view.async_name is not None else name_of(view.code)


def _generic(view: SyscallView) -> str:
    return numbers.syscall(view.kernel.param_int(0) or 0, view.kernel.param_int(1)) or ""


def _syscall_type(view: SyscallView) -> str | None:
    if not EVENTS[view.code][1] & Category.SYSCALL:
        return None
    return _generic(view) if view.code == GENERIC_X else name_of(view.code)


def _type_is(view: SyscallView, ref: FieldRef) -> int:
    """Whether the event is of the oldest type of that name, the only one that libs looks for."""
    first = min(codes_of(ref.arg or ""), default=-2)
    return int(view.code in {first, first + 1})


def _category(view: SyscallView) -> str:
    """What the event is about; reads and writes are about what is behind their descriptor."""
    about = subject(view)
    if about & _IO and about < Category.WAIT:
        fd = view.event_fd
        if fd is None:
            return "unknown"
        if fd.type in FILES or fd.type == Kind.DIRECTORY:
            return "file"
        if fd.type in INET:
            return "net"
        return "ipc" if fd.type in _IPC else "unknown"
    return _SUBJECTS.get(Category(about), "unknown")


def _buffer(view: SyscallView) -> Value | None:
    """What was read or written; an empty buffer is one, unlike other empty parameters."""
    found = args.of(view, "data")
    return None if found is None else args.raw(view, *found) or b""


def _buflen(view: SyscallView) -> int | None:
    """Bytes that a read or write moved."""
    if view.event_fd is None or not subject(view) & _IO or not is_exit(view):
        return None
    moved = result(view)
    return moved if moved is not None and moved >= 0 else None


def _buflen_of(category: int | None, kinds: Container[int] | None) -> Reader:
    """Bytes that one kind of event moved, of one kind of descriptor; None: any kind."""

    def read(view: SyscallView, _ref: FieldRef) -> int | None:
        fd = view.event_fd
        if fd is None or (kinds is not None and fd.type not in kinds):
            return None
        return _buflen(view) if category in {None, subject(view)} else None

    return read


def _about_process(view: SyscallView, ref: FieldRef) -> int:
    """Whether the event is one of libs' about processes: of any thread, or of a main thread only."""
    if view.code != PROCINFO_E:
        return 0
    thread = view.thread
    return int(ref.field.name == "evt.count.threadinfo" or (thread is not None and thread.is_main))


def _infra(key: str, *, cut: int | None = None) -> Reader:
    """A part of the description of an old infrastructure event: `Event:start; ID:…; name:…; Image:…`."""

    def read(view: SyscallView, _ref: FieldRef) -> str | None:
        if view.code != INFRASTRUCTURE_E:
            return None
        for part in args.text(view, 2).plain.split(";"):
            word = part.strip()
            if word.startswith(key):
                value = word.split(":")[1] if ":" in word else ""
                if key == "Image":
                    value = (
                        value.partition("@")[0]
                        if "@" in value
                        else word.partition(":")[2]
                        if "sha256" in value
                        else value
                    )
                return value.strip()[:cut]
        return None

    return read


def _res(view: SyscallView) -> str | None:
    value = result(view)
    if value is None:
        return None
    return "SUCCESS" if value >= 0 else args.text(view, 0).shown


def failed(view: SyscallView) -> bool | None:
    """Whether the call returned an error; None if it returns nothing."""
    value = result(view)
    return None if value is None else value < 0


def _error_count(view: SyscallView) -> int | None:
    value = failed(view)
    return None if value is None else int(value)


def _file_error(view: SyscallView) -> int | None:
    fd = view.event_fd
    about_files = view.code in _OPENS if fd is None else fd.type in FILES or fd.type == Kind.DIRECTORY
    return _error_count(view) if about_files else None


def _net_error(view: SyscallView) -> int | None:
    fd = view.event_fd
    about_net = view.code in _CONNECTS if fd is None else fd.type in INET or fd.type == Kind.UNIX_SOCK
    return _error_count(view) if about_net else None


def _memory_error(view: SyscallView) -> int | None:
    return _error_count(view) if subject(view) == Category.MEMORY else None


def _other_error(view: SyscallView) -> int | None:
    fd = view.event_fd
    if fd is None:
        other = view.code not in _OPENS | _CONNECTS and subject(view) != Category.MEMORY
    else:
        other = not (fd.type in FILES or fd.type == Kind.DIRECTORY or fd.type in INET or fd.type == Kind.UNIX_SOCK)
    return _error_count(view) if other else None


def _io_dir(view: SyscallView) -> str | None:
    if flags(view) & EventFlag.WRITES_TO_FD:
        return "write"
    return "read" if flags(view) & EventFlag.READS_FROM_FD else None


def _is_syslog(view: SyscallView) -> bool:
    fd = view.event_fd
    return bool(flags(view) & EventFlag.WRITES_TO_FD) and fd is not None and "/dev/log" in fd.name


_RENAME = (("olddirfd", "oldpath"), ("olddirfd", "oldpath"), ("newdirfd", "newpath"))
_PATHS: dict[str, tuple[tuple[str, str], ...]] = {
    "renameat": _RENAME,
    "renameat2": _RENAME,
    "linkat": (("olddir", "oldpath"), ("olddir", "oldpath"), ("newdir", "newpath")),
    "symlinkat": (("linkdirfd", "linkpath"),) * 3,
    **dict.fromkeys(("openat", "openat2", "unlinkat"), (("dirfd", "name"),) * 3),
    "mkdirat": (("dirfd", "path"),) * 3,
    "fchmodat": (("dirfd", "filename"),) * 3,
    "fchownat": (("dirfd", "pathname"),) * 3,
}
_WAYS = (None, "src", "dst")
"""Which parameters of an *at call are its folder and its path, for evt.abspath, evt.abspath.src and evt.abspath.dst."""


def _abspath(view: SyscallView, ref: FieldRef) -> str | None:
    """The path of an *at call from the root, whatever it is relative to.

    As in Falco, the event is about the folder's descriptor from then on: `fd.*` fields read later are the folder's.
    """
    thread = view.thread
    if thread is None:
        return None
    if view.code == OPEN_BY_HANDLE_AT_X:
        opened = result(view) or 0
        path = args.text(view, 3).plain
        return concatenate("", path) if opened > 0 else None
    ways = _PATHS.get(name_of(view.code))
    named = ways[_WAYS.index(ref.arg)] if ways and ref.arg in _WAYS else None
    folder, path_ = (parameter(view.code, name) for name in named) if named else (None, None)
    if folder is None or path_ is None:
        return None
    dirfd, data = view.kernel.param_int(folder[0], True), view.kernel.param(path_[0])
    if dirfd is None or data is None:
        return None
    path = args.text(view, path_[0]).plain
    if path.startswith("/"):
        return concatenate(".", path)
    if dirfd == args.AT_FDCWD:
        return concatenate(thread.cwd, path)
    found = thread.fd(dirfd)
    view.move_to_fd(dirfd)
    return concatenate("<UNKNOWN>/" if found is None else f"{found.name}/", path)


def _opened(view: SyscallView) -> tuple[int, int] | None:
    """Flags and mode of an event that opens a file by flags."""
    if view.code not in _OPENS or view.code == CREAT_X:
        return None
    first = 3 if view.code in {OPENAT_2_X, OPENAT2_X} else 2
    mode = 0 if view.code == OPEN_BY_HANDLE_AT_X else view.kernel.param_int(first + 1) or 0
    return view.kernel.param_int(first) or 0, mode


def _is_open(bits: int) -> Reader:
    def read(view: SyscallView, _ref: FieldRef) -> bool:
        opened = _opened(view)
        return opened is not None and bool(opened[0] & bits)

    return read


def _is_open_exec(view: SyscallView) -> bool:
    """Whether the call may make a file that can be executed."""
    if view.code == CREAT_X:
        return bool((view.kernel.param_int(2) or 0) & _EXECUTABLE)
    opened = _opened(view)
    return opened is not None and bool(opened[0] & (_O_TMPFILE | _O_CREAT)) and bool(opened[1] & _EXECUTABLE)


def _is_open_create(view: SyscallView) -> bool:
    opened = _opened(view)
    if opened is None:
        return False
    return bool(opened[0] & _O_F_CREATED) or (bool(opened[0] & _O_TMPFILE) and (result(view) or 0) >= 0)


def _delta(unit: Callable[[int], int]) -> Reader:
    """Time since the event on which the field was read before; every use of it counts for itself."""
    last: dict[int, tuple[int, int, int]] = {}

    def read(view: SyscallView, ref: FieldRef) -> int:
        num, before, delta = last.get(id(ref), (0, 0, 0))
        if num != view.num:
            delta = view.ts_ns - before if before else 0
            last[id(ref)] = (view.num, view.ts_ns, delta)
        return unit(delta)

    return read


def _simple(read: Callable[[SyscallView], Value | None]) -> Reader:
    return lambda view, _ref: read(view)


def _flag(bits: int) -> Reader:
    codes = frozenset(code for code, event in enumerate(EVENTS) if event[2] & bits)
    return lambda view, _ref: view.code in codes


FIELDS: dict[str, Reader] = {
    # `-t` of libs' own programs chooses its form; in Falco nothing does.
    "evt.outputtime": _simple(lambda view: clock_time(view.ts_ns, view.kit.stream.zone)),
    **dict.fromkeys(("evt.latency", "evt.latency.s", "evt.latency.ns", "evt.wait_latency"), lambda _view, _ref: 0),
    "evt.latency.human": lambda _view, _ref: "0ns",
    "evt.deltatime": _delta(lambda delta: delta),
    "evt.deltatime.s": _delta(lambda delta: delta // 1_000_000_000),
    "evt.deltatime.ns": _delta(lambda delta: delta % 1_000_000_000),
    "evt.dir": _simple(lambda view: "<" if is_exit(view) else ">"),
    "evt.type": _simple(_name),
    "evt.type.is": _type_is,
    "syscall.type": _simple(_syscall_type),
    "evt.category": _simple(_category),
    "evt.cpu": _simple(lambda view: view.kernel.cpu - (view.kernel.cpu >> 15 << 16)),
    "evt.args": _simple(args.every),
    "evt.info": _simple(args.every),
    "evt.arg": args.arg,
    "evt.rawarg": args.rawarg,
    "evt.buffer": _simple(_buffer),
    "evt.buflen": _simple(_buflen),
    "evt.buflen.in": _buflen_of(Category.IO_READ, None),
    "evt.buflen.out": _buflen_of(Category.IO_WRITE, None),
    "evt.buflen.file": _buflen_of(None, FILES),
    "evt.buflen.file.in": _buflen_of(Category.IO_READ, FILES),
    "evt.buflen.file.out": _buflen_of(Category.IO_WRITE, FILES),
    "evt.buflen.net": _buflen_of(None, INET),
    "evt.buflen.net.in": _buflen_of(Category.IO_READ, INET),
    "evt.buflen.net.out": _buflen_of(Category.IO_WRITE, INET),
    "evt.count.procinfo": _about_process,
    "evt.count.threadinfo": _about_process,
    "evt.infra.docker.name": _infra("Event"),
    "evt.infra.docker.container.id": _infra("ID", cut=12),
    "evt.infra.docker.container.name": _infra("name"),
    "evt.infra.docker.container.image": _infra("Image"),
    "evt.latency.quantized": lambda _view, _ref: 0,
    "evt.res": _simple(_res),
    "evt.rawres": _simple(result),
    "evt.failed": _simple(failed),
    "evt.is_io": _flag(EventFlag.READS_FROM_FD | EventFlag.WRITES_TO_FD),
    "evt.is_io_read": _flag(EventFlag.READS_FROM_FD),
    "evt.is_io_write": _flag(EventFlag.WRITES_TO_FD),
    "evt.io_dir": _simple(_io_dir),
    "evt.is_wait": _flag(EventFlag.WAITS),
    "evt.is_syslog": _simple(_is_syslog),
    "evt.count": lambda _view, _ref: 1,
    "evt.count.error": _simple(_error_count),
    "evt.count.error.file": _simple(_file_error),
    "evt.count.error.net": _simple(_net_error),
    "evt.count.error.memory": _simple(_memory_error),
    "evt.count.error.other": _simple(_other_error),
    "evt.count.exit": _simple(lambda view: 1 if is_exit(view) else None),
    "evt.abspath": _abspath,
    "evt.is_open_read": _is_open(_O_RDONLY),
    "evt.is_open_write": _is_open(_O_WRONLY),
    "evt.is_open_exec": _simple(_is_open_exec),
    "evt.is_open_create": _simple(_is_open_create),
}
