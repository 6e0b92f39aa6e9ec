"""falco.yaml and `-o` -> one frozen `Config`. The only place in this package that reads YAML."""

from supervisor.config.model import Config
from supervisor.config.read import ConfigFile, Loaded, load_config

__all__ = ["Config", "ConfigFile", "Loaded", "load_config"]
