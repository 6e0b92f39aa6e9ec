"""Closing statistics, as Falco prints them on stdout when all outputs are drained."""

from collections.abc import Iterable

from engine.priority import Priority
from supervisor.result import RunResult


def closing(result: RunResult, rules: Iterable[str]) -> str:
    """Falco's text; `rules` are the names of all rules in the order of their first definition."""
    lines = [f"Events detected: {sum(result.by_rule.values())}", "Rule counts by severity:"]
    counts = ((priority, result.by_priority.get(int(priority), 0)) for priority in Priority)
    lines += [f"   {priority.short}: {count}" for priority, count in counts if count]
    lines.append("Triggered rules by rule name:")
    lines += [f"   {name}: {count}" for name in rules if (count := result.by_rule.get(name, 0))]
    return "\n".join(lines) + "\n"
