"""The verbs: one application, its commands in panels, and how their errors end."""

import sys
from collections.abc import Sequence
from importlib import metadata
from typing import Annotated

import typer

from engine.errors import CadgeError, SourceError
from supervisor.cli.check import check
from supervisor.cli.ctl import app as ctl_app
from supervisor.cli.exits import EXPLAINED, Exit
from supervisor.cli.list import app as list_app
from supervisor.cli.parity import parity
from supervisor.cli.replay import replay
from supervisor.cli.rules import rules
from supervisor.cli.run import run
from supervisor.screen import theme

WATCH, RULES, PROVE = "Watch", "Rules", "Prove"

app = typer.Typer(
    name="cadge",
    help="Runs Falco's rules over several event sources at once, each in a process of its own.\n\n"
    "Called with Falco's own flags (cadge -c falco.yaml -r rules.yaml ...) it behaves as Falco does.",
    epilog=EXPLAINED,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(rich_help_panel=WATCH, epilog=EXPLAINED)(run)
app.command(rich_help_panel=WATCH, epilog=EXPLAINED)(replay)
app.add_typer(ctl_app, name="ctl", rich_help_panel=WATCH)
app.command(rich_help_panel=RULES, epilog=EXPLAINED)(check)
app.command(rich_help_panel=RULES, epilog=EXPLAINED)(rules)
app.add_typer(list_app, name="list", rich_help_panel=RULES)
app.command(rich_help_panel=PROVE, epilog=EXPLAINED)(parity)


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--cadge-version", help="Our own version (--version is Falco's answer).")
    ] = False,
) -> None:
    """Options before the verb."""
    if version:
        print(metadata.version("cadge"))
        raise typer.Exit


def main(argv: Sequence[str]) -> int:
    """Run a verb; what went wrong is one sentence on stderr, and the exit status says of which kind it is."""
    try:
        app(list(argv), prog_name="cadge", standalone_mode=True)
    except CadgeError as error:
        complain(error)
        return Exit.SOURCE if isinstance(error, SourceError) else Exit.MISUSE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.FOUND
    return Exit.FINE


def complain(error: CadgeError) -> None:
    """`error: sentence`, and the notes beneath it as help."""
    console = theme.console(stderr=True)
    console.print("error:", style="error", end=" ")
    console.print(theme.printable(str(error)), soft_wrap=True)
    for note in getattr(error, "__notes__", ()):
        console.print("help:", style="hint", end=" ")
        console.print(theme.printable(note), soft_wrap=True)
    sys.stderr.flush()
