"""Reading the rules again while a run goes on: what is wrong with the new ones, or what they change.

What a reload changes are rules (and which files they are in). Other settings of falco.yaml need a new start; that some
have changed is said, so that nobody waits for an effect.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec

from engine.alert import internal_alert
from engine.errors import ConfigError
from engine.priority import Priority
from engine.rules.effective import Change, differences, effective
from supervisor import clock, equip, localzone, wire
from supervisor.cli.check import complain
from supervisor.cli.prepare import Prepared, Wanted, configuration, rules_files
from supervisor.config import Config
from supervisor.listener import NewRules, Refused
from supervisor.screen import theme
from supervisor.screen.trouble import counted

FAILED = "Falco internal: hot restart failure"
_STDIN = "-"
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


class Rereading:
    """Answers a hangup: once for every time the rules shall be read again."""

    def __init__(self, prepared: Prepared, wanted: Wanted) -> None:
        self._prepared = prepared
        self._wanted = wanted
        self._rules = effective(prepared.load_rules())

    def paths(self) -> Iterator[str]:
        """Every file and folder whose change makes reading again worthwhile."""
        config = self._prepared.config
        if self._prepared.config_path is not None:
            yield self._prepared.config_path
        yield from (path for path in self._wanted.rules or config.rules_files if path != _STDIN)

    def __call__(self) -> NewRules | Refused:
        """The rules as they are on disk now, and what they change; or what is wrong with them, which has been told."""
        if _STDIN in self._wanted.rules:
            return self._refused("they came from standard input, which cannot be read again")
        try:
            config = self._configuration()
            again = replace(self._prepared, files=rules_files(self._wanted.rules, config), config=config)
            loaded = again.load_rules()
        except ConfigError as error:
            theme.console(stderr=True).print(theme.printable(f"error: {error}"), style="error", soft_wrap=True)
            return self._refused(str(error))
        if not loaded.ok or loaded.unmet:
            complain(loaded, again.texts)
            errors = [f"{one.name}: {error.message}" for one in loaded.reports for error in one.errors]
            return self._refused(loaded.unmet or errors[0])
        rules = effective(loaded)
        changes = [*_settings(self._prepared.config, config), *_rules(differences(self._rules, rules))]
        # Compared with from now on; a child that refuses what the parent has accepted is a matter for its sentence.
        self._prepared = replace(self._prepared, files=again.files)
        self._rules = rules
        return NewRules(again.files, tuple(changes) or (("", "the same rules as before"),))

    def _configuration(self) -> Config:
        path = self._prepared.config_path
        return configuration(path, self._wanted) if path is not None else self._prepared.config

    def _refused(self, reason: str) -> Refused:
        """Also as the alert that Falco would give."""
        line = internal_alert(
            FAILED,
            Priority.CRITICAL,
            f"{FAILED}: {reason}",
            {},
            clock.now_ns(),
            self._prepared.options,
            equip.zone(localzone.name(os.environ)),
        )
        return Refused(reason, wire.Internal(FAILED, Priority.CRITICAL, line))


def _rules(changes: list[Change]) -> Iterator[tuple[str, str]]:
    """For each source a sentence: `2 rules changed: + 'Mine', ~ 'Shell' (condition, priority)`."""
    for source in dict.fromkeys(change.source for change in changes):
        own = [change for change in changes if change.source == source]
        named = ", ".join(
            f"{_SIGNS[one.kind]} '{one.rule}'" + (f" ({', '.join(one.keys)})" if one.keys else "") for one in own
        )
        yield source, f"{counted(len(own), 'rule')} changed: {named}"


def _settings(before: Config, after: Config) -> Iterator[tuple[str, str]]:
    changed = [name for name in _differ(before, after, "") if name != "rules_files"]
    if changed:
        yield "", f"changed in falco.yaml, but in force only after a new start: {', '.join(changed)}"


def _differ(before: Any, after: Any, prefix: str) -> Iterator[str]:
    """Names of settings with other values."""
    for name in before.__struct_fields__:
        one, other = getattr(before, name), getattr(after, name)
        if isinstance(one, msgspec.Struct) and type(one) is type(other):
            yield from _differ(one, other, f"{prefix}{name}.")
        elif one != other:
            yield prefix + name
