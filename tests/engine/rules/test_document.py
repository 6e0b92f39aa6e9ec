"""YAML as Falco reads it: values, places, and yaml-cpp's complaints."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules.document import Node, Source, parse, span_of
from engine.rules.scalars import YamlError


def plain(node: Node) -> object:
    if node.kind == "seq":
        return [plain(one) for one in node.items]
    if node.kind == "map":
        return [(plain(key), plain(value)) for key, value in node.pairs]
    return None if node.kind == "null" else node.value


def read(text: str) -> list[object]:
    return [plain(one) for one in parse(Source("r.yaml", text))]


def complaint(text: str) -> tuple[str, int]:
    with pytest.raises(YamlError) as caught:
        list(parse(Source("r.yaml", text)))
    return caught.value.message, caught.value.offset


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a\n b\n\n c\n", "a b\nc"),
        ("'it''s'", "it's"),
        ('"a\\tb\\x41\\u00e9"', "a\tbA\u00e9"),
        ('"a\\\n  b"', "ab"),
        ('"open\n  at the end\n', "open at the end "),
        ("|\n  a\n   b\n\n", "a\n b\n"),
        ("|+\n  a\n\n", "a\n\n"),
        (">-\n  a\n  b\n\n   c\n  d\n", "a b\n\n c\nd"),
        ("|2\n   a\n", " a\n"),
        ("a # comment", "a"),
        ("a#b", "a#b"),
    ],
)
def test_a_scalar_says_what_yaml_cpp_makes_of_it(text: str, value: str) -> None:
    assert read(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("- a\n- [b, {c: d}, e: f]\n-\n", ["a", ["b", [("c", "d")], [("e", "f")]], None]),
        ("a:\n- b\nc: ~\n", [("a", ["b"]), ("c", None)]),
        ("- &x [a]\n- *x\n", [["a"], ["a"]]),
        ("? a\n: b\n", [("a", "b")]),
        ("a: 1\na: 2\n", [("a", "1"), ("a", "2")]),
        ("- <<: b\n", [[("<<", "b")]]),
        ("- !!str 5\n- ! x\n- !<t> y\n- !h!t z\n", ["5", "x", "y", "z"]),
        ('{"a":b}', [("a", "b")]),
    ],
)
def test_collections_keep_every_pair_in_order(text: str, value: object) -> None:
    assert read(text) == [value]


def test_documents_are_separate_and_directives_belong_to_the_next() -> None:
    assert read("%YAML 1.2\n---\na\n...\n---\nb\n") == ["a", "b"]
    assert read("# nothing\n") == []


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("- a: @b", "unknown token", 5),
        ("- a: b: c", "illegal map value", 6),
        ("- {a: b\n", "end of map flow not found", 9),
        ("- [a\n", "end of sequence flow not found", 6),
        ("- a\n\tb: c\n", "illegal tab when looking for indentation", 4),
        ("- *x\n", "the referenced anchor is not defined: x", 2),
        ('- "\\q"', "unknown escape character: q", 5),
        ("a: ]", "illegal flow end", 3),
        ("a\n--- , b", "unknown token", 6),
        ("- a: |x\n", "unexpected character in block scalar", 6),
        ("%YAML 2.0\n---\na\n", "YAML major version too large", 0),
        ("[" * 600, "bad file", 600),
    ],
)
def test_what_is_no_yaml_is_refused_in_yaml_cpp_s_words(text: str, message: str, offset: int) -> None:
    found = complaint(text)
    assert found[0] == message
    if message != "bad file":
        assert found[1] == offset


def test_aliases_are_one_node_so_that_they_cannot_multiply() -> None:
    text = "- &a0 [x]\n" + "".join(f"- &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 60))
    (root,) = parse(Source("r.yaml", text))
    assert root.items[59].items[0] is root.items[59].items[1] is root.items[58]


def test_places_count_bytes_and_spans_count_characters() -> None:
    source = Source("r.yaml", "- \u00e9: \u00e9\u00e9 # x\n- b\n")
    (root,) = parse(source)
    value = root.items[0].pairs[0][1]
    assert (value.pos, value.value) == (6, "\u00e9\u00e9")
    span = span_of(source, value)
    assert source.text[span.start : span.end] == "\u00e9\u00e9"
    assert source.position(root.items[1].pos) == (17, 1, 2)


@pytest.mark.parametrize(
    "text",
    [
        "a: >\n  one\n  two\n",
        "a: |\n  one\n  two\n",
        'a: "one\n  \\\n  two"\n',
        "a: one\n  two\n",
        "a: 'one\n\n  two'\n",
    ],
)
def test_each_character_of_a_scalar_is_found_in_the_file(text: str) -> None:
    (root,) = parse(Source("r.yaml", text))
    value = root.pairs[0][1]
    for word in ("one", "two"):
        at = value.value.index(word)
        assert [text[value.offset_of(at + i)] for i in range(3)] == list(word)


def test_a_byte_order_mark_is_no_text_and_bad_bytes_survive() -> None:
    assert read("\ufeffa") == ["a"]
    assert read(b"caf\xe9".decode("utf-8", "surrogateescape")) == ["caf\udce9"]


@given(st.text(alphabet="ab:-? \t\n\r[]{},&*!|>'\"%@#\\0x\u00e9.~", max_size=60))
def test_random_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        kinds = {node.kind for node in parse(Source("r.yaml", text))}
    except YamlError as error:
        kinds = {"refused" if 0 <= error.offset <= len(text.encode()) + 2 else "refused outside"}
    assert kinds <= {"null", "scalar", "seq", "map", "refused"}


def test_reading_does_not_depend_on_python_s_recursion_limit() -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        documents = list(parse(Source("r.yaml", "[" * 450 + "]" * 450)))
    finally:
        sys.setrecursionlimit(before)
    assert documents[0].kind == "seq"
