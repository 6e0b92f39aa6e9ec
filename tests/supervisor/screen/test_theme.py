"""Colours and what a terminal may be given."""

import pytest

from supervisor.screen import theme


def test_a_source_has_the_same_colour_in_every_run() -> None:
    assert theme.source_style("okta") == theme.source_style("okta")
    assert theme.source_style("syscall") == "cyan"


def test_no_source_takes_a_colour_of_trouble() -> None:
    for source in ("syscall", "k8s_audit", "aws_cloudtrail", "okta", "github", "gcp_auditlog", "dummy", "x", "y", "z"):
        assert "red" not in theme.source_style(source)
        assert "yellow" not in theme.source_style(source)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("plain", "plain"), ("a\tb", "a    b"), ("\x1b[2J", "\\x1b[2J"), ("\u202eevil", "\\u202eevil"), ("é漢", "é漢")],
)
def test_a_strangers_text_is_made_harmless(text: str, shown: str) -> None:
    assert theme.printable(text) == shown


def test_a_console_colours_nothing_by_guessing() -> None:
    console = theme.console(width=80)
    with console.capture() as captured:
        console.print("[bold]17 alerts[/bold] :smile:")
    assert captured.get() == "[bold]17 alerts[/bold] :smile:\n"
