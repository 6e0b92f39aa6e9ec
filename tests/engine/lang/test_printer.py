"""Printing is the inverse of reading."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.lang import ast
from engine.lang.parser import parse
from engine.lang.printer import print_expr
from engine.lang.strings import requote
from engine.span import Span

NOWHERE = Span(0, 0)
TRANSFORMERS = ["tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt"]
NUMBER_OPERATORS = ["<", "<=", ">", ">="]
STRING_OPERATORS = ["=", "==", "!=", "glob", "iglob", "contains", "icontains", "startswith", "endswith", "regex"]
LIST_OPERATORS = ["in", "intersects", "pmatch"]
KEYWORDS = {"and", "or", "not"}

words = st.from_regex(r"[a-zA-Z][a-zA-Z0-9_]{0,5}", fullmatch=True)
names = words.filter(lambda word: not word.startswith(("and", "or", "not")))
numbers = st.from_regex(r"[+\-]?[0-9]{1,4}(\.[0-9]{0,2})?", fullmatch=True)
# What the printer cannot say so that it is read back: an empty value, one with a bracket or comma and no quotes, NUL and
# vertical blanks (which Falco does not escape), and a backslash at the end (the quote behind it does not close).
texts = st.text(st.characters(blacklist_characters="\0\v\f(),", blacklist_categories=["Cs"]), min_size=1).map(
    lambda text: text if re.search("[\b\n\r\t =\\\\\"']", text) or not re.search(r"\s", text) else text + " "
)
values = texts.filter(lambda text: not text.endswith("\\")).map(lambda text: ast.Value(text, NOWHERE))
fields = st.builds(
    lambda parts, arg: ast.Field(".".join(parts), arg, NOWHERE),
    st.lists(words, min_size=2, max_size=3),
    st.none() | st.from_regex(r"[a-z0-9/.]{1,4}", fullmatch=True) | st.just("a b]"),
)
literals = numbers.map(lambda text: ast.Value(text, NOWHERE)) | st.just(ast.Value("a b", NOWHERE))
calls = st.recursive(
    st.builds(lambda name, arg: ast.Transformer(name, (arg,), None, NOWHERE), st.sampled_from(TRANSFORMERS), fields),
    lambda inner: st.builds(
        lambda name, args, arg: ast.Transformer(name, tuple(args), arg, NOWHERE),
        st.sampled_from(TRANSFORMERS),
        st.lists(
            inner
            | fields
            | literals
            | st.lists(inner | fields | literals, max_size=3).map(lambda i: ast.TransformerList(tuple(i), NOWHERE)),
            min_size=1,
            max_size=3,
        ),
        st.none() | st.just("c"),
    ),
    max_leaves=4,
)
left = fields | calls
right_calls = calls | fields.map(lambda field: ast.Transformer("val", (field,), None, NOWHERE))
value_lists = st.lists(values, max_size=3).map(lambda items: ast.ValueList(tuple(items), NOWHERE))
identifiers = names.map(lambda text: ast.Value(text, NOWHERE))


def check(
    operators: list[str], right: st.SearchStrategy[ast.Operand], modifiers: list[str | None]
) -> st.SearchStrategy[ast.Check]:
    return st.builds(
        lambda one, op, modifier, other: ast.Check(one, op, modifier, other, NOWHERE),
        left, st.sampled_from(operators), st.sampled_from(modifiers), right,
    )  # fmt: skip


leaves = (
    names.map(lambda name: ast.Macro(name, NOWHERE))
    | left.map(lambda one: ast.Exists(one, NOWHERE))
    | check(NUMBER_OPERATORS, literals.filter(lambda one: one.text != "a b") | right_calls, [None])
    | check(STRING_OPERATORS, values | right_calls, [None])
    | check(STRING_OPERATORS, value_lists | identifiers, ["oneof", "anyof", "allof"])
    | check(LIST_OPERATORS, value_lists | identifiers | right_calls, [None])
)


def joined(kind: type[ast.And] | type[ast.Or], inner: st.SearchStrategy[ast.Expr]) -> st.SearchStrategy[ast.Expr]:
    return st.lists(inner, min_size=2, max_size=3).map(lambda parts: kind(tuple(parts), NOWHERE))


# `not not a` is read as `a`.
conditions = st.recursive(
    leaves,
    lambda inner: (
        joined(ast.And, inner)
        | joined(ast.Or, inner)
        | inner.filter(lambda one: not isinstance(one, ast.Not)).map(lambda one: ast.Not(one, NOWHERE))
    ),
    max_leaves=6,
)


def bare(node: object) -> object:
    """A tree without its places."""
    if isinstance(node, tuple) and not isinstance(node, Span):
        return tuple(bare(item) for item in node)
    if hasattr(node, "__slots__") and hasattr(node, "span"):
        parts = [getattr(node, name) for name in node.__slots__ if name not in {"span", "position"}]
        return (type(node).__name__, *(bare(part) for part in parts))
    return node


@settings(max_examples=400)
@given(conditions)
def test_what_is_printed_is_read_back_as_the_same_tree(condition: ast.Expr) -> None:
    assert bare(parse(print_expr(condition))) == bare(condition)


@settings(max_examples=200)
@given(conditions)
def test_printing_once_or_twice_is_the_same(condition: ast.Expr) -> None:
    printed = print_expr(condition)
    assert print_expr(parse(printed)) == printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ('a.b[""] exists', 'a.b[""] exists'),
        ('a.b["x"] exists', "a.b[x] exists"),
        ("a.b['x y'] exists", 'a.b["x y"] exists'),
        ('concat("a", a.b) = x', "concat(a,a.b) = x"),
        ("a.b == 'x'", "a.b == x"),
    ],
)
def test_printing_follows_falco_also_where_it_cannot_be_read_back(text: str, printed: str) -> None:
    assert print_expr(parse(text)) == printed


def test_depth_does_not_matter() -> None:
    deep: ast.Expr = ast.Macro("a", NOWHERE)
    for _ in range(20_000):
        deep = ast.Not(deep, NOWHERE)
    assert len(print_expr(deep)) == 4 * 20_000 + 1


anything = st.text(st.characters(blacklist_categories=["Cs"]))


@given(st.lists(anything, max_size=3))
def test_requoting_gives_back_what_falco_s_quoting_does_not(items: list[str]) -> None:
    values = ast.ValueList(tuple(ast.Value(item, NOWHERE) for item in items), NOWHERE)
    written = print_expr(ast.Check(ast.Field("proc.name", None, NOWHERE), "in", None, values, NOWHERE), requote)
    read = parse(written)
    assert isinstance(read, ast.Check)
    assert isinstance(read.right, ast.ValueList)
    assert [one.text for one in read.right.items if isinstance(one, ast.Value)] == items
