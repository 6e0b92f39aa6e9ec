"""Quoting and unquoting of values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.lang.strings import EscapeError, quote, unquote


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (r"a\tb\n", "a\tb\n"),
        (r"\b\f\r\/\\", "\b\f\r/\\"),
        (r"a\ b", "a\\b"),
        (r"\x41\x00", "A\0"),
        (r"\xc3\xa9t\xc3\xa9", "été"),
        (r"\xff", "\udcff"),
        (r"é\xff", "é\udcff"),
        ("", ""),
    ],
)
def test_escapes_stand_for_characters(body: str, value: str) -> None:
    assert unquote(body, '"') == value


@pytest.mark.parametrize(
    ("body", "delimiter", "message"),
    [
        (r"\q", '"', r"unsupported string escape sequence: \q"),
        (r"\x1", '"', "truncated hex char escape sequence"),
        (r"\xzz", '"', "invalid hex char escape sequence: zz"),
        (r"\x+1", '"', "invalid hex char escape sequence: +1"),
        (r"a\"b", "'", "invalid \\\" escape in '-quoted string"),
        (r"a\'b", '"', "invalid \\' escape in \"-quoted string"),
    ],
)
def test_a_wrong_escape_is_refused_in_falcos_words(body: str, delimiter: str, message: str) -> None:
    with pytest.raises(EscapeError) as error:
        unquote(body, delimiter)
    assert str(error.value) == message


def test_a_quote_may_be_escaped_in_its_own_kind_of_string_only() -> None:
    assert unquote(r"\"", '"') == '"'
    assert unquote(r"\'", "'") == "'"


@pytest.mark.parametrize("value", ["a", "/usr/bin", "a,b", "(x)", "", "é"])
def test_values_without_a_reason_for_quotes_are_printed_bare(value: str) -> None:
    assert quote(value) == value


@pytest.mark.parametrize(
    ("value", "printed"),
    [("a b", '"a b"'), ("a=b", '"a=b"'), ("it's", '"it\'s"'), ('say "x"', r'"say \"x\""'), ("a\\b\n", r'"a\\b\n"')],
)
def test_values_with_blanks_or_quotes_are_printed_in_double_quotes(value: str, printed: str) -> None:
    assert quote(value) == printed


@given(st.text())
def test_what_was_quoted_can_be_read_back(value: str) -> None:
    printed = quote(value)
    assert printed == value or unquote(printed[1:-1], '"') == value
