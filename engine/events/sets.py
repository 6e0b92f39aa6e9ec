"""Sets of system calls that Falco's interface speaks of (libsinsp/events/sinsp_events_ppm_sc.cpp)."""

from collections.abc import Iterable
from functools import cache

from engine.events.kinds import SUBJECT, Category, EventFlag, SyscallFlag
from engine.events.names import ALL, GENERIC, name_of
from engine.events.tables import EVENTS, NUMBERS, OWNERS, SYSCALLS


def ids_of(codes: Iterable[int]) -> frozenset[int]:
    """The ids of the system calls and tracepoints that produce these events."""
    return frozenset(id_ for code in codes for id_ in OWNERS[code])


def codes_of_ids(ids: Iterable[int]) -> frozenset[int]:
    """The events that these system calls and tracepoints produce, the generic ones among them."""
    ids = frozenset(ids)
    return frozenset(code for code in ALL if not ids.isdisjoint(OWNERS[code]))


def event_names(ids: Iterable[int]) -> frozenset[str]:
    """The event names that ids stand for: those of their events, and their own where they have only generic ones."""
    ids = frozenset(ids)
    own = codes_of_ids(ids) - GENERIC
    generic = ids - ids_of(own)
    return frozenset(map(name_of, own)) | frozenset(SYSCALLS[id_] for id_ in generic if SYSCALLS[id_])


@cache
def state() -> frozenset[int]:
    """Ids that keep state right: events that modify it, and what the driver must never drop."""
    sources = Category.SYSCALL | Category.TRACEPOINT
    modifying = [
        code for code in ALL - GENERIC if EVENTS[code][2] & EventFlag.MODIFIES_STATE and EVENTS[code][1] & sources
    ]
    kept = (id_ for id_, flags, _, _ in NUMBERS.values() if flags & SyscallFlag.NEVER_DROP)
    return ids_of(modifying) | frozenset(kept)


@cache
def ignored() -> frozenset[int]:
    """Ids that Falco does not ask for unless told to: reading and writing, except what the state needs."""
    reading_writing = (code for code in ALL if EVENTS[code][1] & SUBJECT in {Category.IO_READ, Category.IO_WRITE})
    return ids_of(reading_writing) - state()
