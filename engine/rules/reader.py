"""One rules file's items: which kind each is, what its keys say, and what Falco says about wrong ones (falco.md 4).

Items go into a `Collector` one by one, in order; the first error ends the file.
"""

import re

from engine.diagnostics import Code, Diagnostic, Report
from engine.priority import Priority, parse_priority
from engine.rules import values
from engine.rules.collection import ListInfo, MacroInfo, Requirement, RuleInfo, RuleUpdate
from engine.rules.document import Node
from engine.rules.exceptions import read_exceptions
from engine.rules.hints import did_you_mean
from engine.rules.merge import Collector
from engine.rules.overrides import APPENDABLE, REPLACEABLE, Overrides, read_overrides
from engine.rules.place import Place, invalid
from engine.rules.versions import Version, parse_version

_APPEND_DEPRECATED = (
    "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead."
)
_ENABLED_DEPRECATED = (
    "The standalone 'enabled' key usage is deprecated. The correct approach requires also a 'replace' entry under the "
    "'override' key (i.e. 'enabled: replace')."
)
_BOTH_FORMS = (
    "Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. 'condition: append') "
    "under 'override' instead."
)
_LIST_NAME = "([^()\"'[:space:]=,]+)"
_MACRO_NAME = "([a-zA-Z]+[a-zA-Z0-9_]*)"
_VALID_LIST_NAME = re.compile(r"[^()\"' \t\n\v\f\r=,]+")
_VALID_MACRO_NAME = re.compile(r"[a-zA-Z]+[a-zA-Z0-9_]*")
_DEFINING = ("condition", "output", "desc", "priority")

_ENGINE_KEYS = ("required_engine_version",)
_PLUGIN_KEYS = ("required_plugin_versions",)
_LIST_KEYS = ("list", "items", "append", "override")
_MACRO_KEYS = ("macro", "condition", "append", "override")
_RULE_KEYS = (
    "rule",
    "condition",
    "output",
    "desc",
    "priority",
    "source",
    "enabled",
    "capture",
    "capture_duration",
    "warn_evttypes",
    "skip-if-unknown-filter",
    "tags",
    "exceptions",
    "override",
    "append",
)
_ITEM_KEYS = (*_ENGINE_KEYS, *_PLUGIN_KEYS, "list", "macro", "rule")


