"""Loading rules files, one situation each: verdict, text and JSON are those a real Falco gave."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.fields.catalog import Catalog
from engine.options import Options
from engine.rules import load, render
from engine.rules.model import RulesFile
from sources import catalogs, registry

CASES = json.loads(gzip.decompress(Path(__file__).with_name("loading.json.gz").read_bytes()))
PLUGINS = ("container", "k8saudit", "json", "dummy")


@cache
def surroundings() -> tuple[dict[str, Catalog], dict[str, str]]:
    """What was loaded when the answers were recorded."""
    specs = [registry.load(name) for name in PLUGINS]
    found = {source: catalogs.catalog(source, specs, Options()) for source in ("syscall", "k8s_audit", "dummy")}
    return found, {spec.name: spec.version for spec in specs}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_a_rules_file_gets_falco_s_verdict_and_words(case: dict[str, Any]) -> None:
    sources, plugins = surroundings()
    files = [RulesFile(name, text) for name, text in case["files"]]
    loaded = load.load(files, sources, Options(), plugins=plugins, every_file=True)
    if loaded.unmet:
        assert (case["valid"], case["text"]) == (False, "")
        return
    assert render.validation(loaded.reports) + "\n" == case["text"]
    assert json.loads(render.json_text(loaded.reports)) == case["json"]
    assert loaded.ok is case["valid"]


def test_no_group_of_situations_is_missing() -> None:
    groups = {case["name"].partition("/")[0] for case in CASES}
    assert len(CASES) > 600
    assert {"append", "condition", "exceptions", "files", "list", "macro", "override", "rule", "yaml"} <= groups
