"""Conditions that Falco accepts: all of them load, with the warnings it has for them and no others."""

from collections.abc import Iterator
from pathlib import Path

import yaml
from onerule import PLUGINS, ask, catalog
from scoring import Score


def score(corpus: Path, *, full: bool = True) -> Iterator[Score]:
    """One score over all sources."""
    folder = corpus / "conditions"
    recorded = yaml.load((folder / "warnings.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    conditions = yaml.load((folder / "conditions.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    known = {source: catalog(source) for source in PLUGINS}
    result = Score("warnings")
    for case in conditions if full else conditions[::10]:
        one = known[case["source"]]
        if one is None:
            result.waiting += 1
            continue
        report = ask(case["condition"], one)
        ours = [[found.code.name, found.message] for found in (*report.errors, *report.warnings)]
        result.count(f"{case['id']} {case['condition']}", ours, recorded.get(case["id"], []))
    yield result
