"""The event-type index: for which events a condition can hold."""

import pytest

from engine.event import PLUGIN_EVENT
from engine.events import names
from engine.fields import libs
from engine.fields.catalog import Catalog
from engine.lang.check import check
from engine.lang.codes import event_codes
from engine.lang.parser import parse

CATALOG = Catalog("syscall", libs.classes("syscall"))


def codes(text: str) -> frozenset[int] | None:
    return event_codes(check(parse(text), CATALOG), "syscall")


OPEN, CLOSE = names.codes_of("open"), names.codes_of("close")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("evt.type = open", OPEN),
        ("syscall.type == open", OPEN),
        ("evt.type in (open, close)", OPEN | CLOSE),
        ("evt.type != open", names.ALL - OPEN),
        ("not evt.type = open", names.ALL - OPEN),
        ("not evt.type != open", OPEN),
        ("not (evt.type != open and evt.type != close)", OPEN | CLOSE),
        ("not (evt.type = open or evt.type = close)", names.ALL - OPEN - CLOSE),
        ("evt.type = open and proc.name = cat", OPEN),
        ("evt.type = open and not proc.name = cat", OPEN),
        ("evt.type = open or proc.name = cat", None),
        ("evt.type = open and evt.type = close", frozenset()),
        ("evt.type exists", None),
        ("not evt.type exists", frozenset()),
        ("evt.type = ptrace and not evt.type exists", frozenset()),
        ("evt.type = anyof (open)", None),
        ("evt.type contains open", None),
        ("syscall.type = nope", frozenset()),
        ("evt.num = 0", frozenset()),
        ("not evt.num = 0", None),
        ("evt.num < 1", frozenset()),
        ("evt.num <= 1", None),
        ("evt.num in ()", frozenset()),
        ("evt.num in (0, 0)", frozenset()),
        ("evt.num in (0, 1)", None),
        ("not evt.num >= 0", frozenset()),
        ("not evt.num > 0", frozenset()),
        ("evt.num > 1", None),
        ("evt.num = -1", None),
        ("evt.type = open and evt.num > 0", OPEN),
    ],
)
def test_conditions_say_for_which_events_they_can_hold(text: str, expected: frozenset[int] | None) -> None:
    assert codes(text) == expected


def test_system_calls_without_an_event_of_their_own_are_generic_events() -> None:
    assert codes("evt.type = getrandom") == names.GENERIC


def test_rules_of_plugins_are_asked_of_plugin_events() -> None:
    generic = Catalog("dummy", libs.classes("dummy"))
    assert event_codes(check(parse("evt.num = 0"), generic), "dummy") == {PLUGIN_EVENT}
