"""The rules in force, each as it stands once everything is applied, and what differs between two such sets.

A rule here needs no list, macro, exception or override any more: its condition is the compiled one in Falco's own
writing, so that two sets of files that say the same in different words are equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.lang.printer import print_expr
from engine.lang.strings import requote
from engine.rules.model import Loaded, Rule

KEYS = ("rule", "desc", "condition", "output", "priority", "source", "tags", "enabled", "capture", "capture_duration")
"""Keys of a rules file, in the order in which they are written here."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one rule. One that moved to another source is removed there and added here."""

    rule: str
    source: str
    kind: str
    """`added`, `removed` or `changed`."""
    keys: Mapping[str, tuple[Any, Any]]
    """For a changed rule: key -> (before, after)."""


def effective(loaded: Loaded) -> list[dict[str, Any]]:
    """Every rule as an item of a rules file, in order of definition.

    `enabled` says whether it is in force: as written, after `rules:` selections, and of sufficient priority. What is
    as it would be without being written is left out.
    """
    in_force = {rule.index for ruleset in loaded.rulesets.values() for rule in ruleset.rules}
    return [_item(rule, rule.index in in_force) for rule in loaded.rules]


def _item(rule: Rule, in_force: bool) -> dict[str, Any]:
    item: dict[str, Any] = {
        "rule": rule.name,
        "desc": rule.description,
        "condition": print_expr(rule.expanded, requote),
        "output": rule.output_text,
        "priority": rule.priority.label,
        "source": rule.source,
    }
    if rule.tags:
        item["tags"] = list(rule.tags)
    if not in_force:
        item["enabled"] = False
    if rule.capture:
        item["capture"] = True
    if rule.capture_duration_ms:
        item["capture_duration"] = rule.capture_duration_ms
    return item


def differences(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[Change]:
    """What turns one set into the other: removed rules first, then the others in their new order."""
    old = {(item["rule"], item["source"]): item for item in before}
    new = {(item["rule"], item["source"]): item for item in after}
    changes = [Change(*key, "removed", {}) for key in old if key not in new]
    for key, item in new.items():
        if key not in old:
            changes.append(Change(*key, "added", {}))
        elif keys := _changed(old[key], item):
            changes.append(Change(*key, "changed", keys))
    return changes


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    unwritten = {"enabled": True, "tags": [], "capture": False, "capture_duration": 0}
    pairs = {key: (before.get(key, unwritten.get(key)), after.get(key, unwritten.get(key))) for key in KEYS}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
