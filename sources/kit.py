"""Puts together what all events of one plugin source share."""

from collections.abc import Callable, Mapping

from engine.fields.catalog import FieldRef
from engine.values import Value
from sources.spec import SourceConfig
from sources.view import FieldReader, Kit, PluginView


def make_kit(
    config: SourceConfig,
    readers: Mapping[str, FieldReader],
    describe: Callable[[PluginView], str | None],
    note: Callable[[PluginView], None] | None = None,
) -> Kit:
    """The source's own fields, those of compatible extraction plugins, and the configured static ones."""
    every: dict[str, FieldReader] = {f"static.{key}": _constant(text) for key, text in config.static_fields.items()}
    every.update(config.extractors)
    every.update(readers)
    return Kit(config.stream, every, describe, note)


def _constant(text: str) -> FieldReader:
    def read(_view: PluginView, _ref: FieldRef) -> Value | None:
        return text

    return read
