from dataclasses import dataclass, field

import pytest

from engine.detector import Match, Progress
from sources.base import End, Fault, Idle, Mark
from sources.drive import Ended, Halt, Outcome, Swap, drive, needs_of


@dataclass
class Rule:
    name: str
    codes: frozenset | None


@dataclass
class Ruleset:
    rules: tuple = ()
    needs: tuple = ()


@dataclass
class Detector:
    """Gives every number of a batch as one alert."""

    ruleset: Ruleset = field(default_factory=Ruleset)
    prefix: str = ""

    def scan(self, batch, progress, sink):
        for _ in batch:
            progress.num += 1
            progress.events += 1
            sink(Match(progress.num, 1, 0, None, f"{self.prefix}{progress.num}".encode()), None)
            if progress.num == progress.limit_ns:
                progress.over = True
                return


@dataclass
class Script:
    """A source, the outputs and the commander, all from lists."""

    reads: list
    commands: list = field(default_factory=list)
    accepted: list = field(default_factory=list)
    told: list = field(default_factory=list)

    def read(self):
        return self.reads.pop(0)

    def rebind(self, needs):
        self.told.append(("rebind", needs.codes))

    def poll(self):
        return self.commands.pop(0) if self.commands else None

    def settled(self, mark=None):
        if mark is not None:
            self.told.append(("settled", mark))
            return None
        return self.accepted.pop(0) if self.accepted else None

    def swapped(self, mark):
        self.told.append(("swapped", mark.num))

    def alert(self, match, _view):
        self.told.append(match.line.decode())

    def flush(self, mark):
        self.told.append(("flush", mark.num))


def pump(script, **settings):
    progress = Progress(limit_ns=settings.pop("limit", None))
    return drive(script, Detector(), script, script, progress, **settings)


def test_batches_are_pumped_in_order_until_the_end():
    script = Script([[1, 2], Idle(), [3], End()])
    assert pump(script) == Ended(Outcome.END)
    assert script.told == ["1", "2", ("flush", 2), ("flush", 2), "3", ("flush", 3), ("flush", 3)]


def test_alerts_up_to_the_mark_are_suppressed():
    script = Script([[1, 2, 3], End()])
    pump(script, resume_at=Mark(2, 1))
    assert [one for one in script.told if isinstance(one, str)] == ["3"]


@pytest.mark.parametrize(
    ("reads", "commands", "limit", "outcome"),
    [
        ([Fault("broken")], [], None, Ended(Outcome.FAULT, Fault("broken"))),
        ([[1, 2, 3]], [], 2, Ended(Outcome.LIMIT)),
        ([[1]], [None, Halt()], None, Ended(Outcome.HALTED)),
    ],
)
def test_every_way_to_end_has_a_name(reads, commands, limit, outcome):
    assert pump(Script(reads, commands), limit=limit) == outcome


def test_a_swap_takes_effect_between_two_batches():
    successor = Detector(Ruleset((Rule("r", frozenset({322})),)), prefix="new ")
    script = Script([[1], [2], End()], [None, Swap(successor)])
    pump(script)
    assert script.told[:5] == ["1", ("flush", 1), ("rebind", frozenset({322})), ("swapped", 1), "new 2"]


def test_what_the_outputs_accepted_is_told_to_the_source():
    script = Script([[1], End()], accepted=[None, Mark(1, 1)])
    pump(script)
    assert ("settled", Mark(1, 1)) in script.told


def test_one_rule_for_all_codes_needs_all_of_them():
    assert needs_of(Detector(Ruleset((Rule("a", frozenset({1})), Rule("b", frozenset({2})))))).codes == {1, 2}
    assert needs_of(Detector(Ruleset((Rule("a", frozenset({1})), Rule("b", None))))).codes is None
    assert needs_of(Detector()).codes == frozenset()
