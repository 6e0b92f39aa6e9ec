"""What `--list`, `--list-events`, `-i` and `--version` print (falco.md 2.1).

Every function gives the whole text as it stands on stdout.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.events import names, params, sets
from engine.events.kinds import Category, EventFlag
from engine.events.params import Param
from engine.events.tables import EVENTS, SCHEMA_VERSION
from engine.fields.catalog import NO_ARGUMENT, Catalog, Field, FieldClass, Flags

FORMATS = ("text", "markdown", "json")
"""Values of `--format`."""

_LEFT = 30
_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Versions:
    """Everything that has a version."""

    falco: str
    libs: str
    plugin_api: str
    engine: str
    """Three numbers; the middle one is printed alone as well."""
    driver_api: str
    driver_schema: str
    default_driver: str


def version(versions: Versions, *, as_json: bool = False) -> str:
    """The text of `--version`; as JSON it is one line."""
    if as_json:
        return _line(version_members(versions))
    return (
        f"Falco version: {versions.falco}\nLibs version:  {versions.libs}\nPlugin API:    {versions.plugin_api}\n"
        f"Engine:        {versions.engine}\nDriver:\n  API version:    {versions.driver_api}\n"
        f"  Schema version: {versions.driver_schema}\n  Default driver: {versions.default_driver}\n"
    )


def version_members(versions: Versions, plugins: Iterable[tuple[str, str]] = ()) -> dict[str, object]:
    """The object of `--version` and `/versions`; plugins are (name, version), none leaves their member out."""
    members: dict[str, object] = {
        "default_driver_version": versions.default_driver,
        "driver_api_version": versions.driver_api,
        "driver_schema_version": versions.driver_schema,
        "engine_version": versions.engine.split(".")[1],
        "engine_version_semver": versions.engine,
        "falco_version": versions.falco,
        "libs_version": versions.libs,
        "plugin_api_version": versions.plugin_api,
    }
    if found := dict(plugins):
        members["plugin_versions"] = found
    return members


def ignored_syscalls() -> str:
    """The text of `-i`; the order is ours, Falco has none."""
    return "Ignored syscall(s):\n" + "".join(f"- {name}\n" for name in sorted(sets.event_names(sets.ignored()))) + "\n"


def fields(
    catalogs: Sequence[Catalog],
    source: str = "",
    *,
    form: str = "text",
    verbose: bool = False,
    names_only: bool = False,
) -> str:
    """The fields that rules of the loaded sources may use, or of one source.

    A class that several sources share is printed once, under all of them. `catalogs` in order of loading, syscall
    first; `verbose` adds types to the text form.
    """
    chosen = [catalog for catalog in catalogs if source in {"", catalog.source}]
    groups: dict[str, tuple[FieldClass, list[str]]] = {}
    for catalog in chosen:
        for group in catalog.classes:
            if not group.hidden:
                groups.setdefault(group.name + group.short, (group, []))[1].append(catalog.source)
    if names_only:
        found = [field.name for group, _ in groups.values() for field in group.fields if _listed(field)]
        if form == "json":
            return _indented({"fieldnames": found}) if found else ""
        return "".join(f"{name}\n" for name in found)
    shown = [(group, sorted(set(sources))) for group, sources in groups.values()]
    if form == "json":
        classes = [_class_json(group, sources) for group, sources in shown if not _gone(group)]
        return _indented({"fieldclasses": classes}) if classes else ""
    if form == "markdown":
        return "".join(_class_markdown(group, sources) for group, sources in shown)
    return "".join(_class_text(group, sources, verbose=verbose) for group, sources in shown)


def _gone(group: FieldClass) -> bool:
    """Whether all fields of a class are deprecated: it is not shown, but still has its empty line."""
    return all(Flags.DEPRECATED in field.flags for field in group.fields if Flags.PRINT_ONLY not in field.flags)


def _listed(field: Field) -> bool:
    """Whether a field stands in listings."""
    return not field.flags & (Flags.PRINT_ONLY | Flags.TABLE_ONLY | Flags.DEPRECATED)


def _class_text(group: FieldClass, sources: list[str], *, verbose: bool) -> str:
    """One class for a terminal."""
    if _gone(group):
        return "\n"
    title = f"{group.name} ({group.short})" if group.short else group.name
    lines = ["-------------------------------", f"{'Field Class:':<{_LEFT}}{title}"]
    if group.description:
        lines.append(f"{'Description:':<{_LEFT}}{wrapped(group.description, _LEFT, _WIDTH)}")
    lines += [f"{'Event Sources:':<{_LEFT}}" + "".join(f"{source} " for source in sources), ""]
    for field in filter(_listed, group.fields):
        text = " ".join(
            [
                *([f"(Type: {field.type.value})"] if verbose else []),
                *([f"({','.join(tags)})"] if (tags := _tags(field)) else []),
                field.help,
            ]
        )
        name = f"{field.name}\n" if len(field.name) > _LEFT else field.name
        pad = " " * _LEFT if len(field.name) > _LEFT else " " * (_LEFT - len(field.name))
        lines.append(f"{name}{pad}{wrapped(text, _LEFT, _WIDTH)}")
    return "\n".join([*lines, "", ""])


def _tags(field: Field) -> list[str]:
    """The words in front of a field's help, sorted."""
    tags = []
    argument = field.argument
    if argument != NO_ARGUMENT:
        tags.append("ARG_REQUIRED" if argument.required else "ARG_ALLOWED")
        tags += ["ARG_INDEX"] * argument.index + ["ARG_KEY"] * argument.key
    tags += ["EPF_IS_LIST"] * field.is_list
    tags += ["EPF_NO_RHS"] * (Flags.NO_RHS in field.flags)
    tags += ["EPF_NO_TRANSFORMER"] * (Flags.NO_TRANSFORMER in field.flags)
    tags += ["FILTER_ONLY"] * (Flags.FILTER_ONLY in field.flags)
    return sorted(tags)


