"""Tables: what a run came to, by source, and the answers of `cadge list`. Pure: data in, renderables out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from supervisor.screen.theme import printable, source_style
from supervisor.screen.trouble import counted

PIPE_WIDTH = 4096
"""Columns of a table that does not go to a terminal: enough that nothing is wrapped, so that grep works."""

_BAD_STATES = frozenset({"FATAL", "BACKOFF"})


@dataclass(frozen=True, slots=True)
class SourceLine:
    """What one source came to."""

    source: str
    state: str
    """Supervisor's word (supervisor.lifecycle.State)."""
    events: int
    alerts: int
    lost: int
    """Events or payloads that were dropped or refused, all counters together."""
    elapsed_s: float
    rss_bytes: int | None = None
    """Most memory it had; None if it was never measured."""
    cpu_s: float | None = None
    restarts: int = 0
    failure: str | None = None
    """The sentence that explains why it is not well."""


def closing(lines: Sequence[SourceLine], elapsed_s: float) -> Iterable[Table | Text]:
    """The headline, the table, and a sentence for each source that failed."""
    events, alerts = sum(one.events for one in lines), sum(one.alerts for one in lines)
    parts = (f"{elapsed_s:.1f} s", counted(len(lines), "source"), counted(events, "event"), counted(alerts, "alert"))
    yield Text(" · ".join(parts), "bold")
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("source", no_wrap=True, overflow="fold")
    table.add_column("state", no_wrap=True)
    for title in ("events", "ev/s", "alerts", "lost", "memory", "cpu", "restarts"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in lines:
        table.add_row(
            Text(one.source, source_style(one.source)),
            Text(one.state.lower(), "error" if one.state in _BAD_STATES else "good"),
            number(one.events),
            number(round(one.events / one.elapsed_s)) if one.elapsed_s > 0 else "-",
            number(one.alerts),
            Text(number(one.lost), "warning" if one.lost else ""),
            megabytes(one.rss_bytes),
            "-" if one.cpu_s is None else f"{one.cpu_s:.1f} s",
            Text(number(one.restarts), "warning" if one.restarts else ""),
        )
    yield table
    for one in lines:
        if one.failure:
            yield Text("failed: ", "error").append(printable(one.failure))


def listing(titles: Sequence[str], rows: Iterable[Sequence[str]], last_wraps: bool = True) -> Table:
    """An answer of `cadge list`: the first column stands out, only the last one may be wrapped."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for position, title in enumerate(titles):
        last = position == len(titles) - 1
        table.add_column(
            title, style="bold" if position == 0 else "", no_wrap=not (last and last_wraps), overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    return table


def show(console: Console, table: Table | Text) -> None:
    """Print a table as wide as the terminal, or as wide as it likes into a pipe; no spaces at line ends."""
    if console.is_terminal or isinstance(table, Text):
        console.print(table, soft_wrap=isinstance(table, Text))
        return
    wide = Console(file=StringIO(), width=PIPE_WIDTH, highlight=False)
    with wide.capture() as captured:
        wide.print(table)
    for line in captured.get().splitlines():
        # The rule below the titles would otherwise be as long as the longest cell.
        short = line.rstrip() if set(line.strip()) != {"─"} else line.strip()[: console.width]
        console.print(short, soft_wrap=True)


def number(value: int) -> str:
    """Digits in groups of three."""
    return f"{value:,}".replace(",", " ")


def megabytes(value: int | None) -> str:
    """`61 MB`; a dash if it is not known."""
    return "-" if value is None else f"{value / 1_000_000:.0f} MB"
