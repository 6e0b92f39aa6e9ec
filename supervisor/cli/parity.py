"""`cadge parity`: many at once = each alone = in one process, alert for alert."""

from enum import Enum
from typing import Annotated, Any

import msgspec
import typer
from rich.text import Text

from supervisor import parity as harness
from supervisor.cli.check import complain
from supervisor.cli.exits import Exit
from supervisor.cli.prepare import Wanted, hostname, prepare
from supervisor.parity import Difference, Mode, Verdict
from supervisor.planning import Surroundings
from supervisor.screen import tables, theme


class Format(Enum):
    """How the report is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def parity(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE[=OPEN_PARAMS]]...", help="As for cadge run.")
    ] = None,
    config: Annotated[str | None, typer.Option("-c", "--config", metavar="FILE", help="falco.yaml.")] = None,
    rules: Annotated[list[str] | None, typer.Option("-r", "--rules", metavar="PATH", help="Rules.")] = None,
    option: Annotated[
        list[str] | None, typer.Option("-o", "--option", metavar="KEY=VALUE", help="Override a setting.")
    ] = None,
    enable: Annotated[list[str] | None, typer.Option("--enable-source", metavar="SOURCE")] = None,
    disable: Annotated[list[str] | None, typer.Option("--disable-source", metavar="SOURCE")] = None,
    limit: Annotated[
        float, typer.Option("-M", "--seconds", min=0, help="Stop each source after so many seconds.")
    ] = 0.0,
    form: Annotated[Format, typer.Option("--format", help="How the report is written.")] = Format.TEXT,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Run the same sources together, each alone, and in one process; compare every alert. Exit status 1: they differ.

    The three are processes of their own that differ in batch size, working directory and hash seed.
    """
    prepared = prepare(Wanted(config, option or (), rules or (), sources or (), enable or (), disable or (), json=True))
    loaded = prepared.load_rules()
    if not loaded.ok or loaded.unmet:
        complain(loaded, prepared.texts)
        raise typer.Exit(Exit.MISUSE)
    verdict = harness.prove(prepared.plan(Surroundings(hostname=hostname(), limit_s=limit)))
    report = {Format.TEXT: _text, Format.JSON: _json, Format.MARKDOWN: _markdown}
    report[Format.JSON if json else form](verdict)
    raise typer.Exit(Exit.FINE if verdict.ok else Exit.FOUND)


def as_rows(verdict: Verdict) -> list[dict[str, Any]]:
    """One row per source: what each mode gave."""
    different = {one.source for one in verdict.differences}
    rows = []
    for source in verdict.runs[Mode.TOGETHER]:
        recordings = [verdict.runs[mode][source] for mode in Mode]
        state = "not compared" if source in verdict.uncompared else "different" if source in different else "identical"
        rows.append(
            {
                "source": source,
                "events": [one.events for one in recordings],
                "alerts": [len(one.lines) for one in recordings],
                "bytes": sum(len(line.text) for line in recordings[0].lines),
                "verdict": state,
            }
        )
    return rows


_TITLES = ("source", "events", "alerts", "bytes", "verdict")


def _cells(row: dict[str, Any]) -> list[str]:
    """Numbers that are the same in all modes stand once."""
    return [
        row["source"],
        *(" / ".join(map(str, dict.fromkeys(row[key]))) for key in ("events", "alerts")),
        str(row["bytes"]),
        row["verdict"],
    ]


def _text(verdict: Verdict) -> None:
    console = theme.console()
    tables.show(console, tables.listing(_TITLES, map(_cells, as_rows(verdict))))
    for one in verdict.differences:
        console.print(_shown(one), soft_wrap=True)
    if verdict.ok:
        console.print(f"\nidentical: {', '.join(mode.value for mode in Mode)}", style="good")


def _shown(one: Difference) -> Text:
    out = Text("\nfirst difference: ", "error").append(f"{one.source}, {one.what}\n")
    for mode, side in zip(one.modes, one.sides, strict=True):
        out.append(f"  {mode.value:<11}", "bold").append(f" {theme.printable(side)}\n")
    return out


def _json(verdict: Verdict) -> None:
    answer = {
        "identical": verdict.ok,
        "modes": [{"mode": mode.value, "batch_events": harness.BATCH_EVENTS[mode]} for mode in Mode],
        "sources": as_rows(verdict),
        "differences": [
            {"source": one.source, "what": one.what, "modes": [mode.value for mode in one.modes], "sides": one.sides}
            for one in verdict.differences
        ],
    }
    print(msgspec.json.encode(answer).decode())


def _markdown(verdict: Verdict) -> None:
    print(f"{' | '.join(_TITLES)}\n{' | '.join(':---' for _ in _TITLES)}")
    for row in as_rows(verdict):
        print(" | ".join(cell.replace("|", "\\|") for cell in _cells(row)))
    for one in verdict.differences:
        print(f"\nFirst difference of `{one.source}`: {one.what}\n")
        for mode, side in zip(one.modes, one.sides, strict=True):
            print(f"* {mode.value}: `{side}`")
