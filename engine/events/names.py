"""Event names and system call names, and the event codes they stand for (libsinsp/events/sinsp_events.cpp)."""

from collections.abc import Collection, Iterable
from functools import cache

from engine.event import ASYNC_EVENT, PLUGIN_EVENT
from engine.events.tables import EVENTS, OWNERS, SYSCALLS

GENERIC = frozenset({0, 1})
"""Enter and exit of all system calls that have no event of their own."""
ALL = frozenset(range(len(EVENTS)))
"""Every event code: what a negated evt.type check is the complement of."""
SYSCALL_SOURCE = frozenset(code for code in ALL if code != PLUGIN_EVENT and EVENTS[code][1] != 0)
"""Every code that can occur in the syscall source; async events are among them."""


@cache
def _codes_by_name() -> dict[str, frozenset[int]]:
    """Codes of the events of a name; generic events are found by their system calls only."""
    found: dict[str, set[int]] = {}
    for code, event in enumerate(EVENTS):
        if code not in GENERIC:
            found.setdefault(event[0], set()).add(code)
    return {name: frozenset(codes) for name, codes in found.items()}


@cache
def _syscall_names() -> frozenset[str]:
    """All names of system calls and tracepoints; `""` is one, since some ids have no name."""
    return frozenset(SYSCALLS)


@cache
def _event_names() -> frozenset[str]:
    """The names of all events: `syscall` and `NA` are names too."""
    return frozenset(event[0] for event in EVENTS)


def name_of(code: int) -> str:
    """The name of an event code: `openat`; `NA` for those that only complete a pair."""
    return EVENTS[code][0]


def known_event_type(name: str, async_names: Collection[str] = ()) -> bool:
    """Whether `evt.type = name` is accepted: an event, a system call, or an async event that a loaded plugin sends."""
    return name in _event_names() or name in _syscall_names() or name in async_names


def codes_of(name: str, async_names: Collection[str] = ()) -> frozenset[int]:
    """The event codes for which `evt.type = name` can hold.

    Those of the events of that name, else the generic ones for a system call without an event of its own; the async
    event for the name of one; empty for any other text.
    """
    codes = _codes_by_name().get(name, frozenset())
    if name in async_names:
        codes |= {ASYNC_EVENT}
    if not codes and name in _syscall_names():
        return GENERIC
    return codes


def codes_of_all(names: Iterable[str], async_names: Collection[str] = ()) -> frozenset[int]:
    """The union of `codes_of` over several names: what `evt.type in (...)` can hold for."""
    return frozenset().union(*(codes_of(name, async_names) for name in names))


@cache
def generic_names() -> frozenset[str]:
    """Names of the system calls that have no event of their own."""
    return frozenset(SYSCALLS[id_] for code in GENERIC for id_ in OWNERS[code] if SYSCALLS[id_]) - {"unknown"}


def names_of(codes: Iterable[int]) -> frozenset[str]:
    """The names that a set of codes stands for, generic events by the names of their system calls."""
    codes = frozenset(codes)
    names = frozenset(name_of(code) for code in codes - GENERIC if code < len(EVENTS))
    return names | generic_names() if codes & GENERIC else names


def syscalls_of(codes: Iterable[int]) -> frozenset[str]:
    """The system calls and tracepoints that produce these events."""
    return frozenset(SYSCALLS[id_] for code in codes for id_ in OWNERS[code] if SYSCALLS[id_])
