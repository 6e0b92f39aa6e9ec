"""The proof: sources carried together give what each gives alone, and what one process gives without children.

A plan is run three ways, each in a process of its own that differs in batch size, working directory and hash seed,
all with the stepped clock. Compared are, source by source: every alert byte for byte and in order, where each stands
(evt.num, k), the number of events, and how often each rule fired. Order *across* sources is not defined, in Falco
neither, and is not compared. `syscall` without a driver only ticks by the clock: it is run, and not compared.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest
from pathlib import Path

import msgspec

from engine.errors import ConfigError
from supervisor import launcher
from supervisor.plan import ChildPlan, RunPlan, Stepped

START_NS = 1_767_225_600_000_000_000
"""2026-01-01, where the stepped clock begins."""
TICK_LIMIT_S = 1.0
"""How long a source that only ticks is kept, by the stepped clock, unless `-M` says otherwise."""


class Mode(Enum):
    """A way to run a plan."""

    TOGETHER = "together"
    ALONE = "alone"
    IN_PROCESS = "in-process"


BATCH_EVENTS = {Mode.TOGETHER: 512, Mode.ALONE: 61, Mode.IN_PROCESS: 1}
"""Each way cuts the input differently: where batches end must not be seen in the alerts."""


class Line(msgspec.Struct, frozen=True, array_like=True):
    """One alert and where it stands."""

    num: int
    k: int
    rule: str
    text: bytes


class Recording(msgspec.Struct, array_like=True):
    """What one source gave in one mode."""

    source: str
    lines: list[Line] = []
    events: int = 0
    failure: str | None = None

    @property
    def by_rule(self) -> dict[str, int]:
        """How often each rule fired, in order of first alert."""
        tally: dict[str, int] = {}
        for line in self.lines:
            tally[line.rule] = tally.get(line.rule, 0) + 1
        return tally


class Request(msgspec.Struct):
    """What a mode's process is asked to do."""

    mode: Mode
    plan: RunPlan


class Answer(msgspec.Struct):
    """What it found, in the order of the plan."""

    recordings: list[Recording]


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing in which two modes differ for a source."""

    source: str
    modes: tuple[Mode, Mode]
    what: str
    sides: tuple[str, str]
    """The two sides, one for each mode; `-` where a side has nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was compared, and what was found."""

    runs: dict[Mode, dict[str, Recording]]
    differences: tuple[Difference, ...]
    uncompared: tuple[str, ...]
    """Sources that only tick."""

    @property
    def ok(self) -> bool:
        """Whether all modes agree."""
        return not self.differences


Ask = Callable[[Request, str], Answer]
"""Runs a mode in a process of its own, in a working directory."""


def prove(plan: RunPlan, ask: Ask | None = None) -> Verdict:
    """Run the plan every way and compare. Raises ConfigError for a plan that cannot be repeated."""
    steady = repeatable(plan)
    runs: dict[Mode, dict[str, Recording]] = {}
    for mode in Mode:
        with tempfile.TemporaryDirectory(prefix=f"cadge-{mode.value}-") as folder:
            answer = (ask or ask_process)(Request(mode, with_batches(steady, BATCH_EVENTS[mode])), folder)
        runs[mode] = {one.source: one for one in answer.recordings}
    uncompared = tuple(child.source for child in steady.children if only_ticks(child))
    compared = [child.source for child in steady.children if not only_ticks(child)]
    return Verdict(runs, tuple(differences(runs, compared)), uncompared)


def repeatable(plan: RunPlan) -> RunPlan:
    """The plan with a stepped clock, one zone, one host name and paths that mean the same in every folder."""
    return msgspec.structs.replace(plan, children=tuple(_repeatable(child) for child in plan.children))


def _repeatable(child: ChildPlan) -> ChildPlan:
    plugin = child.plugin
    if plugin is not None:
        if plugin.open_params.strip() in {"-", "/dev/stdin"}:
            raise ConfigError(f"{child.source} reads standard input, which cannot be read three times")
        if plugin.open_params and (path := Path(plugin.open_params)).exists():
            plugin = msgspec.structs.replace(plugin, open_params=str(path.resolve()))
    limit_s = child.limit_s or (TICK_LIMIT_S if only_ticks(child) else 0.0)
    return msgspec.structs.replace(
        child, plugin=plugin, clock=Stepped(START_NS), zone="UTC", hostname="parity", limit_s=limit_s
    )


def only_ticks(child: ChildPlan) -> bool:
    """Whether its events come from the clock and not from an input."""
    return child.source == "syscall" and child.plugin is None


def with_batches(plan: RunPlan, events: int) -> RunPlan:
    """The plan with batches of about so many events."""
    return msgspec.structs.replace(
        plan,
        children=tuple(
            msgspec.structs.replace(child, limits=msgspec.structs.replace(child.limits, batch_events=events))
            for child in plan.children
        ),
    )


def ask_process(request: Request, folder: str) -> Answer:
    """Run one mode in a fresh interpreter: its own hash seed, its own working directory."""
    data = launcher.ask("supervisor.rehearsal", msgspec.msgpack.encode(request), folder)
    return msgspec.msgpack.decode(data, type=Answer)


# ------------------------------------------------------------------------------------------------------ comparison


def differences(runs: dict[Mode, dict[str, Recording]], sources: Sequence[str]) -> Iterator[Difference]:
    """The first difference of each source: within a mode, then between the first mode and each other one."""
    first, *others = Mode
    for source in sources:
        found = next(_within(source, runs), None)
        for other in others:
            found = found or compare(runs[first][source], runs[other][source], (first, other))
        if found is not None:
            yield found


def _within(source: str, runs: dict[Mode, dict[str, Recording]]) -> Iterator[Difference]:
    for mode in Mode:
        recording = runs[mode][source]
        if recording.failure:
            yield Difference(source, (mode, mode), "the source failed", (recording.failure, recording.failure))
        if (at := falls_back(recording.lines)) is not None:
            before, after = recording.lines[at - 1], recording.lines[at]
            sides = (_where(before), _where(after))
            yield Difference(source, (mode, mode), f"alert {at + 1} does not come after alert {at}", sides)


def falls_back(lines: Sequence[Line]) -> int | None:
    """Index of the first alert that does not stand behind the one before it; (evt.num, k) must rise strictly."""
    return next(
        (at for at in range(1, len(lines)) if (lines[at].num, lines[at].k) <= (lines[at - 1].num, lines[at - 1].k)),
        None,
    )


def compare(one: Recording, other: Recording, modes: tuple[Mode, Mode]) -> Difference | None:
    """The first difference between two recordings of a source; None if they are the same."""
    for at, (left, right) in enumerate(zip_longest(one.lines, other.lines), 1):
        if left != right:
            return Difference(one.source, modes, f"alert {at}", (_shown(left), _shown(right)))
    if one.events != other.events:
        return Difference(one.source, modes, "number of events", (str(one.events), str(other.events)))
    if one.by_rule != other.by_rule:
        return Difference(one.source, modes, "how often each rule fired", (str(one.by_rule), str(other.by_rule)))
    return None


def _shown(line: Line | None) -> str:
    return "-" if line is None else f"{_where(line)} {line.text.decode('utf-8', 'backslashreplace')}"


def _where(line: Line) -> str:
    return f"[event {line.num}, alert {line.k}]"
