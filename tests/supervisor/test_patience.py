"""The budget and the watch alone; what they mean for a life is in test_life.py."""

from supervisor import wire
from supervisor.patience import Budget, Watch
from supervisor.policy import Policy
from supervisor.recorder import Place


def test_life_spent_between_deaths_is_what_counts() -> None:
    budget = Budget(Policy(budget_deaths=3, budget_life_s=10))
    assert budget.death(Place(), 100.0).pause_s == 1
    assert budget.death(Place(), 9.0).pause_s == 2
    assert budget.death(Place(), 0.5).reason == "it died 3 times within 10 s of life"


def test_progress_past_the_furthest_death_forgives_and_up_to_it_does_not() -> None:
    budget = Budget(Policy(budget_deaths=2))
    budget.death(Place(10), 1.0)
    budget.came_to(10)
    assert budget.death(Place(3), 1.0).reason
    budget = Budget(Policy(budget_deaths=2))
    budget.death(Place(10), 1.0)
    budget.came_to(11)
    assert not budget.death(Place(12), 1.0).reason


def test_different_events_are_no_poison() -> None:
    budget = Budget(Policy(budget_deaths=100))
    for num in (5, 4, 5, 4, 5, 4):
        assert not budget.death(Place(num, inside=True), 1.0).reason


def test_a_new_stall_is_told_anew() -> None:
    watch = Watch(Policy(stall_s=10))
    watch.begin(0)
    stuck, moved = (wire.Beat(1, num, 0, {}, (num, 0), 0) for num in (1, 2))
    told = [watch.stalled(stuck, float(second)) for second in range(30)]
    told += [watch.stalled(moved, 30.0 + second) for second in range(30)]
    assert told.count(True) == 2
