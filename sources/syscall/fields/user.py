"""Fields of users and groups (libsinsp's sinsp_filtercheck_user and _group).

Those of containers are unknown in a replay, so that only root has a name there.
"""

from engine.event import ASYNC_EVENT
from engine.fields.catalog import FieldRef
from engine.values import Value
from sources.syscall.views import Reader, SyscallView

CONTAINER_JSON_2 = 324
UNSET = 0xFFFFFFFF
UNKNOWN = "<NA>"
NAME, HOME, SHELL = range(3)
_ROOT = {NAME: "root", HOME: "/root"}


def _of(view: SyscallView, container_id: str, uid: int, part: int) -> str:
    user = None if container_id else view.state.user(uid)
    if user is not None:
        return user[:3][part]
    return _ROOT.get(part, UNKNOWN) if uid == 0 else UNKNOWN


def _part(part: int) -> Reader:
    def read(view: SyscallView, _: FieldRef) -> Value | None:
        thread = view.thread
        return None if thread is None else _of(view, thread.container_id, thread.uid, part)

    return read


def _name(view: SyscallView, _: FieldRef) -> Value | None:
    """Events about containers show the container's user where it has one."""
    thread = view.thread
    if thread is None:
        return None
    if view.code == CONTAINER_JSON_2 or (view.code == ASYNC_EVENT and view.async_name == "container"):
        container = view.state.containers.get(thread.container_id)
        if container is not None and container.user:
            return container.user
    return _of(view, thread.container_id, thread.uid, NAME)


def _uid(view: SyscallView, _: FieldRef) -> Value | None:
    return None if view.thread is None else view.thread.uid


def _loginuid(view: SyscallView, _: FieldRef) -> Value | None:
    if view.thread is None:
        return None
    return -1 if view.thread.loginuid == UNSET else view.thread.loginuid


def _loginname(view: SyscallView, _: FieldRef) -> Value | None:
    thread = view.thread
    return None if thread is None else _of(view, thread.container_id, thread.loginuid, NAME)


def _gid(view: SyscallView, _: FieldRef) -> Value | None:
    return None if view.thread is None else view.thread.gid


def _group_name(view: SyscallView, _: FieldRef) -> Value | None:
    thread = view.thread
    if thread is None:
        return None
    name = None if thread.container_id else view.state.group(thread.gid)
    if name is not None:
        return name
    return "root" if thread.gid == 0 else UNKNOWN


FIELDS: dict[str, Reader] = {
    "user.uid": _uid,
    "user.name": _name,
    "user.homedir": _part(HOME),
    "user.shell": _part(SHELL),
    "user.loginuid": _loginuid,
    "user.loginname": _loginname,
    "group.gid": _gid,
    "group.name": _group_name,
}
"""Every field of the two classes, by name."""
