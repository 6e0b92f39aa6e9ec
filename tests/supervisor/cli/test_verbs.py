"""The verbs together: help, exit statuses, and what an unknown one gets."""

from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

Cadge = Callable[..., CompletedProcess[str]]


def test_help_shows_the_verbs_in_their_panels(cadge: Cadge) -> None:
    out = cadge("--help").stdout
    places = [out.index(word) for word in ("Watch", "run", "Rules", "check", "list", "Prove", "parity")]
    assert places == sorted(places)


@pytest.mark.parametrize("words", [(), ("run",), ("check",), ("list",), ("parity",)], ids=" ".join)
def test_help_documents_the_exit_statuses(cadge: Cadge, words: tuple[str, ...]) -> None:
    out = " ".join(cadge(*words, "--help").stdout.split())
    assert "0 fine" in out
    assert "3 a source could not be kept running" in out


def test_an_unknown_verb_is_misuse(cadge: Cadge) -> None:
    run = cadge("rum")
    assert run.returncode == 2
    assert "rum" in run.stderr


def test_no_words_at_all_show_the_help_or_run_as_falco(cadge: Cadge) -> None:
    assert cadge().returncode in {0, 1, 2}


def test_completion_is_there_for_a_shell(cadge: Cadge) -> None:
    run = cadge("--show-completion", "bash")
    assert run.returncode in {0, 2}
