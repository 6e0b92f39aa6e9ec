"""`cadge check`: are these rules right? Every problem with its place, one line per file, exit status 1 for errors."""

import sys
from enum import Enum
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from engine.rules import render
from engine.rules.model import Loaded
from supervisor.cli.exits import Exit
from supervisor.cli.prepare import Wanted, prepare_rules
from supervisor.screen import theme, trouble


class Format(Enum):
    """How problems are written."""

    FULL = "full"
    CONCISE = "concise"
    FALCO = "falco"


def check(
    rules: Annotated[list[str], typer.Argument(help="Rules files or folders of them, in order; - is standard input.")],
    config: Annotated[
        str | None,
        typer.Option("-c", "--config", metavar="FILE", help="Check for the plugins of this falco.yaml, not for all."),
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("-o", "--option", metavar="KEY=VALUE", help="Override a setting.")
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="full: with the line and a caret; concise: one line; falco: its own.")
    ] = Format.FULL,
    json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
) -> None:
    """Check rules files: fields, operators, outputs, everything that would stop a run or make a rule useless."""
    prepared = prepare_rules(Wanted(config=config, overrides=option or (), rules=rules))
    loaded = prepared.load_rules(every_file=True, every_error=form is not Format.FALCO)
    if json:
        print(msgspec.json.encode(as_data(loaded, prepared.texts)).decode())
    elif form is Format.FALCO:
        sys.stdout.writelines(render.verbose(report) for report in loaded.reports)
    else:
        _print(loaded, prepared.texts, form)
    warned = strict and any(report.warnings for report in loaded.reports)
    raise typer.Exit(Exit.FINE if loaded.ok and not loaded.unmet and not warned else Exit.FOUND)


def as_data(loaded: Loaded, texts: trouble.Texts) -> dict[str, Any]:
    """The answer as data."""
    return {
        "ok": loaded.ok and not loaded.unmet,
        "unmet": loaded.unmet,
        "rules": len(loaded.rules),
        "files": [trouble.as_data(report, texts) for report in loaded.reports],
    }


def _print(loaded: Loaded, texts: trouble.Texts, form: Format) -> None:
    console = theme.console()
    write = trouble.full if form is Format.FULL else trouble.concise
    gap = "\n\n" if form is Format.FULL else "\n"
    for report in loaded.reports:
        for diagnostic in trouble.order([*report.errors, *report.warnings], texts):
            console.print(write(diagnostic, texts), end=gap, soft_wrap=True)
        for sentence in report.schema_warnings if form is Format.FULL else ():
            console.print(f"note: {theme.printable(sentence)}", soft_wrap=True)
        console.print(trouble.verdict(report), soft_wrap=True)
    _print_unmet(loaded, console)


def complain(loaded: Loaded, texts: trouble.Texts) -> None:
    """What is wrong with the rules of a run, on stderr."""
    console = theme.console(stderr=True)
    for report in loaded.reports:
        if report.ok:
            continue
        for diagnostic in trouble.order(report.errors, texts):
            console.print(trouble.full(diagnostic, texts), end="\n\n", soft_wrap=True)
        console.print(trouble.verdict(report), soft_wrap=True)
    _print_unmet(loaded, console)


def _print_unmet(loaded: Loaded, console: Console) -> None:
    if loaded.unmet:
        console.print("error:", style="error", end=" ")
        console.print(theme.printable(loaded.unmet), soft_wrap=True)
