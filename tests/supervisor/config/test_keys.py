"""`-o key=value`: where a key leads, what it creates, what is wrong with it."""

import pytest

from engine.errors import ConfigError
from supervisor.config import keys
from supervisor.config.tree import Map, Scalar, Sequence, parse


def document(text: str) -> Map:
    node = parse(text)
    assert isinstance(node, Map)
    return node


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("a.b", "1"),
        ("list[1]", "y"),
        ("list[1].deep", None),
        ("nested[0].x", "2"),
        (r"dotted\.key", "3"),
        (r"back\\slash", "4"),
        ("a.missing.further", None),
        ("list[7]", None),
    ],
)
def test_a_key_leads_where_falco_finds_it(key: str, value: str | None) -> None:
    root = document(
        r"""
        a: {b: 1}
        list: [x, y]
        nested: [{x: 2}]
        dotted.key: 3
        'back\slash': 4
        """
    )
    if key == "list[1].deep":
        with pytest.raises(ConfigError, match=r"operator\[\] call on a scalar \(key: \"deep\"\)"):
            keys.find(root, key)
    else:
        assert keys.find(root, key) == value


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("a..b", "Parsing error: unexpected character at pos 2"),
        (".a", "Parsing error: unexpected character at pos 0"),
        ("a[0]b", "Parsing error: expected '.' character at pos 3"),
        ("a[x]", "Parsing error: expected a numeric index, found 'x'"),
        ("a\\", "Parsing error: trailing backslash at pos 1"),
        ("a\\b", "Parsing error: invalid escape sequence '\\b' at pos 1"),
        ("a[0][1]", "Parsing error: unexpected character at pos 4"),
        ("a[]", "Parsing error: expected a numeric index, found ''"),
    ],
)
def test_a_malformed_key_is_named_with_the_place(key: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        keys.find(document("a: [1]"), key)
    assert str(caught.value) == f'Config error at key "{key}": {problem}'


def test_empty_brackets_append_each_time() -> None:
    root = Map()
    keys.set_option(root, "rules[].disable.rule=*")
    keys.set_option(root, "rules[].enable.tag=network")
    assert root == {"rules": [{"disable": {"rule": "*"}}, {"enable": {"tag": "network"}}]}


def test_an_index_behind_the_last_item_appends_too() -> None:
    root = document("a: [x]")
    keys.set_option(root, "a[1]=y")
    keys.set_option(root, "a[0]=z")
    assert root == {"a": ["z", "y"]}


def test_a_value_in_braces_is_an_object_and_everything_else_a_text() -> None:
    root = Map()
    keys.set_option(root, "append_output[]={extra_output: '%evt.num', match: {source: syscall}}")
    keys.set_option(root, "rules_files=[a.yaml]")
    assert root == {
        "append_output": [{"extra_output": "%evt.num", "match": {"source": "syscall"}}],
        "rules_files": "[a.yaml]",
    }
    assert isinstance(root["rules_files"], Scalar)
    assert isinstance(root["append_output"], Sequence)


def test_only_the_first_equals_sign_divides() -> None:
    root = Map()
    keys.set_option(root, "a=b=c")
    keys.set_option(root, "empty=")
    assert root == {"a": "b=c", "empty": ""}


def test_an_option_without_a_value_says_what_form_it_has() -> None:
    with pytest.raises(ConfigError) as caught:
        keys.set_option(Map(), "json_output")
    assert str(caught.value) == (
        'Error parsing config option "json_output". Must be of the form key=val or key.subkey=val'
    )
