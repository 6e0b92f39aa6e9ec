"""Sentences about deaths."""

import signal

import pytest

from supervisor import death


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (-signal.SIGKILL, "was killed by SIGKILL (signal 9)"),
        (-40, "was killed by signal 40"),
        (0, "ended without saying that it was done (exit status 0)"),
        (death.EXIT_MEMORY, "ran into its memory limit"),
        (death.EXIT_BUG, "failed unexpectedly (exit status 70)"),
        (5, "ended with exit status 5"),
    ],
)
def test_every_status_has_a_sentence_and_advice(status: int, what: str) -> None:
    said, advice = death.explain(status)
    assert said == what
    assert advice


def test_last_words_are_the_last_line_that_says_something() -> None:
    assert death.last_words("") == ""
    assert death.last_words("a\nKeyError: 'x'\n\n  \n") == "KeyError: 'x'"
    assert len(death.last_words("x" * 5000)) == 200
