"""Texts as values: what yaml-cpp takes for a boolean or a number."""

import math

import pytest

from supervisor.config.tree import Null, Scalar, Sequence
from supervisor.config.values import to_bool, to_float, to_int, to_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("tRUE", None),
        ("yes", True),
        ("on", True),
        ("y", True),
        ("N", False),
        ("Off", False),
        ("no", False),
        ("1", None),
        ("maybe", None),
        ("", None),
    ],
)
def test_a_boolean_is_one_of_yamls_words(text: str, value: bool | None) -> None:
    assert to_bool(Scalar(text)) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("12", 12), ("-3", -3), ("+4", 4), ("0x1F", 31), ("010", 8), ("09", None), ("1.0", None), ("1k", None)],
)
def test_a_whole_number_may_be_octal_or_hexadecimal(text: str, value: int | None) -> None:
    assert to_int(Scalar(text)) == value


def test_a_number_outside_its_type_is_none() -> None:
    assert to_int(Scalar("256"), 0, 255) is None
    assert to_int(Scalar("255"), 0, 255) == 255
    assert to_int(Scalar("-1"), 0) is None


def test_a_decimal_number_may_be_infinite() -> None:
    assert to_float(Scalar(".5")) == 0.5
    assert to_float(Scalar("1e3")) == 1000
    assert to_float(Scalar("-.inf")) == -math.inf
    assert to_float(Scalar("half")) is None


def test_an_empty_value_reads_null_and_a_list_reads_nothing() -> None:
    assert to_text(Null()) == "null"
    assert to_text(Scalar("007")) == "007"
    assert to_text(Sequence()) is None
    assert to_bool(Sequence()) is None
    assert to_int(Null()) is None
    assert to_float(Null()) is None
