"""What falco.yaml says about matching and about the form of alerts: the engine's settings, frozen."""

import msgspec


class AppendMatch(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which rules an `append_output` entry applies to; empty parts match everything."""

    source: str = ""
    tags: tuple[str, ...] = ()
    """All of them must be on the rule."""
    rule: str = ""


class ExtraField(msgspec.Struct, frozen=True, omit_defaults=True):
    """A further member of `output_fields`: the field `key`, typed, or with `format` the formatted text under `key`."""

    key: str
    format: str | None = None


class AppendOutput(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of `append_output`."""

    match: AppendMatch = AppendMatch()
    extra_output: str = ""
    extra_fields: tuple[ExtraField, ...] = ()
    suggested_output: bool = False


class RuleSelection(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of `rules:`, applied in order after loading. `rule` is a wildcard, `tag` exact; empty: not given."""

    enable: bool
    rule: str = ""
    tag: str = ""


class Options(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything that shapes a ruleset and its alerts. Defaults are Falco's for an empty falco.yaml."""

    priority: int = 7
    """The least severe priority that is enabled (engine.priority.Priority)."""
    match_all: bool = False
    """`rule_matching: all`: every matching rule alerts, not only the first."""
    json: bool = False
    json_output_property: bool = True
    json_message_property: bool = False
    json_output_fields_property: bool = True
    json_tags_property: bool = True
    iso_time: bool = False
    """`time_format_iso_8601`."""
    base64_buffers: bool = False
    """`buffer_format_base64`."""
    append_output: tuple[AppendOutput, ...] = ()
    static_fields: tuple[tuple[str, str], ...] = ()
    selections: tuple[RuleSelection, ...] = ()
    hostname: str = ""
    """The `hostname` of JSON alerts."""
