"""Snippets as Falco cuts them, and conditions whose characters can be found again."""

import pytest

from engine.rules.document import Source, parse
from engine.rules.place import Place, Traced, snippet
from engine.span import Position, Span


@pytest.mark.parametrize(
    ("content", "pos", "shown"),
    [
        ("", 0, "<No context available>\n"),
        ("abc", 1, "abc\n ^\n"),
        ("ab\ncd\n", 3, "ab\ncd\n^\n"[3:]),
        ("ab\ncd", 99, "cd\n ^\n"),
        ("x" * 100 + "y" * 100, 100, "..." + "x" * 77 + "y" * 78 + "...\n" + " " * 80 + "^\n"),
        ("\n\n", 1, "<No context available>\n"),
    ],
)
def test_a_snippet_is_the_line_with_a_caret_cut_to_eighty_each_side(content: str, pos: int, shown: str) -> None:
    assert snippet(content, pos) == shown


def test_a_condition_s_place_adds_to_that_of_its_yaml_value() -> None:
    source = Source("r.yaml", "- condition: a very long condition\n")
    (root,) = parse(source)
    value = root.items[0].pairs[0][1]
    place = Place.whole(source).at(value, "rule condition").inside(Position(2, 1, 3), value.value)
    last = place.context().locations[-1]
    assert (last.name, last.position) == ('"a very long condi..."', Position(15, 1, 16))


def test_joined_conditions_point_to_where_each_part_was_written() -> None:
    source = Source("r.yaml", "- first\n- second\n")
    (root,) = parse(source)
    one, two = (Traced.of(source, node) for node in root.items)
    joined = (one + " " + two).behind("(") + ")"
    assert joined.text == "(first second)"
    for word in ("first", "second"):
        at = joined.text.index(word)
        caret = joined.caret(Span(at, at + len(word)))
        assert caret is not None
        assert source.text[caret.span.start : caret.span.end] == word
