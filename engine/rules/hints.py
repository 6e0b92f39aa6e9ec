"""`did you mean ...`: what a misspelt word was probably meant to be. Never part of Falco's own texts."""

import difflib
import re
from collections.abc import Iterable

_UNKNOWN_FIELD = re.compile(r"nonexistent field ([^\s\[]+)")


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint that names the closest of `known`, if one is close."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"did you mean `{close[0]}`?" if close else None


def unknown_field(message: str) -> str | None:
    """The field that a message says does not exist, without its argument."""
    found = _UNKNOWN_FIELD.search(message)
    return found.group(1) if found else None


def hint_for(message: str, known: Iterable[str]) -> str | None:
    """A hint for a message about an unknown field, or for a bare word."""
    if (field := unknown_field(message)) is not None:
        return did_you_mean(field, known)
    return None if " " in message else did_you_mean(message, known)
