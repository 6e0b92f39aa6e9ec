"""Trees to typed conditions."""

import random

import pytest

from engine.fields import libs
from engine.fields.catalog import Catalog, Type
from engine.lang import ast, typed
from engine.lang.check import MAX_DEPTH, CheckError, check, check_operand
from engine.lang.parser import ParseError, parse, parse_operand

CATALOG = Catalog("syscall", libs.classes("syscall"), ("container",))


def checked(text: str) -> typed.Condition:
    return check(parse(text), CATALOG)


def comparison(text: str) -> typed.Test:
    one = checked(text)
    assert isinstance(one, typed.Test)
    return one


def refused(text: str) -> CheckError:
    with pytest.raises(CheckError) as error:
        checked(text)
    return error.value


def test_literals_have_the_type_of_their_field() -> None:
    assert comparison("proc.pid = 5").right == (5,)
    assert comparison("proc.name = 5").right == ("5",)
    assert comparison("evt.failed in (true, false)").right == (True, False)
    assert comparison("evt.buffer contains é").right == ("é".encode(),)
    assert comparison("evt.buffer bcontains c3A9").right == ("é".encode(),)
    assert comparison("len(proc.name) > 3").right == (3,)
    assert comparison("proc.name in ()").right == ()


def test_operators_are_canonical_and_keep_their_modifier() -> None:
    assert (comparison("proc.name == a").op, comparison("proc.name == a").modifier) == ("=", None)
    assert (comparison("proc.name != allof (a)").op, comparison("proc.name != allof (a)").modifier) == ("!=", "allof")


def test_the_tree_keeps_its_shape() -> None:
    condition = checked("proc.name exists and not (proc.pid = 1 or proc.pid = 2)")
    assert isinstance(condition, typed.All)
    assert isinstance(condition.children[0], typed.Exists)
    assert isinstance(condition.children[1], typed.Not)
    inner = condition.children[1].child
    assert isinstance(inner, typed.Any)
    assert [one.right for one in inner.children if isinstance(one, typed.Test)] == [(1,), (2,)]


def test_equal_checks_are_equal_and_hashable() -> None:
    assert comparison("proc.name = a") == comparison("proc.name  ==  'a'")
    assert len({comparison("proc.name in (a, b)"), comparison("proc.name in ('a','b')")}) == 1


def test_fields_are_compared_with_fields_of_their_type() -> None:
    right = comparison("proc.name = val(proc.pname)").right
    assert isinstance(right, typed.Use)
    assert right.ref.text == "proc.pname"
    assert isinstance(comparison("proc.name = toupper(proc.pname)").right, typed.Call)
    assert refused("proc.name = val(proc.pid)").message == (
        "field 'proc.name' has type 'CHARBUF' while the right-hand side field 'proc.pid' has incompatible type 'INT64'"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("proc.name = a and my_macro", "filter error: unexpected identifier 'my_macro'"),
        ("evt.type = nope", "unknown event type nope"),
        ("proc.name regex '('", "invalid regex pattern: missing ): ("),
        (r"proc.name regex '\\d'", r"invalid regex pattern: invalid escape sequence: \d"),
        ("evt.around[5] > 1", "evt.around supports only '=' comparison operator"),
        ("evt.buffer bcontains xyz", "filter error: bcontains and bstartswith operator support hex strings only"),
        ("evt.rawarg.data = abc", "wrong parameter type 10"),
        (r"proc.name = 'a\x00'", r"filter error: filter value cannot contain a NUL byte (\x00)"),
        ("proc.name pmatch val(proc.exe)", "operator 'PMATCH' doesn't support right-hand side fields"),
        ("fd.net = val(fd.snet)", "field type 'IPNET' doesn't support right-hand side fields"),
        ("proc.aname = val(proc.name)", "field 'proc.aname' doesn't support right-hand side fields"),
        ("proc.name = val(proc.aname)", "field 'proc.aname' can't be used as a right-hand side field"),
        ("proc.name = val(proc.name)[a]", "filter error: transformer 'val' does not support field arguments"),
        ("proc.name < 1 or proc.pid contains 1", "filter error: 'contains' operator not supported for numeric filters"),
    ],
)
def test_a_condition_that_means_nothing_is_refused_in_falcos_words(text: str, message: str) -> None:
    assert refused(text).message == message


