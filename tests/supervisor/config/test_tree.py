"""The document behind the settings: environment, inclusion, syntax errors."""

import pytest

from engine.errors import ConfigError
from supervisor.config import tree
from supervisor.config.tree import Map, Null

ENVIRONMENT = {"A": "x", "EMPTY": "", "LONG_NAME": "long"}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("${A}", "x"),
        ("a${A}b${LONG_NAME}c", "axblongc"),
        ("${UNKNOWN}", ""),
        ("${EMPTY}|", "|"),
        ("$${A}", "${A}"),
        ("$${A}${A}", "${A}x"),
        ("${A", "${A"),
        ("$${A", "$${A"),
        ("$A ${A}", "$A ${A}"),
        ("${A}$", "x$"),
        ("cost: 5$", "cost: 5$"),
    ],
)
def test_names_of_the_environment_are_replaced(text: str, expanded: str) -> None:
    assert tree.expand_text(text, ENVIRONMENT) == expanded


def test_values_are_expanded_but_keys_are_not() -> None:
    node = tree.expand(tree.parse("{'${A}': ['${A}', {b: '${A}'}]}"), ENVIRONMENT)
    assert node == {"${A}": ["x", {"b": "x"}]}


def test_scalars_stay_as_they_are_written() -> None:
    node = tree.parse("{a: 007, b: yes, c: 1.50, d: '~', e: ~}")
    assert isinstance(node, Map)
    assert [node[key] for key in "abcd"] == ["007", "yes", "1.50", "~"]
    assert isinstance(node["e"], Null)


def test_of_a_key_given_twice_the_first_counts() -> None:
    assert tree.parse("{a: 1, a: 2}") == {"a": "1"}


def test_a_syntax_error_says_where() -> None:
    with pytest.raises(ConfigError, match=r"yaml-cpp: error at line 3, column 1: "):
        tree.parse("a: 1\nb: [\n")


@pytest.mark.parametrize(
    ("strategy", "merged"),
    [
        ("append", {"list": ["1", "2"], "map": {"b": "2"}, "text": "new", "only": "there"}),
        ("override", {"list": ["2"], "map": {"b": "2"}, "text": "new", "only": "there"}),
        ("add-only", {"list": ["1"], "map": {"a": "1"}, "text": "old", "only": "there"}),
    ],
)
def test_files_are_merged_by_top_level_key(strategy: str, merged: dict[str, object]) -> None:
    root, other = (
        tree.parse("{list: [1], map: {a: 1}, text: old}"),
        tree.parse("{list: [2], map: {b: 2}, text: new, only: there}"),
    )
    assert isinstance(root, Map)
    assert isinstance(other, Map)
    tree.include(root, other, strategy)
    assert root == merged
