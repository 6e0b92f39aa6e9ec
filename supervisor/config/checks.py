"""What must hold for a configuration to be used at all, in Falco's order and words."""

import ipaddress
import re
from collections.abc import Sequence

from engine.errors import ConfigError
from engine.options import AppendOutput
from engine.priority import parse_priority
from supervisor.config.model import Config

KINDS = ("kmod", "modern_ebpf", "replay", "nodriver")
LEVELS = ("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug")
"""`log_level`, most severe first: the position is the syslog severity."""
LIBS_SEVERITIES = ("fatal", "critical", "error", "warning", "notice", "info", "debug", "trace")
MATCHING = ("first", "all")
CAPTURE_MODES = ("rules", "all_rules")
SINGULAR = (
    "Using deprecated config key 'rules_file' (singular form). Please use new 'rules_files' config key (plural form)."
)


def _wrong(name: str, problem: str, space: str = " ") -> ConfigError:
    return ConfigError(f"Error reading config file{space}({name}): {problem}")


def log_settings(config: Config) -> None:
    """`log_level` and `libs_logger.severity`."""
    if config.log_level not in LEVELS:
        raise ConfigError(f"Unknown log level {config.log_level}")
    if config.libs_logger.enabled and config.libs_logger.severity not in LIBS_SEVERITIES:
        raise ConfigError(f"Unknown sinsp log severity {config.libs_logger.severity}")


def engine(name: str, config: Config) -> None:
    """`engine.kind` and what it needs."""
    kind = config.engine.kind
    if kind not in KINDS:
        raise _wrong(name, f"engine.kind '{kind}' is not a valid kind.")
    if kind == "replay" and not config.engine.replay.capture_file:
        raise _wrong(name, "engine.kind is 'replay' but no engine.replay.capture_file specified.")


def outputs(name: str, config: Config) -> None:
    """An enabled output knows where to."""
    for output, target, kind, what in (
        (config.file_output, config.file_output.filename, "file", "filename"),
        (config.program_output, config.program_output.program, "program", "program"),
        (config.http_output, config.http_output.url, "http", "url"),
    ):
        if output.enabled and not target:
            raise _wrong(name, f"{kind} output enabled but no {what} in configuration block")


def matching(config: Config) -> None:
    """`rule_matching` and `priority`."""
    if config.rule_matching.lower() not in MATCHING:
        raise ConfigError(
            f'Unknown rule matching strategy "{config.rule_matching}"--must be one of {", ".join(MATCHING)}'
        )
    if parse_priority(config.priority) is None:
        raise ConfigError(
            f'Unknown priority "{config.priority}"--must be one of emergency, alert, critical, error, warning, '
            "notice, informational, debug"
        )


def addresses_and_drops(name: str, config: Config) -> None:
    """`webserver.listen_address`, `syscall_event_drops`, `syscall_event_timeouts`."""
    address = config.webserver.listen_address
    if not _is_address(address):
        raise _wrong(name, f'webserver listen address "{address}" is not a valid IP address')
    _drop_actions(name, config.syscall_event_drops.actions)
    if not 0 <= config.syscall_event_drops.threshold <= 1:
        raise _wrong(name, "syscall event drops threshold must be a double in the range [0, 1]")
    if config.syscall_event_timeouts.max_consecutives == 0:
        problem = "the maximum consecutive timeouts without an event must be an unsigned integer > 0"
        raise _wrong(name, problem, space="")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return False
    return True


def _drop_actions(name: str, actions: Sequence[str]) -> None:
    ignored = False
    for action in actions:
        if action == "ignore":
            ignored = True
        elif action in {"log", "alert"}:
            if ignored:
                raise _wrong(name, f'syscall event drop action "{action}" does not make sense with the "ignore" action')
        elif action != "exit":
            raise _wrong(name, 'available actions for syscall event drops are "ignore", "log", "alert", and "exit"')


def capture(name: str, config: Config) -> None:
    """`capture.mode`: one of two."""
    if config.capture.mode not in CAPTURE_MODES:
        raise _wrong(name, f"capture.mode '{config.capture.mode}' is not a valid mode.")


def rule_and_tags(entry: AppendOutput) -> str:
    """The warning about an entry of `append_output` that asks for a rule and for tags."""
    rule, tags = entry.match.rule, ", ".join(entry.match.tags) + ","
    return (
        f"An append_ouptut entry specifies both a rule ({rule}) and a list of tags ({tags}). This means that output "
        f"will be appended only to the {rule} rule and only if it has all the tags: {tags}."
    )


# -------------------------------------------------------------------------------------------------- metrics

_UNITS_MS = {"y": 31_536_000_000, "w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_DURATION = re.compile("".join(f"(?:([0-9]+){unit})?" for unit in _UNITS_MS))


def duration_ms(text: str) -> int:
    """A Prometheus duration (`1h30m`, `500ms`) in milliseconds; 0 for anything else."""
    found = _DURATION.fullmatch("".join(text.split()))
    if found is None:
        return 0
    return sum(int(count or 0) * size for count, size in zip(found.groups(), _UNITS_MS.values(), strict=True))


def metrics(config: Config) -> None:
    """Metrics that are on have an interval and somewhere to go. Falco asks this when the run begins."""
    settings = config.metrics
    if not settings.enabled:
        return
    if duration_ms(settings.interval) < _SHORTEST_MS:
        raise ConfigError(
            "Metrics interval must have a minimum value of 100ms and reflect a Prometheus compliant time duration "
            "format: https://prometheus.io/docs/prometheus/latest/querying/basics/#time-durations. "
        )
    if settings.interval.isdigit():
        raise ConfigError(
            "Metrics interval was passed as numeric value without Prometheus time unit. Please specify a time unit"
        )
    if not (settings.output_rule or settings.output_file or config.webserver.prometheus_metrics_enabled):
        raise ConfigError(
            "Metrics are enabled with no output configured. Please enable at least one output channel "
            "('metrics.output_rule', 'metrics.output_file' or 'webserver.prometheus_metrics_enabled')"
        )


_SHORTEST_MS = 100