class ItemReader:
    """Reads the items of one file into a collector. Raises RulesItemError and ConversionError."""

    def __init__(self, collector: Collector, report: Report) -> None:
        self._collector = collector
        self._report = report

    def warn(self, code: Code, message: str, place: Place, hint: str | None = None) -> None:
        """File a warning."""
        self._report.add(Diagnostic(code, message, place.context(), place.caret, hint))

    def read(self, item: Node, parent: Place) -> None:
        """One item."""
        if item.kind != "map":
            place = parent.at(item, "rules content item")
            raise invalid("Unexpected element type. Each element should be a yaml associative array.", place)
        if item.get("required_engine_version") is not None:
            self._engine(item, parent)
        elif (plugins := item.get("required_plugin_versions")) is not None:
            self._plugins(item, plugins, parent)
        elif item.get("list") is not None:
            self._list(item, parent)
        elif item.get("macro") is not None:
            self._macro(item, parent)
        elif item.get("rule") is not None:
            self._rule(item, parent)
        else:
            hint = next((h for key, _ in item.pairs if (h := did_you_mean(key.value, _ITEM_KEYS))), None)
            self.warn(Code.LOAD_UNKNOWN_ITEM, "Unknown top level item", parent.at(item, "rules content item"), hint)

    def _unknown_keys(self, item: Node, known: tuple[str, ...], place: Place) -> None:
        for key, _ in item.pairs:
            name = values.as_string(key)
            if name not in known:
                exact = place.at(key, "value for").caret
                message = f"Unknown key '{name}'. The key will be ignored."
                self.warn(Code.LOAD_UNKNOWN_KEY, message, place.narrowed(exact), did_you_mean(name, known))

    def _engine(self, item: Node, parent: Place) -> None:
        place = parent.at(item, "required_engine_version")
        wanted = values.text(item, "required_engine_version", place)
        number = values.parse_unsigned(wanted)
        version = parse_version(wanted) if number is None else Version(0, number, 0)
        if version is None:
            message = f"Unable to parse engine version '{wanted}' as a semver string. Expected \"x.y.z\" semver format."
            raise invalid(message, place)
        self._collector.require_engine(version, place)
        self._unknown_keys(item, _ENGINE_KEYS, place)

    def _plugins(self, item: Node, plugins: Node, parent: Place) -> None:
        place = parent.at(plugins, "required plugin versions")
        if plugins.kind != "seq":
            raise invalid("Value of required_plugin_versions must be a sequence", place)
        for plugin in plugins.items:
            self._plugin(plugin, place)
        self._unknown_keys(item, _PLUGIN_KEYS, parent.at(item, "required plugin versions"))

    def _plugin(self, plugin: Node, parent: Place) -> None:
        kind = "required plugin versions entry"
        unnamed = parent.at(plugin, kind)
        if plugin.kind != "map":
            raise invalid("Plugin version must be a mapping", unnamed)
        name = values.text(plugin, "name", unnamed)
        place = parent.at(plugin, kind, name)
        found = [Requirement(name, values.text(plugin, "version", place))]
        others = plugin.get("alternatives")
        if others is not None:
            if others.kind != "seq":
                raise invalid("Value of plugin version alternatives must be a sequence", place)
            for other in others.items:
                kind = "required plugin versions alternative"
                unnamed = place.at(other, kind)
                if other.kind != "map":
                    raise invalid("Plugin version alternative must be a mapping", unnamed)
                name = values.text(other, "name", unnamed)
                found.append(Requirement(name, values.text(other, "version", place.at(other, kind, name))))
        self._collector.require_plugin(tuple(found), place)

    def _appended(self, item: Node, place: Place, overrides: Overrides | None = None) -> bool:
        """Whether the deprecated `append: true` is set."""
        append = values.truth_or(item, "append", place, default=False)
        if append:
            self.warn(Code.LOAD_DEPRECATED_ITEM, _APPEND_DEPRECATED, place)
        return append and overrides is None

    def _overrides(
        self, item: Node, place: Place, *, append: bool, appendable: tuple[str, ...], replaceable: tuple[str, ...]
    ) -> Overrides:
        overrides = read_overrides(item, appendable, replaceable, place)
        if append and overrides:
            raise invalid(_BOTH_FORMS, place)
        return overrides

    def _list(self, item: Node, parent: Place) -> None:
        name = values.text(item, "list", parent.at(item, "list"))
        place = parent.at(item, "list", name)
        if not _VALID_LIST_NAME.fullmatch(name):
            message = f"List has an invalid name. List names should match a regular expression: {_LIST_NAME}"
            self.warn(Code.LOAD_INVALID_LIST_NAME, message, place)
        info = ListInfo(name, values.sequence(item, "items", place), place)
        append = self._appended(item, place)
        overrides = self._overrides(item, place, append=append, appendable=("items",), replaceable=("items",))
        if append or "items" in overrides.append:
            self._collector.append_list(info)
        else:
            self._collector.define_list(info)
        self._unknown_keys(item, _LIST_KEYS, place)

    def _macro(self, item: Node, parent: Place) -> None:
        name = values.text(item, "macro", parent.at(item, "macro"))
        place = parent.at(item, "macro", name)
        if not _VALID_MACRO_NAME.fullmatch(name):
            message = f"Macro has an invalid name. Macro names should match a regular expression: {_MACRO_NAME}"
            self.warn(Code.LOAD_INVALID_MACRO_NAME, message, place)
        node = values.scalar(item, "condition", place)
        condition = values.traced(item, "condition", place)
        info = MacroInfo(name, condition, place, place.at(node, "macro condition"))
        append = self._appended(item, place)
        overrides = self._overrides(item, place, append=append, appendable=("condition",), replaceable=("condition",))
        if append or "condition" in overrides.append:
            self._collector.append_macro(info)
        else:
            self._collector.define_macro(info)
        self._unknown_keys(item, _MACRO_KEYS, place)

    def _rule(self, item: Node, parent: Place) -> None:
        name = values.text(item, "rule", parent.at(item, "rule"))
        place = parent.at(item, "rule", name)
        source = values.text_or_empty(item, "source", place)
        append = self._appended(item, place)
        overrides = self._overrides(item, place, append=append, appendable=APPENDABLE, replaceable=REPLACEABLE)
        if overrides:
            self._override_rule(item, overrides, RuleUpdate(name, place, source), place)
        elif append:
            update = RuleUpdate(name, place, source)
            if item.get("condition") is not None:
                update.condition = values.traced(item, "condition", place)
            if item.get("exceptions") is not None:
                update.exceptions = read_exceptions(item, place, self.warn, append=True)
            self._collector.append_rule(update)
        elif all(item.get(key) is None for key in _DEFINING):
            enabled = values.truth(item, "enabled", place)
            self.warn(Code.LOAD_DEPRECATED_ITEM, _ENABLED_DEPRECATED, place)
            self._collector.enable_rule(name, place, enabled=enabled)
        else:
            self._define_rule(item, name, place)
        self._unknown_keys(item, _RULE_KEYS, place)

    def _define_rule(self, item: Node, name: str, place: Place) -> None:
        condition = values.scalar(item, "condition", place)
        output = values.scalar(item, "output", place)
        rule = RuleInfo(
            name,
            place,
            values.traced(item, "condition", place),
            place.at(condition, "rule condition"),
            output.value.strip(" \t\n\r\f\v"),
            place.at(output, "rule output"),
            values.text(item, "desc", place),
            priority_of(item, place),
        )
        if item.get("source") is not None:
            rule.source = values.text(item, "source", place)
        rule.enabled = values.truth_or(item, "enabled", place, default=True)
        rule.capture = values.truth_or(item, "capture", place, default=False)
        if item.get("capture_duration") is not None:
            rule.capture_duration = values.unsigned(item, "capture_duration", place)
        rule.warn_evttypes = values.truth_or(item, "warn_evttypes", place, default=True)
        rule.skip_if_unknown_filter = values.truth_or(item, "skip-if-unknown-filter", place, default=False)
        rule.tags = values.tags(item, place)
        rule.exceptions = read_exceptions(item, place, self.warn, append=False)
        unknown = self._collector.define_rule(rule)
        if unknown:
            message = f"Unknown source {rule.source}, skipping"
            hint = did_you_mean(rule.source, self._collector.sources)
            node = item.get("source")
            exact = None if node is None else place.at(node, "value for").caret
            self.warn(Code.LOAD_UNKNOWN_SOURCE, message, place.narrowed(exact), hint)

    def _override_rule(self, item: Node, overrides: Overrides, update: RuleUpdate, place: Place) -> None:
        """Appends first, then replacements; then no key may be left over."""
        if overrides.append:
            append = RuleUpdate(update.name, place)
            self._updated(item, overrides, "append", append, update.source)
            self._collector.append_rule(append)
        if overrides.replace:
            replacement = RuleUpdate(update.name, place)
            self._updated(item, overrides, "replace", replacement, update.source)
            self._collector.replace_rule(replacement)
        for key in overrides.left_over(item):
            node = item.get(key)
            at = place.at(node, "overrides", key) if node is not None else place
            raise invalid(f"Unexpected key '{key}': no corresponding entry under 'override' is defined.", at)

    def _updated(self, item: Node, overrides: Overrides, way: str, update: RuleUpdate, source: str) -> None:
        """Take the keys that `override` names, in Falco's order, which decides what is complained about first."""
        place = update.place
        taken = overrides.take
        if taken(item, way, "condition", place):
            update.source = source
            update.condition = values.traced(item, "condition", place)
        if taken(item, way, "exceptions", place):
            update.exceptions = read_exceptions(item, place, self.warn, append=way == "append")
        if taken(item, way, "output", place):
            update.output = values.text(item, "output", place)
        if taken(item, way, "desc", place):
            update.description = values.text(item, "desc", place)
        if taken(item, way, "tags", place):
            update.tags = values.tags(item, place)
        if way == "append":
            return
        if taken(item, way, "priority", place):
            update.priority = priority_of(item, place)
        if taken(item, way, "capture", place):
            update.capture = values.truth(item, "capture", place)
        if taken(item, way, "capture_duration", place):
            update.capture_duration = values.unsigned(item, "capture_duration", place)
        if taken(item, way, "enabled", place):
            update.enabled = values.truth(item, "enabled", place)
        if taken(item, way, "warn_evttypes", place):
            update.warn_evttypes = values.truth(item, "warn_evttypes", place)
        if taken(item, way, "skip-if-unknown-filter", place):
            update.skip_if_unknown_filter = values.truth(item, "skip-if-unknown-filter", place)


def priority_of(item: Node, place: Place) -> Priority:
    """A rule's priority. Raises RulesItemError."""
    node = values.scalar(item, "priority", place)
    priority = parse_priority(node.value)
    if priority is None:
        labels = [one.label for one in Priority]
        hint = did_you_mean(node.value.capitalize(), labels) or f"there are {', '.join(labels)}"
        raise invalid("Invalid priority", place.at(node, "rule priority"), hint)
    return priority
