"""Scalars of a rules file as truth values and numbers."""

import pytest

from engine.rules.values import parse_bool, parse_unsigned


@pytest.mark.parametrize(
    ("text", "value"),
    [("yes", True), ("Off", False), ("TRUE", True), ("y", True), ("tRUE", None), ("1", None), ("", None)],
)
def test_truth_words_are_those_of_yaml_1_1_in_three_cases(text: str, value: bool | None) -> None:
    assert parse_bool(text) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ("0x10", 16), ("010", 8), ("08", None), ("-1", None), ("1.5", None), (" 1", None), ("4294967296", None)],
)
def test_numbers_are_read_as_c_streams_read_them(text: str, value: int | None) -> None:
    assert parse_unsigned(text) == value
