"""From falco.yaml, the files it includes and `-o` options to a frozen `Config` (falco.md 3.1-3.3).

Order: main file, `-o config_files=…`, included files, all `-o` options, reading, checks. Scalars that cannot be
converted silently take their default; lists of maps and the checks below do not forgive.
"""

import hashlib
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from engine.errors import ConfigError
from engine.options import AppendOutput, RuleSelection
from engine.priority import Priority
from supervisor.config import checks, entries, keys, schema, tree
from supervisor.config.model import Config, Include, Section
from supervisor.config.tree import Map, Node, Null
from supervisor.config.values import to_bool, to_float, to_int, to_text
from supervisor.plan import PluginChoice

T = TypeVar("T", bound=Section)


def _unnoted(_level: int, _text: str) -> None:
    """Nobody listens."""


INSTALLED = "/etc/falco/falco.yaml"
"""What is read without `-c`, if it is there."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One configuration file that was read."""

    path: str
    schema_validation: str
    """`ok`, or what Falco logs after `schema validation: `."""


@dataclass(slots=True)
class Loaded:
    """A configuration and how it came about."""

    config: Config
    files: list[ConfigFile] = field(default_factory=list)
    """Sorted by path, as Falco logs them."""
    named_files: list[str] = field(default_factory=list)
    """The main file and those that it names itself: these are watched and hashed."""
    folders: list[str] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    """SHA-256 of the named files."""
    document: Node = field(default_factory=Null)
    """All of it merged: what `--support` prints."""


def load_config(
    path: str | None,
    options: Sequence[str] = (),
    *,
    environment: Mapping[str, str],
    note: Callable[[int, str], None] = _unnoted,
    logger: Callable[[Config], None] | None = None,
) -> Loaded:
    """Read a configuration; without a path, the defaults with `options` on top.

    `logger` is told the log settings as soon as they are known; `note(level, text)` takes warnings met on the way.
    Raises ConfigError with Falco's text. If the main file is no YAML, the error carries a note (`__notes__`) that
    Falco prints before it.
    """
    loaded = Loaded(Config())
    root = _main_file(path, environment, loaded)
    for option in options:
        if path is not None and keys.is_include(option):
            keys.set_option(root, option)
    if path is not None:
        _include_files(path, root, environment, loaded)
    for option in options:
        keys.set_option(root, option)
    loaded.document = root
    loaded.files.sort(key=lambda file: file.path)
    loaded.config = _read(path if path is not None else "default", root, note, logger)
    return loaded


def _main_file(path: str | None, environment: Mapping[str, str], loaded: Loaded) -> Map:
    if path is None:
        return Map()
    try:
        document = tree.expand(tree.parse(_text(path)), environment)
    except ConfigError as error:
        # Falco prints what was wrong and then, as the error itself, only the name of a base class.
        failure = ConfigError("std::exception")
        failure.add_note(f"Cannot read config file ({path}): {error}")
        raise failure from error
    loaded.files.append(ConfigFile(path, schema.validation(document)))
    loaded.named_files.append(path)
    if isinstance(document, Null):
        return Map()
    if not isinstance(document, Map):
        raise ConfigError('Config error at key "config_files": operator[] call on a scalar (key: "config_files")')
    return document


