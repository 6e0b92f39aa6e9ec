"""`cadge list`: what there is."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

Cadge = Callable[..., CompletedProcess[str]]
ROOT = Path(__file__).resolve().parents[3]


def test_sources_are_listed_with_their_plugins(cadge: Cadge) -> None:
    run = cadge("list", "sources", "--json")
    plugin_of = {row["source"]: row["plugin"] for row in json.loads(run.stdout)}
    assert plugin_of["syscall"] is None
    assert plugin_of["k8s_audit"] == "k8saudit"
    assert plugin_of["aws_cloudtrail"] == "cloudtrail"


def test_a_listing_in_a_pipe_has_one_line_for_each_row(cadge: Cadge) -> None:
    lines = cadge("list", "plugins").stdout.splitlines()
    assert lines[0].split() == ["plugin", "version", "source", "can", "description"]
    assert len(lines) == 2 + len(json.loads(cadge("list", "plugins", "--json").stdout))


def test_fields_of_one_source_are_those_its_rules_may_use(cadge: Cadge) -> None:
    names = {row["field"] for row in json.loads(cadge("list", "fields", "dummy", "--json").stdout)}
    assert {"evt.num", "dummy.value", "json.value"} <= names
    assert not any(name.startswith(("ka.", "ct.", "proc.")) for name in names)


def test_a_field_that_several_sources_have_is_listed_once(cadge: Cadge) -> None:
    rows = [row for row in json.loads(cadge("list", "fields", "--json").stdout) if row["field"] == "json.value"]
    assert len(rows) == 1
    assert {"k8s_audit", "aws_cloudtrail", "dummy"} <= set(rows[0]["sources"])


def test_an_unknown_source_gets_a_suggestion(cadge: Cadge) -> None:
    run = cadge("list", "fields", "k8saudit")
    assert run.returncode == 2
    assert "did you mean `k8s_audit`?" in " ".join(run.stderr.split())


def test_events_of_system_calls_are_listed_with_their_parameters(cadge: Cadge) -> None:
    rows = {row["event"]: row for row in json.loads(cadge("list", "events", "--json").stdout)}
    assert "filename" in rows["execve"]["parameters"] or "exe" in rows["execve"]["parameters"]


def test_rules_are_listed_in_the_order_in_which_they_are_asked(cadge: Cadge) -> None:
    run = cadge("list", "rules", "-c", "examples/falco.yaml", "-o", "rules[].disable.tag=demo", "--json", cwd=ROOT)
    rows = json.loads(run.stdout)
    assert [row["rule"] for row in rows if row["source"] == "dummy"] == [
        "Divisible by a hundred",
        "Ends in seven and seven",
    ]
    assert {row["on"] for row in rows if row["source"] == "dummy"} == {False}
    assert {row["on"] for row in rows if row["source"] == "k8s_audit"} == {True}
