"""Loaded rules as data: what `-L` and `-l` print, as JSON or as a table (falco.md 2.1).

The lists inside `details` are sets in Falco and stand sorted here.
"""

import json
from collections.abc import Collection as Some
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from engine.event import ASYNC_EVENT
from engine.events import names
from engine.lang import ast, parser
from engine.lang.printer import print_expr
from engine.listing import wrapped
from engine.rendering import repaired
from engine.rules import triggers
from engine.rules.collection import Collection, CompiledList, CompiledMacro, Entry, ExceptionInfo, ListInfo, RuleInfo
from engine.rules.model import Loaded, Rule
from engine.rules.output import Template

SYSCALL = "syscall"
_COLUMN = 51
_WIDTH = 110
_MAX_DEPTH = 100
_LONGEST = 4094
"""Bytes of a row of the table; Falco cuts the rest off."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """What a rule can use of a loaded plugin."""

    name: str
    source: str | None = None
    """The source that it produces; None for other plugins."""
    fields: frozenset[str] = frozenset()
    extract_sources: tuple[str, ...] = ()
    """The sources whose rules may use its fields; empty for all."""
    async_names: frozenset[str] = frozenset()
    async_sources: tuple[str, ...] = ()
    """The sources that its async events go to; empty for all."""


class DescribeError(Exception):
    """Loaded rules that Falco does not describe; the text is Falco's. The run ends with a runtime error."""


@dataclass(slots=True)
class _Details:
    """What a condition mentions (Falco's filter_details_resolver)."""

    collection: Collection
    fields: set[str] = field(default_factory=set)
    macros: set[str] = field(default_factory=set)
    operators: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)
    event_names: set[str] = field(default_factory=set)

    def visit(self, expr: ast.Expr) -> "_Details":
        """Take in a condition."""
        todo: list[ast.Expr] = [expr]
        while todo:
            match todo.pop():
                case ast.And(children) | ast.Or(children):
                    todo.extend(children)
                case ast.Not(child):
                    todo.append(child)
                case ast.Macro(name):
                    if name in self.collection.macros:
                        self.macros.add(name)
                case ast.Exists(left):
                    if not self._operand(left):
                        raise DescribeError("can't find field info in unary check expression")
                    self.operators.add("exists")
                case ast.Check(left, op, modifier, right):
                    if not (last := self._operand(left)):
                        raise DescribeError("can't find field info in binary check expression")
                    self.operators.add(f"{op} {modifier}" if modifier else op)
                    self._right(right, names_events=last in {"evt.type", "evt.asynctype"})
        return self

    def _right(self, right: ast.Value | ast.ValueList | ast.Field | ast.Transformer, *, names_events: bool) -> None:
        """The right side of a check: lists of values may be lists by name."""
        match right:
            case ast.Value(text):
                if names_events:
                    self.event_names.add(text)
            case ast.ValueList(items):
                found = {item.text for item in items}
                known = {text for text in found if text in self.collection.lists}
                self.lists |= known
                if names_events:
                    self.event_names |= found - known
            case _:
                self._operand(right)

    def _operand(self, operand: ast.Operand) -> str:
        """The fields of an operand; answers with the last one."""
        last = ""
        todo = [operand]
        while todo:
            match todo.pop():
                case ast.Field(name, arg):
                    last = f"{name}[{arg}]" if arg else name
                    self.fields.add(last)
                case ast.Transformer(_, parts) | ast.TransformerList(parts):
                    todo.extend(reversed(parts))
                case ast.Value():
                    pass
        return last


def _as_written(condition: str, collection: Collection) -> _Details:
    """What a condition mentions before anything in it is expanded. Falco allows it less depth here than for loading."""
    try:
        return _Details(collection).visit(parser.parse(condition, max_depth=_MAX_DEPTH))
    except parser.ParseError as error:
        raise DescribeError(error.message) from None


def describe(loaded: Loaded, plugins: Sequence[Plugin]) -> dict[str, object]:
    """Everything that was loaded, as `-L` prints it with JSON output; raises DescribeError."""
    collection = loaded.collection
    return {
        "required_engine_version": collection.required_engine_version,
        "required_plugin_versions": [
            {
                "name": first.name,
                "version": first.version,
                "alternatives": [{"name": one.name, "version": one.version} for one in rest],
            }
            for first, *rest in collection.required_plugins
        ],
        "rules": [_rule(rule, collection, plugins) for rule in loaded.rules],
        "macros": [_macro(macro, collection) for macro in collection.compiled_macros.values()],
        "lists": [_list(one, collection.lists[one.name]) for one in collection.compiled_lists.values()],
    }


def describe_rule(name: str, loaded: Loaded, plugins: Sequence[Plugin]) -> dict[str, object]:
    """One rule, as `-l` prints it; raises DescribeError."""
    for rule in loaded.rules:
        if rule.name == name:
            return {"rules": [_rule(rule, loaded.collection, plugins)]}
    raise DescribeError(f'Rule "{name}" is not loaded')


def as_json(described: dict[str, object]) -> str:
    """What `describe` gives as Falco prints it: one line, keys sorted, ill-formed text repaired."""
    return repaired(json.dumps(described, ensure_ascii=False, separators=(",", ":"), sort_keys=True)) + "\n"


