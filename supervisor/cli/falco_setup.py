"""The steps of Falco's face from the configuration to loaded rules, with Falco's log lines (falco.md 1.2 to 1.6)."""

import json
import socket
from pathlib import Path

import msgspec

from engine.errors import ConfigError
from engine.priority import Priority
from engine.rules import describe, load, render
from engine.rules.describe import Plugin
from engine.rules.model import Loaded
from sources import catalogs
from sources.spec import Capability
from supervisor import planning, plugins, rulefiles, select
from supervisor.cli.falco_state import ARCHITECTURE, VERSIONS, DeathError, State, say
from supervisor.config import load_config, schema
from supervisor.outputs import build
from supervisor.plugins import LoadedPlugin

KERNEL_KINDS = ("kmod", "modern_ebpf")


def load_configuration(state: State) -> None:
    """falco.yaml and `-o`. Where log lines go is settled here, too."""
    journal = state.journal
    path = state.options.config or None
    try:
        state.loaded_config = load_config(
            path, state.options.settings, environment=state.environment, note=journal, logger=journal.configure
        )
    except ConfigError as error:
        for line in getattr(error, "__notes__", ()):
            journal.raw(f"{line}\n")
        raise
    state.config = state.loaded_config.config
    journal.iso_time = state.config.time_format_iso_8601
    journal.info(f"Falco version: {VERSIONS.falco} ({ARCHITECTURE})")
    journal.debug(f"CLI args: {' '.join(state.argv)}")
    if path is not None:
        journal.info("Falco initialized with configuration files:")
        for file in state.loaded_config.files:
            level = Priority.INFORMATIONAL if file.schema_validation == schema.OK else Priority.WARNING
            journal(level, f"   {file.path} | schema validation: {file.schema_validation}")
    if state.options.unbuffered:
        state.config = msgspec.structs.replace(state.config, buffered_outputs=False)


def print_kernel_version(state: State) -> None:
    """Only where system calls come from a kernel."""
    if state.config.engine.kind not in KERNEL_KINDS:
        return
    try:
        state.journal.info("System info: " + Path("/proc/version").read_text(encoding="utf-8"))
    except OSError as error:
        state.journal.info(
            f"Cannot read under '/proc/version' (err_message: '{error.strerror}', err_code: {error.errno}). "
            "No info provided, go on."
        )


def require_config_file(state: State) -> None:
    """What follows needs a configuration."""
    if not state.options.config:
        raise ConfigError("You must create a config file at /etc/falco/falco.yaml or by passing -c")


# ---------------------------------------------------------------------------------------------------- plugins


def load_plugins(state: State) -> None:
    """Find the configured plugins; each is logged before the next is looked for."""
    try:
        for plugin in plugins.load(state.config.plugins):
            choice = plugin.choice
            state.journal.info(f"Loaded plugin '{choice.name}@{plugin.spec.version}' from file {choice.library_path}")
            state.plugins.append(plugin)
    except ConfigError as error:
        raise DeathError(str(error)) from error
    state.sources = plugins.sources(state.plugins)


def init_inspectors(state: State) -> None:
    """Check the plugins' parameters, once for each source that they serve."""
    engine = state.config.engine
    dropping = {"kmod": engine.kmod.drop_failed_exit, "modern_ebpf": engine.modern_ebpf.drop_failed_exit}
    if dropping.get(engine.kind):
        state.journal.info("Failed syscall exit events are dropped in the kernel driver")
    try:
        plugins.check(state.plugins, state.sources)
    except ConfigError as error:
        if plugins.is_runtime_error(error):
            raise DeathError(str(error)) from error
        raise


def init_falco_engine(state: State) -> None:
    """The engine's settings, and for each source the fields that its rules may use."""
    printed = state.options.printed
    if printed:
        state.journal.warning(
            "The -p/--print option is deprecated and will be removed. Use -o append_output=... instead."
        )
    state.settings = planning.options(state.config, "", printed)
    specs = [one.spec for one in state.plugins]
    state.catalogs = {source: catalogs.catalog(source, specs, state.settings) for source in state.sources}


def select_event_sources(state: State) -> None:
    """`--enable-source` and `--disable-source`; a replay is not selected from."""
    options = state.options
    if state.replays:
        state.enabled = select.select(state.sources)
    else:
        state.enabled = select.select(state.sources, options.enable_sources, options.disable_sources)


# ------------------------------------------------------------------------------------------------------ rules


