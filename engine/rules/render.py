"""Reports as Falco prints them: verbose text, one-line summary, JSON (falco.md 4.13)."""

import json
from collections.abc import Iterable
from typing import Any

from engine.diagnostics import Code, Context, Diagnostic, Report

_WARNING_DESCRIPTIONS = {
    Code.LOAD_UNKNOWN_SOURCE: "A rule has a unknown event source. This can occur when reading rules content without "
    "having a corresponding plugin loaded, etc. The rule will be silently ignored.",
    Code.LOAD_UNSAFE_NA_CHECK: "Comparing a field value with <NA> is unsafe and can lead to unpredictable behavior of "
    "the rule condition. If you need to check for the existence of a field, consider using the 'exists' operator "
    "instead.",
    Code.LOAD_NO_EVTTYPE: "A rule condition matches too many evt.type values. This has a significant performance "
    "penalty. Make the condition more specific by adding an evt.type field or further restricting the number of "
    "evt.type values in the condition.",
    Code.LOAD_UNKNOWN_FILTER: "A rule condition or output refers to a field or evt.type that does not exist. This is "
    "normally an error, but if a rule has a skip-if-unknown-filter property, the error is downgraded to a warning.",
    Code.LOAD_UNUSED_MACRO: "A macro is defined in the rules content but is not used by any other macro or rule.",
    Code.LOAD_UNUSED_LIST: "A list is defined in the rules content but is not used by any other list, macro, or rule.",
    Code.LOAD_UNKNOWN_ITEM: "An unknown top-level object is in the rules content. It will be ignored.",
    Code.LOAD_DEPRECATED_ITEM: "A deprecated item is employed by lists, macros, or rules.",
    Code.LOAD_WARNING_EXTENSION: "An extension item has a warning",
    Code.LOAD_APPEND_NO_VALUES: "A rule exception is overriding/appending with no values",
    Code.LOAD_EXCEPTION_NAME_NOT_UNIQUE: "A rule is defining multiple exceptions with the same name",
    Code.LOAD_INVALID_MACRO_NAME: "A macro is defined with an invalid name",
    Code.LOAD_INVALID_LIST_NAME: "A list is defined with an invalid name",
    Code.LOAD_COMPILE_CONDITION: "A rule condition or output have been parsed with a warning",
    Code.LOAD_UNKNOWN_KEY: "An item in the rules content contains an unrecognized key. The key will be ignored. "
    "This may indicate a typo or a property placed on the wrong item type.",
}
"""The interface's long descriptions, which only the JSON form of warnings carries."""

_LINE = "------\n"


def verbose(report: Report) -> str:
    """Everything, with places and snippets: what `-V` prints and errors of a start say."""
    text = _verdict(report)
    if report.schema_warnings:
        text += f"\n{len(report.schema_warnings)} Schema warnings:\n"
        text += "".join(f"{_LINE}{one}\n" for one in report.schema_warnings) + _LINE
    if report.errors:
        text += f"\n{len(report.errors)} Errors:\n" + "".join(map(_entry, report.errors))
    if report.warnings:
        text += f"\n{len(report.warnings)} Warnings:\n" + "".join(map(_entry, report.warnings))
    return text


def summary(report: Report) -> str:
    """One line for each kind of problem, codes only."""
    text = _verdict(report)
    if report.schema_warnings:
        text += f"\n {len(report.schema_warnings)} schema warnings: [{' '.join(report.schema_warnings)}]"
    for kind, found in (("errors", report.errors), ("warnings", report.warnings)):
        if found:
            text += f"\n {len(found)} {kind}: [{' '.join(map(_titled, found))}]"
    return text


def validation(reports: Iterable[Report]) -> str:
    """What `-V` prints on standard output for all files: warnings of good files are only hinted at."""
    return "\n".join(
        f"{report.name}: Ok, with warnings" if report.ok and report.warnings else verbose(report) for report in reports
    )


def schema_validation(report: Report) -> str:
    """What Falco logs behind `| schema validation: `."""
    return report.schema_warnings[0] if report.schema_warnings else report.schema_status


def as_json(report: Report) -> dict[str, Any]:
    """One element of `falco_load_results`."""
    found: dict[str, Any] = {
        "name": report.name,
        "successful": report.ok,
        "errors": [_as_json(one) for one in report.errors],
        "warnings": [_as_json(one) for one in report.warnings],
    }
    if report.schema_status != "none":
        found["schema_valid"] = not report.schema_warnings
        found["schema_warnings"] = list(report.schema_warnings)
    return found


def json_text(reports: Iterable[Report]) -> str:
    """What `-V` prints with `json_output`, one line. Bytes that are no UTF-8 are replaced."""
    data = {"falco_load_results": [as_json(one) for one in reports]}
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _verdict(report: Report) -> str:
    word = "Invalid" if not report.ok else "Ok, with warnings" if report.warnings else "Ok"
    return f"{report.name}: {word}" if report.name else word


def _short(one: Diagnostic) -> str:
    return one.code.value + (f": field '{one.deprecated_field}'" if one.deprecated_field else "")


def _titled(one: Diagnostic) -> str:
    return f"{one.code.name} ({_short(one)})"


def _entry(one: Diagnostic) -> str:
    return f"{_chain(one.context)}{_LINE}{one.context.snippet}{_LINE}{_titled(one)}: {one.message}\n"


def _chain(context: Context) -> str:
    text = ""
    for index, location in enumerate(context.locations):
        name = f" '{location.item_name}'" if location.item_name else ""
        at = location.position
        lead = "    " if index else "In "
        text += f"{lead}{location.item_type}{name}: ({location.name}:{at.line}:{at.column})\n"
    return text


def _as_json(one: Diagnostic) -> dict[str, Any]:
    found: dict[str, Any] = {
        "code": one.code.name,
        "codedesc": one.code.value if one.is_error else _WARNING_DESCRIPTIONS[one.code],
        "message": one.message,
        "context": {
            "locations": [
                {
                    "item_name": location.item_name,
                    "item_type": location.item_type,
                    "position": {
                        "column": location.position.column,
                        "line": location.position.line,
                        "name": location.name,
                        "offset": location.position.offset,
                    },
                }
                for location in one.context.locations
            ],
            "snippet": one.context.snippet,
        },
    }
    if one.deprecated_field:
        found["deprecated_field"] = one.deprecated_field
    return found