def _class_markdown(group: FieldClass, sources: list[str]) -> str:
    """One class as a table."""
    if _gone(group):
        return "\n"
    lines = [f"## Field Class: {group.name}", ""]
    if group.description:
        lines += [group.description, ""]
    lines += ["Event Sources: " + "".join(f"{source} " for source in sources), ""]
    lines += ["Name | Type | Description", ":----|:-----|:-----------"]
    for field in filter(_listed, group.fields):
        kind = f"LIST({field.type.value})" if field.is_list else field.type.value
        lines.append(f"`{field.name}` | {kind} | {field.help}")
    return "\n".join([*lines, "", ""])


def _class_json(group: FieldClass, sources: list[str]) -> dict[str, object]:
    """One class as an object."""
    members: dict[str, object] = {"desc": group.description} if group.description else {}
    members |= {"event_sources": sources, "name": group.name}
    members["fields"] = [
        {
            "argument": _argument_json(field),
            "desc": field.help,
            "is_list": field.is_list,
            "name": field.name,
            "type": field.type.value,
        }
        for field in filter(_listed, group.fields)
    ]
    return members


def _argument_json(field: Field) -> dict[str, object] | None:
    """What a field's argument may be; None without one."""
    if field.argument == NO_ARGUMENT:
        return None
    kinds = ["INDEX"] * field.argument.index + ["KEY"] * field.argument.key
    return {"required": field.argument.required, "type": kinds}


@dataclass(frozen=True, slots=True)
class _Event:
    """One line of `--list-events`."""

    code: int
    name: str
    available: bool
    """Falco asks the kernel for it unless told otherwise."""

    @property
    def direction(self) -> str:
        """`>` for entering a system call, `<` for leaving it; tracepoints have the code of an entry."""
        return "<" if self.code % 2 else ">"


_SECTIONS = (
    ("Syscall events", Category.SYSCALL),
    ("Tracepoint events", Category.TRACEPOINT),
    ("Plugin events", Category.PLUGIN),
    ("Metaevents", Category.METAEVENT),
)


def events(form: str = "text") -> str:
    """The events that Falco knows, by section; outdated and unused ones are left out."""
    gone = EventFlag.OLD_VERSION | EventFlag.UNUSED
    missing = sets.codes_of_ids(sets.ignored())
    entries = [
        _Event(code, name, code not in missing)
        for code, (name, category, flags, _) in enumerate(EVENTS)
        if code not in names.GENERIC and category and not flags & gone
    ]
    generic = sorted(names.generic_names())
    entries += [_Event(code, name, code not in missing) for name in generic for code in sorted(names.GENERIC)]
    sections = [(title, [entry for entry in entries if _section(entry.code) == title]) for title, _ in _SECTIONS]
    if form == "json":
        members: dict[str, object] = {title: [_event_json(one) for one in found] for title, found in sections}
        return _indented(members | {"schema_version": SCHEMA_VERSION})
    head = f"The events below are valid for Falco *Schema Version*: {SCHEMA_VERSION}\n"
    table = "Default | Dir | Name | Params \n:-------|:----|:-----|:-----\n" if form == "markdown" else ""
    write = _event_markdown if form == "markdown" else _event_text
    return head + "".join(
        f"## {title}\n\n{table}" + "".join(write(entry) for entry in found) + "\n" for title, found in sections
    )


def _section(code: int) -> str | None:
    """The section of an event: the first that fits, none for those of iterators."""
    category = EVENTS[code][1]
    return next((title for title, bit in _SECTIONS if category & bit), None)


def _parameters(entry: _Event, mark: str) -> str:
    """The parameters, flags with their names."""
    shown = []
    for param in params.parameters(entry.code):
        names_ = ", ".join(f"{mark}{flag}{mark}" for flag in _flag_names(param))
        shown.append(f"{param.type} **{param.name}**" + (f": {names_}" if names_ else ""))
    return ", ".join(shown)


def _flag_names(param: Param) -> list[str]:
    """The names of a flags parameter."""
    return [name for name, _ in param.flags] if param.type.startswith(("FLAGS", "ENUMFLAGS")) else []


def _event_text(entry: _Event) -> str:
    """One event for a terminal."""
    return f"{entry.direction} {entry.name}({_parameters(entry, '')})\n"


def _event_markdown(entry: _Event) -> str:
    """One event as a row."""
    default = "Yes" if entry.available else "No"
    return f"{default} | `{entry.direction}` | `{entry.name}` | {_parameters(entry, '*')}\n"


def _event_json(entry: _Event) -> dict[str, object]:
    """One event as an object."""
    shown: list[dict[str, object]] = []
    for param in params.parameters(entry.code):
        shown.append({"type": param.type, "name": param.name})
        if flags := _flag_names(param):
            shown[-1]["flags"] = flags
    return {"name": entry.name, "dir": entry.direction, "available": entry.available, "params": shown}


def wrapped(text: str, indent: int, width: int) -> str:
    """Words, each with a space behind it, broken so that a line and its indent fit the width in bytes."""
    parts: list[str] = []
    used = 0
    for word in text.split():
        size = len(word.encode("utf-8", "surrogateescape")) + 1
        if used + size <= width - indent:
            used += size
        else:
            parts.append("\n" + " " * indent)
            used = size
        parts.append(word + " ")
    return "".join(parts)


def _line(value: object) -> str:
    """A JSON document on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def _indented(value: object) -> str:
    """A JSON document over several lines."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
