"""What rules of one source may use: libs' fields, static ones, and those of loaded plugins that are compatible."""

from collections.abc import Sequence

from engine.fields import libs
from engine.fields.catalog import Catalog
from engine.options import Options
from sources.spec import Capability, PluginSpec

_ASYNC_NAMES = {"container": ("container", "container_removed")}


def catalog(source: str, loaded: Sequence[PluginSpec], options: Options) -> Catalog:
    """The catalogue of `source`, plugins in load order."""
    compatible = [plugin for plugin in loaded if plugin.compatible(source)]
    static = (libs.static_class(options.static_fields),) if options.static_fields else ()
    plugins = tuple(group for plugin in compatible for group in plugin.fields)
    names = tuple(
        name
        for plugin in compatible
        if Capability.ASYNC in plugin.capabilities
        for name in _ASYNC_NAMES.get(plugin.name, ())
    )
    return Catalog(source, (*static, *libs.classes(source), *plugins), names)
