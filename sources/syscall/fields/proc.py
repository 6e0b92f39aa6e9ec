"""Fields of processes and threads (libsinsp's sinsp_filtercheck_thread)."""

from engine.fields.catalog import FieldRef
from engine.values import Value, as_bytes
from sources.syscall._state import Thread
from sources.syscall.fields import ancestors
from sources.syscall.fields.descriptors import word
from sources.syscall.fields.threads import (
    args,
    capabilities,
    cmdline,
    comm,
    env,
    env_value,
    exe,
    exepath,
    own,
    shown_id,
)
from sources.syscall.views import Reader, SyscallView

PROCINFO_E = 234
_U64 = (1 << 64) - 1


# ---- of the thread itself


def _tid(view: SyscallView, _: FieldRef) -> Value | None:
    return shown_id(view.kernel.tid)


def _unless(hidden: int, number: int) -> int | None:
    return None if number == hidden else number


def _args(view: SyscallView, ref: FieldRef) -> Value | None:
    thread = view.thread
    if thread is None:
        return None
    if ref.index is None:
        return args(thread)
    words = thread.args
    return words[ref.index] if ref.index < len(words) else ""


def _env(view: SyscallView, ref: FieldRef) -> Value | None:
    thread = view.thread
    if thread is None:
        return None
    return env_value(thread, ref.arg) if ref.arg else env(thread)


def _fd_usage(thread: Thread) -> float:
    limit, count = thread.fd_limit, thread.fd_count
    if limit <= 0:
        return 0.0
    return count * 100 / limit if count <= limit else 100.0


def _cgroups(thread: Thread) -> str | None:
    return " ".join(f"{name}={path}" for name, path in thread.cgroups) or None


def _cgroup(view: SyscallView, ref: FieldRef) -> Value | None:
    thread = view.thread
    if thread is None:
        return None
    return next((path for name, path in thread.cgroups if name == ref.arg), None)


def _nametid(view: SyscallView, _: FieldRef) -> Value | None:
    thread = view.thread
    return None if thread is None else f"{thread.comm}{view.kernel.tid}"


def _stream_type(number: int) -> Reader:
    return own(lambda thread: None if (fd := thread.fd(number)) is None else word(fd.type))


def _stream_name(number: int) -> Reader:
    return own(lambda thread: None if (fd := thread.fd(number)) is None else fd.name)


# ---- time


def _since(ts: int, start: int) -> int:
    return ts - start & _U64


def _duration(view: SyscallView, _: FieldRef) -> Value | None:
    thread = view.thread
    return None if thread is None or not thread.clone_ts else _since(view.ts_ns, thread.clone_ts)


def _ppid_duration(view: SyscallView, _: FieldRef) -> Value | None:
    """Where the parent's start is unknown, Falco goes on into the next case: the number of open descriptors."""
    thread = view.thread
    parent = None if thread is None else thread.parent()
    if thread is None or parent is None:
        return None
    return _since(view.ts_ns, parent.clone_ts) if parent.clone_ts else thread.fd_count


def _exectime(view: SyscallView, _: FieldRef) -> Value | None:
    return view.state.exectime


def _cpu(which: int, *parts: int) -> Reader:
    """CPU since the last sample. Asked twice of one event the second answer is 0: JSON, which comes after the text."""

    def read(view: SyscallView, _: FieldRef) -> Value | None:
        thread = view.thread
        if thread is None or view.code != PROCINFO_E:
            return None
        now = sum(view.kernel.param_int(part) or 0 for part in parts) & _U64
        before = thread.swap_cpu(which, now)
        return min(float(_since(now, before)), 100.0) if before else 0.0

    return read


def _vmsize(thread: Thread) -> int:
    return thread.vmsize_kb if thread.is_main else 0


def _vmrss(thread: Thread) -> int:
    return thread.vmrss_kb if thread.is_main else 0


