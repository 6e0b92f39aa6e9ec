"""Items of all files joined: definitions, appends, replacements, and who sees whom (falco.md 4.4 to 4.8)."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from engine.rules.collection import (
    ENGINE_VERSION,
    Collection,
    ListInfo,
    MacroInfo,
    Requirement,
    RuleInfo,
    RuleUpdate,
)
from engine.rules.exceptions import complete
from engine.rules.place import Place, wrong
from engine.rules.versions import Version, parse_version

_NO_LIST = "List uses 'append' or 'override.items: append' but no list by that name already exists"
_NO_MACRO = "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists"
_NO_RULE_TO_APPEND = "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists"
_NO_RULE_TO_REPLACE = "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists"

T = TypeVar("T", ListInfo, MacroInfo, RuleInfo)
FieldCheck = Callable[[str], bool]


class Collector:
    """Takes items in, in order. Raises RulesItemError where one does not fit what came before."""

    def __init__(self, collection: Collection, sources: Mapping[str, FieldCheck]) -> None:
        """`sources`: for each loaded source, whether it has a field (or transformed field) of a name."""
        self.collection = collection
        self.sources = sources

    def _step(self) -> int:
        self.collection.steps += 1
        return self.collection.steps - 1

    def require_engine(self, version: Version, place: Place) -> None:
        """Rules ask for an engine."""
        own, highest = parse_version(ENGINE_VERSION), parse_version(self.collection.required_engine_version)
        if own is None or not own.meets(version):
            raise wrong(f"Rules require engine version {version}, but engine version is {ENGINE_VERSION}", place)
        if highest is None or highest < version:
            self.collection.required_engine_version = str(version)

    def require_plugin(self, alternatives: tuple[Requirement, ...], place: Place) -> None:
        """Rules ask for one of some plugins."""
        names: set[str] = set()
        for wanted in alternatives:
            if parse_version(wanted.version) is None:
                raise wrong(f"Invalid required version '{wanted.version}' for plugin '{wanted.name}'", place)
            if wanted.name in names:
                raise wrong(f"Defined multiple alternative version requirements for plugin '{wanted.name}'", place)
            names.add(wanted.name)
        self.collection.required_plugins.append(alternatives)

    def define_list(self, info: ListInfo) -> None:
        """A new list, or other items for one: it keeps its place in the order."""
        _define(self.collection.lists, info, self._step())

    def append_list(self, info: ListInfo) -> None:
        """More items."""
        known = self.collection.lists.get(info.name)
        if known is None:
            raise wrong(_NO_LIST, info.place)
        known.items = [*known.items, *info.items]
        known.visibility = self._step()

    def define_macro(self, info: MacroInfo) -> None:
        """A new macro, or another condition for one."""
        _define(self.collection.macros, info, self._step())

    def append_macro(self, info: MacroInfo) -> None:
        """More of a condition."""
        known = self.collection.macros.get(info.name)
        if known is None:
            raise wrong(_NO_MACRO, info.place)
        known.condition = known.condition + " " + info.condition
        known.visibility = self._step()

    def define_rule(self, info: RuleInfo) -> bool:
        """A new rule, or another in the place of one. True: its source is not loaded, it will be skipped."""
        self._previous(info.name, info.source, info.place)
        info.unknown_source = info.source not in self.sources
        for one in info.exceptions:
            if not one.fields.is_given:
                raise wrong("Rule exception item must have fields property with a list of fields", one.place)
            complete(one, self.sources.get(info.source))
        _define(self.collection.rules, info, self._step())
        return info.unknown_source

    def enable_rule(self, name: str, place: Place, *, enabled: bool) -> None:
        """Switch a rule on or off."""
        known = self.collection.rules.get(name)
        if known is None:
            raise wrong("Rule has 'enabled' key but no rule by that name already exists", place)
        known.enabled = enabled

    def append_rule(self, update: RuleUpdate) -> None:
        """More of a rule."""
        known = self._previous(update.name, update.source, update.place)
        if known is None:
            raise wrong(_NO_RULE_TO_APPEND, update.place)
        if update.is_empty:
            raise wrong("Appended rule must have exceptions or condition property", update.place)
        if update.condition is not None and update.condition.text:
            known.condition = known.condition + " " + update.condition
        if update.output:
            known.output += " " + update.output
        if update.description:
            known.description += " " + update.description
        known.tags |= update.tags or set()
        self._append_exceptions(known, update)
        known.visibility = self._step()

    def _append_exceptions(self, known: RuleInfo, update: RuleUpdate) -> None:
        for one in update.exceptions or ():
            previous = next((other for other in known.exceptions if other.name == one.name), None)
            if previous is None:
                if not one.fields.is_given:
                    raise wrong("Rule exception must have fields property with a list of fields", one.place)
                if not one.values:
                    raise wrong("Rule exception must have values property with a list of values", one.place)
                complete(one, None if known.unknown_source else self.sources.get(known.source))
                known.exceptions.append(one)
                continue
            if one.fields.is_given:
                raise wrong("Can not append exception fields to existing exception, only values", one.place)
            if one.comps.is_given:
                raise wrong("Can not append exception comps to existing exception, only values", one.place)
            previous.values.extend(one.values)

    def replace_rule(self, update: RuleUpdate) -> None:
        """Other values for some keys of a rule.

        Falco does not complete replaced exceptions, and dies of lists of fields without comps: those we complete.
        """
        known = self._previous(update.name, update.source, update.place)
        if known is None:
            raise wrong(_NO_RULE_TO_REPLACE, update.place)
        if update.is_empty:
            raise wrong("The rule must have at least one field that can be replaced", update.place)
        if update.condition is not None:
            known.condition = update.condition
        if update.exceptions is not None:
            for one in update.exceptions:
                if one.fields.is_list and one.fields.is_given and not one.comps.is_given:
                    complete(one, None)
            known.exceptions = update.exceptions
        for name in (
            "output",
            "description",
            "tags",
            "priority",
            "capture",
            "capture_duration",
            "enabled",
            "warn_evttypes",
            "skip_if_unknown_filter",
        ):
            value = getattr(update, name)
            if value is not None:
                setattr(known, name, value)
        known.visibility = self._step()

    def _previous(self, name: str, source: str, place: Place) -> RuleInfo | None:
        known = self.collection.rules.get(name)
        if known is not None and known.source and source and known.source != source:
            raise wrong("Rule has been re-defined with a different source", place)
        return known


def _define(infos: dict[str, T], info: T, step: int) -> None:
    """Put `info` under its name; a redefinition keeps the first one's place."""
    known = infos.get(info.name)
    info.index = step if known is None else known.index
    info.visibility = step
    infos[info.name] = info
