"""Fields of a process's ancestors: its parent, those above it, and the leaders of its session and groups."""

from collections.abc import Callable

from engine.fields.catalog import FieldRef
from engine.values import Candidates, Scalar, Value
from sources.syscall._state import Thread
from sources.syscall.fields.threads import Get, args, cmdline, comm, env, env_value, exe, exepath, own, shown_id
from sources.syscall.views import Reader, SyscallView

_FARTHEST = 20
"""How many ancestors `proc.aenv[NAME]` asks."""


def _of_parent(get: Get) -> Reader:
    def read(view: SyscallView, _: FieldRef) -> Value | None:
        thread = view.thread
        parent = None if thread is None else thread.parent()
        return None if parent is None else get(parent)

    return read


def _of_ptid(get: Get) -> Reader:
    """What the thread with the parent's id says, be it the main one or not."""

    def read(view: SyscallView, _: FieldRef) -> Value | None:
        thread = view.thread
        parent = None if thread is None else view.state.find(thread.ptid)
        return None if parent is None else get(parent)

    return read


def _of_ancestor(get: Callable[[Thread], Scalar | None]) -> Reader:
    """With a number, one ancestor's; without, any one's in a condition and all of them in an output."""

    def read(view: SyscallView, ref: FieldRef) -> Value | Candidates | None:
        thread = view.thread
        if thread is None:
            return None
        if ref.index is not None:
            ancestor = thread.ancestor(ref.index)
            return None if ancestor is None else get(ancestor)
        found = _lineage(thread, get)
        shown = " ".join(str(value) for value in found)
        return Candidates(found, shown or None) if found else None

    return read


def _lineage(thread: Thread, get: Callable[[Thread], Scalar | None]) -> tuple[Scalar, ...]:
    main = thread.main()
    values = () if main is None else (get(ancestor) for ancestor in main.lineage())
    return tuple(value for value in values if value is not None)


def _apid(view: SyscallView, ref: FieldRef) -> Value | Candidates | None:
    thread = view.thread
    if thread is None:
        return None
    ancestor = thread.ancestor(ref.index or 0)
    shown = None if ancestor is None else shown_id(ancestor.pid)
    if ref.index is not None:
        return shown
    found = _lineage(thread, lambda one: one.pid)
    return Candidates(found, shown) if found or shown is not None else None


def _aargs(view: SyscallView, ref: FieldRef) -> Value | None:
    thread = view.thread
    if thread is None:
        return None
    if ref.index is not None:
        ancestor = thread.ancestor(ref.index)
        return None if ancestor is None else args(ancestor)
    main = thread.main()
    shown = ""
    for ancestor in () if main is None else main.lineage():
        shown += (" " if shown else "") + args(ancestor)
    return shown or None


def _aenv(view: SyscallView, ref: FieldRef) -> Value | Candidates | None:
    thread = view.thread
    if thread is None:
        return None
    if ref.arg and ref.index is None:
        return _aenv_value(view, thread, ref.arg)
    main = thread.main()
    shown: str | None = env(thread)
    if ref.index:
        ancestor = main
        for _ in range(ref.index):
            ancestor = None if ancestor is None else view.state.find(ancestor.ptid)
        shown = "" if main is None else None if ancestor is None else env(ancestor)
    return Candidates(_lineage(thread, env), shown)


def _aenv_value(view: SyscallView, thread: Thread, name: str) -> str:
    """The first ancestor's that has one."""
    ancestor = thread.main()
    for _ in range(_FARTHEST):
        ancestor = None if ancestor is None else view.state.find(ancestor.ptid)
        if ancestor is None:
            return ""
        if value := env_value(ancestor, name):
            return value
    return ""


def _loginshellid(thread: Thread) -> int | None:
    main = thread.main()
    found = None
    for one in () if main is None else (main, *main.lineage()):
        if one.comm.endswith("sh"):
            found = one.pid
    return found


def _leader(of: Callable[[Thread], int], get: Callable[[Thread], str], *, virtual: bool) -> Reader:
    """The leader of a session or process group: by its id, or in a pid namespace the farthest ancestor of the same."""

    def read(view: SyscallView, _: FieldRef) -> Value | None:
        thread = view.thread
        if thread is None:
            return None
        number = of(thread)
        if number == -1:
            return ""
        leader = None if virtual and thread.in_pid_namespace else view.state.find(number)
        if leader is None:
            for ancestor in thread.lineage():
                if of(ancestor) != number:
                    break
                leader = ancestor
        return "" if leader is None else get(leader)

    return read


FIELDS: dict[str, Reader] = {
    "proc.pname": _of_parent(comm),
    "proc.pexe": _of_parent(exe),
    "proc.pexepath": _of_parent(exepath),
    "proc.pcmdline": _of_parent(cmdline),
    "proc.ppid": _of_parent(lambda t: shown_id(t.pid)),
    "proc.pvpid": _of_ptid(lambda t: t.vpid),
    "proc.ppid.ts": _of_ptid(lambda t: t.clone_ts),
    "proc.aname": _of_ancestor(comm),
    "proc.aexe": _of_ancestor(exe),
    "proc.aexepath": _of_ancestor(exepath),
    "proc.acmdline": _of_ancestor(cmdline),
    "proc.apid": _apid,
    "proc.aargs": _aargs,
    "proc.aenv": _aenv,
    "proc.loginshellid": own(_loginshellid),
    "proc.sname": _leader(lambda t: t.sid, comm, virtual=True),
    "proc.sid.exe": _leader(lambda t: t.sid, exe, virtual=True),
    "proc.sid.exepath": _leader(lambda t: t.sid, exepath, virtual=True),
    "proc.vpgid.name": _leader(lambda t: t.vpgid, comm, virtual=True),
    "proc.vpgid.exe": _leader(lambda t: t.vpgid, exe, virtual=True),
    "proc.vpgid.exepath": _leader(lambda t: t.vpgid, exepath, virtual=True),
    "proc.pgid.name": _leader(lambda t: t.pgid, comm, virtual=False),
    "proc.pgid.exe": _leader(lambda t: t.pgid, exe, virtual=False),
    "proc.pgid.exepath": _leader(lambda t: t.pgid, exepath, virtual=False),
}
"""Every field about ancestors, by name."""