@pytest.mark.parametrize(
    "text", ["tolower(evt.type) = openat", "len(syscall.type) exists", "evt.type in val(evt.type)"]
)
def test_what_the_event_type_index_cannot_see_through_is_refused_not_fatal(text: str) -> None:
    assert "event code search" in refused(text).message


@pytest.mark.parametrize(
    "text", ["toupper(syscall.type) contains x", "evt.type = container", "evt.type = ''", "evt.type = anyof (open)"]
)
def test_what_the_event_type_index_does_not_look_at_loads(text: str) -> None:
    checked(text)


def test_the_first_thing_that_is_wrong_is_named_at_its_check() -> None:
    error = refused("proc.name = a and\n proc.pid in (1, x) and proc.nope = 1")
    assert error.message == "x is not a valid number"
    assert error.position == (19, 2, 2)
    assert error.span == (35, 36)


def test_operands_of_outputs_are_checked_alike() -> None:
    operand = check_operand(parse_operand("toupper(evt.type)")[0], CATALOG)
    assert operand.type is Type.CHARBUF
    with pytest.raises(CheckError, match="nonexistent field"):
        check_operand(parse_operand("proc.nope")[0], CATALOG)


def test_depth_that_only_macros_can_reach_is_refused() -> None:
    deep = parse("proc.name exists")
    for _ in range(100_000):
        deep = ast.Not(deep, ast.Span(0, 0))
    with pytest.raises(CheckError, match=f"exceeded max depth limit of {MAX_DEPTH}"):
        check(deep, CATALOG)


FIELDS = ["proc.name", "proc.pid", "evt.type", "evt.buffer", "fd.cip", "fd.net", "fd.types", "evt.failed", "fd.sport",
          "evt.arg.name", "evt.rawarg.fd", "evt.rawarg.mode", "proc.aname[1]", "evt.around[1]", "evt.num", "proc.nope",
          "proc.env[HOME]", "evt.rawarg.addr", "len(fd.types)", "toupper(proc.name)", 'join(",", fd.types)',
          "concat(proc.name, proc.exe)", 'getopt(("-a"), "a")', "tolower(evt.num)", "b64(evt.buffer)"]  # fmt: skip
OPERATORS = ["=", "==", "!=", "<", ">=", "in", "intersects", "pmatch", "contains", "icontains", "bcontains", "glob",
             "iglob", "startswith", "bstartswith", "endswith", "regex", "= anyof", "!= allof", "in"]  # fmt: skip
VALUES = ["a", "5", "-1", "0x10", "true", "(a, 5)", "()", "(openat)", "openat", "10.0.0.0/8", "127.0.0.1", "::1", "http",
          "'('", "'a*'", "''", "'\\x00'", "'\\xff'", "61", "x" * 300, "val(proc.name)", "tolower(proc.exe)",
          "val(fd.cip)", "val(fd.types)", "val(evt.type)"]  # fmt: skip


def combine(seed: int, count: int) -> None:
    """Random checks: each gives a typed condition or an error of ours."""
    rng = random.Random(seed)
    loaded = 0
    for _ in range(count):
        text = f"{rng.choice(FIELDS)} {rng.choice(OPERATORS)} {rng.choice(VALUES)}"
        try:
            hash(checked(text))
        except (ParseError, CheckError) as error:
            text = error.message
        else:
            loaded += 1
        assert text
    assert loaded > count // 20


def test_any_combination_gives_a_typed_condition_or_an_error_of_ours() -> None:
    combine(1, 3_000)


@pytest.mark.slow
def test_many_combinations_give_a_typed_condition_or_an_error_of_ours() -> None:
    combine(2, 100_000)
