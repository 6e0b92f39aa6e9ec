"""Parameters of events as text and as values (libsinsp's sinsp_evt::get_param_as_str, filtercheck_event)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from engine.events.params import Param, parameter, parameters
from engine.events.tables import SYSCALLS
from engine.fields.catalog import FieldRef
from engine.fields.generic import EPOCH
from engine.rendering import address_text, buffer_text
from engine.values import Value, as_text
from sources.syscall.fields import numbers
from sources.syscall.fields.descriptors import letter, letters
from sources.syscall.fields.paths import concatenate
from sources.syscall.views import SyscallView

AT_FDCWD = -100
UNIX, INET, INET6 = 1, 2, 10
_NO_VALUE = "NULL"
_NULLS = {"BYTEBUF", "SOCKTUPLE", "FDLIST", "CHARBUFARRAY", "CHARBUF_PAIR_ARRAY", "DYNAMIC"}
"""Types whose empty parameters are written `NULL`, the others `<NA>`."""
_PATHS = {"FSPATH", "FSRELPATH"}
_TEXTS = {"CHARBUF", *_PATHS}
_SIGNED = {"INT8": 1, "INT16": 2, "INT32": 4, "INT64": 8, "ERRNO": 8, "FD": 8, "PID": 8, "FD32": 4, "PID32": 4}
_UNSIGNED = {
    **dict.fromkeys(("UINT8", "FLAGS8", "ENUMFLAGS8", "SIGTYPE", "L4PROTO", "SOCKFAMILY"), 1),
    **dict.fromkeys(("UINT16", "FLAGS16", "ENUMFLAGS16", "SYSCALLID", "PORT"), 2),
    **dict.fromkeys(("UINT32", "FLAGS32", "ENUMFLAGS32", "MODE", "UID", "GID", "BOOL", "SIGSET"), 4),
    **dict.fromkeys(("UINT64", "RELTIME", "ABSTIME"), 8),
}


class Text(NamedTuple):
    """A parameter as text: as it is, and what it means, where libs has a word for it (`3`, `<f>/etc/passwd`)."""

    plain: str
    meaning: str = ""

    @property
    def shown(self) -> str:
        """What evt.arg shows."""
        return self.meaning or self.plain


def raw(view: SyscallView, at: int, param: Param) -> Value | None:
    """A parameter in its own type: `evt.rawarg.NAME`."""
    data = view.kernel.param(at)
    if param.type in _TEXTS:
        return "<NA>" if data is None or data == b"(NULL)\0" else as_text(data)
    if data is None:
        return None
    if param.type in _SIGNED or param.type in _UNSIGNED:
        return number(data, param.type)
    if param.type == "IPV4ADDR" and len(data) == 4:
        return IPv4Address(data)
    if param.type == "IPV6ADDR" and len(data) == 16:
        return IPv6Address(data)
    return data


def number(data: bytes, type_: str) -> int | None:
    """The number that a parameter of a numeric type is; None if its size is another type's."""
    signed = type_ in _SIGNED
    if len(data) != (_SIGNED if signed else _UNSIGNED)[type_]:
        return None
    return int.from_bytes(data, "little", signed=signed)


def rawarg(view: SyscallView, ref: FieldRef) -> Value | None:
    """`evt.rawarg.NAME`."""
    found = of(view, ref.arg or "")
    return None if found is None else raw(view, *found)


def of(view: SyscallView, name: str) -> tuple[int, Param] | None:
    """Place and description of a parameter that the event has, be it empty: old events have fewer."""
    found = parameter(view.code, name)
    return found if found is not None and found[0] < view.kernel.nparams else None


def arg(view: SyscallView, ref: FieldRef) -> str | None:
    """`evt.arg.NAME` and `evt.arg[N]`."""
    if ref.index is not None:
        if not 0 <= ref.index < min(view.kernel.nparams, len(parameters(view.code))):
            return None
        return text(view, ref.index).shown
    found = of(view, ref.arg or "")
    return None if found is None else text(view, found[0]).shown


def every(view: SyscallView) -> str:
    """`evt.args`: `name=value(meaning) ...`; nothing for system calls without an event of their own."""
    if view.code == 1:
        return ""
    parts = []
    for at, param in enumerate(parameters(view.code)[: view.kernel.nparams]):
        plain, meaning = text(view, at)
        parts.append(f"{param.name}={plain}({meaning})" if meaning else f"{param.name}={plain}")
    return " ".join(parts)


def text(view: SyscallView, at: int) -> Text:
    """A parameter as text."""
    param = parameters(view.code)[at]
    data = view.kernel.param(at)
    if param.type in _TEXTS:
        if data is None or data == b"(NULL)\0":
            data = b"<NA>\0"
    elif data is None:
        return Text(_NO_VALUE if param.type in _NULLS else "<NA>")
    form = param.format
    if param.type == "DYNAMIC":
        chosen = data[0]
        if chosen >= len(param.alternatives):
            return Text("INVALID DYNAMIC PARAMETER")
        param = param.alternatives[chosen]
        data = data[1:]
    writer = _WRITERS.get(param.type)
    if writer is not None:
        return writer(view, at, param, data)
    value = number(data, param.type) if param.type in _SIGNED or param.type in _UNSIGNED else None
    if value is None:
        return Text("(n.a.)")
    return Text(_figure(value, len(data), form))


