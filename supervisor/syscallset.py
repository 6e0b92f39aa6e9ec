"""Which system calls Falco would ask the kernel for, given rules and configuration, and what it says about that.

Pure. Without a kernel engine nothing is asked for, but Falco works it out all the same and tells (falco.md 3.9).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.events import names, sets
from engine.events.tables import SYSCALLS
from engine.priority import Priority
from engine.rules.model import Rule
from supervisor.config import Config

_UNSUPPORTED = (
    "Loaded rules match syscalls that are not activated (e.g. were removed via config settings such as no -A flag or "
    "negative base_syscalls elements) or unsupported with current configuration: warning (unsupported-evttype): {}\n"
    "If syscalls in rules include high volume syscalls (-> activate via `-A` flag), else syscalls may have been "
    "removed via base_syscalls option or might be associated with syscalls undefined on your architecture "
    "(https://marcin.juszkiewicz.com.pl/download/tables/syscalls.html)\n"
)
_EXIT = "procexit"
"""Always read: without it the table of processes would only grow."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The outcome."""

    messages: tuple[tuple[int, str], ...]
    """Log lines: (severity, text)."""
    notice: str
    """For standard error, not the log; empty if all that rules ask for is read."""


def select(rules: Sequence[Rule], config: Config) -> Selection:
    """What the enabled rules of the syscall source make of it."""
    wanted = _ids_of_rules(rules)
    positive, negative = _custom(config)
    messages: list[tuple[int, str]] = []
    debug, warning = Priority.DEBUG, Priority.WARNING

    def tell(level: int, ids: frozenset[int], form: str) -> None:
        if ids:
            listed = sets.event_names(ids)
            messages.append((level, form.format(len(listed), ", ".join(sorted(listed)))))

    tell(debug, wanted, "({}) syscalls in rules: {}")
    tell(debug, positive.ids, "+({}) syscalls added (base_syscalls override): {}")
    if positive.invalid:
        messages.append((warning, _invalid("positive", positive.invalid)))
    selected = (wanted | (positive.ids or sets.state())) - negative.ids
    tell(debug, negative.ids, "-({}) syscalls removed (base_syscalls override): {}")
    if negative.invalid:
        messages.append((warning, _invalid("negative", negative.invalid)))
    if not positive.ids:
        tell(debug, selected - wanted, "+({}) syscalls (Falco's state engine set of syscalls): {}")
    if not config.base_syscalls.all:
        tell(debug, selected & sets.ignored(), "-({}) ignored syscalls (-> activate via `-A` flag): {}")
        selected -= sets.ignored()
    selected |= sets.ids_of(names.codes_of(_EXIT))
    tell(debug, selected, "({}) syscalls selected in total (final set): {}")
    missing = wanted - selected
    listed = ", ".join(sorted(sets.event_names(missing)))
    return Selection(tuple(messages), _UNSUPPORTED.format(listed) if missing else "")


def _ids_of_rules(rules: Sequence[Rule]) -> frozenset[int]:
    codes: set[int] = set()
    for rule in rules:
        codes |= names.ALL if rule.codes is None else rule.codes
    return sets.ids_of(codes)


@dataclass(frozen=True, slots=True)
class _Custom:
    ids: frozenset[int]
    invalid: tuple[str, ...]


def _custom(config: Config) -> tuple[_Custom, _Custom]:
    """`base_syscalls.custom_set`: what is to be read, and (`!name`) what is not."""
    given = [name for name in config.base_syscalls.custom_set if name]
    return _found(name for name in given if name[0] != "!"), _found(name[1:] for name in given if name[0] == "!")


def _found(given: Iterable[str]) -> _Custom:
    ids: set[int] = set()
    invalid = []
    for name in sorted(set(given)):
        mine = set(_ids_of_name(name))
        ids |= mine
        if not mine:
            invalid.append(name)
    return _Custom(frozenset(ids), tuple(invalid))


def _ids_of_name(name: str) -> Iterator[int]:
    yield from sets.ids_of(names.codes_of(name) - names.GENERIC)
    yield from (id_ for id_, known in enumerate(SYSCALLS) if known == name)


def _invalid(kind: str, given: Sequence[str]) -> str:
    return f"Invalid ({kind}) syscall names: warning (base_syscalls override): {', '.join(given)}"
