import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import jsonexact, jsonvalue
from sources.jsonvalue import MISSING, get, render, shown

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


def paths(node, path=()):
    yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from paths(value, (*path, key))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from paths(value, (*path, str(place)))


@given(values, st.booleans())
def test_the_fast_way_and_the_exact_way_show_the_same_values(value, compact):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":") if compact else None)
    data = text.encode("utf-8", "surrogatepass")
    fast = jsonvalue.decode_plain(data)
    exact = jsonexact.decode(data)
    if fast is MISSING:
        return
    for path in paths(value):
        left, right = get(fast, *path), get(exact, *path)
        assert (left is MISSING) == (right is MISSING)
        if left is not MISSING:
            assert render(left) == render(right)
            assert shown(left) == shown(right)
            assert isinstance(left, str) == isinstance(right, str)
            assert (left is True, left is None) == (right is True, right is None)


@given(st.binary(max_size=60))
def test_any_bytes_are_decoded_or_refused(data):
    with suppress(jsonvalue.BrokenError):
        jsonvalue.decode(data)


@given(st.text(alphabet='{}[]",:\\u0aeE+-.1 nt\x00', max_size=40))
def test_text_made_of_json_pieces_gives_the_same_verdict_both_ways(text):
    data = text.encode()
    if jsonvalue.decode_plain(data) is not MISSING:
        assert render(jsonexact.decode(data)) == render(jsonvalue.decode_plain(data))


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ('{"a":1.50}', ("a",), "1.50"),
        ('{"a":01}', ("a",), "01"),
        ('{"a":.5}', ("a",), ".5"),
        ('{"a":NaN}', ("a",), "NaN"),
        ('{"a":-inf}', ("a",), "-inf"),
        ('{"a":1,"a":2}', ("a",), "1"),
        ('{"a":{"b" : [1, 2 ]}}', ("a",), '{"b":[1,2]}'),
        ('{"a":[1,{"b":true}]}', ("a", "1", "b"), "true"),
        ('{"a":[1]}', ("a", "+0"), "1"),
        ('{"a":null}', ("a",), "null"),
        ('{"a":"\\u00e9\\ud83d\\ude00"}', ("a",), "é😀"),
        ('{"a":"\\ud83d"}', ("a",), "\\ud83d"),
        ('{"a":"\\ud83d\\u0041"}', ("a",), "\ufffd"),
        ('{"a":"\\q\\u12"}', ("a",), "\\q\\u12"),
        ('{"a":"tab\there"}', ("a",), "tab\there"),
        ('{"\\u0061":7}', ("a",), "7"),
        ('{"\\u0061":7,"a":8}', ("a",), "8"),
        ('{"a":{"\\u0062":1}}', ("a",), '{"b":1}'),
        ('{"a":["\\u0062"]}', ("a",), '["\\u0062"]'),
    ],
)
def test_values_are_read_as_falcos_reader_does(text, path, expected):
    assert render(get(jsonvalue.decode(text.encode()), *path)) == expected


@pytest.mark.parametrize("path", [("b",), ("a", "x"), ("a", "2"), ("a", "-1"), ("a", "0", "0"), ("a", "١")])
def test_a_path_that_leads_nowhere_gives_nothing(path):
    assert get(jsonvalue.decode(b'{"a":[1,2]}'), *path) is MISSING


def test_bytes_that_are_not_utf8_survive():
    assert render(get(jsonvalue.decode(b'{"a":"caf\xe9"}'), "a")).encode("utf-8", "surrogateescape") == b"caf\xe9"


def test_a_repeated_key_never_takes_the_fast_way():
    assert jsonvalue.decode_plain(b'{"a":1,"a":2}') is MISSING


def test_helpers_tell_types_apart():
    node = jsonvalue.decode(b'{"s":"x","n":1,"t":true,"l":[1]}')
    assert jsonvalue.string(node, "s") == "x"
    assert jsonvalue.string(node, "n") is None
    assert jsonvalue.array(node, "l") == [1]
    assert jsonvalue.array(node, "s") is None
    assert jsonvalue.true(node, "t")
    assert not jsonvalue.true(node, "n")
