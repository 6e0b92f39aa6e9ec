"""Whole conditions on single events: every operator, every type, every way to be missing."""

from dataclasses import dataclass, field
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluate import reference
from engine.events.names import ALL, name_of
from engine.fields import libs
from engine.fields.catalog import Argument, Catalog, Field, FieldClass, FieldRef, Type
from engine.lang import check, parser
from engine.values import Candidates, Value

PLUGIN = FieldClass(
    name="my",
    description="",
    plugin="my",
    fields=(
        Field("my.text", Type.CHARBUF, ""),
        Field("my.other", Type.CHARBUF, ""),
        Field("my.texts", Type.CHARBUF, "", is_list=True),
        Field("my.key", Type.CHARBUF, "", argument=Argument(key=True)),
        Field("my.number", Type.UINT64, ""),
        Field("my.numbers", Type.UINT64, "", is_list=True),
        Field("my.flag", Type.BOOL, ""),
        Field("my.ip", Type.IPADDR, ""),
        Field("my.net", Type.IPNET, ""),
        Field("my.nets", Type.IPNET, "", is_list=True),
        Field("my.bytes", Type.BYTEBUF, ""),
        Field("my.double", Type.DOUBLE, ""),
    ),
)
CATALOG = Catalog("syscall", (*libs.classes("syscall"), PLUGIN))
OPEN = max(code for code in ALL if name_of(code) == "open")


@dataclass
class Event:
    """An event that is what it is said to be."""

    values: dict[str, Value | Candidates] = field(default_factory=dict)
    code: int = OPEN
    num: int = 1
    ts_ns: int = 1_000_000_000

    def extract(self, ref: FieldRef) -> Value | Candidates | None:
        return self.values.get(ref.text)


def holds(text: str, code: int = OPEN, ts_ns: int = 1_000_000_000, **values: Value | Candidates) -> bool:
    named = {name.replace("__", "."): value for name, value in values.items()}
    return reference.holds(check.check(parser.parse(text), CATALOG), Event(named, code, 1, ts_ns))


def value(text: str, **values: Value | Candidates) -> Value | None:
    operand, _ = parser.parse_operand(text)
    named = {name.replace("__", "."): one for name, one in values.items()}
    return reference.value(check.check_operand(operand, CATALOG), Event(named))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('my.text = "Abc/def"', True),
        ('my.text == "abc/def"', False),
        ('my.text != "x"', True),
        ("my.text < 5", False),
        ("my.text > 5", True),
        ("my.text >= 9", True),
        ("my.text <= 9", False),
        ('my.text contains "c/d"', True),
        ('my.text contains ""', True),
        ('my.text icontains "BC/D"', True),
        ('my.text startswith "Abc"', True),
        ('my.text endswith "def"', True),
        ('my.text glob "A*/d?f"', True),
        ('my.text glob "a*"', False),
        ('my.text iglob "a*F"', True),
        ('my.text glob ""', False),
        ('my.text regex "Abc.*"', True),
        ('my.text regex "bc"', False),
        ('my.text in (x, "Abc/def")', True),
        ("my.text in ()", False),
        ('my.text intersects ("Abc/def")', True),
        ("my.text pmatch (Abc)", True),
        ("my.text pmatch (/Abc/d)", False),
        ("my.text pmatch (/Abc//def/)", True),
        ("my.text pmatch (Abc/def/ghi)", False),
        ("my.text pmatch (/A*/d?f)", True),
        ("my.text pmatch (/)", True),
        ("my.text pmatch ()", False),
        ("my.text = anyof (x, 'Abc/def')", True),
        ("my.text = oneof ('Abc/def', 'Abc/def')", False),
        ("my.text startswith oneof (Abc, x)", True),
        ("my.text contains allof (A, b, f)", True),
        ("my.text contains allof (A, z)", False),
        ("my.text != allof (x, y)", True),
        ("my.text != allof ()", False),
        ("my.text != anyof (x, 'Abc/def')", True),
        ("my.text regex oneof ('A.*', 'x.*')", True),
        ("my.text exists", True),
        ("not my.text exists", False),
    ],
)
def test_strings_are_compared_as_each_operator_says(text: str, expected: bool) -> None:
    assert holds(text, my__text="Abc/def") is expected