def table(rules: Iterable[Rule]) -> str:
    """Names and descriptions, as `-L` and `-l` print them with text output."""
    rows = [("Rule", "Description"), ("----", "-----------")]
    rows += [(rule.name, wrapped(rule.description, _COLUMN, _WIDTH) + "\n") for rule in rules]
    return "".join(_row(left, right) + "\n" for left, right in rows)


def _row(left: str, right: str) -> str:
    """Two columns, the left one 50 bytes wide, all of it cut where Falco's buffer ends."""
    data = left.encode("utf-8", "surrogateescape").ljust(50) + b" " + right.encode("utf-8", "surrogateescape")
    return data[:_LONGEST].decode("utf-8", "surrogateescape")


def _rule(rule: Rule, collection: Collection, plugins: Sequence[Plugin]) -> dict[str, object]:
    """One rule."""
    info = collection.rules[rule.name]
    written = _as_written(info.condition.text, collection)
    compiled = _Details(collection).visit(rule.expanded)
    formats = {
        extra.key: extra.value.text if isinstance(extra.value, Template) else f"%{extra.value.text}"
        for extra in rule.extra_fields
    }
    shown = [*formats.values(), *rule.output.names()]
    details: dict[str, object] = {
        "macros": sorted(written.macros),
        "lists": sorted(written.lists),
        "condition_operators": sorted(compiled.operators),
        "condition_fields": sorted(compiled.fields),
        "output_fields": shown,
        "condition_compiled": print_expr(rule.expanded),
        "output_compiled": rule.output.text,
        "events": _events(info.source, rule.expanded),
        "plugins": _plugins(rule.source, compiled, {*compiled.fields, *shown}, plugins),
    }
    if formatted := {extra.key: formats[extra.key] for extra in rule.extra_fields if isinstance(extra.value, Template)}:
        details["extra_output_formatted_fields"] = formatted
    return {"info": _rule_info(rule, info), "details": details | _exceptions(info.exceptions)}


def _rule_info(rule: Rule, info: RuleInfo) -> dict[str, object]:
    """A rule as its author wrote it, appends and overrides applied."""
    return {
        "name": rule.name,
        "condition": info.condition.text,
        "priority": rule.priority.label,
        "output": info.output,
        "description": rule.description,
        "enabled": info.enabled,
        "source": rule.source,
        "capture": rule.capture,
        "capture_duration": rule.capture_duration_ms,
        "tags": sorted(info.tags),
    }


def _exceptions(exceptions: Iterable[ExceptionInfo]) -> dict[str, object]:
    """Names, operators, and the fields of those that have values."""
    fields: set[str] = set()
    operators: set[str] = set()
    for one in exceptions:
        operators |= _leaves(one.comps)
        if one.values:
            fields |= _leaves(one.fields)
    return {
        "exception_fields": sorted(fields),
        "exception_names": sorted({one.name for one in exceptions}),
        "exception_operators": sorted(operators),
    }


def _leaves(entry: Entry) -> set[str]:
    """All scalars of an entry."""
    return set().union(*(_leaves(item) for item in entry.items)) if entry.is_list else {entry.item}


def _macro(macro: CompiledMacro, collection: Collection) -> dict[str, object]:
    """One macro; it has no source, so its events are those of system calls and its plugins are unknown."""
    written = collection.macros[macro.name].condition.text
    details = _as_written(written, collection)
    compiled = _Details(collection).visit(macro.condition)
    return {
        "info": {"name": macro.name, "condition": written},
        "details": {
            "used": macro.used,
            "macros": sorted(details.macros),
            "lists": sorted(details.lists),
            "condition_operators": sorted(compiled.operators),
            "condition_fields": sorted(compiled.fields),
            "events": _events("", macro.condition),
            "condition_compiled": print_expr(macro.condition),
            "plugins": [],
        },
    }


def _list(compiled: CompiledList, info: ListInfo) -> dict[str, object]:
    """One list. An item that expansion did not leave in it is taken for the name of another list."""
    left = set(compiled.items)
    return {
        "info": {"name": compiled.name, "items": [item for item in info.items if item in left]},
        "details": {
            "used": compiled.used,
            "lists": sorted({item for item in info.items if item not in left}),
            "items_compiled": list(compiled.items),
            "plugins": [],
        },
    }


def _events(source: str, condition: ast.Expr) -> list[str]:
    """The names of the events for which a condition can hold."""
    if source not in {"", SYSCALL}:
        return ["asyncevent", "pluginevent"]
    return sorted(triggers.event_names(condition) | {names.name_of(ASYNC_EVENT)})


def _plugins(source: str, details: _Details, fields: Some[str], plugins: Sequence[Plugin]) -> list[str]:
    """The plugins that a rule uses: its source's, those of its fields, those of async events that it names."""
    used = {text.partition("[")[0] for text in fields}
    return sorted(
        {
            plugin.name
            for plugin in plugins
            if plugin.source == source
            or (_goes_with(plugin.extract_sources, source) and plugin.fields & used)
            or (_goes_with(plugin.async_sources, source) and plugin.async_names & details.event_names)
        }
    )


def _goes_with(sources: tuple[str, ...], source: str) -> bool:
    """Whether a plugin that names these sources means this one."""
    return not sources or source in sources
