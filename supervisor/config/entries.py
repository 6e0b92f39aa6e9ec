"""The settings that are lists of maps: plugins, rule selections, append_output, config_files.

A malformed entry is an error, unlike a malformed scalar: `bad conversion`, in yaml-cpp's words, with its place.
"""

import json
import os.path
from collections.abc import Callable
from typing import Any, TypeVar

from engine.errors import ConfigError
from engine.options import AppendMatch, AppendOutput, ExtraField, RuleSelection
from supervisor.config.model import PLUGINS_DIRECTORY, Include
from supervisor.config.tree import Map, Node, Null, Scalar, Sequence, at
from supervisor.config.values import to_bool, to_float, to_int, to_text
from supervisor.plan import PluginChoice

T = TypeVar("T")


def bad(node: Node) -> ConfigError:
    """What yaml-cpp says when a node is not what was asked for."""
    return ConfigError(at(node.mark, "bad conversion"))


def each(node: Node | None, convert: Callable[[Node], T]) -> tuple[T, ...]:
    """The items of a list; a single scalar counts as a list of one, anything else as an empty one."""
    if isinstance(node, Sequence):
        return tuple(convert(item) for item in node)
    return (convert(node),) if isinstance(node, Scalar) else ()


def text(node: Node) -> str:
    """A scalar. Raises ConfigError for anything else."""
    value = to_text(node)
    if value is None:
        raise bad(node)
    return value


def include(node: Node) -> Include:
    """`path`, or `{path, strategy}`; an unknown strategy is `append`."""
    if not isinstance(node, Map):
        return Include(text(node))
    if (path := node.get("path")) is None:
        raise bad(node)
    strategy = text(node["strategy"]) if "strategy" in node else "append"
    return Include(text(path), strategy if strategy in {"override", "add-only"} else "append")


def rule_selection(node: Node) -> RuleSelection:
    """`{enable: {rule, tag}}` or `{disable: {rule, tag}}`."""
    if not isinstance(node, Map):
        raise bad(node)
    enable = "enable" in node
    chosen = node.get("enable", node.get("disable"))
    if not isinstance(chosen, Map):
        raise bad(node)
    rule = text(chosen["rule"]) if "rule" in chosen else ""
    tag = text(chosen["tag"]) if "tag" in chosen else ""
    if not rule and not tag:
        raise bad(node)
    return RuleSelection(enable, rule, tag)


def append_output(node: Node) -> AppendOutput:
    """One entry of `append_output`; a key given twice in `extra_fields` is an error."""
    if not isinstance(node, Map):
        raise bad(node)
    suggested = False
    if "suggested_output" in node:
        flag = to_bool(node["suggested_output"])
        if flag is None:
            raise bad(node["suggested_output"])
        suggested = flag
    extra = text(node["extra_output"]) if "extra_output" in node else ""
    return AppendOutput(_match(node), extra, _extra_fields(node), suggested)


def _match(node: Map) -> AppendMatch:
    match = node.get("match")
    if match is None or isinstance(match, Null):
        return AppendMatch()
    if not isinstance(match, Map):
        raise bad(node)
    tags: set[str] = set()
    if isinstance(listed := match.get("tags"), Sequence):
        for tag in listed:
            if not isinstance(tag, Scalar):
                raise bad(node)
            tags.add(str(tag))
    source = text(match["source"]) if "source" in match else ""
    rule = text(match["rule"]) if "rule" in match else ""
    return AppendMatch(source, tuple(sorted(tags)), rule)


def _extra_fields(node: Map) -> tuple[ExtraField, ...]:
    if (listed := node.get("extra_fields")) is None:
        return ()
    if not isinstance(listed, Sequence):
        raise bad(node)
    found: dict[str, ExtraField] = {}
    for item in listed:
        if isinstance(item, Map) and len(item) == 1:
            ((key, form),) = item.items()
            if key in found:
                raise bad(node)
            found[key] = ExtraField(key, text(form))
        elif isinstance(item, Scalar):
            if item in found and found[item].format is not None:
                raise bad(node)
            found[str(item)] = ExtraField(str(item))
        else:
            raise bad(node)
    return tuple(found.values())


# ----------------------------------------------------------------------------------------------------- plugins


def plugin(node: Node) -> PluginChoice:
    """One entry of `plugins`."""
    if not isinstance(node, Map) or "name" not in node or "library_path" not in node:
        raise bad(node)
    init: Node = node.get("init_config", Null())
    opened: Node = node.get("open_params", Null())
    return PluginChoice(
        name=text(node["name"]),
        library_path=library(node["library_path"]),
        init_config=init_config(init),
        open_params="" if isinstance(opened, Null) else text(opened).strip(),
    )


def library(node: Node) -> str:
    """An absolute path as it is; a relative one below the plugins' directory, and never outside of it."""
    path = text(node)
    if not path or path.startswith("/"):
        return path
    whole = os.path.normpath(f"{PLUGINS_DIRECTORY}/{path}")
    if whole != PLUGINS_DIRECTORY and not whole.startswith(PLUGINS_DIRECTORY + "/"):
        problem = f"plugin library_path '{path}' resolves outside the plugins directory ({PLUGINS_DIRECTORY})"
        raise ConfigError(at(node.mark, problem))
    return whole


def init_config(node: Node) -> str:
    """A map as JSON text, `{}` as `null` (so does Falco); a scalar as it is; nothing as the empty text."""
    if isinstance(node, Null):
        return ""
    if not isinstance(node, Map):
        return text(node)
    return json.dumps(_plain(node), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _plain(node: Node) -> Any:
    """A document as JSON values; every text that reads like a number or a boolean becomes one, quoted or not."""
    if isinstance(node, Map):
        return {key: _plain(value) for key, value in node.items()} or None
    if isinstance(node, Sequence):
        return [_plain(item) for item in node] or None
    if isinstance(node, Null):
        return None
    for convert in (_int32, to_float, to_bool):
        if (value := convert(node)) is not None:
            return value
    return str(node)


def _int32(node: Node) -> int | None:
    return to_int(node, -(2**31), 2**31 - 1)
