"""Generated code is the reference evaluator: every check on every kind of value, and random rules on random events."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.detector import Match, Progress
from engine.evaluate.codegen_output import literal
from engine.evaluate.detect import ReferenceDetector
from engine.evaluate.generated import GeneratedDetector
from engine.event import PLUGIN_EVENT, Stream
from engine.fields import generic, libs
from engine.fields.catalog import Argument, Catalog, Field, FieldClass, FieldRef, Type
from engine.lang import check, parser, typed
from engine.options import Options
from engine.priority import Priority
from engine.rules.model import Rule, Ruleset
from engine.rules.output import compile_output
from engine.values import Candidates, Value

ROUNDS = int(os.environ.get("ROUNDS", "60"))
"""Examples of random rules; `make equality` asks for many more."""

PLUGIN = FieldClass(
    name="my",
    description="",
    plugin="my",
    fields=(
        Field("my.text", Type.CHARBUF, ""),
        Field("my.other", Type.CHARBUF, ""),
        Field("my.path", Type.FSPATH, ""),
        Field("my.texts", Type.CHARBUF, "", is_list=True),
        Field("my.key", Type.CHARBUF, "", argument=Argument(key=True)),
        Field("my.number", Type.UINT64, ""),
        Field("my.signed", Type.INT32, ""),
        Field("my.numbers", Type.UINT64, "", is_list=True),
        Field("my.flag", Type.BOOL, ""),
        Field("my.port", Type.PORT, ""),
        Field("my.ip", Type.IPADDR, ""),
        Field("my.net", Type.IPNET, ""),
        Field("my.bytes", Type.BYTEBUF, ""),
    ),
)
CATALOG = Catalog("syscall", (*libs.classes("syscall"), PLUGIN))
STREAM = Stream("syscall", UTC)

TEXTS = ("a", "ab", "AB", "b/ab", "/etc/passwd", "", "aé", "\udce9", "\udcc3b", "10", "YWI=", "-a", "'\"{x}\\")
VALUES: dict[str, tuple[Value | Candidates | None, ...]] = {
    **dict.fromkeys(("my.text", "my.other", "my.path", "my.key[x]", "fd.name"), (None, *TEXTS)),
    "my.texts": (None, ("a",), ("a", "ab"), ("x", ""), ("-a", "10"), ("\udce9",)),
    "my.number": (None, 0, 7, 10, 1 << 40),
    "my.signed": (None, 0, -7, 10),
    "my.numbers": (None, (7,), (7, 10), (1,)),
    "my.flag": (None, True, False),
    "my.port": (None, 80, 443),
    "my.ip": (None, ip_address("10.0.0.7"), ip_address("::1")),
    "my.net": (None, ip_address("10.0.0.7"), ip_address("192.0.2.1")),
    "my.bytes": (None, b"", b"ab", b"\xe9\0a"),
    "fd.ip": (
        None,
        Candidates(()),
        Candidates((ip_address("10.0.0.7"), ip_address("10.0.0.8")), None, all_differ=True),
    ),
    "proc.aname": (None, Candidates(("a", "ab"), "a"), Candidates(("10",), "10")),
}
LEFT = (
    *VALUES,
    *(f"{name}(my.text)" for name in ("toupper", "tolower", "b64", "basename", "len")),
    "len(my.texts)",
    "toupper(my.texts)",
    "join(/, my.texts)",
    "concat(my.text, my.other)",
)
RIGHT = (
    "a", "AB", "''", "7", "10", "true", "80", "10.0.0.7", "10.0.0.0/8", "6162", "'é'", "/etc", "a*", "[ab]+",
    "(a, ab)", "()", "(7, 10)", "(10.0.0.7, ::1)", "(10.0.0.0/8)", "(/etc, /b)", "(a)", "val(my.other)",
    "(true)", "(80, 443)", "(6162)", "toupper(my.other)",
)  # fmt: skip
OPERATORS = (
    "=", "!=", "<", "<=", ">", ">=", "contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith",
    "glob", "iglob", "regex", "in", "intersects", "pmatch",
    "= oneof", "= anyof", "!= allof", "= allof", "startswith anyof", "endswith anyof", "contains oneof", "glob anyof",
)  # fmt: skip


@dataclass
class Event:
    """An event that is what it is said to be."""

    values: dict[str, Value | Candidates | None] = field(default_factory=dict)
    num: int = 1
    ts_ns: int = 1_700_000_000_123_456_789
    code: int = PLUGIN_EVENT

    def extract(self, ref: FieldRef) -> Value | Candidates | None:
        if ref.text in self.values:
            return self.values[ref.text]
        return generic.extract(self, STREAM, ref)


@dataclass
class Events:
    """A batch of them."""

    events: Sequence[Event]
    source: str = "syscall"

    def views(self, num: int) -> Iterator[Event]:
        for event in self.events:
            num += 1
            event.num = num
            yield event


def checked(text: str) -> typed.Condition | None:
    """A condition, if it is one."""
    try:
        return check.check(parser.parse(text), CATALOG)
    except (parser.ParseError, check.CheckError):
        return None


def leaves() -> list[typed.Condition]:
    """Every check that these fields, operators and right sides make."""
    texts = [f"{left} {op} {right}" for left in LEFT for op in OPERATORS for right in RIGHT]
    texts += [f"{left} exists" for left in LEFT]
    found = dict.fromkeys(one for text in texts if (one := checked(text)) is not None)
    return list(found)


LEAVES = leaves()


def rule(index: int, condition: typed.Condition, output: str = "said %my.text %my.number") -> Rule:
    return Rule(
        index, f"rule {index}", "syscall", "", Priority(4), ("b", "a"), True, "", output,
        None, condition, None,
        compile_output(output, CATALOG),
    )  # fmt: skip


def alerts(kind, rules: Sequence[Rule], events: Sequence[Event], **options) -> list[tuple]:
    found: list[Match] = []
    made = kind(Ruleset("syscall", tuple(rules), Options(**options)))
    progress = Progress()
    made.scan(Events(events), progress, lambda match, _view: found.append(match))
    return [(one.num, one.k, one.ts_ns, one.rule.name, one.line) for one in found], progress


def events_of_every_value() -> list[Event]:
    """Each field takes each of its values, in step and out of step with the others."""
    longest = max(map(len, VALUES.values()))
    return [
        Event({name: some[(at * step + shift) % len(some)] for shift, (name, some) in enumerate(VALUES.items())})
        for step in (1, 2, 3)
        for at in range(longest)
    ] + [Event(dict.fromkeys(VALUES))]


def test_there_is_a_check_of_every_type_with_every_operator() -> None:
    pairs = {(leaf.left.type, leaf.op) for leaf in LEAVES if isinstance(leaf, typed.Test)}
    assert len(LEAVES) > 1500
    assert {op for _, op in pairs} == {text.partition(" ")[0] for text in OPERATORS}
    assert {type_ for type_, _ in pairs} >= {one.type for one in PLUGIN.fields}


def test_every_check_has_the_reference_evaluators_answer_on_every_value() -> None:
    rules = [rule(at, leaf) for at, leaf in enumerate(LEAVES)]
    events = events_of_every_value()
    expected, _ = alerts(ReferenceDetector, rules, events, match_all=True)
    found, _ = alerts(GeneratedDetector, rules, events, match_all=True)
    assert found == expected


def test_every_kind_of_check_was_seen_to_hold_to_fail_and_to_miss_its_value() -> None:
    """So that the test above is about something: by type, operator and modifier."""
    rules = [rule(at, leaf) for at, leaf in enumerate(LEAVES)]
    events = events_of_every_value()
    expected, _ = alerts(ReferenceDetector, rules, events, match_all=True)
    held = {name for _, _, _, name, _ in expected}
    kinds: dict[tuple, set[bool]] = defaultdict(set)
    for one in rules:
        leaf = one.condition
        if isinstance(leaf, typed.Test):
            kinds[leaf.left.type, leaf.left.is_list, leaf.op, leaf.modifier].add(one.name in held)
    never = {kind for kind, outcomes in kinds.items() if outcomes == {False}}
    assert len(never) <= len(kinds) // 10, never


CONDITIONS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: typed.All(tuple(parts))),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: typed.Any(tuple(parts))),
        inner.map(typed.Not),
    ),
    max_leaves=12,
)
EQUALS = [leaf for leaf in LEAVES if isinstance(leaf, typed.Test) and leaf.op in {"=", "in"} and not leaf.left.is_list]
FENCED = st.builds(lambda fence, inner: typed.All((fence, inner)), st.sampled_from(EQUALS), CONDITIONS)
"""Rules that can be picked by one field."""
OUTPUTS = st.lists(
    st.sampled_from(
        ["plain {braces} 'quotes' \" \\", "%my.text", "%my.texts", "%my.number", "%12my.path", "%toupper(my.text)",
         "%my.ip", "%fd.name", "%evt.num", "%evt.time", "%my.bytes", "%my.flag", "%my.key[x]", "\udce9 é", "%evt.rawtime"]
    ),
    min_size=1, max_size=4,
).map(" ".join)  # fmt: skip
EVENTS = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(some) for name, some in VALUES.items()}).map(Event),
    min_size=1,
    max_size=8,
)
OPTIONS = st.fixed_dictionaries(
    {name: st.booleans() for name in ("match_all", "json", "iso_time", "json_message_property", "base64_buffers")}
)


@settings(max_examples=ROUNDS, deadline=None)
@given(st.lists(st.tuples(st.one_of(CONDITIONS, FENCED), OUTPUTS), min_size=1, max_size=9), EVENTS, OPTIONS)
def test_random_rules_give_the_same_alerts_byte_for_byte(made, events: list[Event], options: dict[str, bool]) -> None:
    rules = [rule(at, condition, output) for at, (condition, output) in enumerate(made)]
    assert alerts(GeneratedDetector, rules, events, **options) == alerts(ReferenceDetector, rules, events, **options)


@pytest.mark.parametrize("match_all", [True, False])
def test_rules_that_are_picked_by_a_field_are_asked_in_their_order(match_all: bool) -> None:
    texts = ["my.text = a", "my.number >= 0", "my.text in (a, ab)", "my.text != ab", "not my.text exists"]
    rules = [rule(at, checked(texts[at % 5] + f" and my.other != x{at}")) for at in range(40)]
    events = [Event({"my.text": text, "my.other": "o", "my.number": 1}) for text in ("a", "ab", "zz", None)]
    found, _ = alerts(GeneratedDetector, rules, events, match_all=match_all)
    expected, _ = alerts(ReferenceDetector, rules, events, match_all=match_all)
    assert found == expected
    assert found


def test_a_deep_condition_is_compiled_or_asked_as_a_whole() -> None:
    condition = LEAVES[0]
    for at in range(240):
        condition = typed.Not(typed.All((condition, LEAVES[at]))) if at % 2 else typed.Any((LEAVES[at], condition))
    events = events_of_every_value()
    rules = [rule(0, condition)]
    assert alerts(GeneratedDetector, rules, events) == alerts(ReferenceDetector, rules, events)


@pytest.mark.parametrize(
    "text", ["'", '"', "{", "}", "{x!r:>{y}}", "\\", "\\N{BULLET}", "\n\r\0", "é\udce9", "'''\"\"\"", ""]
)
def test_a_literal_in_generated_source_is_itself(text: str) -> None:
    assert eval(f"f'{literal(text)}'") == text


def test_a_traceback_through_generated_code_shows_it() -> None:
    import traceback

    class Broken(Event):
        def extract(self, ref: FieldRef) -> Value | None:
            if ref.text == "my.text":
                raise ZeroDivisionError
            return None

    with pytest.raises(ZeroDivisionError) as caught:
        alerts(GeneratedDetector, [rule(0, checked("my.text contains a"))], [Broken()])
    shown = "".join(traceback.format_tb(caught.tb)).rpartition("<cadge:")[2]
    assert "view.extract(" in shown
    assert "contains" not in shown, "generated source is Python"
