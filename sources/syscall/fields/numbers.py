"""Names of the numbers that events carry: errors, signals, system calls."""

import errno
import signal

from engine.events.tables import NUMBERS, SYSCALLS

_KERNEL_ERRORS = {
    512: "ERESTARTSYS",
    513: "ERESTARTNOINTR",
    514: "ERESTARTNOHAND",
    515: "ENOIOCTLCMD",
    516: "ERESTART_RESTARTBLOCK",
    521: "EBADHANDLE",
    522: "ENOTSYNC",
    523: "EBADCOOKIE",
    524: "ENOTSUPP",
    525: "ETOOSMALL",
    526: "ESERVERFAULT",
    527: "EBADTYPE",
    528: "EJUKEBOX",
    529: "EIOCBQUEUED",
    530: "EIOCBRETRY",
}
"""Errors that only the kernel sees."""
ERRORS = {
    **{number: name for number, name in errno.errorcode.items() if number <= errno.EDQUOT + 3},
    35: "EDEADLK",
    95: "EOPNOTSUPP",
    **_KERNEL_ERRORS,
}
"""The errors that libs has a name for; where a number has two names, the one that libs uses."""
SIGNALS = {one.value: one.name for one in signal.Signals if one.value < 32} | {16: "SIGSTKFLT", 29: "SIGIO"}


def error(code: int) -> str | None:
    """The name of a negative return value: `ENOENT` for -2."""
    return ERRORS.get(-code)


def syscall(id_: int, native: int | None) -> str | None:
    """The name of a system call by libs' id, or by the machine's number for one that libs did not know yet."""
    if id_ == 0 and native is not None:
        id_ = NUMBERS[native][0] if native in NUMBERS else 0
    return SYSCALLS[id_] if id_ < len(SYSCALLS) else None
