"""What kinds of events there are: libs' categories (EC_*) and event flags (EF_*), as bits."""

from enum import IntFlag


class Category(IntFlag):
    """The upper bits say where an event comes from, the lower ones what a system call is about."""

    UNKNOWN = 0
    """Only there to complete a pair; the event's name is `NA`."""
    OTHER = 1
    FILE = 2
    NET = 3
    IPC = 4
    MEMORY = 5
    PROCESS = 6
    SLEEP = 7
    SYSTEM = 8
    SIGNAL = 9
    USER = 10
    TIME = 11
    PROCESSING = 12
    IO_READ = 32
    IO_WRITE = 33
    IO_OTHER = 34
    WAIT = 1 << 6
    SCHEDULER = 1 << 7
    INTERNAL = 1 << 8
    SYSCALL = 1 << 9
    TRACEPOINT = 1 << 10
    PLUGIN = 1 << 11
    METAEVENT = 1 << 12
    ITER = 1 << 13


SUBJECT = Category.SYSCALL - 1
"""Mask of the lower bits of a category."""


class EventFlag(IntFlag):
    """What an event does to state, and whether it is still in use."""

    CREATES_FD = 1 << 0
    DESTROYS_FD = 1 << 1
    USES_FD = 1 << 2
    READS_FROM_FD = 1 << 3
    WRITES_TO_FD = 1 << 4
    MODIFIES_STATE = 1 << 5
    UNUSED = 1 << 6
    WAITS = 1 << 7
    SKIPPARSERESET = 1 << 8
    OLD_VERSION = 1 << 9
    """Only in old captures; readers convert it."""
    LARGE_PAYLOAD = 1 << 11
    """Lengths of parameters have 32 bits instead of 16."""
    CONVERTER_MANAGED = 1 << 12


class SyscallFlag(IntFlag):
    """Flags of a system call in the driver's table (UF_*)."""

    USED = 1 << 0
    NEVER_DROP = 1 << 1
    ALWAYS_DROP = 1 << 2