@pytest.mark.parametrize(
    "text",
    [
        f"my.text {test}"
        for test in (
            "exists", "= x", "!= x", "< 5", "> 5", "contains x", "icontains x", "startswith x", "endswith x", "glob x",
            "iglob x", "regex x", "in (x)", "intersects (x)", "pmatch (x)", "!= allof (x)", "!= anyof (x)",
            "= val(my.other)", "!= val(my.other)",
        )
    ]
    + [f"my.{test}" for test in ("number != 1", "numbers in (1)", "flag != true", "ip != 1.2.3.4", "net != 1.0.0.0/8", "bytes != a", "double != 1")]
    + ["tolower(my.text) != x", "len(my.texts) >= 0", 'concat(my.text, "a") != b', 'join(",", my.texts) != a', 'len((my.text, "a")) > 0'],
)  # fmt: skip
def test_every_check_of_a_missing_value_is_false_and_its_negation_true(text: str) -> None:
    assert not holds(text, my__other="x")
    assert holds(f"not {text}", my__other="x")


def test_a_missing_right_side_makes_the_check_false() -> None:
    assert not holds("my.text != val(my.other)", my__text="x")
    assert holds("my.text != val(my.other)", my__text="x", my__other="y")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my.number = 7", True),
        ("my.number != 7", False),
        ("my.number < 8", True),
        ("my.number <= 6", False),
        ("my.number > 6", True),
        ("my.number >= 8", False),
        ("my.number in (1, 7)", True),
        ("my.number intersects (1)", False),
        ("my.number = oneof (6, 7)", True),
        ("my.number = allof ()", False),
        ("my.flag = true", True),
        ("my.flag != true", False),
        ("my.flag in (false, true)", True),
        ("my.double >= 2", True),
        ("my.double = 2", False),
        ("my.ip = 10.1.2.3", True),
        ("my.ip != ::1", True),
        ("my.ip = ::1", False),
        ("my.ip in (::1, 10.1.2.3)", True),
        ("my.net = 10.0.0.0/8", True),
        ("my.net != 10.0.0.0/8", False),
        ('my.net != "::/1"', True),
        ("my.net in (192.168.0.0/16, 10.1.0.0/16)", True),
        ("my.net != allof (192.168.0.0/16, 11.0.0.0/8)", True),
        ("my.net = oneof (10.0.0.0/8, 10.1.0.0/16)", False),
    ],
)
def test_numbers_booleans_and_addresses_are_compared_as_values(text: str, expected: bool) -> None:
    address = ip_address("10.1.2.3")
    assert holds(text, my__number=7, my__flag=True, my__double=2.5, my__ip=address, my__net=address) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('my.bytes = "ab\\x00c"', True),
        ("my.bytes != ab", True),
        ("my.bytes contains b", True),
        ("my.bytes bcontains 6200", True),
        ("my.bytes bstartswith 6162", True),
        ("my.bytes bstartswith 62", False),
        ("my.bytes startswith ab", True),
        ("my.bytes endswith c", True),
        ('my.bytes in ("ab\\x00c")', True),
        ("len(my.bytes) = 4", True),
    ],
)
def test_buffers_are_compared_with_their_nuls(text: str, expected: bool) -> None:
    assert holds(text, my__bytes=b"ab\0c") is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my.texts in (a, b, c)", True),
        ("my.texts in (a)", False),
        ("my.texts intersects (b, z)", True),
        ("my.texts intersects ()", False),
        ("my.numbers in (1, 2)", True),
        ("my.nets in (10.0.0.0/8)", True),
        ("my.nets intersects (11.0.0.0/8)", False),
        ("len(my.texts) = 2", True),
        ("my.texts intersects val(my.texts)", True),
        # A transformed string is a NUL longer, and lists are compared to the last byte.
        ("tolower(my.texts) in (a, b)", False),
        ("tolower(my.text) in (a)", True),
    ],
)
def test_all_values_of_a_list_have_to_be_in_the_right_side(text: str, expected: bool) -> None:
    nets = (ip_address("10.1.2.3"),)
    assert holds(text, my__texts=("a", "b"), my__numbers=(1, 2), my__nets=nets, my__text="A") is expected


def test_strings_are_compared_byte_by_byte() -> None:
    assert holds('my.text startswith "\\xc3"', my__text="é")
    assert holds('my.text contains "\\xff"', my__text="a\udcffb")
    assert holds('my.text glob "a?b"', my__text="a\udcffb")
    assert not holds('my.text glob "?"', my__text="é")
    assert holds('my.text regex "a.b"', my__text="a\udcffb")
    assert holds("my.text > 9", my__text="é")


