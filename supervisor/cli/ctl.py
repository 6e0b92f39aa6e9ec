"""`cadge ctl`: ask a running cadge how it is, and tell it to stop, start or restart a source."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from engine.errors import ConfigError
from supervisor import asking, control
from supervisor.cli.exits import EXPLAINED, Exit
from supervisor.screen import status as screen
from supervisor.screen import tables, theme

app = typer.Typer(
    help="Ask a running cadge how it is, and tell it to stop, start or restart a source.",
    no_args_is_help=True,
    epilog=EXPLAINED,
)

SocketOption = Annotated[
    Path | None,
    typer.Option("--control", metavar="PATH", help="Its control socket; needed only where several run."),
]
SourceArgument = Annotated[str, typer.Argument(metavar="SOURCE", help="The event source.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command()
def status(socket: SocketOption = None, json: JsonOption = False) -> None:
    """How every source is. Exit status 1: not every source has been opened yet, or one was given up."""
    overview = _ask(asking.Status(), socket).overview
    assert overview is not None
    if json:
        print(msgspec.json.encode(overview).decode())
    else:
        console = theme.console()
        for part in screen.lines(overview):
            tables.show(console, part)
    well = overview.ready and all(one.state != "fatal" for one in overview.sources)
    raise typer.Exit(Exit.FINE if well else Exit.FOUND)


@app.command()
def stop(source: SourceArgument, socket: SocketOption = None, json: JsonOption = False) -> None:
    """Stop one source, gently; the others go on."""
    _tell(asking.Stop(source), socket, json)


@app.command()
def start(source: SourceArgument, socket: SocketOption = None, json: JsonOption = False) -> None:
    """Start a source that was stopped or given up; what it died of before is forgiven."""
    _tell(asking.Start(source), socket, json)


@app.command()
def restart(source: SourceArgument, socket: SocketOption = None, json: JsonOption = False) -> None:
    """Give a source a new process."""
    _tell(asking.Restart(source), socket, json)


@app.command()
def reload(socket: SocketOption = None, json: JsonOption = False) -> None:
    """Read the rules again; returns once they are in force everywhere. Exit status 1: they are refused."""
    _tell(asking.Reload(), socket, json)


def _tell(request: asking.Request, socket: Path | None, json: bool) -> None:
    answer = _ask(request, socket)
    if json:
        print(msgspec.json.encode(answer).decode())
    elif answer.ok:
        print(answer.text)
    else:
        console = theme.console(stderr=True)
        console.print("error:", style="error", end=" ")
        console.print(theme.printable(answer.text), soft_wrap=True)
    raise typer.Exit(Exit.FINE if answer.ok else Exit.FOUND)


def _ask(request: asking.Request, socket: Path | None) -> asking.Answer:
    return control.ask(socket or _the_one(), request)


def _the_one() -> Path:
    """The socket of the only cadge that runs. Raises ConfigError with a hint if there is none, or more than one."""
    found = control.running()
    if len(found) == 1:
        return found[0]
    if not found:
        error = ConfigError("no cadge runs here")
        error.add_note(f"looked in {control.folder()}; a run with --control PATH is reached with the same option")
        raise error
    error = ConfigError(f"{len(found)} cadges run here: say which one")
    for path in found:
        error.add_note(f"--control {path}")
    raise error
