"""Hints: what a word was meant to be."""

from engine.rules.hints import did_you_mean, hint_for, unknown_field

MESSAGE = "filter_check called with nonexistent field proc.nam[1]"


def test_a_word_gets_its_nearest_neighbour_or_nothing() -> None:
    assert did_you_mean("proc.nam", ["fd.name", "proc.name"]) == "did you mean `proc.name`?"
    assert did_you_mean("qqq", ["fd.name", "proc.name"]) is None


def test_the_field_of_a_message_is_looked_for_without_its_argument() -> None:
    assert unknown_field(MESSAGE) == "proc.nam"
    assert hint_for(MESSAGE, ["proc.name"]) == "did you mean `proc.name`?"


def test_a_message_of_words_gets_no_hint() -> None:
    assert hint_for("expected a string value", ["a string value"]) is None
