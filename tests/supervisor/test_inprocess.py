"""The same runs without children."""

from supervisor import inprocess, loop
from supervisor.lifecycle import State
from supervisor.outputs.fanout import Fanout
from supervisor.policy import FALCO


def _run(go, carry, *children):
    memory = carry.memory()
    return go(carry.plan(*children), Fanout([], log=lambda *_: None), FALCO, memory), memory


def test_without_children_the_alerts_and_counts_are_the_same(carry, tmp_path) -> None:
    children = carry.dummy(700), carry.audit(tmp_path, 300), carry.trail(tmp_path, 100)
    ours, here = _run(inprocess.run, carry, *children)
    theirs, there = _run(loop.run, carry, *children)
    assert here.got == there.got
    assert ours.by_rule == theirs.by_rule
    assert ours.by_priority == theirs.by_priority
    for name, one in ours.sources.items():
        other = theirs.sources[name]
        assert (one.events, one.alerts, one.state, one.outcome) == (
            other.events,
            other.alerts,
            other.state,
            other.outcome,
        )


def test_without_children_a_failed_open_ends_the_run_as_with_them(carry, tmp_path) -> None:
    children = carry.ticks(), carry.child("k8s_audit", "k8saudit", str(tmp_path / "none")), carry.dummy(3)
    ours, here = _run(inprocess.run, carry, *children)
    theirs, there = _run(loop.run, carry, *children)
    assert ours.failures == theirs.failures
    assert ours.start_failed
    assert ours.sources["syscall"].state is State.STOPPED
    for what in (("forcing",), ("opening", "dummy"), ("ended", "syscall"), ("ended", "k8s_audit"), ("all_opened",)):
        assert here.heard(*what) == there.heard(*what), what


def test_one_source_can_be_driven_in_this_very_thread(carry) -> None:
    class Emit:
        def __init__(self) -> None:
            self.nums: list[int] = []

        def alert(self, match, view) -> None:
            self.nums.append(match.num)

        def flush(self, mark) -> None:
            pass

    emit = Emit()
    ended = inprocess.drive_one(carry.dummy(20), emit)
    assert ended.outcome.name == "END"
    assert emit.nums == list(range(1, 21))
