"""The JSON schema of falco.yaml, made from the declared settings, and what Falco logs about a file that breaks it.

Advisory only: `schema validation: ok`, or the first thing wrong, deepest first, as Falco's validator puts it. Types are
weak: a text that reads like a number or a boolean is one.
"""

import functools
import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from engine.options import AppendOutput, RuleSelection
from supervisor.config.model import Config, Include, Section
from supervisor.config.tree import Map, Node, Null, Scalar, Sequence
from supervisor.plan import PluginChoice

OK = "ok"
Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_TITLES = {"HttpOutput": "HTTPOutput", "Config": "FalcoConfig"}


def _closed(title: str | None = None, *, least: int = 0, required: tuple[str, ...] = (), **members: Schema) -> Schema:
    """An object that may have these members and no others."""
    made: Schema = {"type": "object", "additionalProperties": False, "properties": members}
    if least:
        made["minProperties"] = least
    if required:
        made["required"] = list(required)
    if title:
        made["title"] = title
    return made


_APPEND_OUTPUT = _closed(
    match=_closed(source=_TEXT, tags=_TEXTS, rule=_TEXT),
    extra_output=_TEXT,
    extra_fields={
        "type": "array",
        "items": {"anyOf": [{"type": "object", "additionalProperties": _TEXT}, _TEXT]},
    },
    suggested_output={"type": "boolean"},
)
_PLUGIN = _closed(
    "Plugin",
    required=("library_path", "name"),
    name=_TEXT,
    library_path=_TEXT,
    init_config={"anyOf": [{"type": "object"}, _TEXT, {"type": "null"}]},
    open_params=_TEXT,
)
_STRATEGIES = ["append", "override", "add-only"]
_INCLUDE: Schema = {
    "oneOf": [
        _TEXT,
        {
            "type": "object",
            "properties": {"path": _TEXT, "strategy": {"type": "string", "enum": _STRATEGIES}},
            "required": ["path"],
        },
    ]
}
_SHARED: dict[str, Schema] = {
    "AppendOutput": _APPEND_OUTPUT,
    "Plugin": _PLUGIN,
    "Able": _closed("Able", least=1, rule=_TEXT, tag=_TEXT),
    "Rule": _closed("Rule", least=1, disable={"$ref": "#/definitions/Able"}, enable={"$ref": "#/definitions/Able"}),
}
_ITEMS: dict[Any, Schema] = {
    str: _TEXT,
    Include: _INCLUDE,
    AppendOutput: {"$ref": "#/definitions/AppendOutput"},
    RuleSelection: {"$ref": "#/definitions/Rule"},
    PluginChoice: {"$ref": "#/definitions/Plugin"},
}
_SPECIAL: dict[str, Schema] = {
    # Falco's schema narrows or widens these; its code does not.
    "static_fields": {"type": "object"},
    "mode": {"type": "string", "enum": ["rules", "all_rules"]},
    "default_duration": {"type": "integer", "minimum": 0},
    "max_file_size_mb": {"type": "integer", "minimum": 0, "maximum": 1048576},
    "max_burst": {"type": "integer"},
    "url": {"type": "string", "format": "uri", "qt-uri-protocols": ["http"]},
}
_SCALARS = {bool: "boolean", int: "integer", float: "number", str: "string"}


@functools.cache
def schema() -> Schema:
    """The whole schema (draft 6), with Falco's names of definitions."""
    definitions: dict[str, Schema] = dict(_SHARED)
    root = _define(Config, definitions)
    definitions[root]["properties"]["rule_files"] = _TEXTS
    return {
        "$schema": "http://json-schema.org/draft-06/schema#",
        "$ref": f"#/definitions/{root}",
        "definitions": definitions,
    }


def _define(kind: type[Section], definitions: dict[str, Schema]) -> str:
    """Add the definition of a section, and of those in it; returns its name."""
    name = _TITLES.get(kind.__name__, kind.__name__)
    members = {}
    for key, hint in get_type_hints(kind, include_extras=False).items():
        if key in kind.__struct_fields__:
            members[key] = _SPECIAL.get(key) or _of(hint, definitions)
    least = 1 if kind.NOT_EMPTY else 0
    definitions[name] = _closed(name, least=least, required=kind.REQUIRED, **members)
    return name


def _of(hint: Any, definitions: dict[str, Schema]) -> Schema:
    if isinstance(hint, type) and issubclass(hint, Section):
        return {"$ref": f"#/definitions/{_define(hint, definitions)}"}
    for option in (hint, *get_args(hint)):
        if get_origin(option) is tuple:
            return {"type": "array", "items": _ITEMS[get_args(option)[0]]}
    return {"type": _SCALARS[hint]}


