"""Falco's command line: what its parser takes, and what it says about the rest."""

import pytest

from engine.errors import ConfigError
from supervisor.cli.falco_options import OPTION_NAMES, TABLE, Kind, Options, parse, usage


def test_the_table_and_the_options_agree() -> None:
    assert {option.name for option in TABLE} == OPTION_NAMES
    blank = Options()
    for option in TABLE:
        kind = type(getattr(blank, option.name))
        expected = {Kind.FLAG: bool, Kind.TEXT: str, Kind.TEXTS: list, Kind.WHOLE: int, Kind.MAYBE: type(None)}
        assert kind is expected[option.kind], option.name


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["-c", "x.yaml"], "config", "x.yaml"),
        (["-cx.yaml"], "config", "x.yaml"),
        (["--enable-source=a", "--enable-source", "b"], "enable_sources", ["a", "b"]),
        (["--enable-source", "a,b"], "enable_sources", ["a,b"]),
        (["--enable-source="], "enable_sources", [""]),
        (["--enable-source", "--disable-source"], "enable_sources", ["--disable-source"]),
        (["--enable-source=a=b"], "enable_sources", ["a=b"]),
        (["-o", "a=b", "-oc=d", "--option=e=f"], "settings", ["a=b", "c=d", "e=f"]),
        (["-vU"], "unbuffered", True),
        (["-vo", "a=b"], "settings", ["a=b"]),
        (["-pc"], "printed", "c"),
        (["-pk", "-px"], "printed", "x"),
        (["--list"], "list_fields", ""),
        (["--list", "dummy"], "list_fields", ""),
        (["--list=dummy"], "list_fields", "dummy"),
        (["-M", "5"], "limit_s", 5),
        (["-M0x10"], "limit_s", 16),
        (["-M", "-5"], "limit_s", -5),
        (["--dry-run=false"], "dry_run", False),
        (["--dry-run", "false"], "dry_run", True),
        (["word", "-"], "dry_run", False),
        (["--", "--dry-run"], "dry_run", False),
        (["-V", "a.yaml", "--validate", "b.yaml"], "validate", ["a.yaml", "b.yaml"]),
    ],
)
def test_an_option_is_read_as_falcos_parser_reads_it(words: list[str], name: str, value: object) -> None:
    assert getattr(parse(words), name) == value


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--nope"], "Option ‘nope’ does not exist"),
        (["-A"], "Option ‘A’ does not exist"),
        (["-vA"], "Option ‘A’ does not exist"),
        (["--enable-sources", "x"], "Option ‘enable-sources’ does not exist"),
        (["--enable-source"], "Option ‘enable-source’ is missing an argument"),
        (["-o"], "Option ‘o’ is missing an argument"),
        (["-M", "soon"], "Argument ‘soon’ failed to parse"),
        (["-M", "99999999999"], "Argument ‘99999999999’ failed to parse"),
        (["--dry-run=maybe"], "Argument ‘maybe’ failed to parse"),
        (["--x"], "Argument ‘--x’ starts with a - but has incorrect syntax"),
        (["--markdown", "--format=json"], "Cannot specify both --markdown and --format options together"),
    ],
)
def test_a_wrong_word_is_told_in_the_parsers_words(words: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(words)
    assert str(caught.value) == message


def test_the_usage_names_every_option_within_its_width() -> None:
    text = usage("cadge")
    for option in TABLE:
        assert f"--{option.long}" in text or f"-{option.short}" in text
    assert max(map(len, text.splitlines())) <= 140
