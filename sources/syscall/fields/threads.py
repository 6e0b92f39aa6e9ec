"""What a thread says about itself, as texts and numbers that several fields share."""

from collections.abc import Callable

from engine.fields.catalog import FieldRef
from engine.values import Value
from sources.syscall._state import Thread
from sources.syscall.views import Reader, SyscallView

CAPABILITIES = (
    *("CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP"),
    *("LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER"),
    *("SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE"),
    *("SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP"),
    *("MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF"),
    "CHECKPOINT_RESTORE",
)
"""By bit, without `CAP_`."""
Get = Callable[[Thread], Value | None]
"""Reads something of one thread."""


def own(get: Get) -> Reader:
    """Reads it of the event's thread."""

    def read(view: SyscallView, _: FieldRef) -> Value | None:
        thread = view.thread
        return None if thread is None else get(thread)

    return read


def shown_id(number: int) -> int | None:
    """Ids that no Linux process can have are not shown."""
    return number if -1 <= number < 1 << 32 else None


def comm(thread: Thread) -> str:
    """proc.name."""
    return thread.comm


def exe(thread: Thread) -> str:
    """proc.exe: argv[0]."""
    return thread.exe


def exepath(thread: Thread) -> str:
    """proc.exepath."""
    return thread.exepath


def capabilities(bits: int) -> str:
    """The names of a set of capabilities, separated by blanks."""
    return " ".join(f"CAP_{name}" for bit, name in enumerate(CAPABILITIES) if bits >> bit & 1)


def args(thread: Thread) -> str:
    """proc.args: the arguments behind argv[0]."""
    return " ".join(thread.args)


def cmdline(thread: Thread) -> str:
    """proc.cmdline: the name and the arguments."""
    return " ".join((thread.comm, *thread.args))


def env(thread: Thread) -> str:
    """proc.env: the whole environment."""
    return " ".join(thread.env)


def env_value(thread: Thread, name: str) -> str:
    """The value of an environment variable, without blanks around it; empty if it is not set."""
    start = f"{name}="
    for entry in thread.env:
        if len(entry) > len(start) and entry.startswith(start):
            return entry[len(start) :].strip(" ")
    return ""