def test_ancestors_satisfy_a_test_if_one_of_them_does() -> None:
    ancestors = Candidates(("bash", "sshd"), shown="cat")
    for text in (
        "= sshd",
        "!= sshd",
        "in (sshd)",
        "startswith ss",
        "= oneof (bash, zsh)",
        "= allof (bash, zsh)",
        "exists",
    ):
        assert holds(f"proc.aname {text}", proc__aname=ancestors), text
    for text in ("= cat", "in ()", "= oneof (zsh, bash)", "= anyof ()"):
        assert not holds(f"proc.aname {text}", proc__aname=ancestors), text
    assert holds("proc.apid = 1", proc__apid=Candidates((7, 1)))
    assert not holds("proc.apid in (1, 7)", proc__apid=Candidates((7, 1)))
    assert value("proc.aname", proc__aname=ancestors) == "cat"


def test_both_ends_of_a_connection_have_to_differ() -> None:
    ends = Candidates((ip_address("10.0.0.1"), ip_address("127.0.0.1")), all_differ=True)
    ports = Candidates((40000, 443), all_differ=True)
    assert holds("fd.ip = 127.0.0.1", fd__ip=ends)
    assert not holds("fd.ip != 127.0.0.1", fd__ip=ends)
    assert holds("fd.ip != 8.8.8.8", fd__ip=ends)
    assert not holds("fd.ip in (127.0.0.1)", fd__ip=ends)
    assert holds("fd.net = 10.0.0.0/8", fd__net=ends)
    assert not holds("fd.net in (192.168.0.0/16, 10.0.0.0/8)", fd__net=ends)
    assert holds("fd.port in (http, https)", fd__port=ports)
    assert holds("fd.port < 1024 and fd.port > 1024", fd__port=ports)


def test_an_end_exists_also_where_it_has_no_value() -> None:
    nothing = Candidates((), all_differ=True)
    assert holds("fd.ip exists and not fd.ip = 1.2.3.4 and not fd.ip != 1.2.3.4", fd__ip=nothing)
    assert not holds("fd.ip exists")


@pytest.mark.parametrize(("ts_ns", "expected"), [(998_000_000, True), (997_999_999, False), (1_002_000_000, True), (1_002_000_001, False)])  # fmt: skip
def test_around_reaches_as_far_as_its_milliseconds(ts_ns: int, expected: bool) -> None:
    assert holds("evt.around[1000000000] = 2", ts_ns=ts_ns) is expected


def test_a_raw_argument_is_compared_in_the_type_of_its_event() -> None:
    name = {"evt.rawarg.name": "/etc/passwd"}
    assert holds("evt.rawarg.name startswith /etc", **name)
    assert holds("evt.rawarg.name in (/etc/passwd)", **name)
    assert holds("evt.rawarg.flags = 1", **{"evt.rawarg.flags": 1})
    assert holds("evt.rawarg.flags = anyof (1, 2)", **{"evt.rawarg.flags": 1})
    assert not holds("evt.rawarg.flags = anyof (2, 1)", **{"evt.rawarg.flags": 1})
    assert not holds("evt.rawarg.flags in (1)", **{"evt.rawarg.flags": 1})
    assert not holds("evt.rawarg.size != 1", **{"evt.rawarg.size": 2})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my.text", "aB/c"),
        ("toupper(my.text)", "AB/C"),
        ("basename(my.text)", "c"),
        ("len(my.text)", 4),
        ("b64(my.other)", "hi"),
        ("tolower(b64(my.other))", "hi"),
        ("my.texts", ("x", "y")),
        ("toupper(my.texts)", ("X", "Y")),
        ('join("-", my.texts)', "x-y"),
        ('join("-", (my.text, my.number, "z"))', "aB/c-7-z"),
        ('concat(my.text, ":", my.other)', "aB/c:aGk="),
        ('getopt(("-a", "-n", "5"), "an:")', ("a", "n", "5")),
        ('getopt(("-a", "-n", "5"), "an:")[n]', "5"),
        ('getopt(("-a"), "an:")[n]', None),
        ("b64(basename(my.text))", None),
        ("my.bytes", b"a\0"),
        ("my.key[nope]", None),
    ],
)
def test_operands_have_the_value_that_outputs_show(text: str, expected: object) -> None:
    found = value(text, my__text="aB/c", my__other="aGk=", my__texts=("x", "y"), my__number=7, my__bytes=b"a\0")
    assert found == expected


@given(st.lists(st.booleans(), min_size=2, max_size=4), st.booleans())
def test_conditions_combine_as_logic_has_it(truths: list[bool], negated: bool) -> None:
    checks = ["my.number = 7" if truth else "my.number = 8" for truth in truths]
    prefix = "not " if negated else ""
    assert holds(f"{prefix}({' and '.join(checks)})", my__number=7) is (all(truths) != negated)
    assert holds(f"{prefix}({' or '.join(checks)})", my__number=7) is (any(truths) != negated)
