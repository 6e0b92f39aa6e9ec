"""Wildcards of rule selections."""

import pytest

from engine.rules.select import matches_wildcard


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("abc", "abc", True),
        ("abc", "abcd", False),
        ("*", "", True),
        ("a*", "abc", True),
        ("*c", "abc", True),
        ("*b*", "abc", True),
        ("a**c", "abc", True),
        ("a?c", "abc", False),
        ("", "", True),
        ("*ab", "abab", False),
    ],
)
def test_a_star_is_any_text_and_the_first_fit_is_taken(pattern: str, text: str, *, fits: bool) -> None:
    assert matches_wildcard(pattern, text) is fits
