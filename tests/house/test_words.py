"""What tracked files may not say: paths of one machine, promises instead of code, silence without a reason."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ME = Path(__file__).resolve()

MACHINE = re.compile("|".join([r"(?<![\w./-])/" + "work/", "/root/", r"/home/(?!user\b)\w+/", "/tmp/" + "bash_jobs"]))
"""Paths that exist on one machine only."""
PROMISES = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|NotImplemented" + r"Error|pragma: no " + "cover")
SILENCED = re.compile(r"#\s*(?:type:\s*ignore(?!\[)|noqa(?!:\s*[A-Z]))")
REASONLESS = re.compile(r"#\s*(?:type:\s*ignore\[[\w, -]+\]|noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)\s*$")
HOSTS = re.compile("index-" + r"url|--find-" + r"links|pypi\." + "org")
"""Packages come from pip's default index; nothing here names another one."""


def tracked() -> list[Path]:
    """Files under version control; without git (an unpacked archive) there is nothing to look at."""
    run = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if run.returncode:
        pytest.skip("not a git checkout")
    return [path for name in run.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def lines(*suffixes: str) -> Iterator[tuple[str, str]]:
    """`path:line` and text of every line of tracked text files with these suffixes (none given: all)."""
    for path in tracked():
        if path == ME or (suffixes and path.suffix not in suffixes):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def test_no_file_names_a_path_of_one_machine() -> None:
    assert [f"{place}: {line.strip()[:120]}" for place, line in lines() if MACHINE.search(line)] == []


def test_no_code_promises_instead_of_doing() -> None:
    code = lines(".py", ".pyx", ".sh", ".toml")
    assert [f"{place}: {line.strip()}" for place, line in code if PROMISES.search(line)] == []


def test_nothing_is_silenced_without_a_code() -> None:
    assert [f"{place}: {line.strip()}" for place, line in lines(".py", ".pyx") if SILENCED.search(line)] == []


def test_nothing_is_silenced_without_a_reason() -> None:
    found = [
        f"{place}: {line.strip()}"
        for place, line in lines(".py", ".pyx")
        if REASONLESS.search(line) and not place.startswith("tests/")
    ]
    assert found == []


def test_no_file_names_a_package_index() -> None:
    assert [f"{place}: {line.strip()}" for place, line in lines() if HOSTS.search(line)] == []


def test_the_patterns_find_what_they_look_for() -> None:
    assert MACHINE.search("see /" + "work/main")
    assert not MACHINE.search("framework/main")
    assert PROMISES.search("# TO" + "DO later")
    assert SILENCED.search("x = 1  # no" + "qa")
    assert not SILENCED.search("x = 1  # no" + "qa: E501 - a table")
    assert REASONLESS.search("x = 1  # no" + "qa: E501")
