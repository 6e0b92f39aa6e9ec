"""What differs between two sets of rules."""

from engine.rules.effective import Change, differences

SHELL = {"rule": "Shell", "source": "syscall", "condition": "a", "priority": "Notice"}


def test_the_same_rules_in_another_order_are_the_same() -> None:
    other = {**SHELL, "rule": "Other"}
    assert differences([SHELL, other], [other, SHELL]) == []


def test_what_is_not_written_has_its_default() -> None:
    assert differences([SHELL], [{**SHELL, "enabled": True, "tags": []}]) == []
    assert differences([SHELL], [{**SHELL, "enabled": False}]) == [
        Change("Shell", "syscall", "changed", {"enabled": (True, False)})
    ]


def test_a_rule_that_moves_to_another_source_goes_and_comes() -> None:
    moved = differences([SHELL], [{**SHELL, "source": "dummy"}])
    assert [(change.source, change.kind) for change in moved] == [("syscall", "removed"), ("dummy", "added")]
