"""Wildcards against the C library that Falco asks."""

import ctypes
import locale
import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.evaluate.glob import Glob

_CASEFOLD = 1 << 4
_LIBC = ctypes.CDLL(None)


@pytest.fixture(autouse=True)
def c_locale() -> Iterator[None]:
    # Falco never leaves the C locale; Python does at its start.
    before = locale.setlocale(locale.LC_ALL)
    locale.setlocale(locale.LC_ALL, "C")
    yield
    locale.setlocale(locale.LC_ALL, before)


def libc(pattern: bytes, text: bytes, fold: bool) -> bool:
    return _LIBC.fnmatch(pattern, text, _CASEFOLD if fold else 0) == 0


PIECES = st.sampled_from(
    b"* ? [ ] ! ^ - \\ a b B z / . [: :] [= =] [. .] [:alpha:] [:upper:] [:nope:] [=a=] [.-.] [a-c] [!a] []a] \xc3".split()
)
PATTERNS = st.lists(PIECES, max_size=9).map(b"".join)
TEXTS = st.lists(
    st.sampled_from([b"a", b"b", b"A", b"B", b"z", b"-", b"]", b"[", b"/", b".", b"\\", b":", b"\xc3", b"!"]),
    max_size=7,
).map(b"".join)


@settings(max_examples=1500, deadline=None)
@given(PATTERNS, TEXTS, st.booleans())
@example(b"[a-", b"[a-", False)
@example(b"[", b"[", False)
@example(b"[[:upper:]]", b"a", True)
@example(b"a\\", b"a", False)
def test_every_pattern_matches_what_fnmatch_matches(pattern: bytes, text: bytes, fold: bool) -> None:
    assert Glob(pattern, fold=fold).matches(text) == libc(pattern, text, fold)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (b"/etc/*", b"/etc/a/b", True),
        (b"/etc/?", b"/etc/", False),
        (b"", b"", True),
        (b"", b"a", False),
        (b"[[:digit:]]*", b"7up", True),
        (b"[!a-c]", b"d", True),
        (b"\\*", b"*", True),
    ],
)
def test_wildcards_of_rules_match_as_people_expect(pattern: bytes, text: bytes, matches: bool) -> None:
    assert Glob(pattern).matches(text) is matches


def test_a_hostile_pattern_takes_no_exponential_time() -> None:
    start = time.monotonic()
    assert not Glob(b"*a" * 40 + b"b").matches(b"a" * 400)
    assert time.monotonic() - start < 5
    assert os.name == "posix"
