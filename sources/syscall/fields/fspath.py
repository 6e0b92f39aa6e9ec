"""The `fs.path.*` fields: the paths of calls that work on files by name (libsinsp's sinsp_filtercheck_fspath)."""

from engine.events.names import name_of
from engine.events.params import parameter
from engine.fields.catalog import FieldRef
from engine.values import Value
from sources.syscall.fields import args, evt, fd
from sources.syscall.fields.descriptors import Kind
from sources.syscall.fields.paths import concatenate
from sources.syscall.views import Reader, SyscallView

_FD_NAME = "fd.name"
_PATH = {
    **dict.fromkeys(("mkdir", "mkdirat", "rmdir", "unlink", "chown", "lchown"), "path"),
    **dict.fromkeys(("unlinkat", "open", "openat", "openat2", "umount", "umount2"), "name"),
    **dict.fromkeys(("fchmodat", "chmod"), "filename"),
    **dict.fromkeys(("fchmod", "fchown"), _FD_NAME),
    "fchownat": "pathname",
    "quotactl": "special",
}
"""Calls with one path, and the parameter that it is."""
_SOURCE = {
    **dict.fromkeys(("rename", "renameat", "renameat2"), "oldpath"),
    **dict.fromkeys(("link", "linkat"), "newpath"),
    **dict.fromkeys(("symlink", "symlinkat"), "linkpath"),
    "mount": "dev",
}
_TARGET = {
    **dict.fromkeys(("rename", "renameat", "renameat2"), "newpath"),
    **dict.fromkeys(("link", "linkat"), "oldpath"),
    **dict.fromkeys(("symlink", "symlinkat"), "target"),
    "mount": "dir",
}
_BY_FD = frozenset({"open", "openat", "openat2"})
"""Those whose success is a descriptor."""
_IN_FOLDER = frozenset({"newfstatat", "fchownat", "fchmodat", "mkdirat", "unlinkat", "mknodat"})
"""The event's descriptor is the folder."""


def _succeeded(view: SyscallView, call: str) -> bool:
    """Whether the call did what it was asked to; `open` counts every descriptor but -1."""
    found = parameter(view.code, "fd" if call in _BY_FD else "res")
    value = view.kernel.param_int(found[0], True) if found is not None else None
    return value is not None and (value != -1 if call in _BY_FD else value == 0)


def _path(which: str, table: dict[str, str], *, raw: bool) -> Reader:
    def read(view: SyscallView, _ref: FieldRef) -> Value | None:
        call = name_of(view.code)
        wanted = table.get(call)
        if wanted is None or not evt.is_exit(view) or not _succeeded(view, call):
            return None
        path = _named(view, wanted)
        if path is None or raw:
            return path
        thread = view.thread
        if thread is None:
            return None
        if path.startswith("/"):
            return concatenate("", path)
        base, path = _base(view, call, which, path)
        return concatenate(base, path)

    return read


def _named(view: SyscallView, wanted: str) -> str | None:
    """The path as the call has it."""
    if wanted == _FD_NAME:
        return fd.name(view) if fd.is_about_fd(view) else None
    found = parameter(view.code, wanted)
    return None if found is None else args.text(view, found[0]).plain


def _base(view: SyscallView, call: str, which: str, path: str) -> tuple[str, str]:
    """What a relative path is relative to, and the path."""
    thread = view.thread
    if call in {"openat", "openat2"}:
        opened = view.event_fd
        return "", "<UNKNOWN>" if opened is None else opened.name
    if call in _IN_FOLDER or (call == "symlinkat" and which == "source"):
        return _event_folder(view), path
    if call == "symlinkat":
        return "<UNKNOWN>", path
    if call == "renameat2":
        dirfd = view.kernel.param_int(3 if which == "target" else 1, True)
        return fd.folder(view, path, dirfd if dirfd is not None else -1), path
    return (thread.cwd if thread is not None else ""), path


def _event_folder(view: SyscallView) -> str:
    """The folder that the event's descriptor is, with a slash at its end."""
    found = view.event_fd
    if found is None or found.type != Kind.DIRECTORY:
        return "<UNKNOWN>"
    return found.name if not found.name or found.name.endswith("/") else f"{found.name}/"


FIELDS: dict[str, Reader] = {
    "fs.path.name": _path("path", _PATH, raw=False),
    "fs.path.nameraw": _path("path", _PATH, raw=True),
    "fs.path.source": _path("source", _SOURCE, raw=False),
    "fs.path.sourceraw": _path("source", _SOURCE, raw=True),
    "fs.path.target": _path("target", _TARGET, raw=False),
    "fs.path.targetraw": _path("target", _TARGET, raw=True),
}