def validate_rules_files(state: State) -> bool:
    """`-V`: what is wrong goes to standard output, warnings of good files to the log."""
    wanted = state.options.validate
    if not wanted:
        return False
    state.rules_files = rulefiles.read(wanted)
    state.journal.info("Validating rules file(s):")
    for name in wanted:
        state.journal.info(f"   {name}")
    state.rules = _load(state, every_file=True)
    if state.rules.unmet:
        raise ConfigError(state.rules.unmet)
    for report in state.rules.reports:
        if report.ok and report.warnings:
            state.journal.warning(render.verbose(report) + "\n")
    summary = render.validation(state.rules.reports)
    _print_validation(state, summary)
    if not state.rules.ok:
        raise ConfigError(summary)
    return True


def _print_validation(state: State, summary: str) -> None:
    described = _description(state) if state.rules.ok and _describes(state) else None
    if state.config.json_output:
        answer: dict[str, object] = {"falco_load_results": [render.as_json(one) for one in state.rules.reports]}
        if described is not None:
            answer["falco_describe_results"] = described
        say(_line(answer))
        return
    say(f"{summary}\n")
    if described is not None:
        say("\n" + _table(state))


def load_rules_files(state: State) -> bool:
    """Load the rules of all loaded sources, then `-L` and `-l`."""
    journal = state.journal
    paths = state.options.rules_files or rulefiles.configured(state.config.rules_files)
    if not paths:
        raise ConfigError(rulefiles.NONE_GIVEN)
    journal.debug("Configured rules filenames:")
    for path in paths:
        journal.debug(f"   {path}")
    resolved = rulefiles.resolve(paths)
    state.rules_files, state.rules_folders = rulefiles.read(resolved.files), resolved.folders
    journal.info("Loading rules from:")
    state.rules = _load(state, every_file=False)
    failure = ""
    for report in state.rules.reports:
        level = Priority.INFORMATIONAL if report.schema_status == schema.OK else Priority.WARNING
        journal(level, f"   {report.name} | schema validation: {render.schema_validation(report)}")
        text = render.verbose(report)
        if not report.ok:
            failure = text
            break
        if report.warnings:
            journal.warning(text + "\n")
    failure = state.rules.unmet or failure
    if failure:
        raise ConfigError(failure)
    _log_selections(state)
    if _describes(state):
        say(_line(_description(state)) if state.config.json_output else _table(state))
    return _describes(state)


def _load(state: State, *, every_file: bool) -> Loaded:
    return load.load(
        state.rules_files, state.catalogs, state.settings, plugins=state.versions_of_plugins, every_file=every_file
    )


def _log_selections(state: State) -> None:
    for selection in state.config.rules:
        word = "Enabling" if selection.enable else "Disabling"
        if selection.rule:
            state.journal.info(f"{word} rules with name: {selection.rule}")
        if selection.tag:
            state.journal.info(f"{word} rules with tag: {selection.tag}")


def _describes(state: State) -> bool:
    return state.options.describe_rules or bool(state.options.describe_rule)


def _description(state: State) -> dict[str, object]:
    known = [_for_description(one) for one in state.plugins]
    if not state.options.describe_rule:
        return describe.describe(state.rules, known)
    try:
        return describe.describe_rule(state.options.describe_rule, state.rules, known)
    except describe.DescribeError as error:
        raise DeathError(str(error)) from error


def _table(state: State) -> str:
    wanted = state.options.describe_rule
    _description(state)  # a rule that is not loaded is an error here, too
    return describe.table(rule for rule in state.rules.rules if wanted in {"", rule.name})


def _for_description(plugin: LoadedPlugin) -> Plugin:
    spec = plugin.spec
    extracts = Capability.EXTRACTION in spec.capabilities
    names = (field.name for group in spec.fields for field in group.fields) if extracts else ()
    return Plugin(spec.name, spec.produces, frozenset(names), spec.extract_sources)


def _line(value: object) -> str:
    """One line of JSON; bytes that are no UTF-8 are replaced."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace") + "\n"


# ---------------------------------------------------------------------------------------------------- outputs


def init_outputs(state: State) -> None:
    """Where alerts go, and what they call this machine."""
    config = state.config
    every = (config.stdout_output, config.syslog_output, config.file_output, config.program_output, config.http_output)
    if not any(output.enabled for output in every):
        raise ConfigError("No output configured, please make sure at least one output is configured and enabled.")
    hostname = state.environment.get("FALCO_HOSTNAME")
    if hostname is not None:
        state.journal.info(f"Hostname value has been overridden via environment variable to: {hostname}")
    else:
        hostname = socket.gethostname()
    state.settings = msgspec.structs.replace(state.settings, hostname=hostname)
    if state.options.dry_run:
        state.journal.debug("Skipping outputs initialization in dry-run")
        return
    state.outputs = build.open_outputs(config, state.journal)
