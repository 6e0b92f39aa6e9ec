"""Configuration, selection and rules -> the plan of a run. Pure: reads no file, no clock, no environment."""

from collections.abc import Sequence

import msgspec

from engine.errors import ConfigError
from engine.options import AppendOutput, Options
from engine.priority import Priority, parse_priority
from engine.rules.model import RulesFile
from supervisor import listening, plugins
from supervisor.config import Config
from supervisor.plan import ChildPlan, Limits, RunPlan, Stepped, Wall, hash_rules
from supervisor.plugins import SYSCALL, LoadedPlugin

STDIN = "<stdin>"
"""Name of the rules that were read from standard input."""
_IGNORED_PRINTS = frozenset({"", "c", "container", "k", "kubernetes"})
"""Values of `-p` that once had a meaning and now do nothing."""


class Surroundings(msgspec.Struct, frozen=True):
    """What a run knows of the machine and the command line beside the configuration."""

    hostname: str = ""
    zone: str = "UTC"
    limit_s: float = 0.0
    """`-M`; 0: none."""
    clock: Wall | Stepped = Wall()
    seed: int = 0
    limits: Limits = Limits()
    strict: bool = False
    """Falco's limits as Falco applies them: in its face."""


def options(config: Config, hostname: str, printed: str = "") -> Options:
    """The engine's part of the configuration; `printed` is `-p`: appended to every rule's output."""
    append = config.append_output
    if printed not in _IGNORED_PRINTS:
        append = (*append, AppendOutput(extra_output=printed))
    priority = parse_priority(config.priority)
    return Options(
        priority=Priority.DEBUG if priority is None else priority,
        match_all=config.rule_matching.lower() == "all",
        json=config.json_output,
        json_output_property=config.json_include_output_property,
        json_message_property=config.json_include_message_property,
        json_output_fields_property=config.json_include_output_fields_property,
        json_tags_property=config.json_include_tags_property,
        iso_time=config.time_format_iso_8601,
        base64_buffers=config.buffer_format_base64,
        append_output=append,
        static_fields=config.static_fields,
        selections=config.rules,
        hostname=hostname,
    )


def plan(
    loaded: Sequence[LoadedPlugin],
    enabled: Sequence[str],
    rules: tuple[RulesFile, ...],
    settings: Options,
    around: Surroundings,
) -> RunPlan:
    """One child for each enabled source, in the order given.

    Raises ConfigError if a source has no producer, or if standard input is wanted twice.
    """
    digest = hash_rules(rules)
    children = tuple(_child(source, loaded, rules, digest, settings, around) for source in enabled)
    listening.check_stdin(children, rules=any(file.name == STDIN for file in rules))
    return RunPlan(children, plugins.sources(loaded), tuple(enabled))


def _child(
    source: str,
    loaded: Sequence[LoadedPlugin],
    rules: tuple[RulesFile, ...],
    digest: str,
    settings: Options,
    around: Surroundings,
) -> ChildPlan:
    able = plugins.producers(source, loaded)
    if not able and source != SYSCALL:
        raise ConfigError(f"Can't find plugin for event source: {source}")
    producer = able[0] if able else None
    extractors = tuple(one.choice for one in loaded if one is not producer and one.spec.compatible(source))
    return ChildPlan(
        source=source,
        rules=rules,
        rules_hash=digest,
        options=settings,
        plugin=producer.choice if producer else None,
        extractors=extractors,
        clock=around.clock,
        seed=around.seed,
        zone=around.zone,
        hostname=around.hostname,
        limit_s=around.limit_s,
        limits=around.limits,
        strict=around.strict,
    )
