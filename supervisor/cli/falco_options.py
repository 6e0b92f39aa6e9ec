"""Falco's options: one table, read the way its parser (cxxopts) reads them, with that parser's errors (falco.md 2).

Values may begin with `-`; `--name=value`, `--name value`, `-nvalue` and `-n value` are all fine; flags can be joined
(`-vU`) and be given a value (`--dry-run=false`); `--list` takes its value only behind `=`. Words that belong to no
option are passed over.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any, NamedTuple

from engine.errors import ConfigError


class Kind(Enum):
    """What an option takes."""

    FLAG = "nothing, or true or false behind `=`"
    TEXT = "a text; the last one counts"
    TEXTS = "a text, repeatedly"
    WHOLE = "a whole number"
    MAYBE = "a text behind `=`, or nothing"


class Option(NamedTuple):
    """One row of the table."""

    name: str
    """Attribute of `Options`."""
    short: str
    long: str
    kind: Kind
    metavar: str
    help: str


TABLE = (
    Option("help", "h", "help", Kind.FLAG, "", "Show the options and exit."),
    Option("config", "c", "", Kind.TEXT, "<path>", "Configuration file; /etc/falco/falco.yaml if not given."),
    Option("config_schema", "", "config-schema", Kind.FLAG, "", "Print the JSON schema of falco.yaml and exit."),
    Option("rule_schema", "", "rule-schema", Kind.FLAG, "", "Print the JSON schema of rules files and exit."),
    Option(
        "disable_sources",
        "",
        "disable-source",
        Kind.TEXTS,
        "<event_source>",
        "Do not open a loaded event source. Repeatable; not together with --enable-source; no effect on a replay.",
    ),
    Option("dry_run", "", "dry-run", Kind.FLAG, "", "Do everything but open sources and outputs."),
    Option(
        "enable_sources",
        "",
        "enable-source",
        Kind.TEXTS,
        "<event_source>",
        "Open only the loaded event sources named so. Repeatable; not together with --disable-source; no effect on a "
        "replay.",
    ),
    Option("ignored_events", "i", "", Kind.FLAG, "", "Print the system calls that are not read by default and exit."),
    Option("describe_rules", "L", "", Kind.FLAG, "", "Describe all rules and exit; in detail with json_output."),
    Option("describe_rule", "l", "", Kind.TEXT, "<rule>", "Describe one rule and exit."),
    Option(
        "list_fields", "", "list", Kind.MAYBE, "<source>", "List the fields of all sources, or of one (behind `=`)."
    ),
    Option("list_events", "", "list-events", Kind.FLAG, "", "List all events and exit."),
    Option("list_plugins", "", "list-plugins", Kind.FLAG, "", "Describe the configured plugins and exit."),
    Option("limit_s", "M", "", Kind.WHOLE, "<num_seconds>", "Stop each source after so many seconds of its events."),
    Option("markdown", "", "markdown", Kind.FLAG, "", "Deprecated: --format markdown."),
    Option("format", "", "format", Kind.TEXT, "<format>", "Form of --list and --list-events: text, markdown, json."),
    Option("names_only", "N", "", Kind.FLAG, "", "Only names, with --list."),
    Option(
        "settings",
        "o",
        "option",
        Kind.TEXTS,
        "<opt>=<val>",
        "Change a setting of the configuration: `-o engine.kind=nodriver`, `-o rules[].disable.rule=x`. Repeatable.",
    ),
    Option("plugin_info", "", "plugin-info", Kind.TEXT, "<plugin_name>", "Describe one configured plugin and exit."),
    Option("printed", "p", "print", Kind.TEXT, "<output_format>", "Deprecated: -o append_output[].extra_output=…"),
    Option("pidfile", "P", "pidfile", Kind.TEXT, "<pid_file>", "Write the process id there."),
    Option(
        "rules_files",
        "r",
        "",
        Kind.TEXTS,
        "<rules_file>",
        "Rules file or folder, instead of those of the configuration. Repeatable.",
    ),
    Option("support", "", "support", Kind.FLAG, "", "Print versions, configuration and rules as JSON and exit."),
    Option("unbuffered", "U", "unbuffered", Kind.FLAG, "", "Flush every alert."),
    Option("validate", "V", "validate", Kind.TEXTS, "<rules_file>", "Check a rules file and exit. Repeatable."),
    Option("verbose", "v", "", Kind.FLAG, "", "Say more on standard error."),
    Option("version", "", "version", Kind.FLAG, "", "Print versions and exit."),
    Option("page_size", "", "page-size", Kind.FLAG, "", "Log the system's page size and exit."),
)
_BY_NAME = {name: option for option in TABLE for name in (option.short, option.long) if name}

_LONG = re.compile(r"--([A-Za-z0-9][-_A-Za-z0-9.]+)(?:=(.*))?", re.DOTALL)
_SHORT = re.compile(r"-([A-Za-z0-9].*)", re.DOTALL)
_TRUE = re.compile(r"[tT](rue)?|1")
_FALSE = re.compile(r"[fF](alse)?|0")
_WHOLE = re.compile(r"-?(0x[0-9a-fA-F]+|[0-9]+)")
_MOST = 2**31


@dataclass(slots=True)
class Options:
    """What was asked for on the command line."""

    help: bool = False
    config: str = ""
    config_schema: bool = False
    rule_schema: bool = False
    disable_sources: list[str] = field(default_factory=list)
    dry_run: bool = False
    enable_sources: list[str] = field(default_factory=list)
    ignored_events: bool = False
    describe_rules: bool = False
    describe_rule: str = ""
    list_fields: str | None = None
    """None: not asked for; empty: of all sources."""
    list_events: bool = False
    list_plugins: bool = False
    limit_s: int = 0
    markdown: bool = False
    format: str = ""
    names_only: bool = False
    settings: list[str] = field(default_factory=list)
    plugin_info: str = ""
    printed: str = ""
    pidfile: str = ""
    rules_files: list[str] = field(default_factory=list)
    support: bool = False
    unbuffered: bool = False
    validate: list[str] = field(default_factory=list)
    verbose: bool = False
    version: bool = False
    page_size: bool = False


def parse(argv: Sequence[str]) -> Options:
    """Read the words behind the command's name. Raises ConfigError in the parser's words."""
    options = Options()
    for option, text in _occurrences(argv):
        value = _value(option, text)
        if option.kind is Kind.TEXTS:
            getattr(options, option.name).append(value)
        else:
            setattr(options, option.name, value)
    if options.markdown and options.format:
        raise ConfigError("Cannot specify both --markdown and --format options together")
    return options


def _occurrences(argv: Sequence[str]) -> Iterator[tuple[Option, str]]:
    words = list(reversed(argv))
    while words:
        word = words.pop()
        if word == "--":
            return
        if (long := _LONG.fullmatch(word)) is not None:
            option = _known(long[1])
            yield option, long[2] if long[2] is not None else _next(option, long[1], words)
        elif (short := _SHORT.fullmatch(word)) is not None:
            yield from _joined(short[1], words)
        elif word.startswith("-") and word != "-":
            raise ConfigError(f"Argument ‘{word}’ starts with a - but has incorrect syntax")  # noqa: RUF001 - its quotes


def _joined(letters: str, words: list[str]) -> Iterator[tuple[Option, str]]:
    """`-vU`, `-oname=value`, `-o name=value`."""
    for position, letter in enumerate(letters):
        option = _known(letter)
        rest = letters[position + 1 :]
        if not rest:
            yield option, _next(option, letter, words)
        elif (given := _given_by_name(option)) is not None:
            yield option, given
        else:
            yield option, rest
            return


def _known(name: str) -> Option:
    if (option := _BY_NAME.get(name)) is None:
        raise ConfigError(f"Option ‘{name}’ does not exist")  # noqa: RUF001 - its quotes
    return option


def _given_by_name(option: Option) -> str | None:
    """The value that an option has without being given one; None: it needs one."""
    return {Kind.FLAG: "true", Kind.MAYBE: ""}.get(option.kind)


def _next(option: Option, name: str, words: list[str]) -> str:
    if (given := _given_by_name(option)) is not None:
        return given
    if not words:
        raise ConfigError(f"Option ‘{name}’ is missing an argument")  # noqa: RUF001 - its quotes
    return words.pop()


def _value(option: Option, text: str) -> Any:
    if option.kind is Kind.FLAG and _TRUE.fullmatch(text):
        return True
    if option.kind is Kind.FLAG and _FALSE.fullmatch(text):
        return False
    if option.kind is Kind.WHOLE and _WHOLE.fullmatch(text):
        number = int(text, 16 if "0x" in text else 10)
        if -_MOST <= number < _MOST:
            return number
    if option.kind in {Kind.FLAG, Kind.WHOLE}:
        raise ConfigError(f"Argument ‘{text}’ failed to parse")  # noqa: RUF001 - its quotes
    return text


# ---------------------------------------------------------------------------------------------------------- help

_COLUMN = 32
_WIDTH = 140


def usage(command: str) -> str:
    """What `-h` prints."""
    lines = [
        f"{command}: Falco's command line. `{command} --help` shows the verbs.",
        "",
        "Usage:",
        f"  {command} -c <path> [OPTION...]",
        "",
    ]
    for option in TABLE:
        short = f"-{option.short}" if option.short else "  "
        comma = ", " if option.short and option.long else "  "
        names = f"  {short}{comma}{'--' + option.long if option.long else ''}".rstrip()
        left = f"{names} {option.metavar}".rstrip()
        described = textwrap.wrap(option.help, _WIDTH - _COLUMN)
        if len(left) >= _COLUMN:
            lines.append(left)
            left = ""
        for text in described:
            lines.append(f"{left:<{_COLUMN}}{text}")
            left = ""
    return "\n".join(lines) + "\n"


OPTION_NAMES = frozenset(one.name for one in fields(Options))
"""For the test that the table and the class agree."""
