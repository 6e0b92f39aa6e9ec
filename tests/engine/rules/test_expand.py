"""Lists written into conditions."""

import pytest

from engine.rules.collection import CompiledList
from engine.rules.document import Source, parse
from engine.rules.expand import with_lists
from engine.rules.place import Traced
from engine.span import Span


def expanded(condition: str, **lists: list[str]) -> str:
    compiled = [CompiledList(name, items) for name, items in lists.items()]
    return with_lists(Traced(condition), compiled).text


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ("a in (l)", "a in ( x, y )"),
        ("a in ( l , z)", "a in ( x, y , z)"),
        ("al in (la)", "al in (la)"),
        ("l and l", "x, y and x, y "),
        ("l l l", "x, y l x, y "),
        ("a = l", "a = x, y "),
    ],
)
def test_a_name_that_stands_alone_becomes_its_items(condition: str, text: str) -> None:
    assert expanded(condition, l=["x", "y"]) == text


def test_an_empty_list_takes_one_comma_along() -> None:
    assert expanded("a in (b, e)", e=[]) == "a in (b  )"
    assert expanded("a in (e, b)", e=[]) == "a in (   b)"
    assert expanded("a in (e)", e=[]) == "a in (  )"


def test_items_with_spaces_are_quoted_and_later_lists_expand_them_again() -> None:
    assert expanded("a in (l)", l=["x y", "'q z'", "m"], m=["n"]) == "a in ( \"x y\", 'q z', n )"


def test_a_place_behind_a_list_is_found_in_the_file() -> None:
    source = Source("r.yaml", "- a in (l) and b in (l) and c\n")
    (root,) = parse(source)
    found = with_lists(Traced.of(source, root.items[0]), [CompiledList("l", ["x", "y"])])
    at = found.text.index("c")
    caret = found.caret(Span(at, at + 1))
    assert caret is not None
    assert source.text[caret.span.start : caret.span.end] == "c"
    caret = found.caret(Span(found.text.rindex("y"), found.text.rindex("y") + 1))
    assert caret is not None
    assert source.text[caret.span.start :].startswith("l) and c")
