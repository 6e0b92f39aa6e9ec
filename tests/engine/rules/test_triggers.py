import pytest

from engine.events import names
from engine.lang import parser
from engine.rules.triggers import event_names

ALL = event_names(parser.parse("proc.name = x"))


def of(condition: str) -> set[str]:
    return set(event_names(parser.parse(condition)))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("evt.type = open", {"open"}),
        ("evt.type in (open, openat) and fd.name = x", {"open", "openat"}),
        ("evt.type in (open, openat) and evt.type = openat", {"openat"}),
        ("evt.type = open or evt.type = close", {"open", "close"}),
        ("evt.type = getppid", {"getppid"}),
        ("evt.type in (getppid, open)", {"getppid", "open"}),
        ("syscall.type = open", {"open"}),
        ("evt.type = nope", set()),
        ("evt.num = 0", set()),
        ("evt.num < 1 or evt.type = open", {"open"}),
        ("not evt.num >= 1", set()),
        ("evt.type exists and evt.type = open", {"open"}),
        ("not evt.type exists", set()),
        ("not (not evt.type = open)", {"open"}),
        ("not (evt.type != open or fd.name = x)", {"open"}),
    ],
)
def test_events_of_a_condition(condition, expected):
    assert of(condition) == expected


@pytest.mark.parametrize(
    "condition",
    ["fd.name = x", "not fd.name = x", "evt.num > 0", "evt.type exists", "evt.type = oneof (open, close)", "evt.num = 5",
     "evt.type startswith open", "evt.type = open or fd.name = x", "not evt.num = 0"],
)  # fmt: skip
def test_conditions_that_say_nothing_of_events_hold_for_all(condition):
    assert of(condition) == ALL


def test_a_negated_type_leaves_all_others():
    assert of("evt.type != open") == ALL - {"open"}
    assert of("not evt.type in (open, close)") == ALL - {"open", "close"}
    assert "open" not in of("evt.type != getppid and not evt.type = open")


def test_all_events_are_named_and_generic_system_calls_one_by_one():
    assert {"open", "asyncevent", "pluginevent", "NA", "getppid"} <= ALL
    assert "syscall" not in ALL
    assert names.generic_names() <= ALL


def test_a_deep_condition_is_no_trouble():
    deep = "not " * 5_000 + "evt.type = open"
    assert of(deep) == {"open"}
    nested = parser.parse("(" * 100 + "evt.type = open" + " or evt.type = close)" * 100)
    assert event_names(nested) == {"open", "close"}
