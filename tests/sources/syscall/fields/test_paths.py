"""Paths as libsinsp puts them together."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.syscall.fields.paths import TOO_LONG, concatenate

PIECES = st.lists(st.sampled_from(["/", "//", ".", "..", "a", "bc", ".d", "e.", "...", "é"]), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("folder", "path", "whole"),
    [
        ("/a/", "b", "/a/b"),
        ("/a/b/", "../c", "/a/c"),
        ("/a/", "../../../c", "/c"),
        ("/a/", "./b/./c/", "/a/b/c"),
        ("/a", "b", "/ab"),
        ("/a/", "/b//c", "/b/c"),
        ("/a/", "/", "/"),
        ("/a/", "", ""),
        ("", "foo/../a", "a"),
        ("", "/foo/../a", "/a"),
        ("foo/", "../a", "a"),
        ("/a/", "..b/c..", "/a/..b/c.."),
        ("/x/", "a" * 1100, TOO_LONG),
    ],
)
def test_a_path_is_seen_from_a_folder(folder: str, path: str, whole: str) -> None:
    assert concatenate(folder, path) == whole


@settings(max_examples=150, deadline=None)
@given(folder=PIECES, path=PIECES)
def test_the_kernel_and_python_agree(folder: str, path: str) -> None:
    kernel = pytest.importorskip("sources.syscall._kernel", reason="needs a C compiler and Python.h")
    from scap import Capture

    cursor = kernel.Kernel(strict=True)
    cursor.feed(bytes(Capture().processes().event(95, 0, folder).openat(1, 3, path).data), True)
    cursor.advance()
    cwd = cursor.state.find(1).cwd
    cursor.advance()
    assert cursor.state.event_fd().name == concatenate(cwd, path)
