"""The `fdlist.*` fields: what poll waits for (libsinsp's sinsp_filtercheck_fdlist)."""

from collections.abc import Callable

from engine.events.names import name_of
from engine.fields.catalog import FieldRef
from engine.rendering import address_text
from sources.syscall._state import Fd
from sources.syscall.fields.descriptors import CONNECTIONS, INET
from sources.syscall.fields.fd import address
from sources.syscall.views import Reader, SyscallView


def _list(member: Callable[[int, Fd | None], str | None]) -> Reader:
    """One text for each descriptor that has one, with commas between."""

    def read(view: SyscallView, _ref: FieldRef) -> str | None:
        if name_of(view.code) not in {"poll", "ppoll"} or not view.code & 1:
            return None
        thread, data = view.thread, view.kernel.param(1)
        if thread is None or data is None or len(data) < 2:
            return None
        found = []
        for at in range(2, min(len(data) - 9, 2 + 10 * int.from_bytes(data[:2], "little")), 10):
            number = int.from_bytes(data[at : at + 8], "little", signed=True)
            text = member(number, thread.fd(number))
            if text is not None:
                found.append(text)
        return ",".join(found) or None

    return read


def _name(_number: int, fd: Fd | None) -> str:
    return (fd.name or "<NA>") if fd is not None else "<NA>"


def _ip(*, client: bool) -> Callable[[int, Fd | None], str | None]:
    def member(_number: int, fd: Fd | None) -> str | None:
        if fd is None or fd.type not in (CONNECTIONS if client else INET):
            return None
        found = address(fd.sip if client else fd.dip)
        return None if found is None else address_text(found)

    return member


def _port(*, client: bool) -> Callable[[int, Fd | None], str | None]:
    def member(_number: int, fd: Fd | None) -> str | None:
        if fd is None or fd.type not in CONNECTIONS:
            return None
        return str(fd.sport if client else fd.dport)

    return member


FIELDS: dict[str, Reader] = {
    "fdlist.nums": _list(lambda number, _fd: str(number)),
    "fdlist.names": _list(_name),
    "fdlist.cips": _list(_ip(client=True)),
    "fdlist.sips": _list(_ip(client=False)),
    "fdlist.cports": _list(_port(client=True)),
    "fdlist.sports": _list(_port(client=False)),
}
