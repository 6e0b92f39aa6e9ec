"""`cadge rules`: the rules as they stand after all files, overrides and selections; and what another set changes."""

from collections.abc import Sequence
from difflib import ndiff
from typing import Annotated, Any

import msgspec
import typer
from rich.text import Text

from engine.errors import ConfigError
from engine.evaluate.codegen_print import listing
from engine.evaluate.generated import GeneratedDetector
from engine.rules.effective import Change, differences, effective
from engine.rules.model import Loaded
from supervisor import select
from supervisor.cli.check import complain
from supervisor.cli.exits import Exit
from supervisor.cli.prepare import Prepared, Wanted, prepare_rules
from supervisor.config.writing import as_yaml
from supervisor.screen import theme

_SIGNS = {"added": ("+", "good"), "removed": ("-", "error"), "changed": ("~", "warning")}


def rules(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="RULES...", help="Rules files or folders of them, in order.")
    ] = None,
    config: Annotated[
        str | None,
        typer.Option("-c", "--config", metavar="FILE", help="This falco.yaml's plugins, selections and rules files."),
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("-o", "--option", metavar="KEY=VALUE", help="Override a setting.")
    ] = None,
    rule: Annotated[
        list[str] | None, typer.Option("--rule", metavar="NAME", help="Only this rule; may be repeated.")
    ] = None,
    diff: Annotated[
        list[str] | None,
        typer.Option("--diff", metavar="OTHER", help="What these rules files change; may be repeated, in order."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    generated: Annotated[
        bool, typer.Option("--generated", help="The Python that is made of the rules of each log source.")
    ] = False,
) -> None:
    """Show the rules as they stand after everything: macros, lists, exceptions, overrides, `rules:` selections.

    What is printed is a rules file that means the same. With --diff: from RULES to OTHER, exit status 1 if they differ.
    """
    wanted = Wanted(config=config, overrides=option or (), rules=paths or ())
    if generated:
        _show_generated(prepare_rules(wanted))
        return
    ours = _load(prepare_rules(wanted))
    if diff is None:
        _show(_named(ours, rule or ()), json)
        return
    theirs = _load(prepare_rules(Wanted(config=config, overrides=option or (), rules=diff)))
    if rule:
        _named([*ours, *theirs], rule)
        ours, theirs = ([one for one in some if one["rule"] in rule] for some in (ours, theirs))
    changes = differences(ours, theirs)
    _show_changes(changes, json)
    raise typer.Exit(Exit.FOUND if changes else Exit.FINE)


def _load(prepared: Prepared) -> list[dict[str, Any]]:
    return effective(_loaded(prepared))


def _loaded(prepared: Prepared) -> Loaded:
    if not prepared.files:
        error = ConfigError("no rules files are named")
        error.add_note("name files or folders, or -c with a falco.yaml that has `rules_files`")
        raise error
    loaded = prepared.load_rules()
    if not loaded.ok:
        complain(loaded, prepared.texts)
        raise typer.Exit(Exit.FOUND)
    return loaded


def _show_generated(prepared: Prepared) -> None:
    """What the children of log sources would run."""
    loaded = _loaded(prepared)
    layouts = {one.spec.source: one.spec.layout for one in prepared.plugins if one.spec.produces}
    for source, ruleset in loaded.rulesets.items():
        if ruleset.rules and source in layouts:
            make = layouts[source]
            for program in GeneratedDetector(ruleset, make() if make is not None else None).programs():
                print("\n".join(listing(program)))


def _named(items: list[dict[str, Any]], names: Sequence[str]) -> list[dict[str, Any]]:
    """Those of the given names. Raises ConfigError with a hint for a name that no rule has."""
    known = [item["rule"] for item in items]
    for name in names:
        if name not in known:
            error = ConfigError(f"there is no rule '{name}'")
            if near := select.hint(name, known):
                error.add_note(near)
            raise error
    return [item for item in items if item["rule"] in names] if names else items


def _show(items: list[dict[str, Any]], json: bool) -> None:
    print(msgspec.json.encode(items).decode() if json else as_yaml(items), end="\n" if json else "")


def _show_changes(changes: Sequence[Change], json: bool) -> None:
    if json:
        print(msgspec.json.encode([_datum(change) for change in changes]).decode())
        return
    console = theme.console()
    for change in changes:
        console.print(_written(change), soft_wrap=True)
    if not changes:
        console.print("the same rules", style="good")


def _datum(change: Change) -> dict[str, Any]:
    keys = {key: {"before": before, "after": after} for key, (before, after) in change.keys.items()}
    return {"rule": change.rule, "source": change.source, "change": change.kind, "keys": keys}


def _written(change: Change) -> Text:
    """`~ rule 'Shell' (syscall): condition, tags`, and below it each key line by line."""
    sign, style = _SIGNS[change.kind]
    what = ", ".join(change.keys) if change.keys else change.kind
    out = Text().append(f"{sign} ", style).append(theme.printable(f"rule '{change.rule}' ({change.source})"), "code")
    out.append(f": {what}")
    for key, (before, after) in change.keys.items():
        out.append(f"\n    {key}", "faint")
        for line in ndiff(_pieces(before), _pieces(after)):
            if not line.startswith("? "):
                mark = {"+": "good", "-": "error"}.get(line[0], "faint")
                out.append(f"\n    {theme.printable(line.rstrip())}", mark)
    return out


def _pieces(value: Any) -> list[str]:
    """A value in lines that can be compared: a condition breaks before each `and` and `or`, a list after each item."""
    if isinstance(value, list):
        return [str(item) for item in value] or ["(none)"]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    for word in ("and", "or"):
        text = text.replace(f" {word} ", f"\n{word} ")
    return text.split("\n")
