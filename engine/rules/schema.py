"""The JSON schema of rules files and what it says of one: advice only, nothing is refused for it (falco.md 4.1).

The schema's content is Falco's interface (`--rule-schema` prints it); validation follows valijson with weak types,
whose words appear in Falco's logs.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.rules.document import Node
from engine.rules.values import as_string

OK = "ok"
"""What is logged for a document without complaints."""

_STRING = {"type": "string"}
_BOOLEAN = {"type": "boolean"}
_PRIORITIES = ("EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "INFORMATIONAL", "DEBUG")
_OVERRIDABLE = (
    "items",
    "desc",
    "condition",
    "output",
    "priority",
    "enabled",
    "exceptions",
    "capture",
    "capture_duration",
    "tags",
    "warn_evttypes",
    "skip-if-unknown-filter",
)

Schema = Mapping[str, Any]


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/definitions/{name}"}


def _listing(items: Schema) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _object(title: str, properties: Schema, required: Sequence[str] | None = None) -> dict[str, Any]:
    found = {"type": "object", "additionalProperties": False, "properties": properties, "title": title}
    return found if required is None else found | {"required": list(required)}


def _enum(title: str, words: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(words), "title": title}


RULE_SCHEMA: Schema = {
    "$schema": "http://json-schema.org/draft-06/schema#",
    **_listing(_ref("FalcoRule")),
    "definitions": {
        "FalcoRule": _object(
            "FalcoRule",
            {
                "required_engine_version": _STRING,
                "required_plugin_versions": _listing(_ref("RequiredPluginVersion")),
                "macro": _STRING,
                "condition": _STRING,
                "list": _STRING,
                "items": _listing(_ref("Item")),
                "rule": _STRING,
                "desc": _STRING,
                "enabled": _BOOLEAN,
                "output": _STRING,
                "append": _BOOLEAN,
                "priority": _ref("Priority"),
                "capture": _BOOLEAN,
                "capture_duration": {"type": "integer"},
                "source": _STRING,
                "exceptions": _listing(_ref("Exception")),
                "override": _ref("Override"),
                "tags": _listing(_STRING),
                "warn_evttypes": _BOOLEAN,
                "skip-if-unknown-filter": _BOOLEAN,
            },
            (),
        ),
        "Item": {"anyOf": [{"type": "integer"}, _STRING], "title": "Item"},
        "Exception": _object("Exception", {"name": _STRING, "fields": {}, "comps": {}, "values": {}}, ("name",)),
        "Priority": _enum("Priority", _PRIORITIES),
        "OverriddenItem": _enum("OverriddenItem", ("append", "replace")),
        "Override": _object("Override", {key: _ref("OverriddenItem") for key in _OVERRIDABLE}) | {"minProperties": 1},
        "RequiredPluginVersion": _object(
            "RequiredPluginVersion",
            {"name": _STRING, "version": _STRING, "alternatives": _listing(_ref("Alternative"))},
            ("name", "version"),
        ),
        "Alternative": _object("Alternative", {"name": _STRING, "version": _STRING}, ("name", "version")),
    },
}
"""Draft 06, as Falco's engine 0.63.0 has it."""


def schema_text() -> str:
    """What `--rule-schema` prints."""
    return json.dumps(RULE_SCHEMA, indent=2, sort_keys=True)


def validate(document: Node) -> list[str]:
    """What Falco logs of one document: `ok` alone, or a line for every complaint at every level.

    Raises ConversionError where a key is a collection.
    """
    errors: list[str] = []
    fine = _Validator(errors).holds(RULE_SCHEMA, document, "<root>")
    return [OK] if fine else errors


class _Validator:
    """Validates nodes; complaints go into `errors` in valijson's order."""

    def __init__(self, errors: list[str]) -> None:
        self._errors = errors

    def _fail(self, where: str, message: str) -> bool:
        self._errors.append(f"failed for {where}: {message}")
        return False

    def holds(self, schema: Schema, node: Node, where: str) -> bool:
        """Whether every constraint holds; all are asked."""
        if "$ref" in schema:
            schema = RULE_SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]]
        checks = []
        if "type" in schema and not _is_type(node, schema["type"]):
            checks.append(self._fail(where, "Value type not permitted by 'type' constraint."))
        if "anyOf" in schema:
            checks.append(self._any_of(schema["anyOf"], node, where))
        if "enum" in schema and not (node.kind == "scalar" and node.value in schema["enum"]):
            checks.append(self._fail(where, "Failed to match against any enum values."))
        if "items" in schema and node.kind == "seq":
            checks.append(self._items(schema["items"], node, where))
        is_object = node.kind == "map" or (node.kind == "seq" and not node.items)
        if is_object and len(node.pairs) < schema.get("minProperties", 0):
            least = schema["minProperties"]
            checks.append(self._fail(where, f"Object should have no fewer than {least} properties."))
        if is_object and "properties" in schema:
            checks.append(self._properties(schema, node, where))
            known = {as_string(key) for key, _ in node.pairs}
            checks.extend(
                self._fail(where, f"Missing required property '{name}'.")
                for name in sorted(schema.get("required", ()))
                if name not in known
            )
        return all(checks)

    def _any_of(self, schemas: Sequence[Schema], node: Node, where: str) -> bool:
        inner: list[str] = []
        validator = _Validator(inner)
        for index, schema in enumerate(schemas):
            if validator.holds(schema, node, where):
                return True
            inner.append(f"failed for {where}: Failed to validate against child schema #{index}.")
        self._errors.extend(inner)
        return self._fail(where, "Failed to validate against any schemas allowed by anyOf constraint.")

    def _items(self, schema: Schema, node: Node, where: str) -> bool:
        fine = True
        for index, item in enumerate(node.items):
            if not self.holds(schema, item, f"{where}[{index}]"):
                fine = self._fail(where, f"Failed to validate item #{index} in array.")
        return fine

    def _properties(self, schema: Schema, node: Node, where: str) -> bool:
        """Known properties, in the order of their names; then whether there are others.

        valijson counts: a repeated key makes one property too many, and then it names none.
        """
        fine = True
        members: dict[str, Node] = {}
        for key, value in node.pairs:
            members.setdefault(as_string(key), value)
        known = schema["properties"]
        for name in sorted(known.keys() & members.keys()):
            if not self.holds(known[name], members[name], f"{where}[{name}]"):
                message = f"Failed to validate against schema associated with property name '{name}'."
                fine = self._fail(where, message)
        if len(known.keys() & members.keys()) != len(node.pairs):
            unwanted = next((name for name in members if name not in known), "")
            message = (
                "Object contains a property that could not be validated using 'properties' "
                f"or 'additionalProperties' constraints: '{unwanted}'."
            )
            return self._fail(where, message)
        return fine


def _is_type(node: Node, name: str) -> bool:
    """Weak types as valijson has them over yaml-cpp: every scalar is a string, and what it reads as besides."""
    if name == "array":
        return node.kind == "seq"
    if name == "object":
        return node.kind == "map"
    if node.kind != "scalar":
        return False
    if name == "boolean":
        return node.value in {"true", "false"}
    if name == "integer":
        return _is_integer(node.value)
    return name == "string"


def _is_integer(text: str) -> bool:
    found = re.fullmatch(r"[ \t\n\v\f\r]*([+-]?[0-9]+)", text)
    return found is not None and -math.ldexp(1, 63) <= int(found.group(1)) < math.ldexp(1, 63)