def _text(path: str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise ConfigError(f"bad file: {path}") from error


def _include_files(main: str, root: Map, environment: Mapping[str, str], loaded: Loaded) -> None:
    for include in entries.each(keys.find(root, keys.CONFIG_FILES), entries.include):
        where = Path(include.path)
        if where == Path(main):
            raise ConfigError(
                f"Config error: 'config_files' directive tried to recursively include main config file: {main}."
            )
        if where.is_file():
            loaded.named_files.append(include.path)
            _include_file(include.path, include, root, environment, loaded)
        elif where.is_dir():
            loaded.folders.append(include.path)
            for file in sorted(str(entry) for entry in where.iterdir() if entry.is_file()):
                _include_file(file, include, root, environment, loaded)
    for name in loaded.named_files:
        loaded.hashes[name] = hashlib.sha256(Path(name).read_bytes()).hexdigest()


def _include_file(path: str, include: Include, root: Map, environment: Mapping[str, str], loaded: Loaded) -> None:
    document = tree.expand(tree.parse(_text(path)), environment)
    loaded.files = [file for file in loaded.files if file.path != path]
    loaded.files.append(ConfigFile(path, schema.validation(document)))
    if not isinstance(document, Map):
        return
    if keys.CONFIG_FILES in document:
        raise ConfigError(f"Config error: 'config_files' directive in included config file {path}.")
    tree.include(root, document, include.strategy)


# ------------------------------------------------------------------------------------------------------ reading


def _read(name: str, root: Map, note: Callable[[int, str], None], logger: Callable[[Config], None] | None) -> Config:
    """A document as settings, checked in Falco's order."""
    config = _section(Config, root, "", skip=_CHECKED_LATE)
    checks.log_settings(config)
    if logger is not None:
        logger(config)
    checks.engine(name, config)
    config = msgspec.structs.replace(config, rules_files=_rules_files(name, root, note))
    checks.outputs(name, config)
    checks.matching(config)
    checks.addresses_and_drops(name, config)
    checks.capture(name, config)
    config = _late(root, config)
    for entry in config.append_output:
        if entry.match.rule and entry.match.tags:
            note(Priority.WARNING, checks.rule_and_tags(entry))
    return msgspec.structs.replace(config, plugins=_plugins(name, root, config))


_CHECKED_LATE = frozenset({"rules", "append_output", "static_fields", "plugins", "rules_files"})
"""Read after the checks, in Falco's order, since a wrong one is an error."""


def _late(root: Map, config: Config) -> Config:
    fixed = keys.find(root, "static_fields")
    static = []
    if isinstance(fixed, Map):
        static = [(key, to_text(value)) for key, value in sorted(fixed.items())]
    return msgspec.structs.replace(
        config,
        rules=entries.each(keys.find(root, "rules"), entries.rule_selection),
        append_output=entries.each(keys.find(root, "append_output"), entries.append_output),
        static_fields=() if any(value is None for _, value in static) else tuple(static),
    )


def _rules_files(name: str, root: Map, note: Callable[[int, str], None]) -> tuple[str, ...]:
    plural, singular = keys.find(root, "rules_files"), keys.find(root, "rules_file")
    files = entries.each(plural, entries.text) + entries.each(singular, entries.text)
    if singular is not None:
        note(Priority.WARNING, checks.SINGULAR)
    if plural is not None and singular is not None:
        raise ConfigError(f"Error reading config file ({name}): both 'rules_files' and 'rules_file' keys set")
    return files


def _plugins(name: str, root: Map, config: Config) -> tuple[PluginChoice, ...]:
    """The configured plugins that are to be loaded, in order of loading."""
    try:
        known = entries.each(keys.find(root, "plugins"), entries.plugin)
    except ConfigError as error:
        raise ConfigError(f"Error reading config file({name}): could not load plugins config: {error}") from error
    if config.load_plugins is None:
        return known
    chosen = []
    for wanted in config.load_plugins:
        match = next((plugin for plugin in known if plugin.name == wanted), None)
        if match is None:
            raise ConfigError(f"Cannot load plugin '{wanted}': plugin config not found for given name")
        chosen.append(match)
    return tuple(chosen)


def _section(kind: type[T], root: Map, prefix: str, skip: frozenset[str] = frozenset()) -> T:
    """A struct of settings from the document; what is missing or cannot be converted keeps its default."""
    hints = get_type_hints(kind, include_extras=True)
    values: dict[str, Any] = {}
    for setting in msgspec.structs.fields(kind):
        if setting.name in skip:
            continue
        hint = hints[setting.name]
        if isinstance(hint, type) and issubclass(hint, Section):
            values[setting.name] = _section(hint, root, f"{prefix}{setting.name}.")
        elif (node := keys.find(root, prefix + setting.name)) is not None:
            value = _convert(hint, node)
            if value is not None:
                values[setting.name] = value
    return kind(**values)


def _convert(hint: Any, node: Node) -> Any | None:
    """A node as the type of a setting; None: keep the default. Raises ConfigError for items of lists."""
    kind, bounds = _unwrap(hint)
    if kind is bool:
        return to_bool(node)
    if kind is int:
        return to_int(node, *bounds)
    if kind is float:
        return to_float(node)
    if get_origin(kind) is tuple:
        return entries.each(node, _ITEMS[get_args(kind)[0]])
    return to_text(node)


_ITEMS: dict[type, Callable[[Node], Any]] = {
    str: entries.text,
    Include: entries.include,
    RuleSelection: entries.rule_selection,
    AppendOutput: entries.append_output,
    PluginChoice: entries.plugin,
}


def _unwrap(hint: Any) -> tuple[Any, tuple[int | None, int | None]]:
    """The type inside `Annotated` and `| None`, and its bounds."""
    least: int | None = None
    most: int | None = None
    if get_origin(hint) is Annotated:
        hint, *metas = get_args(hint)
        for meta in metas:
            least = meta.ge if meta.ge is not None else least
            most = meta.le if meta.le is not None else most
    if get_origin(hint) in {Union, types.UnionType}:
        hint = next(part for part in get_args(hint) if part is not type(None))
    return hint, (least, most)


__all__ = ["INSTALLED", "ConfigFile", "Loaded", "load_config"]
