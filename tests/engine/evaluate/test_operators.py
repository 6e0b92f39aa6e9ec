"""Two values compared."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluate import operators
from engine.evaluate.operators import compare, matches_regex, member, path_match
from engine.fields.catalog import Type


@given(st.binary(), st.binary())
def test_strings_are_ordered_as_by_strcmp(left: bytes, right: bytes) -> None:
    seen = left.split(b"\0")[0], right.split(b"\0")[0]
    assert compare("<", Type.CHARBUF, left, right) == (seen[0] < seen[1])
    assert compare("=", Type.CHARBUF, left, right) == (seen[0] == seen[1])
    assert compare("=", Type.BYTEBUF, left, right) == (left == right)


def test_a_nul_ends_a_string_for_operators_but_not_for_sets() -> None:
    assert compare("=", Type.CHARBUF, b"a\0b", b"a")
    assert not member(Type.CHARBUF, b"a\0b", [b"a"])
    assert member(Type.CHARBUF, b"a\0", [b"a"])
    assert not member(Type.BYTEBUF, b"a\0", [b"a"])


@pytest.mark.parametrize("op", ["=", "in", "intersects"])
def test_addresses_of_two_families_differ(op: str) -> None:
    assert not compare(op, Type.IPADDR, ip_address("::1"), ip_address("0.0.0.1"))
    assert not compare(op, Type.IPNET, ip_address("::1"), ip_network("0.0.0.0/0"))
    assert compare("!=", Type.IPNET, ip_address("::1"), ip_network("0.0.0.0/0"))
    assert compare(op, Type.IPNET, ip_address("10.2.0.1"), ip_network("10.0.0.0/8"))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (b"a.*", b"abc", True),
        (b"b", b"abc", False),
        (b"[[:alpha:]]+", b"abc", True),
        (b"a|ab", b"ab", True),
        (b"", b"", True),
        (b".", "é".encode(), True),
        (b".", b"\xff", True),
        (b"..", b"\xe2\x82\xff", True),
    ],
)
def test_a_regular_expression_matches_the_whole_of_a_repaired_text(pattern: bytes, text: bytes, expected: bool) -> None:
    assert matches_regex(text, pattern) is expected


PARTS = st.lists(st.sampled_from([b"a", b"b", b"etc"]), max_size=4)


@given(PARTS, PARTS)
def test_a_path_is_below_another_if_its_first_parts_are_the_same(value: list[bytes], listed: list[bytes]) -> None:
    ours = path_match(b"/" + b"//".join(value), [b"/".join(listed) + b"/"])
    assert ours == (value[: len(listed)] == listed)


def test_parts_of_a_listed_path_may_be_wildcards_but_match_one_part_each() -> None:
    assert path_match(b"/proc/12/maps", [b"/proc/*/maps"])
    assert not path_match(b"/proc/12/x/maps", [b"/proc/*/maps"])
    assert path_match(b"/proc/1*2/maps", [b"/proc/[0-9]*"])


def test_every_operator_of_the_language_is_there() -> None:
    known = set(operators._STRINGS) | set(operators._BUFFERS) | set(operators._ORDER) | {"regex", "pmatch"}
    from engine.lang.operators import OPERATORS

    assert known == set(OPERATORS)
