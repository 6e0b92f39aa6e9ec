import pytest

from sources import jsonexact


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'cannot parse JSON: cannot parse empty string; unparsed tail: ""'),
        ("{", "cannot parse JSON: cannot parse object: missing '}'; unparsed tail: \"\""),
        ("[", "cannot parse JSON: cannot parse array: missing ']'; unparsed tail: \"\""),
        ("]", 'cannot parse JSON: cannot parse number: unexpected char: "]"; unparsed tail: "]"'),
        ("{x:1}", "cannot parse JSON: cannot parse object: cannot find opening '\"\" for object key; unparsed tail: \"x:1}\""),
        ('{"a" 1}', "cannot parse JSON: cannot parse object: missing ':' after object key; unparsed tail: \"1}\""),
        ('{"a":1 "b":2}', "cannot parse JSON: cannot parse object: missing ',' after object value; unparsed tail: \"\\\"b\\\":2}\""),
        ('{"a":1', 'cannot parse JSON: cannot parse object: unexpected end of object; unparsed tail: ""'),
        ("[1", 'cannot parse JSON: cannot parse array: unexpected end of array; unparsed tail: ""'),
        (
            '{"a":["x]}',
            "cannot parse JSON: cannot parse object: cannot parse object value: cannot parse array: cannot parse array value: cannot parse string: missing closing '\"'; unparsed tail: \"\"",
        ),
        ("nul", 'cannot parse JSON: unexpected value found: "nul"; unparsed tail: "nul"'),
        ("1 2", 'unexpected tail: "2"'),
        ("\x01", 'cannot parse JSON: cannot parse number: unexpected char: "\\x01"; unparsed tail: "\\x01"'),
        ("1" + "x" * 100, 'unexpected tail: "' + "x" * 40 + "..." + "x" * 40 + '"'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_the_words_of_falcos_reader(text, message):
    with pytest.raises(jsonexact.BrokenError) as caught:
        jsonexact.decode(text.encode())
    assert str(caught.value) == message


def test_nesting_is_refused_beyond_three_hundred():
    # 299 arrays around a number are 300 values one within the other.
    jsonexact.decode(b"[" * 299 + b"1" + b"]" * 299)
    with pytest.raises(jsonexact.BrokenError, match="too big depth"):
        jsonexact.decode(b"[" * 300 + b"1" + b"]" * 300)


def test_very_deep_nesting_is_an_error_and_no_crash():
    with pytest.raises(jsonexact.BrokenError, match="too big depth"):
        jsonexact.decode(b"[" * 200_000)


def test_a_container_remembers_where_it_stands():
    node = jsonexact.decode(b' {"a": [1, 2]} ')
    assert node.source[node.start : node.end] == b'{"a": [1, 2]}'
    assert node["a"].source[node["a"].start : node["a"].end] == b"[1, 2]"
