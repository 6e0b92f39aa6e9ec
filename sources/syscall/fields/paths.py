"""Paths as libsinsp puts them together."""

import re
from functools import lru_cache

from engine.values import as_bytes

MAX_PATH = 1024
"""Bytes of a path, and of the two that make one, with the closing NUL."""
TOO_LONG = "/DIR_TOO_LONG/FILENAME_TOO_LONG"


@lru_cache(4096)
def concatenate(folder: str, path: str) -> str:
    """`path` as seen from `folder`, without `.`, `..` and repeated slashes.

    What is in `folder` already is left as it is; only `..` removes its last parts.
    """
    size = len(as_bytes(path))
    if len(as_bytes(folder)) + size + 1 > MAX_PATH:
        return TOO_LONG
    base = folder if path and not path.startswith("/") else ""
    made = base
    skip = False
    for part in _parts(path):
        if part == "/":
            # A slash behind `.` or `..` goes with it; one behind another, or behind nothing that is left, is dropped.
            if not (skip or made.endswith("/") or (not made and base)):
                made += "/"
            skip = False
        elif part in {".", ".."} and (not made or made.endswith("/")):
            made = _parent(made) if part == ".." else made
            skip = True
        else:
            made += part
            skip = False
    return made[:-1] if len(made) > 1 and made.endswith("/") else made


def _parts(path: str) -> list[str]:
    """Names and slashes."""
    return [part for part in re.split(r"(/)", path) if part]


def _parent(made: str) -> str:
    """Without the last name, slash kept: `/a/b/` -> `/a/`, `/` stays."""
    if len(made) <= 1:
        return made
    stem = made[:-1]
    return stem[: stem.rfind("/") + 1]