def as_text() -> str:
    """What `--config-schema` prints: keys sorted, two spaces, no newline at the end."""
    return msgspec.json.format(msgspec.json.encode(schema(), order="sorted"), indent=2).decode()


# -------------------------------------------------------------------------------------------------- validation


def validation(document: Node) -> str:
    """`ok`, or `failed for <root>[x]: …`, the first complaint."""
    return next((f"failed for {where}: {what}" for where, what in complaints(document)), OK)


def complaints(document: Node) -> Iterator[tuple[str, str]]:
    """Everything wrong, deepest first: (place, sentence)."""
    yield from _check(document, schema(), "<root>")


Complaints = Iterator[tuple[str, str]]


def _check(node: Node, wanted: Schema, where: str) -> Complaints:
    """The rules of one schema, in the validator's order."""
    if "$ref" in wanted:
        wanted = schema()["definitions"][wanted["$ref"].rpartition("/")[2]]
    if "anyOf" in wanted:
        yield from _alternatives(node, wanted["anyOf"], where, "schemas allowed by anyOf constraint.")
    if "enum" in wanted and (not isinstance(node, Scalar) or str(node) not in wanted["enum"]):
        yield where, "Failed to match against any enum values."
    if "items" in wanted and isinstance(node, Sequence):
        for position, item in enumerate(node):
            wrong = list(_check(item, wanted["items"], f"{where}[{position}]"))
            yield from wrong
            if wrong:
                yield where, f"Failed to validate item #{position} in array."
    yield from _bounds(node, wanted, where)
    if isinstance(node, Map) and len(node) < wanted.get("minProperties", 0):
        yield where, f"Object should have no fewer than {wanted['minProperties']} properties."
    if "oneOf" in wanted:
        yield from _alternatives(node, wanted["oneOf"], where, "child schemas allowed by oneOf constraint.")
    if isinstance(node, Map):
        yield from _members(node, wanted, where)
    if "type" in wanted and not _is(node, wanted["type"]):
        yield where, "Value type not permitted by 'type' constraint."


def _alternatives(node: Node, options: list[Schema], where: str, end: str) -> Complaints:
    collected: list[tuple[str, str]] = []
    for number, option in enumerate(options):
        wrong = list(_check(node, option, where))
        if not wrong:
            return
        collected += [*wrong, (where, f"Failed to validate against child schema #{number}.")]
    yield from collected
    yield where, f"Failed to validate against any {end}"


def _bounds(node: Node, wanted: Schema, where: str) -> Complaints:
    if ("minimum" not in wanted and "maximum" not in wanted) or not _is(node, "number"):
        return
    value = float(str(node))
    if value > wanted.get("maximum", value):
        yield where, f"Expected number less than or equal to {wanted['maximum']}"
    if value < wanted.get("minimum", value):
        yield where, f"Expected number greater than or equal to {wanted['minimum']}"


def _members(node: Map, wanted: Schema, where: str) -> Complaints:
    known: Schema = wanted.get("properties", {})
    for name in sorted(known):
        if name in node:
            yield from _member(node, name, known[name], where)
    others = wanted.get("additionalProperties", True)
    unwanted = [name for name in node if name not in known]
    if isinstance(others, dict):
        for name in unwanted:
            yield from _member(node, name, others, where)
    elif unwanted and not others:
        constraints = "'properties' or 'additionalProperties' constraints"
        yield where, f"Object contains a property that could not be validated using {constraints}: '{unwanted[0]}'."
    for name in wanted.get("required", ()):
        if name not in node:
            yield where, f"Missing required property '{name}'."


def _member(node: Map, name: str, wanted: Schema, where: str) -> Complaints:
    wrong = list(_check(node[name], wanted, f"{where}[{name}]"))
    yield from wrong
    if wrong:
        yield where, f"Failed to validate against schema associated with property name '{name}'."


_INTEGER = re.compile(r"\s*[+-]?[0-9]+")
_NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def _is(node: Node, kind: str) -> bool:
    """Whether a node can be taken for a value of a type."""
    empty = isinstance(node, Map | Sequence) and not node
    if kind == "object":
        return isinstance(node, Map) or empty
    if kind == "array":
        return isinstance(node, Sequence) or empty
    if kind == "null":
        return isinstance(node, Null) or (isinstance(node, Scalar) and node == "")
    if not isinstance(node, Scalar):
        return False
    if kind == "boolean":
        return node in {"true", "false"}
    if kind == "integer":
        return _INTEGER.fullmatch(node) is not None
    return kind == "string" or _NUMBER.fullmatch(node) is not None
