"""The one list of built-in plugins. Each is imported only when somebody asks for it."""

import importlib
from functools import cache
from pathlib import PurePath

from sources.spec import PluginSpec

_MODULES = {
    "k8saudit": "sources.k8s_audit.source",
    "cloudtrail": "sources.aws_cloudtrail.source",
    "github": "sources.github.source",
    "gcpaudit": "sources.gcp_auditlog.source",
    "okta": "sources.okta.source",
    "json": "sources.json_fields.extract",
    "container": "sources.container.extract",
    "dummy": "sources.dummy.source",
    "capture": "sources.syscall.plugin",
}
"""Falco's name of a plugin -> the module whose `spec()` describes it."""


@cache
def load(name: str) -> PluginSpec:
    """The built-in plugin with Falco's name `name`. Raises KeyError if there is none."""
    spec = importlib.import_module(_MODULES[name]).spec()
    assert isinstance(spec, PluginSpec)
    return spec


def builtin() -> tuple[PluginSpec, ...]:
    """All built-in plugins."""
    return tuple(load(name) for name in _MODULES)


def names() -> tuple[str, ...]:
    """The names of all built-in plugins, without importing them."""
    return tuple(_MODULES)


def find(name: str, library_path: str) -> PluginSpec | None:
    """The built-in plugin that an entry of `plugins:` means; None if it means none.

    A library path decides by its last part, Falco's file (`libk8saudit.so`) or our name (`k8saudit`); without one the
    entry's own name does. What an entry is called besides is the operator's business.
    """
    wanted = PurePath(library_path).name if library_path else name
    wanted = wanted.removeprefix("lib").removesuffix(".so") if wanted.endswith(".so") else wanted
    return load(wanted) if wanted in _MODULES else None


def of_source(source: str) -> PluginSpec | None:
    """The first built-in plugin that produces events of a source."""
    for name in _MODULES:
        spec = load(name)
        if spec.produces == source:
            return spec
    return None
