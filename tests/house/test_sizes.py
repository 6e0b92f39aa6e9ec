"""Files and functions stay readable: a file under 400 lines unless it is listed with a reason, a function on a screen."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOFT_FILE, HARD_FILE, HARD_FUNCTION = 400, 600, 60

LARGE: dict[str, str] = {}
"""Files between the soft and the hard limit, each with the reason why it is one thing."""


def sources() -> Iterator[tuple[str, str]]:
    """Every Python file of the project and its text; generated ones say so on line 1 and are left out."""
    yield from files("*.py")


def files(pattern: str) -> Iterator[tuple[str, str]]:
    """The files of the project that fit a pattern."""
    for folder in ("engine", "sources", "supervisor", "examples", "tests", "tools"):
        for path in sorted((ROOT / folder).rglob(pattern)):
            text = path.read_text(encoding="utf-8")
            if "Generated" not in text.partition("\n")[0]:
                yield path.relative_to(ROOT).as_posix(), text


def long_functions(text: str, limit: int) -> list[tuple[str, int]]:
    """Functions of more than `limit` lines, decorators and docstring not counted."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body[0]
            lines = (node.end_lineno or first.lineno) - first.lineno + 1
            if lines > limit:
                found.append((node.name, lines))
    return found


def test_no_file_is_longer_than_the_hard_limit() -> None:
    every = [*sources(), *files("*.p[xy][xdi]")]
    assert [f"{path}: {text.count(chr(10))}" for path, text in every if text.count("\n") > HARD_FILE] == []


def test_a_file_over_the_soft_limit_has_a_reason() -> None:
    large = {path for path, text in sources() if text.count("\n") > SOFT_FILE}
    assert large - set(LARGE) == set(), "split it by purpose, or say in LARGE why it is one thing"
    assert set(LARGE) - large == set(), "no longer large: take it out of LARGE"


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path}: {name} has {lines} lines"
        for path, text in sources()
        for name, lines in long_functions(text, HARD_FUNCTION)
    ]
    assert long == []


def test_a_long_function_would_be_found() -> None:
    body = "".join(f"    x = {n}\n" for n in range(HARD_FUNCTION + 1))
    assert long_functions(f'def big():\n    """Docstring."""\n{body}', HARD_FUNCTION) == [("big", HARD_FUNCTION + 1)]
