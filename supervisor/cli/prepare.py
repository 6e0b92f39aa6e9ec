"""From a verb's command line to what is to be run: configuration, plugins, selection and checked rules.

`SOURCE=OPEN_PARAMS` is the short way without a configuration file: the built-in plugins of the named sources and every
built-in extractor that suits them are loaded, and exactly these sources are enabled.
"""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.errors import ConfigError
from engine.options import Options
from engine.rules import load
from engine.rules.model import Loaded, RulesFile
from sources import catalogs, registry
from sources.spec import PluginSpec
from supervisor import planning, plugins, rulefiles, select, unserved
from supervisor.config import Config, load_config
from supervisor.config.read import INSTALLED
from supervisor.plan import PluginChoice, RunPlan
from supervisor.plugins import SYSCALL, LoadedPlugin

CAPTURE = "capture"
"""The built-in plugin that reads system calls from a file."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a command line says."""

    config: str | None = None
    """`-c`; None: /etc/falco/falco.yaml if it is there and no source is named."""
    overrides: Sequence[str] = ()
    rules: Sequence[str] = ()
    sources: Sequence[str] = ()
    """`SOURCE` or `SOURCE=OPEN_PARAMS`."""
    enable: Sequence[str] = ()
    disable: Sequence[str] = ()
    json: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything a run, a check or a listing needs."""

    config: Config
    config_path: str | None
    plugins: tuple[LoadedPlugin, ...]
    loaded: tuple[str, ...]
    """Names of the loaded sources, `syscall` first."""
    enabled: tuple[str, ...]
    files: tuple[RulesFile, ...]
    options: Options

    @property
    def texts(self) -> dict[str, str]:
        """Text of each rules file, for diagnostics."""
        return {file.name: file.text for file in self.files}

    def load_rules(self, *, every_file: bool = False, every_error: bool = False) -> Loaded:
        """Load and check the rules of all loaded sources: see engine.rules.load."""
        specs = [one.spec for one in self.plugins]
        catalogue = {source: catalogs.catalog(source, specs, self.options) for source in self.loaded}
        versions = {spec.name: spec.version for spec in specs}
        every = {"every_file": every_file, "every_error": every_error}
        return load.load(self.files, catalogue, self.options, plugins=versions, **every)

    def plan(self, around: planning.Surroundings) -> RunPlan:
        """The plan of a run. Raises SourceError if a source cannot be opened in this configuration."""
        kind = self.config.engine.kind
        captured = any(one.spec.name == CAPTURE and one.choice.open_params for one in self.plugins)
        if SYSCALL in self.enabled and kind != "nodriver" and not captured:
            raise unserved.refuse_kernel(kind)
        return planning.plan(self.plugins, self.enabled, self.files, self.options, around)


def prepare(wanted: Wanted) -> Prepared:
    """Read the configuration and the rules, find the plugins, select the sources. Raises ConfigError."""
    path = wanted.config or (INSTALLED if not wanted.sources and Path(INSTALLED).exists() else None)
    config = configuration(path, wanted)
    loaded_plugins = tuple(plugins.load(config.plugins))
    named = [_split(word) for word in wanted.sources]
    if named:
        loaded_plugins = _named_plugins(loaded_plugins, named)
    loaded = plugins.sources(loaded_plugins)
    plugins.check(loaded_plugins, loaded)
    enabled = _selection(loaded, [name for name, _ in named], wanted)
    files = rules_files(wanted.rules, config)
    options = planning.options(config, hostname())
    return Prepared(config, path, loaded_plugins, loaded, enabled, files, options)


def prepare_rules(wanted: Wanted) -> Prepared:
    """What is needed to look at rules alone: every built-in plugin is known unless a configuration names some."""
    config = configuration(wanted.config, wanted)
    known = tuple(plugins.load(config.plugins)) if wanted.config else everything_built_in()
    loaded = plugins.sources(known)
    files = rules_files(wanted.rules, config if wanted.config else None)
    return Prepared(config, wanted.config, known, loaded, loaded, files, planning.options(config, hostname()))


def configuration(path: str | None, wanted: Wanted) -> Config:
    """falco.yaml with `-o` on top. Without a file alerts go to stdout."""
    ours = [] if path else ["stdout_output.enabled=true"]
    ours += ["json_output=true"] if wanted.json else []
    return load_config(path, [*ours, *wanted.overrides], environment=os.environ).config


def rules_files(paths: Sequence[str], config: Config | None = None) -> tuple[RulesFile, ...]:
    """The texts of the files named with `-r`, or else in the configuration; `-` is standard input."""
    if not paths and config is not None:
        return rulefiles.read(rulefiles.resolve(rulefiles.configured(config.rules_files)).files)
    found: list[RulesFile] = []
    for path in paths:
        if path == "-":
            found.append(RulesFile("<stdin>", Path("/dev/stdin").read_bytes().decode("utf-8", "surrogateescape")))
        elif Path(path).is_dir():
            found += rulefiles.read(rulefiles.resolve([path]).files)
        else:
            found += rulefiles.read([path])
    return tuple(found)


def everything_built_in() -> tuple[LoadedPlugin, ...]:
    """Every built-in plugin, as if it were configured: what `check` and `list` know without a configuration."""
    return tuple(found for name in registry.names() if (found := plugins.of_name(name)) is not None)


def hostname() -> str:
    """What alerts call this machine: FALCO_HOSTNAME decides, as in Falco."""
    return os.environ.get("FALCO_HOSTNAME") or socket.gethostname()


def _split(word: str) -> tuple[str, str | None]:
    name, given, parameters = word.partition("=")
    return name, parameters if given else None


def _named_plugins(
    configured: tuple[LoadedPlugin, ...], named: Sequence[tuple[str, str | None]]
) -> tuple[LoadedPlugin, ...]:
    """The configured plugins, with the open parameters given for named sources, and what these need besides."""
    result = list(configured)
    for source, parameters in named:
        if source == SYSCALL and parameters is None:
            continue
        at = next((at for at, one in enumerate(result) if one.input_of == source), None)
        if at is None:
            spec = _producer(source)
            result.append(LoadedPlugin(PluginChoice(spec.name), spec))
            at = len(result) - 1
        if parameters is not None:
            result[at] = LoadedPlugin(
                msgspec.structs.replace(result[at].choice, open_params=parameters), result[at].spec
            )
    wanted = [source for source, _ in named]
    for extractor in everything_built_in():
        known = any(one.spec.name == extractor.spec.name for one in result)
        if extractor.input_of is None and not known and any(extractor.spec.compatible(source) for source in wanted):
            result.append(extractor)
    return tuple(result)


def _producer(source: str) -> PluginSpec:
    """The built-in plugin that produces a source. Raises ConfigError with a hint."""
    spec = registry.load(CAPTURE) if source == SYSCALL else registry.of_source(source)
    if spec is not None:
        return spec
    known = (SYSCALL, *(one.produces for one in registry.builtin() if one.produces))
    raise _unknown(f"unknown event source {source}", source, known)


def _unknown(sentence: str, name: str, known: Sequence[str]) -> ConfigError:
    error = ConfigError(sentence)
    error.add_note(select.hint(name, known) or f"there are {', '.join(known)}")
    return error


def _selection(loaded: Sequence[str], named: Sequence[str], wanted: Wanted) -> tuple[str, ...]:
    """The enabled sources, in the order of loading. Raises ConfigError in Falco's words, with a hint."""
    if named and (wanted.enable or wanted.disable):
        raise ConfigError("the sources to run are named already: --enable-source and --disable-source are not needed")
    for name in (*wanted.enable, *wanted.disable):
        if name not in loaded and not (wanted.enable and wanted.disable):
            verb = "enabling" if wanted.enable else "disabling"
            raise _unknown(f"Attempted {verb} an unknown event source: {name}", name, loaded)
    enabled = select.select(loaded, named or wanted.enable, wanted.disable)
    return tuple(source for source in loaded if source in enabled)
