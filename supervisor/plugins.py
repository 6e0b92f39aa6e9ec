"""Which plugins are loaded, which sources that gives, and whether they can be used together (falco.md 1.3, 1.4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.errors import ConfigError
from sources import registry
from sources.spec import Capability, PluginSpec
from supervisor.plan import PluginChoice

SYSCALL = "syscall"
_IN_CONFIG = "error in plugin "
"""How errors about an `init_config` begin that libs finds itself, before it asks the plugin."""


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A configured plugin and what it is."""

    choice: PluginChoice
    spec: PluginSpec

    @property
    def input_of(self) -> str | None:
        """The source whose events it produces; a plugin without a source of its own produces system events."""
        if Capability.SOURCING not in self.spec.capabilities:
            return None
        return self.spec.produces or SYSCALL

    def serves(self, source: str) -> bool:
        """Whether it is used where events of `source` are read: as their producer or as an extractor."""
        return self.input_of == source or self.spec.compatible(source)


def load(choices: Sequence[PluginChoice]) -> Iterator[LoadedPlugin]:
    """Find each configured plugin, one after the other, so that what is loaded can be told before what is not.

    Raises ConfigError for a library that is no plugin, a name or an id that is taken: libs' texts.
    """
    done: list[PluginSpec] = []
    for choice in choices:
        spec = registry.find(choice.name, choice.library_path)
        if spec is None:
            known = ", ".join(sorted(one.name for one in registry.builtin()))
            raise ConfigError(
                f"cannot load plugin {choice.library_path}: no plugin of this name is built in or installed "
                f"(there are {known})"
            )
        for other in done:
            if taken := _taken(other, spec):
                raise ConfigError(
                    f"cannot register plugin {choice.library_path} in inspector: "
                    f"found another plugin with {taken}. Aborting."
                )
        done.append(spec)
        yield LoadedPlugin(choice, spec)


def _taken(one: PluginSpec, other: PluginSpec) -> str | None:
    """What two plugins have in common that they may not."""
    if one.name == other.name:
        return f"name {one.name}"
    both_source = Capability.SOURCING in one.capabilities and Capability.SOURCING in other.capabilities
    return f"ID {one.id}" if both_source and one.id and one.id == other.id else None


def of_name(name: str) -> LoadedPlugin | None:
    """A built-in plugin as if it were configured without parameters: the verbs' short way."""
    spec = registry.find(name, "")
    return LoadedPlugin(PluginChoice(spec.name), spec) if spec is not None else None


def sources(plugins: Sequence[LoadedPlugin]) -> tuple[str, ...]:
    """The loaded sources: `syscall`, then those of the plugins in order of loading, each once."""
    return tuple(dict.fromkeys([SYSCALL, *(one.spec.produces for one in plugins if one.spec.produces)]))


def producers(source: str, plugins: Sequence[LoadedPlugin]) -> list[LoadedPlugin]:
    """Who can produce the events of a source; the first one does."""
    return [one for one in plugins if one.input_of == source]


def check(plugins: Sequence[LoadedPlugin], loaded: Sequence[str]) -> None:
    """Check every plugin's init_config where it is used, fields offered twice, and plugins that no source can use.

    Raises ConfigError; `is_runtime_error` tells the texts that Falco prints as `Runtime error`.
    """
    used: set[str] = set()
    for source in loaded:
        serving = [one for one in plugins if one.serves(source)]
        for one in serving:
            check_config(one)
            used.add(one.spec.name)
        _check_fields(source, serving)
    for one in plugins:
        if one.spec.name not in used:
            raise ConfigError(
                f"Plugin '{one.spec.name}' is loaded but unused as not compatible with any known event source"
            )


def check_config(plugin: LoadedPlugin) -> None:
    """Let a plugin look at its init_config. Raises ConfigError."""
    if plugin.spec.check_config is None:
        return
    try:
        plugin.spec.check_config(plugin.choice.init_config)
    except ConfigError as error:
        if is_runtime_error(error):
            raise
        raise ConfigError(f"could not initialize plugin: {error}") from error


def is_runtime_error(error: ConfigError) -> bool:
    """Whether Falco dies of this instead of reporting it: `Runtime error: … Exiting.` instead of `Error: …`."""
    return str(error).startswith((_IN_CONFIG, "cannot load plugin ", "cannot register plugin "))


def _check_fields(source: str, serving: Sequence[LoadedPlugin]) -> None:
    taken: set[str] = set()
    for one in serving:
        if Capability.EXTRACTION not in one.spec.capabilities:
            continue
        names = [field.name for group in one.spec.fields for field in group.fields]
        for name in names:
            if name in taken:
                raise ConfigError(
                    f"Plugin '{one.spec.name}' supports extraction of field '{name}' that is overlapping "
                    f"for source '{source}'"
                )
        taken.update(names)