def _figure(value: int, size: int, form: str) -> str:
    """A number as printf writes it: at least 32 bits wide, decimals with a sign from there on."""
    bits = 64 if size == 8 else 32
    unsigned = value & ((1 << bits) - 1)
    if form == "OCT":
        return f"0{unsigned:o}" if unsigned else "0"
    if form == "HEX":
        return f"{unsigned:X}"
    signed = unsigned - (1 << bits) if unsigned >> (bits - 1) else unsigned
    return f"{signed:09d}" if form == "10_PADDED_DEC" else str(signed)


def _charbuf(_view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    return Text(as_text(data))


def _path(view: SyscallView, _at: int, param: Param, data: bytes) -> Text:
    """A path, and where it leads from the working directory or the folder that the call names."""
    path = as_text(data)
    thread = view.thread
    if thread is None:
        return Text(path, path)
    if path in {"<NA>", ""} or path.startswith("/"):
        return Text(path)
    return Text(path, concatenate(base_folder(view, param), path))


def base_folder(view: SyscallView, param: Param) -> str:
    """What a relative path of the event is relative to."""
    thread = view.thread
    if thread is None:
        return ""
    dirfd = param.dirfd
    if param.type != "FSRELPATH" or dirfd is None or dirfd >= len(parameters(view.code)):
        return thread.cwd
    if parameters(view.code)[dirfd].type != "FD":
        return thread.cwd
    number_ = view.kernel.param_int(dirfd, True)
    if number_ is None or number_ == AT_FDCWD:
        return thread.cwd
    return folder_of(view, number_)


def folder_of(view: SyscallView, fd: int) -> str:
    """The path behind a folder's descriptor, with a slash at its end; nothing if it is not known."""
    found = view.thread.fd(fd) if view.thread is not None else None
    if found is None:
        return ""
    return found.name if not found.name or found.name.endswith("/") else f"{found.name}/"


def _fd(view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    """A descriptor: `<f>/etc/passwd`, `<4t>127.0.0.1:80`; an error's name if it is one."""
    value = number(data, "FD" if len(data) == 8 else "FD32")
    if value is None:
        return Text("(n.a.)")
    thread = view.thread
    if thread is None:
        return Text(str(value))
    if value >= 0:
        found = thread.fd(value)
        return Text(str(value)) if found is None else Text(str(value), f"<{letters(found)}>{found.name}")
    if value == AT_FDCWD:
        return Text(str(value), "AT_FDCWD")
    return Text(str(value), numbers.error(_int32(value)) or "")


def _int32(value: int) -> int:
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value


def _pid(view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    """A process and its name."""
    value = number(data, "PID" if len(data) == 8 else "PID32")
    if value is None:
        return Text("(n.a.)")
    found = view.state.find(value)
    return Text(str(value), found.comm if found is not None else "")


def _errno(_view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    value = number(data, "ERRNO")
    if value is None:
        return Text("(n.a.)")
    return Text(str(value), (numbers.error(_int32(value)) or "") if value < 0 else "")


_DOTS = bytes(code if 32 <= code < 127 else 46 for code in range(256))


def _buffer(view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    if view.kit.stream.base64_buffers:
        return Text(buffer_text(data, base64=True))
    return Text(data.translate(_DOTS).decode("ascii"))


def _sockaddr(_view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    """An address: a path, or `ADDRESS:PORT`."""
    family = data[0]
    if family == UNIX:
        return Text(as_text(data[1:]) if len(data) >= 2 and data.endswith(b"\0") else "INVALID PATH")
    if family == INET:
        return Text(_end(data[1:5], data[5:7]) if len(data) >= 7 else "INVALID IPv4")
    if family == INET6:
        return Text(_end(data[1:17], data[17:19]) if len(data) >= 19 else "INVALID IPv6")
    return Text(f"family {family}")


def _socktuple(_view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    """Both ends of a connection: `A:PORT->B:PORT`, or the kernel's addresses and a path."""
    family = data[0]
    if family == UNIX:
        if len(data) < 18 or not data.endswith(b"\0"):
            return Text("INVALID PATH")
        ends = [int.from_bytes(data[at : at + 8], "little") for at in (1, 9)]
        return Text(f"{ends[0]:x}->{ends[1]:x} {as_text(data[17:])}")
    if family == INET:
        if len(data) < 13:
            return Text("INVALID IPv4")
        return Text(f"{_end(data[1:5], data[5:7])}->{_end(data[7:11], data[11:13])}")
    if family == INET6:
        if len(data) < 37:
            return Text("INVALID IPv6")
        source, destination = data[1:17], data[19:35]
        if is_mapped(source) and is_mapped(destination):
            source, destination = source[12:], destination[12:]
        return Text(f"{_end(source, data[17:19])}->{_end(destination, data[35:37])}")
    return Text(f"family {family}")


def is_mapped(address: bytes) -> bool:
    """Whether an IPv6 address stands for an IPv4 one; the unspecified one does for libs."""
    return address[:12] == bytes(10) + b"\xff\xff" or address == bytes(16)


def _end(address: bytes, port: bytes) -> str:
    """One end of a connection."""
    written = address_text(IPv4Address(address) if len(address) == 4 else IPv6Address(address))
    return f"{written}:{int.from_bytes(port, 'little')}"


def _fdlist(view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    """What poll waits for: `3:f1 4:44`, descriptor, letter of its type, events in hexadecimal."""
    thread = view.thread
    if thread is None or len(data) < 2:
        return Text("")
    parts = []
    for at in range(2, min(len(data) - 9, 2 + 10 * int.from_bytes(data[:2], "little")), 10):
        fd = int.from_bytes(data[at : at + 8], "little", signed=True)
        events = int.from_bytes(data[at + 8 : at + 10], "little", signed=True) & 0xFFFFFFFF
        found = thread.fd(fd)
        parts.append(f"{fd & ((1 << 64) - 1)}:{'?' if found is None else letter(found.type)}{events:x}")
    return Text(" ".join(parts))


def _syscallid(_view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    value = number(data, "SYSCALLID")
    if value is None or value >= len(SYSCALLS):
        return Text("<unknown syscall>")
    return Text(str(value), SYSCALLS[value])


def _sigtype(_view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    return Text(str(data[0]), numbers.SIGNALS.get(data[0], "")) if len(data) == 1 else Text("(n.a.)")


def _reltime(_view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    value = number(data, "RELTIME")
    if value is None or value == (1 << 64) - 1:
        return Text("none")
    return Text(str(value), f"{value / 1e9:g}s")


def _flags(view: SyscallView, at: int, param: Param, data: bytes) -> Text:
    """Bits, or one of several numbers, by their names."""
    value = number(data, param.type)
    if value is None:
        return Text("(n.a.)")
    table = parameters(view.code)[at].flags
    if param.type.startswith("ENUM"):
        return Text(str(value), "|".join(name for name, bits in table if bits == value))
    names = []
    left = value
    for name, bits in table:
        if (bits == 0 and value == 0) or (bits and left & bits == bits):
            left &= ~bits
            names.append(name)
            if bits == value:
                break
    return Text(str(value), "|".join(names))


def _mode(view: SyscallView, at: int, _param: Param, data: bytes) -> Text:
    """File permissions by their names."""
    value = number(data, "MODE")
    if value is None:
        return Text("(n.a.)")
    names = []
    left = value
    for name, bits in parameters(view.code)[at].flags:
        if bits == value:
            names.append(name)
            break
        if (bits == 0 and value == 0) or (bits and left & bits == bits):
            left &= ~bits
            names.append(name)
    return Text(_figure(value, 4, parameters(view.code)[at].format), "|".join(names))


def _abstime(view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    value = number(data, "ABSTIME")
    if value is None:
        return Text("(n.a.)")
    seconds, rest = divmod(value, 1_000_000_000)
    moment: datetime = (EPOCH + timedelta(seconds=seconds)).astimezone(view.kit.stream.zone)
    return Text(f"{moment:%Y-%m-%d %H:%M:%S}.{rest:09d}")


def _user(view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    return _owner(view, data, lambda id_: (view.state.user(id_) or ("",))[0])


def _group(view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    return _owner(view, data, lambda id_: view.state.group(id_) or "")


def _owner(view: SyscallView, data: bytes, name: Callable[[int], str]) -> Text:
    """A user or group with its name; those of containers are not known."""
    value = number(data, "UID")
    if value is None:
        return Text("(n.a.)")
    if value == 0xFFFFFFFF:
        return Text("-1", "<NONE>")
    thread = view.thread
    known = name(value) if thread is not None and not thread.container_id else ""
    return Text(str(_int32(value)), known or "<NA>")


def _sigset(_view: SyscallView, _at: int, _param: Param, data: bytes) -> Text:
    value = number(data, "SIGSET") or 0
    names = (numbers.SIGNALS.get(bit + 1) for bit in range(32) if value >> bit & 1)
    return Text(" ".join(name for name in names if name))


_WRITERS: dict[str, Callable[[SyscallView, int, Param, bytes], Text]] = {
    "CHARBUF": _charbuf,
    "FSPATH": _path,
    "FSRELPATH": _path,
    "FD": _fd,
    "FD32": _fd,
    "PID": _pid,
    "PID32": _pid,
    "ERRNO": _errno,
    "BYTEBUF": _buffer,
    "SOCKADDR": _sockaddr,
    "SOCKTUPLE": _socktuple,
    "FDLIST": _fdlist,
    "SYSCALLID": _syscallid,
    "SIGTYPE": _sigtype,
    "RELTIME": _reltime,
    **dict.fromkeys(("FLAGS8", "FLAGS16", "FLAGS32", "ENUMFLAGS8", "ENUMFLAGS16", "ENUMFLAGS32"), _flags),
    "MODE": _mode,
    "ABSTIME": _abstime,
    "UID": _user,
    "GID": _group,
    "SIGSET": _sigset,
}
"""How each type is written; the others are plain numbers."""
