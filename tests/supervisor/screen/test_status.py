"""`cadge ctl status` as people see it."""

from io import StringIO

import pytest
from rich.console import Console

from supervisor import asking
from supervisor.screen import status
from supervisor.screen.theme import STYLES

WELL = asking.SourceStatus(
    "k8s_audit", "running", 4121, 3700.0, 0, 0, "", 48_210, 17, {}, (512, 1024), 0, 0, 43_400_000, 1.94, "abc"
)
ILL = asking.SourceStatus(
    "okta", "backoff", 0, 0.0, 3, 3, "the process died of signal 9", 5, 1, {"too long": 2}, None, 2_500_000_000, 4, 0, 0.5,
    "abc",
)  # fmt: skip


def shown(*sources: asking.SourceStatus, ready: bool = True, drops: int = 0) -> list[str]:
    out = StringIO()
    console = Console(file=out, theme=STYLES, width=140)
    for part in status.lines(asking.Overview("0.1.0", 4000, ready, 3725.0, drops, list(sources))):
        console.print(part)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_the_headline_says_whether_it_is_ready() -> None:
    assert shown(WELL)[0] == "cadge 0.1.0 (pid 4000) · ready · up 1 h 2 min · 1 source"
    assert " · not ready · " in shown(WELL, ready=False)[0]
    assert shown(WELL, drops=7)[0].endswith(" · 7 alerts dropped before the outputs")


def test_every_source_is_a_row() -> None:
    row = next(line for line in shown(WELL) if line.startswith("k8s_audit"))
    cells = [cell.strip() for cell in row.split("  ") if cell.strip()]
    assert cells == [
        "k8s_audit", "running", "4121", "1 h 1 min", "48 210", "17", "0", "0", "-", "50 %", "43 MB", "1.9 s", "0",
    ]  # fmt: skip


def test_what_went_wrong_stands_below() -> None:
    assert shown(WELL, ILL)[-2:] == ["okta: 2 too long", "okta: the process died of signal 9"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(7.24, "7.2 s"), (185, "3 min 5 s"), (7800, "2 h 10 min"), (273_600, "3 d 4 h")]
)
def test_durations_are_as_exact_as_anyone_needs(seconds: float, text: str) -> None:
    assert status.duration(seconds) == text