_NAMES: dict[str, Reader] = {
    "proc.name": own(comm),
    "proc.exe": own(exe),
    "proc.exepath": own(exepath),
    "proc.args": _args,
    "proc.cmdline": own(cmdline),
    "proc.cmdnargs": own(lambda t: len(t.args)),
    "proc.cmdlenargs": own(lambda t: sum(len(as_bytes(word)) for word in t.args)),
    "proc.exeline": own(lambda t: f"{t.exe} {args(t)}"),
    "proc.env": _env,
    "proc.cwd": own(lambda t: t.cwd),
    "proc.stdin.type": _stream_type(0),
    "proc.stdout.type": _stream_type(1),
    "proc.stderr.type": _stream_type(2),
    "proc.stdin.name": _stream_name(0),
    "proc.stdout.name": _stream_name(1),
    "proc.stderr.name": _stream_name(2),
    "thread.cgroups": own(_cgroups),
    "thread.cgroup": _cgroup,
    "thread.nametid": _nametid,
    "thread.cap_permitted": own(lambda t: capabilities(t.cap_permitted)),
    "thread.cap_inheritable": own(lambda t: capabilities(t.cap_inheritable)),
    "thread.cap_effective": own(lambda t: capabilities(t.cap_effective)),
}
_NUMBERS: dict[str, Reader] = {
    "thread.tid": _tid,
    "thread.vtid": own(lambda t: _unless(-1, t.vtid)),
    "thread.ismain": own(lambda t: t.is_main),
    "proc.pid": own(lambda t: shown_id(t.pid)),
    "proc.vpid": own(lambda t: _unless(-1, t.vpid)),
    "proc.sid": own(lambda t: t.sid),
    "proc.vpgid": own(lambda t: t.vpgid),
    "proc.pgid": own(lambda t: t.pgid),
    "proc.tty": own(lambda t: t.tty),
    "proc.is_sid_leader": own(lambda t: t.sid == t.vpid),
    "proc.is_vpgid_leader": own(lambda t: t.vpgid == t.vpid),
    "proc.is_pgid_leader": own(lambda t: t.pgid == t.pid),
    "proc.is_exe_writable": own(lambda t: t.exe_writable),
    "proc.is_exe_upper_layer": own(lambda t: t.exe_upper_layer),
    "proc.is_exe_lower_layer": own(lambda t: t.exe_lower_layer),
    "proc.is_exe_from_memfd": own(lambda t: t.exe_from_memfd),
    "proc.exe_ino": own(lambda t: _unless(0, t.exe_ino)),
    "proc.exe_ino.ctime": own(lambda t: _unless(0, t.exe_ino_ctime)),
    "proc.exe_ino.mtime": own(lambda t: _unless(0, t.exe_ino_mtime)),
    "proc.exe_ino.ctime_duration_proc_start": own(lambda t: _unless(0, t.exe_ino_ctime_duration_clone_ts)),
    "proc.exe_ino.ctime_duration_pidns_start": own(lambda t: _unless(0, t.exe_ino_ctime_duration_pidns_start)),
    "proc.pidns_init_start_ts": own(lambda t: _unless(0, t.pidns_init_start_ts)),
    "proc.pid.ts": own(lambda t: _unless(0, t.clone_ts)),
    "proc.duration": _duration,
    "proc.ppid.duration": _ppid_duration,
    "proc.fdopencount": own(lambda t: t.fd_count),
    "proc.fdlimit": own(lambda t: t.fd_limit),
    "proc.fdusage": own(_fd_usage),
    "proc.vmsize": own(lambda t: t.vmsize_kb),
    "proc.vmrss": own(lambda t: t.vmrss_kb),
    "proc.vmswap": own(lambda t: t.vmswap_kb),
    "proc.nthreads": own(lambda t: t.group_size),
    "proc.nchilds": own(lambda t: t.group_size_without_main),
    "thread.vmsize": own(_vmsize),
    "thread.vmrss": own(_vmrss),
    "thread.vmsize.b": own(lambda t: _vmsize(t) * 1024),
    "thread.vmrss.b": own(lambda t: _vmrss(t) * 1024),
    "thread.pfmajor": own(lambda t: t.pfmajor),
    "thread.pfminor": own(lambda t: t.pfminor),
    "thread.exectime": _exectime,
    "thread.totexectime": own(lambda t: t.exectime),
    "thread.cpu": _cpu(0, 0, 1),
    "thread.cpu.user": _cpu(1, 0),
    "thread.cpu.system": _cpu(2, 1),
}
FIELDS: dict[str, Reader] = _NAMES | _NUMBERS | ancestors.FIELDS
"""Every field of the class, by name."""
