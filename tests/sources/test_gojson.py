import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import gojson

scalars = st.none() | st.booleans() | st.integers() | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(values)
def test_indenting_is_that_of_pythons_encoder(value):
    data = json.dumps(value, separators=(",", ":")).encode()
    assert gojson.indent(data) == json.dumps(value, indent=2).encode()


@pytest.mark.parametrize("text", ["01", ".5", "NaN", "[1,]", '"\t"', '"\\q"', "{}x", "", "nul"])
def test_laxness_of_the_other_reader_is_refused(text):
    assert not gojson.valid(text.encode())
    assert gojson.indent(text.encode()) is None


def test_bytes_that_are_not_utf8_may_stand_in_texts():
    assert gojson.indent(b'{"a":"\xff"}') == b'{\n  "a": "\xff"\n}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "unexpected end of JSON input"),
        ("{", "unexpected end of JSON input"),
        ("x", "invalid character 'x' looking for beginning of value"),
        ("{x", "invalid character 'x' looking for beginning of object key string"),
        ('{"a"1', "invalid character '1' after object key"),
        ('{"a":1 2', "invalid character '2' after object key:value pair"),
        ("[1 2", "invalid character '2' after array element"),
        ('"\n"', "invalid character '\\n' in string literal"),
        ('"\\q"', "invalid character 'q' in string escape code"),
        ("tru3", "invalid character '3' in literal true (expecting 'e')"),
        ("-x", "invalid character 'x' in numeric literal"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("{} x", "invalid character 'x' after top-level value"),
        ("\ufeff{}", "invalid character '\\ufeff' looking for beginning of value"),
    ],
)
def test_what_is_wrong_is_said_in_gos_words(text, message):
    with pytest.raises(gojson.SyntaxFault) as caught:
        gojson.loads(text)
    assert str(caught.value) == message


@given(st.text(max_size=30))
def test_what_loads_is_what_python_loads(text):
    try:
        theirs = json.loads(text, parse_constant=int)  # which refuses NaN and Infinity, as Go does
    except ValueError:
        with pytest.raises(gojson.SyntaxFault):
            gojson.loads(text)
    else:
        assert gojson.loads(text) == theirs
