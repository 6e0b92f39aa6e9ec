"""Two-phase reloads as histories."""

from engine.rules.model import RulesFile
from supervisor import wire
from supervisor.reload import Adopt, Ask, Finished, Reload, Replace

RULES = (RulesFile("rules.yaml", "[]"),)
PREPARE = wire.Prepare(RULES, "new")


def begun(*alive: str) -> Reload:
    reload = Reload(RULES, "new", due=10.0, patience_s=10.0)
    assert reload.begin(alive, 0.0) == [Ask(name, PREPARE) for name in alive]
    return reload


def test_all_prepare_then_all_commit_then_it_is_over() -> None:
    reload = begun("a", "b")
    assert reload.heard("a", wire.Prepared("new"), 1.0) == []
    assert reload.heard("b", wire.Prepared("new"), 2.0) == [
        Adopt(),
        Ask("a", wire.Commit("new")),
        Ask("b", wire.Commit("new")),
    ]
    assert reload.heard("b", wire.Swapped("new", (4, 0)), 3.0) == []
    assert reload.heard("a", wire.Swapped("new", (9, 0)), 3.0) == [Finished()]


def test_one_refusal_aborts_everywhere_and_changes_nothing() -> None:
    reload = begun("a", "b", "c")
    reload.heard("a", wire.Prepared("new"), 1.0)
    steps = reload.heard("b", wire.Refused("new", "no such field"), 2.0)
    assert steps[-1] == Finished("no such field")
    assert {step.source for step in steps if isinstance(step, Ask)} == {"a", "b", "c"}
    assert all(step.message == wire.Abort("new") for step in steps if isinstance(step, Ask))
    assert Adopt() not in steps
    assert reload.heard("c", wire.Prepared("new"), 3.0) == []


def test_one_that_does_not_answer_is_restarted_with_the_new_rules() -> None:
    reload = begun("a", "b")
    reload.heard("a", wire.Prepared("new"), 1.0)
    assert reload.passed(9.0) == []
    assert reload.passed(10.0) == [Adopt(), Ask("a", wire.Commit("new")), Replace("b")]
    assert reload.heard("a", wire.Swapped("new", (1, 0)), 11.0) == [Finished()]


def test_one_that_does_not_swap_is_restarted_too() -> None:
    reload = begun("a")
    reload.heard("a", wire.Prepared("new"), 5.0)
    assert reload.due == 15.0
    assert reload.passed(15.0) == [Replace("a"), Finished()]


def test_one_that_dies_meanwhile_is_not_waited_for() -> None:
    reload = begun("a", "b")
    reload.heard("a", wire.Prepared("new"), 1.0)
    assert reload.gone("b", 2.0) == [Adopt(), Ask("a", wire.Commit("new"))]
    assert reload.gone("a", 3.0) == [Finished()]


def test_one_that_dies_after_it_was_prepared_gets_no_commit() -> None:
    reload = begun("a", "b")
    reload.heard("a", wire.Prepared("new"), 1.0)
    assert reload.gone("a", 2.0) == []
    assert reload.heard("b", wire.Prepared("new"), 3.0) == [Adopt(), Ask("b", wire.Commit("new"))]


def test_without_anyone_alive_the_new_rules_stand_at_once() -> None:
    assert Reload(RULES, "new", 10.0, 10.0).begin((), 0.0) == [Adopt(), Finished()]


def test_answers_about_other_rules_are_not_counted() -> None:
    reload = begun("a")
    assert reload.heard("a", wire.Prepared("old"), 1.0) == []
    assert reload.heard("a", wire.Beat(1, 0, 0, {}, (0, 0), 0), 1.0) == []
    assert not reload.committed
