"""Tokens, and the places Falco reports."""

import pytest

from engine.lang import lexer
from engine.lang.lexer import Cursor
from engine.span import Position


@pytest.mark.parametrize(
    ("text", "at", "position"),
    [
        ("abc", 2, Position(2, 1, 3)),
        ("a\nbc", 3, Position(3, 2, 2)),
        ("a\r\nb", 3, Position(3, 3, 1)),
        ("é=x", 2, Position(3, 1, 4)),
        ("é\né", 3, Position(5, 2, 3)),
        ("\udcffx", 1, Position(1, 1, 2)),
    ],
)
def test_places_count_bytes_and_both_line_ends(text: str, at: int, position: Position) -> None:
    assert Cursor(text).position(at) == position


def test_places_may_be_asked_backwards() -> None:
    cursor = Cursor("a\nb\nc")
    assert cursor.position(4) == Position(4, 3, 1)
    assert cursor.position(2) == Position(2, 2, 1)


@pytest.mark.parametrize(
    ("text", "value", "end"),
    [('"a b" x', "a b", 5), ("''", "", 2), (r'"a\"b"', 'a"b', 6), ("'a\"b'", 'a"b', 5)],
)
def test_a_quoted_string_ends_at_its_own_quote(text: str, value: str, end: int) -> None:
    cursor = Cursor(text)
    assert cursor.quoted()
    assert (cursor.last, cursor.at) == (value, end)


@pytest.mark.parametrize("text", ['"abc', "'", r'"a\\"', '"a\0b"', "abc"])
def test_no_quoted_string_stands_where_none_is_closed(text: str) -> None:
    cursor = Cursor(text)
    assert not cursor.quoted()
    assert cursor.at == 0


def test_vertical_blanks_end_a_bare_string_but_are_no_blanks() -> None:
    cursor = Cursor("a\vb")
    assert cursor.take(lexer.BARE_STRING)
    assert cursor.last == "a"
    assert not cursor.blanks()


def test_a_backspace_is_a_blank_and_part_of_a_bare_string() -> None:
    cursor = Cursor("\ba\bb")
    assert cursor.blanks()
    assert cursor.take(lexer.BARE_STRING)
    assert cursor.last == "a\bb"
