"""The closing table and the answers of `cadge list`."""

from io import StringIO

from rich.console import Console

from supervisor.screen import tables
from supervisor.screen.tables import SourceLine
from supervisor.screen.theme import STYLES

GOOD = SourceLine("k8s_audit", "EXITED", 48_210, 17, 0, 2.0, rss_bytes=43_400_000, cpu_s=1.94)
BAD = SourceLine("syscall", "FATAL", 5, 0, 3, 0.0, restarts=4, failure="syscall died of signal 9 (SIGKILL)")


def closing(*lines: SourceLine) -> list[str]:
    out = StringIO()
    console = Console(file=out, theme=STYLES, width=120)
    for part in tables.closing(lines, 9.44):
        console.print(part)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_the_headline_sums_up() -> None:
    assert closing(GOOD, BAD)[0] == "9.4 s · 2 sources · 48 215 events · 17 alerts"


def test_every_source_is_a_line_with_its_state_and_cost() -> None:
    row = next(line for line in closing(GOOD) if line.startswith("k8s_audit")).split("  ")
    assert [cell.strip() for cell in row if cell.strip()] == [
        "k8s_audit", "exited", "48 210", "24 105", "17", "0", "43 MB", "1.9 s", "0",
    ]  # fmt: skip


def test_a_source_that_failed_is_explained_below_the_table() -> None:
    assert closing(GOOD, BAD)[-1] == "failed: syscall died of signal 9 (SIGKILL)"


def test_what_was_not_measured_is_a_dash() -> None:
    row = next(line for line in closing(BAD) if line.startswith("syscall")).split()
    assert row == ["syscall", "fatal", "5", "-", "0", "3", "-", "-", "4"]


def test_a_table_in_a_pipe_is_never_wrapped() -> None:
    out = StringIO()
    console = Console(file=out, theme=STYLES, width=40)
    tables.show(console, tables.listing(("field", "description"), [("ka.verb", "a word " * 40)]))
    lines = out.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[2].startswith("ka.verb")
    assert not any(line.endswith(" ") for line in lines)


def test_a_cell_cannot_move_the_cursor() -> None:
    out = StringIO()
    tables.show(Console(file=out, theme=STYLES, width=80), tables.listing(("a",), [("\x1b[2J",)]))
    assert "\x1b" not in out.getvalue()
