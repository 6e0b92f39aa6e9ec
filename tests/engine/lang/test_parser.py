"""Conditions to trees: the grammar, its errors and their places, and that no text is too much for it."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.lang import ast
from engine.lang.parser import ParseError, parse
from engine.lang.printer import print_expr

WORDS = [
    "and", "or", "not", "in", "(", ")", "(", ")", "[", "]", ",", "'", '"', "\\", "=", "!=", "<", ">=", "exists",
    "contains", "regex", "glob", "pmatch", "intersects", "oneof", "anyof", "proc.name", "evt.type", "fd.sip",
    "ka.uri.param", "evt.arg.res", "proc.aname[1]", "a", "b", "5", "0x1f", "-1.5e+3", "/etc/*", "é", "<NA>", "val(",
    "tolower(", "join(", "getopt(", "len(", "not(", "and(", "or(", " ", "  ", "\t", "\n", "\r\n", "\b", "\v", "\0",
    "\\x41", '"a b"', "'x'", "\udcff", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a", "a"),
        (" a and b or c ", "((a and b) or c)"),
        ("a or b and not c", "(a or (b and not c))"),
        ("not not a", "a"),
        ("not not not a", "not a"),
        ("not(a) and b", "(not a and b)"),
        ("not (not a)", "not not a"),
        ("a and(b or c)and d", "(a and (b or c) and d)"),
        ("a or(b)or c", "(a or b or c)"),
        ("((a))", "a"),
        ("nota", "nota"),
        ("proc.name exists", "proc.name exists"),
        ("proc.name=cat", "proc.name = cat"),
        ("proc.name == 'a b'", 'proc.name == "a b"'),
        ("proc.name in(a,'b c' , d)", 'proc.name in (a, "b c", d)'),
        ("proc.name inx", "proc.name in x"),
        ("proc.name in ()", "proc.name in ()"),
        ("proc.name in shells", "proc.name in shells"),
        ("proc.name contains oneof (a, b)", "proc.name contains oneof (a, b)"),
        ("proc.name = anyof shells", "proc.name = anyof shells"),
        ("proc.name = oneof", "proc.name = oneof"),
        ("proc.name = oneof and a", "(proc.name = oneof and a)"),
        ("proc.name =oneof", "proc.name = oneof"),
        ("proc.name = ONEOF", "proc.name = ONEOF"),
        ("evt.num >= -5.e+3", "evt.num >= -5.e+3"),
        ("proc.name = val(proc.pname)", "proc.name = val(proc.pname)"),
        ("toupper(proc.name) != tolower( proc.pname )", "toupper(proc.name) != tolower(proc.pname)"),
        ("proc.name in val(proc.pname)", "proc.name in val(proc.pname)"),
    ],
)
def test_a_condition_is_read_as_falco_reads_it(text: str, printed: str) -> None:
    assert print_expr(parse(text)) == printed


def test_a_wrong_escape_in_the_first_item_makes_the_list_an_empty_one() -> None:
    check = parse(r'proc.name in ("\q")')
    assert isinstance(check, ast.Check)
    assert isinstance(check.right, ast.ValueList)
    assert check.right.items == ()


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("", "filter input string is empty", 0),
        (" ", "expected a '(' token, a field check, or an identifier", 1),
        ("a and", "expected blank or '(' after 'and'", 5),
        ("a orb", "expected blank or '(' after 'or'", 4),
        ("a or(b) and c", "unexpected token after ')', expecting 'or', 'and'", 8),
        ("(a", "expected a ')' token", 2),
        ("a xor b", "unexpected token after 'a', expecting 'or', 'and'", 2),
        ("proc.name[0", "expected a ']' token", 11),
        ("proc.name in (a,)", "expected a string value", 16),
        ("proc.name = anyof (a", "expected a ')' token", 20),
        (r'proc.name = "a\q" and a', r"unsupported string escape sequence: \q", 17),
        ("proc.name = val(a)", "expected a field within 'val' transformer", 16),
        ("é.b = 1", "expected a '(' token, a field check, or an identifier", 0),
    ],
)
def test_an_error_has_falcos_words_and_place(text: str, message: str, offset: int) -> None:
    with pytest.raises(ParseError) as error:
        parse(text)
    assert (error.value.message, error.value.position.offset) == (message, offset)


def test_the_place_of_an_error_counts_lines_and_bytes() -> None:
    with pytest.raises(ParseError) as error:
        parse("proc.name = é and\nproc.name ~ b")
    assert error.value.position == (29, 2, 11)
    assert error.value.span.start == 28


def test_checks_and_macros_know_where_they_stand() -> None:
    both = parse("my_macro and\n proc.name = é")
    assert isinstance(both, ast.And)
    macro, check = both.children
    assert isinstance(macro, ast.Macro)
    assert isinstance(check, ast.Check)
    assert isinstance(check.right, ast.Value)
    assert macro.position == (0, 1, 1)
    assert check.position == (14, 2, 2)
    assert check.right.position == (26, 2, 14)
    assert check.span == (14, 27)


@pytest.mark.parametrize(
    ("text", "limit", "offset"),
    [("(" * 300, 1000, 200), ("(" * 300, 100, 20), ("not(" * 300, 1000, 1000), ("tolower(" * 600, 1000, 3984)],
)
def test_nesting_ends_where_libsinsp_ends_it(text: str, limit: int, offset: int) -> None:
    with pytest.raises(ParseError) as error:
        parse(text, limit)
    assert error.value.message == f"exceeded max depth limit of {limit}"
    assert error.value.position.offset == offset


def test_as_deep_as_allowed_is_read() -> None:
    assert parse("(" * 199 + "a" + ")" * 199) == ast.Macro("a", ast.Span(199, 200))


@pytest.mark.parametrize(
    "unit",
    ["a or ", "(a) and ", "proc.name = é or ", "not ", "(", 'a.b = "\\', "a.b in (x,", '"\\"', "\n", "len(", "\0'"],
)
def test_reading_takes_time_in_proportion_to_the_text(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        best = 9.0
        for _ in range(3):
            before = time.perf_counter()
            with pytest.raises(ParseError):
                parse(text)
            best = min(best, time.perf_counter() - before)
        return best

    assert seconds(160_000) < 40 * seconds(20_000) + 0.05


@pytest.mark.parametrize("text", ["proc.name in (" + "x," * 100_000 + "y)", "proc.name = " + "x" * 1_000_000])
def test_a_long_text_is_read(text: str) -> None:
    assert isinstance(parse(text), ast.Check)


def stands_within(error: ParseError, text: str) -> None:
    assert error.message
    assert 0 <= error.position.offset <= 4 * len(text)
    assert 0 <= error.span.start <= error.span.end <= len(text)


def garbage(seed: int, count: int) -> None:
    """Random texts made of the language's own pieces: each gives a tree or a `ParseError`."""
    rng = random.Random(seed)
    read = 0
    for _ in range(count):
        text = "".join(rng.choice(WORDS) + rng.choice(["", " "]) for _ in range(rng.randint(0, 14)))
        try:
            printed = print_expr(parse(text))
        except ParseError as error:
            stands_within(error, text)
        else:
            read += 1
            assert printed
    assert read > count // 1000


def test_garbage_gives_a_parse_error_or_a_tree() -> None:
    garbage(1, 4_000)


@pytest.mark.slow
def test_much_garbage_gives_a_parse_error_or_a_tree() -> None:
    garbage(2, 100_000)


@settings(max_examples=300)
@given(st.text(st.characters(codec=None)))
def test_any_text_gives_a_parse_error_or_a_tree(text: str) -> None:
    try:
        parse(text)
    except ParseError as error:
        stands_within(error, text)


def test_characters_that_are_none_are_replaced() -> None:
    check = parse("proc.name = a\ud800b")
    assert isinstance(check, ast.Check)
    assert isinstance(check.right, ast.Value)
    assert check.right.text == "a\ufffdb"
