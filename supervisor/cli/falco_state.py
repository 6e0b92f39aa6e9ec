"""What Falco's face knows while it goes through its steps, and how a step ends it badly."""

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.errors import CadgeError
from engine.fields.catalog import Catalog
from engine.listing import Versions
from engine.options import Options as EngineOptions
from engine.rules.model import Loaded as LoadedRules
from engine.rules.model import RulesFile
from supervisor.cli.falco_options import Options
from supervisor.config import Config
from supervisor.config import Loaded as LoadedConfig
from supervisor.falcolog import Log
from supervisor.outputs.fanout import Fanout
from supervisor.plugins import LoadedPlugin
from supervisor.result import RunResult

VERSIONS = Versions(
    falco="0.44.0-cadge",
    libs="0.25.0-cadge",
    plugin_api="3.12.0",
    engine="0.63.0",
    driver_api="10.0.0",
    driver_schema="4.3.0",
    default_driver="0.0.0-cadge",
)
"""What Falco prints: the versions whose behaviour is followed. The engine's is what rules files require."""
ARCHITECTURE = platform.machine()


class DeathError(CadgeError):
    """Falco would not report this but die of it: `Runtime error: … Exiting.`, without closing statistics."""


@dataclass(slots=True)
class State:
    """One run, from its command line to its end."""

    argv: Sequence[str]
    """With the program's name."""
    options: Options
    journal: Log
    environment: Mapping[str, str]
    loaded_config: LoadedConfig = field(default_factory=lambda: LoadedConfig(Config()))
    config: Config = field(default_factory=Config)
    plugins: list[LoadedPlugin] = field(default_factory=list)
    sources: tuple[str, ...] = ()
    """Loaded, `syscall` first."""
    enabled: tuple[str, ...] = ()
    """In order of opening."""
    settings: EngineOptions = field(default_factory=EngineOptions)
    catalogs: dict[str, Catalog] = field(default_factory=dict)
    rules_files: tuple[RulesFile, ...] = ()
    rules_folders: tuple[str, ...] = ()
    rules: LoadedRules = field(default_factory=LoadedRules)
    outputs: Fanout | None = None
    result: RunResult = field(default_factory=RunResult)

    @property
    def replays(self) -> bool:
        """Whether a capture is read instead of live sources."""
        return self.config.engine.kind == "replay"

    @property
    def texts(self) -> dict[str, str]:
        """Text of each rules file, for diagnostics."""
        return {file.name: file.text for file in self.rules_files}

    @property
    def versions_of_plugins(self) -> dict[str, str]:
        """Version of each loaded plugin, by its own name."""
        return {one.spec.name: one.spec.version for one in self.plugins}


def say(text: str) -> None:
    """Print to standard output, at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def page_size() -> int:
    """Bytes of a page of memory."""
    return os.sysconf("SC_PAGE_SIZE")
