"""Parameters of events: their names, types and how they are printed."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from engine.events.tables import DYNAMIC, EVENTS, FLAGS


class Param(NamedTuple):
    """One parameter of an event."""

    name: str
    type: str
    """libs' PT_* without the prefix: `FLAGS32`, `FSRELPATH`, `DYNAMIC`."""
    format: str
    """`NA`, `DEC`, `HEX` or `OCT`."""
    info: str = ""
    """Key into `flags` for flag types, into `alternatives` for dynamic ones, `dirfd:N` for a path relative to the
    descriptor in parameter N."""

    @property
    def flags(self) -> tuple[tuple[str, int], ...]:
        """Names and values of a flags parameter, in printing order; empty for other types."""
        return FLAGS.get(self.info, ())

    @property
    def alternatives(self) -> tuple["Param", ...]:
        """What a dynamic parameter can be; its first byte in an event is the index."""
        return tuple(Param(*raw) for raw in DYNAMIC.get(self.info, ()))

    @property
    def dirfd(self) -> int | None:
        """The position of the descriptor that a relative path is relative to."""
        return int(self.info.removeprefix("dirfd:")) if self.info.startswith("dirfd:") else None


@cache
def parameters(code: int) -> tuple[Param, ...]:
    """The parameters of an event, in order."""
    return tuple(Param(*raw) for raw in EVENTS[code][3])


def parameter(code: int, name: str) -> tuple[int, Param] | None:
    """Position and description of a parameter by name; None if the event has none of that name."""
    for position, param in enumerate(parameters(code)):
        if param.name == name:
            return position, param
    return None


def every_parameter() -> Iterator[Param]:
    """All parameters of all events, by event code and position."""
    for code in range(len(EVENTS)):
        yield from parameters(code)


@cache
def _first_by_name() -> dict[str, Param]:
    """For each name, the parameter of the lowest event code that has it: it decides the type of evt.rawarg.NAME."""
    found: dict[str, Param] = {}
    for raw in (raw for event in EVENTS for raw in event[3]):
        if raw[0] not in found:
            found[raw[0]] = Param(*raw)
    return found


def longest_match(text: str) -> Param | None:
    """The parameter that `evt.arg.TEXT` or `evt.rawarg.TEXT` means: the longest name that `text` starts with.

    None: `unknown event argument` (libs' find_longest_matching_evt_param).
    """
    names = _first_by_name()
    return next((names[text[:end]] for end in range(len(text), 0, -1) if text[:end] in names), None)


@cache
def parameter_types(name: str) -> frozenset[str]:
    """Every type that a parameter of that name has in some event; empty: there is none."""
    return frozenset(param.type for param in every_parameter() if param.name == name)
