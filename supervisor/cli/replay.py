"""`cadge replay`: captures through the rules, or their events printed."""

import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from engine.errors import ConfigError
from supervisor import localzone, replaying, wire
from supervisor.cli import printing
from supervisor.cli.check import complain
from supervisor.cli.exits import Exit
from supervisor.cli.prepare import Prepared, Wanted, hostname, prepare_rules
from supervisor.cli.run import carry, tell
from supervisor.plan import RunPlan
from supervisor.planning import Surroundings
from supervisor.policy import OnFailure, Policy
from supervisor.result import RunResult
from supervisor.screen import theme
from supervisor.screen.loglines import Lines

RULES, PRINT, OUTPUT = "Through the rules", "Print events", "Output"


def replay(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Captures (.scap), one after the other.")],
    rules: Annotated[
        list[str] | None,
        typer.Option("-r", "--rules", metavar="PATH", help="Rules file, or folder of them.", rich_help_panel=RULES),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            "-c",
            "--config",
            metavar="FILE",
            help="Plugins, rules and outputs of this falco.yaml.",
            rich_help_panel=RULES,
        ),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("-o", "--option", metavar="KEY=VALUE", help="Override a setting.", rich_help_panel=RULES),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="End where Falco does: at an enter event that does not fit.", rich_help_panel=RULES
        ),
    ] = False,
    form: Annotated[
        str | None,
        typer.Option(
            "-p",
            "--print",
            metavar="FORMAT",
            help="No rules: print each event, `*` in a usual form.",
            rich_help_panel=PRINT,
        ),
    ] = None,
    condition: Annotated[
        str | None,
        typer.Option(
            "--filter", metavar="CONDITION", help="Print only events for which it holds.", rich_help_panel=PRINT
        ),
    ] = None,
    source: Annotated[
        str, typer.Option("--source", metavar="SOURCE", help="Print events of this source.", rich_help_panel=PRINT)
    ] = "syscall",
    count: Annotated[
        int | None, typer.Option("-n", "--count", min=1, help="Print no more than so many.", rich_help_panel=PRINT)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Alerts, or events, as JSON.", rich_help_panel=OUTPUT)] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Say more, and close with the table.", rich_help_panel=OUTPUT)
    ] = False,
) -> None:
    """Replay captures: system calls and the events of every plugin in them, in the order of the file."""
    prepared = prepare_rules(Wanted(config=config, overrides=option or (), rules=rules or (), json=json))
    around = Surroundings(hostname=hostname(), zone=localzone.name(os.environ), strict=strict)
    if form is not None or condition is not None:
        wanted = printing.Wanted(form or "*", condition, source, count, json)
        for path in files:
            printing.events(path, prepared.plugins, wanted, prepared.options, around)
        return
    if not prepared.files:
        error = ConfigError("no rules files are named")
        error.add_note("-r RULES, or -c with a falco.yaml that has some; --print '*' prints the events themselves")
        raise error
    loaded = prepared.load_rules()
    if not loaded.ok:
        complain(loaded, prepared.texts)
        raise typer.Exit(Exit.MISUSE)
    status = 0
    for path in files:
        before = time.monotonic()
        plan = replaying.plan(path, prepared.plugins, prepared.files, prepared.options, around)
        result = _carry(prepared, plan, Path(path).name, verbose=verbose)
        status = status or result.verb_status
        tell(result, time.monotonic() - before, whole=verbose or sys.stderr.isatty())
        if result.signal is not None:
            break
    raise typer.Exit(status)


def _carry(prepared: Prepared, plan: RunPlan, title: str, *, verbose: bool) -> RunResult:
    """One file; a bar shows how far it is where somebody watches."""
    console = theme.console(stderr=True)
    # What a file did to its process it would do again; the next file comes.
    policy = Policy(on_failure=OnFailure.STOP)
    if not console.is_terminal:
        return carry(prepared, plan, policy, Lines(console, plan.enabled_sources, verbose=verbose))
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[events]} events"))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        return carry(prepared, plan, policy, _Bar(progress, plan, title, verbose=verbose))


class _Bar(Lines):
    """A bar that follows the bytes read."""

    def __init__(self, progress: Progress, plan: RunPlan, title: str, *, verbose: bool) -> None:
        super().__init__(progress.console, plan.enabled_sources, verbose=verbose)
        self._progress = progress
        self._task = progress.add_task(title, total=None, events="0")

    def beat(self, source: str, beat: wire.Beat) -> None:
        """Once a second."""
        del source
        read, size = beat.position or (0, 0)
        self._progress.update(self._task, completed=read, total=size or None, events=f"{beat.events:,}")
