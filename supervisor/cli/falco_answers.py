"""The steps of Falco's face that print something and end the run, each only when it is asked for (falco.md 2.1)."""

import json
import os

from engine import listing
from engine.errors import ConfigError
from sources.spec import Capability
from supervisor import plugins
from supervisor.cli.falco_options import usage
from supervisor.cli.falco_state import VERSIONS, DeathError, State, page_size, say
from supervisor.config import schema
from supervisor.config.tree import Map, Node, Null, Sequence
from supervisor.plan import PluginChoice
from supervisor.plugins import LoadedPlugin

_FORMATS = ("text", "markdown", "json")


def print_help(state: State) -> bool:
    """`-h`."""
    if state.options.help:
        say(usage("cadge"))
        return True
    return False


def print_config_schema(state: State) -> bool:
    """`--config-schema`: without a newline at the end."""
    if state.options.config_schema:
        say(schema.as_text())
        return True
    return False


def print_rule_schema(state: State) -> bool:
    """`--rule-schema`: without a newline at the end."""
    if state.options.rule_schema:
        from engine.rules import schema as rules_schema  # noqa: PLC0415 - only here

        say(rules_schema.schema_text())
        return True
    return False


def print_ignored_events(state: State) -> bool:
    """`-i`."""
    if state.options.ignored_events:
        say(listing.ignored_syscalls())
        return True
    return False


def print_syscall_events(state: State) -> bool:
    """`--list-events`."""
    if state.options.list_events:
        say(listing.events(output_format(state)))
        return True
    return False


def output_format(state: State) -> str:
    """`text`, `markdown` or `json`; the value has been checked when the options were read."""
    return "markdown" if state.options.markdown else state.options.format.lower() or "text"


def check_format(state: State) -> None:
    """`--format` and `--markdown`, which Falco checks while it reads its options. Raises ConfigError."""
    asked = state.options.format
    if asked and asked.lower() not in _FORMATS:
        raise ConfigError(f"Invalid format '{asked}'. Valid values are: {', '.join(_FORMATS)}")
    if state.options.markdown:
        state.journal.raw("WARNING: --markdown is deprecated, use --format markdown instead.\n")


def print_version(state: State) -> bool:
    """`--version`."""
    if state.options.version:
        say(listing.version(VERSIONS, as_json=state.config.json_output))
        return True
    return False


def print_page_size(state: State) -> bool:
    """`--page-size`."""
    if state.options.page_size:
        state.journal.info(f"Your system page size is: {page_size()} bytes")
        return True
    return False


# ----------------------------------------------------------------------------------------------------- plugins


def print_plugin_info(state: State) -> bool:
    """`--plugin-info`: the first configured plugin of that name or library."""
    wanted = state.options.plugin_info
    if not wanted:
        return False
    for choice in state.config.plugins:
        if wanted in {choice.name, choice.library_path}:
            _print_plugin(choice)
            return True
    raise ConfigError(f"can't find plugin and print its info: {wanted}")


def _print_plugin(choice: PluginChoice) -> None:
    plugin = _found([choice])[0]
    say(_block(plugin) + "\n")
    if plugin.spec.init_schema is None:
        missing = "Not available, plugin does not implement the init config schema functionality"
        say(f"Init config schema type: {missing}\n\n\n")
    else:
        say(f"Init config schema type: JSON\n{plugin.spec.init_schema}\n\n")
    try:
        plugins.check_config(plugin)
    except ConfigError as error:
        if plugins.is_runtime_error(error):
            raise DeathError(str(error)) from error
        raise
    if plugin.input_of is None:
        return
    if not plugin.spec.open_params:
        say(
            "No suggested open params available: plugin has not been configured, or it does not implement the open "
            "params suggestion functionality\n\n"
        )
        return
    lines = [f"{value}: {text}" if text else value for value, text in plugin.spec.open_params]
    say("Suggested open params:\n" + "".join(f"{line}\n" for line in lines) + "\n")


def list_plugins(state: State) -> bool:
    """`--list-plugins`."""
    if state.options.list_plugins:
        found = _found(state.config.plugins)
        blocks = "".join(_block(plugin) + "\n" for plugin in found)
        say(f"{len(found)} Plugins Loaded:\n\n{blocks}\n")
        return True
    return False


def _found(choices: "tuple[PluginChoice, ...] | list[PluginChoice]") -> list[LoadedPlugin]:
    try:
        return list(plugins.load(choices))
    except ConfigError as error:
        raise DeathError(str(error)) from error


def _block(plugin: LoadedPlugin) -> str:
    """A plugin as `--list-plugins` shows it."""
    spec = plugin.spec
    lines = [
        f"Name: {spec.name}",
        f"Description: {spec.description}",
        f"Contact: {spec.contact}",
        f"Version: {spec.version}",
        "Capabilities: ",
    ]
    for capability in Capability:
        if capability in spec.capabilities:
            detail = ""
            if capability is Capability.SOURCING:
                detail = f" (ID={spec.id}, source='{spec.source}')" if spec.id else " (system events)"
            lines.append(f"  - {capability.value}{detail}")
    return "".join(f"{line}\n" for line in lines)


def list_fields(state: State) -> bool:
    """`--list[=source]`."""
    source = state.options.list_fields
    if source is None:
        return False
    if source and source not in state.sources:
        raise ConfigError("Value for --list must be a valid source type")
    say(
        listing.fields(
            [state.catalogs[one] for one in state.sources],
            source,
            form=output_format(state),
            verbose=state.options.verbose,
            names_only=state.options.names_only,
        )
    )
    return True


def print_support(state: State) -> bool:
    """`--support`: everything somebody needs who looks at the trouble from afar."""
    if not state.options.support:
        return False
    system = os.uname()
    answer = {
        "cmdline": " ".join(state.argv),
        "config": json.dumps(_plain(state.loaded_config.document), ensure_ascii=False),
        "engine_info": listing.version_members(VERSIONS, state.versions_of_plugins.items()),
        "rules_files": [{"name": file.name, "variants": [{"content": file.text}]} for file in state.rules_files],
        "system_info": {
            "machine": system.machine,
            "nodename": system.nodename,
            "release": system.release,
            "sysname": system.sysname,
            "version": system.version,
        },
        "version": VERSIONS.falco,
    }
    say(json.dumps(answer, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n")
    return True


def _plain(node: Node) -> object:
    """The merged configuration as YAML in flow style, every scalar quoted: that is JSON."""
    if isinstance(node, Map):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node]
    return None if isinstance(node, Null) else str(node)
