"""`cadge run`: carry the enabled sources together, each in a process of its own, until they end or are stopped."""

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from engine.priority import Priority
from supervisor import inprocess, localzone, loop, unserved
from supervisor.attending import attend
from supervisor.cli.check import complain
from supervisor.cli.exits import Exit
from supervisor.cli.prepare import Prepared, Wanted, hostname, prepare
from supervisor.cli.rereading import Rereading
from supervisor.listener import Listener
from supervisor.outputs import build
from supervisor.outputs.fanout import Fanout
from supervisor.plan import Evaluator, RunPlan, with_evaluator
from supervisor.planning import Surroundings
from supervisor.policy import OnFailure, Policy
from supervisor.result import RunResult
from supervisor.screen import tables, theme
from supervisor.screen.loglines import Lines

SOURCES, RULES, OUTPUT, KEEPING = "Sources", "Rules", "Output", "Keeping them running"


def run(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE[=OPEN_PARAMS]]...",
            help="Built-in sources to run, without a configuration file: k8s_audit=audit.jsonl, okta=- (stdin), "
            "k8s_audit=http://:9765/k8s-audit, gcp_auditlog=file:///path (followed)",
        ),
    ] = None,
    config: Annotated[
        str | None, typer.Option("-c", "--config", metavar="FILE", help="falco.yaml.", rich_help_panel=SOURCES)
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("-o", "--option", metavar="KEY=VALUE", help="Override a setting.", rich_help_panel=SOURCES),
    ] = None,
    enable: Annotated[
        list[str] | None,
        typer.Option("--enable-source", metavar="SOURCE", help="Run only this one.", rich_help_panel=SOURCES),
    ] = None,
    disable: Annotated[
        list[str] | None,
        typer.Option("--disable-source", metavar="SOURCE", help="Run all but this one.", rich_help_panel=SOURCES),
    ] = None,
    limit: Annotated[
        float,
        typer.Option(
            "-M",
            "--seconds",
            min=0,
            help="Stop each source after so many seconds of its events' time.",
            rich_help_panel=SOURCES,
        ),
    ] = 0.0,
    rules: Annotated[
        list[str] | None,
        typer.Option("-r", "--rules", metavar="PATH", help="Rules file, or folder of them.", rich_help_panel=RULES),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Alerts as JSON.", rich_help_panel=OUTPUT)] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Say more, and close with the table.", rich_help_panel=OUTPUT)
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, show the plan, run nothing.", rich_help_panel=OUTPUT)
    ] = False,
    evaluator: Annotated[
        Evaluator, typer.Option(help="How rules are asked: by generated code, or slowly.", rich_help_panel=KEEPING)
    ] = Evaluator.GENERATED,
    in_process: Annotated[
        bool, typer.Option("--in-process", help="No child processes: for debugging.", rich_help_panel=KEEPING)
    ] = False,
    on_source_failure: Annotated[
        OnFailure, typer.Option(help="What follows when a source dies or fails.", rich_help_panel=KEEPING)
    ] = OnFailure.RESTART,
    control: Annotated[
        Path | None,
        typer.Option(
            "--control",
            metavar="PATH",
            help="Where `cadge ctl` reaches this run; by default a place that it finds by itself.",
            rich_help_panel=KEEPING,
        ),
    ] = None,
) -> None:
    """Run event sources together, each in a process of its own. Alerts go to stdout, everything else to stderr."""
    wanted = Wanted(config, option or (), rules or (), sources or (), enable or (), disable or (), json)
    prepared = prepare(wanted)
    loaded = prepared.load_rules()
    if not loaded.ok or loaded.unmet:
        complain(loaded, prepared.texts)
        raise typer.Exit(Exit.MISUSE)
    plan = prepared.plan(Surroundings(hostname=hostname(), zone=localzone.name(os.environ), limit_s=limit))
    plan = with_evaluator(plan, evaluator)
    if dry_run:
        show_plan(plan, json)
        raise typer.Exit
    reread = Rereading(prepared, wanted)
    listener = Lines(theme.console(stderr=True), plan.enabled_sources, verbose=verbose, reload=reread)
    for setting in unserved.settings(prepared.config):
        listener.note("", Priority.WARNING, f"{setting} has no effect in this version")
    before = time.monotonic()
    policy = Policy(on_failure=on_source_failure)
    if in_process:
        result = carry(prepared, plan, policy, listener, inprocess.run)
    else:
        watched = reread.paths if prepared.config.watch_config_files else None
        beside = attend(watched, control, listener.note)
        result = carry(prepared, plan, policy, listener, partial(loop.run, beside=beside))
    tell(result, time.monotonic() - before, whole=verbose or sys.stderr.isatty())
    raise typer.Exit(result.verb_status)


def carry(
    prepared: Prepared,
    plan: RunPlan,
    policy: Policy,
    listener: Lines,
    go: Callable[[RunPlan, Fanout, Policy, Listener], RunResult] = loop.run,
) -> RunResult:
    """Open the outputs and run."""
    outputs = build.open_outputs(prepared.config, lambda level, text: listener.note("", level, text))
    try:
        return go(plan, outputs, policy, listener)
    finally:
        outputs.close()


def tell(result: RunResult, elapsed_s: float, *, whole: bool) -> None:
    """What a run came to: the closing table, or at least why it failed."""
    if whole:
        close(result, elapsed_s)
        return
    console = theme.console(stderr=True)
    for sentence in result.failures:
        console.print("error:", style="error", end=" ")
        console.print(theme.printable(sentence), soft_wrap=True)


def close(result: RunResult, elapsed_s: float) -> None:
    """The closing table, on stderr."""
    console = theme.console(stderr=True)
    lines = [
        tables.SourceLine(
            source=one.source,
            state=one.state.name,
            events=one.events,
            alerts=one.alerts,
            lost=sum(one.counters.values()),
            elapsed_s=one.elapsed_s,
            rss_bytes=one.peak_rss_bytes or None,
            cpu_s=one.cpu_s,
            restarts=one.restarts,
            failure=one.failure,
        )
        for one in result.sources.values()
    ]
    console.print()
    for part in tables.closing(lines, elapsed_s):
        tables.show(console, part)


def show_plan(plan: RunPlan, json: bool) -> None:
    """What would be run, on stdout: rules are named, not quoted."""
    rules = [file.name for file in plan.children[0].rules]
    rows = [
        (
            child.source,
            child.plugin.name if child.plugin else "",
            child.plugin.open_params if child.plugin else "",
            [one.name for one in child.extractors],
        )
        for child in plan.children
    ]
    if json:
        children = [dict(zip(_PLANNED, row, strict=True)) for row in rows]
        answer = {"children": children, "loaded": plan.loaded_sources, "rules": rules}
        print(msgspec.json.encode(answer).decode())
        return
    console = theme.console()
    cells = ((source, plugin or "-", params, ", ".join(extractors)) for source, plugin, params, extractors in rows)
    tables.show(console, tables.listing(_PLANNED, cells))
    console.print(theme.printable(f"rules: {', '.join(rules) or 'none'}"), soft_wrap=True)


_PLANNED = ("source", "plugin", "open_params", "extractors")
