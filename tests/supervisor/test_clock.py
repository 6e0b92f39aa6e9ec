"""Clocks."""

from supervisor import clock, plan


def test_a_stepped_clock_counts_the_questions() -> None:
    ask = clock.of(plan.Stepped(100, 7))
    assert [ask() for _ in range(4)] == [100, 107, 114, 121]
    assert clock.of(plan.Stepped(100, 7))() == 100


def test_the_clock_on_the_wall_goes_forward() -> None:
    ask = clock.of(plan.Wall())
    assert 1_700_000_000_000_000_000 < ask() <= ask()
