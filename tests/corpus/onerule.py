"""One rule with a condition, asked of the loader: what the kinds about conditions have in common."""

from engine.diagnostics import Diagnostic, Report
from engine.fields.catalog import Catalog
from engine.options import Options
from engine.rules import load
from engine.rules.model import RulesFile
from sources import catalogs, registry

PLUGINS = {
    "syscall": ("container", "json"),
    "k8s_audit": ("k8saudit", "json"),
    "aws_cloudtrail": ("cloudtrail", "json"),
}
"""The plugins that were loaded when the answers for a source were recorded."""
BEGIN = 39
"""Where a condition begins in the rules file, unless told otherwise."""


def catalog(source: str) -> Catalog | None:
    """What conditions of a source could use; None while one of its plugins is not built."""
    if not set(PLUGINS[source]) <= set(registry.names()):
        return None
    return catalogs.catalog(source, [registry.load(name) for name in PLUGINS[source]], Options())


def ask(condition: str, known: Catalog, begin: int = BEGIN) -> Report:
    """The report about a rules file with this one rule, its condition a double-quoted scalar of one line."""
    head, middle = "- rule: r\n  desc: ", "\n  condition: "
    padding = "d" * (begin - len(head) - len(middle))
    tail = f"\n  output: o\n  priority: INFO\n  source: {known.source}\n  warn_evttypes: false\n"
    text = head + padding + middle + _quoted(condition) + tail
    (report,) = load.load([RulesFile("rules.yaml", text)], {known.source: known}, Options()).reports
    return report


def place(diagnostic: Diagnostic) -> tuple[int, int, int]:
    """Line and column from 1 and offset from 0 within the condition."""
    outer, inner = (location.position for location in diagnostic.context.locations[-2:])
    return inner.line - outer.line, inner.column - outer.column, inner.offset - outer.offset


def _quoted(text: str) -> str:
    """`text` as a double-quoted YAML scalar."""
    named = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\v": "\\v", "\f": "\\f"}
    return '"' + "".join(named.get(char, char if char.isprintable() else f"\\x{ord(char):02x}") for char in text) + '"'
