"""Closing statistics."""

from supervisor import tally
from supervisor.result import RunResult


def test_severities_come_by_severity_and_rules_in_the_order_of_definition() -> None:
    result = RunResult(by_rule={"B": 1, "A": 3, "C": 2}, by_priority={6: 2, 3: 1, 0: 3})
    assert tally.closing(result, ["C", "never", "A", "B"]) == (
        "Events detected: 6\nRule counts by severity:\n   EMERGENCY: 3\n   ERROR: 1\n   INFO: 2\n"
        "Triggered rules by rule name:\n   C: 2\n   A: 3\n   B: 1\n"
    )


def test_a_run_without_alerts_says_so() -> None:
    assert tally.closing(RunResult(), ["A"]) == (
        "Events detected: 0\nRule counts by severity:\nTriggered rules by rule name:\n"
    )
