"""The reference detector, and first of all: no rule may see the state of another event than its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from engine.detector import Match, Progress
from engine.evaluate.detect import ReferenceDetector
from engine.event import ASYNC_EVENT, PLUGIN_EVENT, View
from engine.fields.catalog import Field, FieldRef, Type
from engine.lang import ast, typed
from engine.options import Options
from engine.priority import Priority
from engine.rules.model import Rule, Ruleset
from engine.rules.output import Template
from engine.span import Span

OPEN, READ, CLOSE, LATE_READ = range(2, 6)


def ref(name: str, type_: Type = Type.CHARBUF) -> FieldRef:
    return FieldRef(Field(name, type_, name), name, type=type_)


OP = ref("toy.op")
STATE = ref("toy.state")
SECOND = 1_000_000_000


@dataclass
class ToyView:
    """One operation on the one descriptor; the state is asked of the source when the rule asks."""

    source: "ToySource"
    num: int
    ts_ns: int
    code: int
    op: str

    def extract(self, wanted: FieldRef):
        match wanted.field.name:
            case "toy.op":
                return self.op
            case "toy.state":
                return "open" if self.source.is_open else "closed"
            case "evt.time":
                return "00:00:00.000000000"
        return None


@dataclass
class ToySource:
    """A descriptor: it is open from its opening until *after* the rules have seen its closing."""

    operations: list[tuple[str, int, int]]
    """What, event code, seconds."""
    source: str = "toy"
    is_open: bool = False
    walked: list[str] = field(default_factory=list)
    closed: int = 0

    def views(self, num: int) -> Iterator[View]:
        try:
            for op, code, seconds in self.operations:
                num += 1
                if op == "open":
                    self.is_open = True
                try:
                    self.walked.append(op)
                    yield ToyView(self, num, seconds * SECOND, code, op)
                finally:
                    if op == "close":
                        self.is_open = False
        finally:
            self.closed += 1


DESCRIPTOR = [("open", OPEN, 1), ("read", READ, 2), ("close", CLOSE, 3), ("late", LATE_READ, 4)]


def test(left: FieldRef, value: str) -> typed.Condition:
    return typed.Test(typed.Use(left), "=", None, (value,))


test.__test__ = False


def rule(name: str, condition: typed.Condition, *, index: int = 0, codes=None) -> Rule:
    nothing = ast.Exists(ast.Field("toy.op", None, Span(0, 0)), Span(0, 0))
    return Rule(
        index=index, name=name, source="toy", description="", priority=Priority.WARNING, tags=(), enabled=True,
        condition_text="", output_text=name, expanded=nothing, condition=condition, codes=codes,
        output=Template(name, (name,)),
    )  # fmt: skip


def detector(*rules: Rule, **options) -> ReferenceDetector:
    return ReferenceDetector(Ruleset("toy", rules, Options(**options)))


def scan(made: ReferenceDetector, batch, progress: Progress | None = None) -> list[Match]:
    found: list[Match] = []
    made.scan(batch, progress or Progress(), lambda match, _: found.append(match))
    return found


OPEN_NOW = rule("sees it open", test(STATE, "open"))
CLOSED_NOW = rule("sees it closed", test(STATE, "closed"), index=1)


class RunsAhead(ReferenceDetector):
    """The mutant: takes the whole batch before it asks the rules."""

    def scan(self, batch, progress, sink):
        class Listed:
            source = batch.source

            def views(self, num):
                return iter(list(batch.views(num)))

        super().scan(Listed(), progress, sink)


def what_rules_see(kind: type[ReferenceDetector]) -> list[tuple[int, str]]:
    made = kind(Ruleset("toy", (OPEN_NOW, CLOSED_NOW), Options()))
    return [(match.num, match.rule.name) for match in scan(made, ToySource(DESCRIPTOR))]


RIGHT = [(1, "sees it open"), (2, "sees it open"), (3, "sees it open"), (4, "sees it closed")]


def test_each_rule_sees_the_state_of_its_own_event():
    assert what_rules_see(ReferenceDetector) == RIGHT


def test_a_batch_that_runs_ahead_of_its_rules_is_noticed():
    assert what_rules_see(RunsAhead) != RIGHT


def test_an_exhausted_batch_does_what_comes_after_its_last_event():
    source = ToySource([("open", OPEN, 1), ("close", CLOSE, 2)])
    scan(detector(OPEN_NOW), source)
    assert not source.is_open
    assert source.closed == 1


def test_the_limit_is_asked_before_the_event_is_looked_at():
    source = ToySource(DESCRIPTOR)
    progress = Progress(limit_ns=2 * SECOND)
    found = scan(detector(OPEN_NOW, CLOSED_NOW), source, progress)
    assert [match.num for match in found] == [1, 2]
    assert progress.over
    assert (progress.events, progress.num, progress.first_ts_ns) == (2, 2, SECOND)


def test_a_batch_left_at_the_limit_is_closed_at_once():
    source = ToySource(DESCRIPTOR)
    progress = Progress(limit_ns=2 * SECOND)
    scan(detector(OPEN_NOW), source, progress)
    assert source.walked == ["open", "read", "close"]
    assert not source.is_open
    assert source.closed == 1


def test_a_batch_whose_listener_fails_is_closed_too():
    source = ToySource([("open", OPEN, 1), ("close", CLOSE, 2)])

    def sink(match, _):
        if match.num == 2:
            raise OSError("the pipe is gone")

    with pytest.raises(OSError, match="pipe"):
        detector(OPEN_NOW).scan(source, Progress(), sink)
    assert source.closed == 1


def test_an_event_older_than_the_first_does_not_end_the_source():
    progress = Progress(limit_ns=SECOND)
    source = ToySource([("open", OPEN, 10), ("read", READ, 1), ("close", CLOSE, 11)])
    scan(detector(OPEN_NOW), source, progress)
    assert progress.events == 2
    assert progress.over


def test_the_clock_starts_at_the_first_event_that_has_a_time():
    progress = Progress(limit_ns=SECOND)
    source = ToySource([("open", OPEN, 0), ("read", READ, 5), ("close", CLOSE, 6)])
    scan(detector(OPEN_NOW), source, progress)
    assert progress.first_ts_ns == 5 * SECOND
    assert progress.events == 2


def test_without_a_limit_nothing_ends_early():
    progress = Progress()
    scan(detector(OPEN_NOW), ToySource(DESCRIPTOR), progress)
    assert (progress.events, progress.over, progress.last_ts_ns) == (4, False, 4 * SECOND)


def test_numbers_go_on_from_batch_to_batch():
    progress = Progress()
    made = detector(rule("all", test(OP, "open")))
    first = scan(made, ToySource(DESCRIPTOR), progress)
    second = scan(made, ToySource(DESCRIPTOR), progress)
    assert [match.num for match in first + second] == [1, 5]


FIRST = rule("first", test(OP, "open"))
SECOND_RULE = rule("second", test(OP, "open"), index=1)


def test_the_first_rule_that_holds_hides_the_others():
    found = scan(detector(FIRST, SECOND_RULE), ToySource(DESCRIPTOR))
    assert [(match.rule.name, match.k) for match in found] == [("first", 1)]


def test_with_matching_all_every_rule_that_holds_alerts_in_order():
    found = scan(detector(FIRST, SECOND_RULE, match_all=True), ToySource(DESCRIPTOR))
    assert [(match.rule.name, match.k) for match in found] == [("first", 1), ("second", 2)]


def test_a_rule_is_asked_only_of_events_that_its_codes_admit():
    reads = rule("reads", test(STATE, "open"), codes=frozenset({READ}))
    assert [match.num for match in scan(detector(reads), ToySource(DESCRIPTOR))] == [2]


def test_a_rule_is_tried_on_async_events_whatever_its_codes_are():
    narrow = rule("narrow", test(OP, "container"), codes=frozenset({PLUGIN_EVENT}))
    found = scan(detector(narrow), ToySource([("container", ASYNC_EVENT, 1), ("container", READ, 2)]))
    assert [match.num for match in found] == [1]


def test_a_match_carries_the_finished_line():
    found = scan(detector(FIRST), ToySource(DESCRIPTOR))
    assert found[0].line == b"00:00:00.000000000: Warning first"
    assert found[0].ts_ns == SECOND
