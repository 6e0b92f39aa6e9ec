"""`cadge list`: what there is: sources, plugins, fields, events, rules."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import typer

from engine.events import names, params
from engine.fields.catalog import Argument, Field, Flags
from engine.options import Options
from engine.rules.model import Rule
from sources import catalogs, registry
from sources.spec import PluginSpec
from supervisor import plugins, select
from supervisor.cli.check import complain
from supervisor.cli.exits import EXPLAINED, Exit
from supervisor.cli.prepare import Wanted, everything_built_in, prepare
from supervisor.plugins import SYSCALL
from supervisor.screen import tables, theme

app = typer.Typer(help="Show what there is.", no_args_is_help=True, epilog=EXPLAINED)

Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command(epilog=EXPLAINED)
def sources(json: Json = False) -> None:
    """Event sources, and the plugin that produces each."""
    rows = [{"source": SYSCALL, "plugin": None, "id": 0, "description": "System calls of this machine"}]
    rows += [
        {"source": spec.produces, "plugin": spec.name, "id": spec.id, "description": spec.description}
        for spec in registry.builtin()
        if spec.produces
    ]
    _answer(rows, json, ("source", "plugin", "id", "description"))


@app.command("plugins", epilog=EXPLAINED)
def list_plugins(json: Json = False) -> None:
    """Built-in plugins and what each can do."""
    _answer(
        [
            {
                "plugin": spec.name,
                "version": spec.version,
                "source": spec.produces,
                "can": [capability.value for capability in spec.capabilities],
                "extracts_from": list(spec.extract_sources),
                "description": spec.description,
            }
            for spec in registry.builtin()
        ],
        json,
        ("plugin", "version", "source", "can", "description"),
    )


@app.command(epilog=EXPLAINED)
def fields(
    source: Annotated[str | None, typer.Argument(help="Only those that rules of this source may use.")] = None,
    json: Json = False,
) -> None:
    """Fields that conditions and outputs may use."""
    specs = [plugin.spec for plugin in everything_built_in()]
    known = plugins.sources(everything_built_in())
    if source is not None and source not in known:
        raise typer.BadParameter(
            f"unknown event source {source} ({select.hint(source, known) or 'there are ' + ', '.join(known)})"
        )
    _answer(
        _fields(specs, [source] if source else known), json, ("field", "type", "argument", "sources", "description")
    )


def _fields(specs: Sequence[PluginSpec], wanted: Sequence[str]) -> list[dict[str, Any]]:
    """One row per field; a field that several sources have stands once."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for source in wanted:
        for field in catalogs.catalog(source, specs, Options()).by_name.values():
            if field.flags & (Flags.DEPRECATED | Flags.HIDDEN | Flags.TABLE_ONLY):
                continue
            row = rows.setdefault((field.name, field.help), _field(field))
            row["sources"].append(source)
    return list(rows.values())


def _field(field: Field) -> dict[str, Any]:
    kind = f"LIST({field.type.value})" if field.is_list else field.type.value
    return {
        "field": field.name,
        "type": kind,
        "argument": _argument(field.argument),
        "sources": [],
        "description": field.help,
    }


def _argument(argument: Argument) -> str | None:
    """`[key]` where one must be given, `([index])` where one may be."""
    words = [word for word, takes in (("index", argument.index), ("key", argument.key)) if takes]
    if not words:
        return None
    inside = "|".join(words)
    written = f".{inside}" if argument.suffix and not argument.brackets else f"[{inside}]"
    return written if argument.required else f"({written})"


@app.command(epilog=EXPLAINED)
def events(json: Json = False) -> None:
    """Types of system-call events that `evt.type` knows, and the parameters of each."""
    parameters: dict[str, dict[str, None]] = {}
    for code in sorted(names.SYSCALL_SOURCE):
        known = parameters.setdefault(names.name_of(code), {})
        known.update((one.name, None) for one in params.parameters(code))
    rows = [{"event": name, "parameters": list(known)} for name, known in sorted(parameters.items())]
    _answer(rows, json, ("event", "parameters"))


@app.command(epilog=EXPLAINED)
def rules(
    rule: Annotated[
        list[str] | None, typer.Option("-r", "--rules", metavar="PATH", help="Rules files or folders.")
    ] = None,
    config: Annotated[
        str | None, typer.Option("-c", "--config", metavar="FILE", help="Those of this falco.yaml.")
    ] = None,
    option: Annotated[list[str] | None, typer.Option("-o", "--option", metavar="KEY=VALUE")] = None,
    json: Json = False,
) -> None:
    """Rules as they stand after loading, in the order in which they are asked."""
    prepared = prepare(Wanted(config=config, overrides=option or (), rules=rule or ()))
    loaded = prepared.load_rules()
    if not loaded.ok or loaded.unmet:
        complain(loaded, prepared.texts)
        raise typer.Exit(Exit.FOUND)
    in_force = {one.name for ruleset in loaded.rulesets.values() for one in ruleset.rules}
    _answer(
        [_rule(one, one.name in in_force) for one in loaded.rules], json, ("rule", "source", "priority", "on", "tags")
    )


def _rule(rule: Rule, in_force: bool) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "source": rule.source,
        "priority": rule.priority.label,
        "on": in_force,
        "tags": list(rule.tags),
        "description": rule.description,
    }


def _answer(rows: Sequence[dict[str, Any]], json: bool, columns: Sequence[str]) -> None:
    if json:
        print(msgspec.json.encode(rows).decode())
        return
    cells = ([_cell(row[column]) for column in columns] for row in rows)
    tables.show(theme.console(), tables.listing(columns, cells))


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "-"
    return " ".join(str(value).split())
