"""A plugin's init_config: a table of settings, checked as libs checks it against the plugin's JSON schema."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from engine.errors import ConfigError

_WORDS: dict[type, str] = {str: "string", bool: "boolean", int: "integer", dict: "object", list: "array"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One member of an init_config."""

    key: str
    default: Any
    """Also says the type."""
    title: str = ""
    description: str = ""


def schema(settings: tuple[Setting, ...]) -> str:
    """The JSON schema a person sees in `--plugin-info`."""
    properties = {
        one.key: {
            "type": _WORDS[type(one.default)],
            "title": one.title,
            "description": one.description,
            "default": one.default,
        }
        for one in settings
    }
    body = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "properties": properties}
    return msgspec.json.encode(body).decode()


def checker(plugin: str, settings: tuple[Setting, ...]) -> Callable[[str], Mapping[str, Any]]:
    """A function that parses an init_config to {key: value}; it raises ConfigError in libs' words."""

    def check(text: str) -> Mapping[str, Any]:
        return parse(plugin, settings, text)

    return check


def parse(plugin: str, settings: tuple[Setting, ...], text: str) -> Mapping[str, Any]:
    """Parse an init_config; an empty one takes all defaults, unknown members are ignored."""
    try:
        config = msgspec.json.decode(text.encode("utf-8", "surrogateescape")) if text else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ConfigError(f"error in plugin {plugin}: init config is not a valid json") from None
    if not isinstance(config, dict):
        raise _wrong_type(plugin, "")
    values = {}
    for one in settings:
        value = config.get(one.key, one.default)
        if type(value) is not type(one.default):
            raise _wrong_type(plugin, f"[{one.key}]")
        # Go decodes into unsigned numbers and keeps the default where that fails.
        values[one.key] = one.default if type(value) is int and value < 0 else value
    return values


def _wrong_type(plugin: str, place: str) -> ConfigError:
    reason = "Value type not permitted by 'type' constraint."
    return ConfigError(f"error in plugin {plugin} init config: In <root>{place}, {reason}")
