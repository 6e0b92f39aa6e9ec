"""`cadge ctl status` as a table. Pure."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from supervisor import asking
from supervisor.screen.tables import megabytes, number
from supervisor.screen.theme import printable, source_style
from supervisor.screen.trouble import counted

_STYLES = {"running": "good", "fatal": "error", "backoff": "error", "starting": "warning", "stopping": "warning"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def lines(overview: asking.Overview) -> Iterable[Table | Text]:
    """A headline, a row for each source, and how those that died last died."""
    ready = "ready" if overview.ready else "not ready"
    headline = Text(f"cadge {overview.version} (pid {overview.pid}) · ", "bold")
    headline.append(ready, "good" if overview.ready else "warning")
    headline.append(f" · up {duration(overview.age_s)} · {counted(len(overview.sources), 'source')}", "bold")
    if overview.queue_drops:
        headline.append(f" · {counted(overview.queue_drops, 'alert')} dropped before the outputs", "error")
    yield headline
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("source", no_wrap=True, overflow="fold")
    table.add_column("state", no_wrap=True)
    for title in ("pid", "up", "events", "alerts", "lost", "waiting", "lag", "read", "memory", "cpu", "restarts"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in overview.sources:
        table.add_row(*_cells(one))
    yield table
    for one in overview.sources:
        for name, count in one.counters.items():
            if count:
                yield Text(f"{one.source}: ", source_style(one.source)).append(
                    printable(f"{number(count)} {name}"), "warning"
                )
        if one.last_death:
            yield Text(f"{one.source}: ", source_style(one.source)).append(printable(one.last_death), "error")


def _cells(one: asking.SourceStatus) -> list[Text]:
    lost = sum(one.counters.values())
    return [
        Text(one.source, source_style(one.source)),
        Text(one.state, _STYLES.get(one.state, "")),
        Text(str(one.pid) if one.pid else "-"),
        Text(duration(one.age_s) if one.pid else "-"),
        Text(number(one.events)),
        Text(number(one.alerts)),
        Text(number(lost), "warning" if lost else ""),
        Text(number(one.waiting), "warning" if one.waiting else ""),
        Text(duration(one.lag_ns / 1e9) if one.lag_ns else "-"),
        Text(_read(one.position)),
        Text(megabytes(one.rss_bytes or None)),
        Text(f"{one.cpu_s:.1f} s"),
        Text(number(one.restarts), "warning" if one.restarts else ""),
    ]


def _read(position: tuple[int, int] | None) -> str:
    """How far an input is read: a share where its size is known."""
    if position is None:
        return "-"
    done, size = position
    return f"{100 * min(done, size) // size} %" if size else megabytes(done)


def duration(seconds: float) -> str:
    """`7.2 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`."""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"
