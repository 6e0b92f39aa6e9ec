"""Conditions that Falco refuses: code, message, place and snippet."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from onerule import BEGIN, PLUGINS, ask, catalog, place
from scoring import Score

from engine.fields.catalog import Catalog

_PARTS = ("code", "message", "line", "column", "offset", "snippet")


def score(corpus: Path, *, full: bool = True) -> Iterator[Score]:
    """One score over all sources."""
    folder = corpus / "conditions"
    known = {source: catalog(source) for source in PLUGINS}
    cases = yaml.safe_load((folder / "invalid.yaml").read_text("utf-8"))
    refused = Score("invalid")
    for case in cases if full else cases[::4]:
        one = known[case["source"]]
        if one is None:
            refused.waiting += 1
        else:
            theirs = {part: case[part] for part in _PARTS if part in case}
            refused.count(case["condition"], _answer(case["condition"], one, theirs), theirs)
    yield refused


def _answer(condition: str, known: Catalog, theirs: dict[str, Any]) -> dict[str, Any] | str:
    """What the loader says of a condition, as far as it was recorded of Falco."""
    report = ask(condition, known, _begin(theirs))
    if not report.errors:
        return "it loads"
    first = report.errors[0]
    line, column, offset = place(first)
    ours = {"code": first.code.name, "message": first.message, "line": line, "column": column, "offset": offset}
    return {part: value for part, value in (ours | {"snippet": first.context.snippet}).items() if part in theirs}


def _begin(theirs: dict[str, Any]) -> int:
    """Where in the rules file the condition began. Only the snippet tells: Falco adds that to the place of its caret."""
    if "offset" not in theirs:
        return BEGIN
    caret: int = theirs["snippet"].splitlines()[-1].index("^")
    return max(BEGIN, caret - theirs["offset"])
