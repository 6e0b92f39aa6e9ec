"""Paths as libsinsp puts them together."""

import pytest

from sources.syscall.fields.paths import TOO_LONG, concatenate


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
