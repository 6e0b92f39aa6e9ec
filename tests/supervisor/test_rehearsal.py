"""One mode of a parity run on a real source, in process; and a real source that breaks parity."""

from pathlib import Path

import pytest

from supervisor import parity, rehearsal
from supervisor.cli.prepare import Wanted, prepare
from supervisor.parity import Answer, Mode, Request
from supervisor.plan import RunPlan
from supervisor.planning import Surroundings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> RunPlan:
    """The Kubernetes events and a count, without a process yet."""
    monkeypatch.chdir(ROOT)
    named = ("k8s_audit=examples/events/k8s_audit.jsonl", 'dummy={"maxEvents": 300}')
    prepared = prepare(Wanted(rules=("examples/rules",), sources=named, json=True))
    return parity.repeatable(prepared.plan(Surroundings()))


@pytest.mark.parametrize("mode", Mode)
def test_every_mode_records_alerts_in_order_with_their_counts(plan: RunPlan, mode: Mode) -> None:
    recordings = rehearsal.rehearse(Request(mode, plan)).recordings
    assert [one.source for one in recordings] == ["k8s_audit", "dummy"]
    assert [one.events for one in recordings] == [19, 300]
    assert [one.failure for one in recordings] == [None, None]
    for one in recordings:
        assert one.lines
        assert parity.falls_back(one.lines) is None
        assert sum(one.by_rule.values()) == len(one.lines)


def test_a_source_that_depends_on_the_batch_size_is_caught(plan: RunPlan) -> None:
    """As a source would whose seed came from how its input is cut: the counts differ, so do the alerts."""

    def ask(request: Request, _folder: str) -> Answer:
        children = tuple(_seeded(child, child.limits.batch_events) for child in request.plan.children)
        altered = RunPlan(children, request.plan.loaded_sources, request.plan.enabled_sources)
        return rehearsal.rehearse(Request(Mode.IN_PROCESS, altered))

    verdict = parity.prove(plan, ask)
    assert [one.source for one in verdict.differences] == ["dummy"]


def _seeded(child, seed: int):
    return type(child)(**{name: getattr(child, name) for name in child.__struct_fields__} | {"seed": seed})
