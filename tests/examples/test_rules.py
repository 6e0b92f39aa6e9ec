"""Each example rule alerts on the events written for it, and on none of those written against it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Cadge = Callable[..., CompletedProcess[str]]
ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "examples/events"
INPUTS = {"k8s_audit": EVENTS / "k8s_audit.jsonl", "aws_cloudtrail": EVENTS / "aws_cloudtrail.json"}


def slug(rule: str) -> str:
    return re.sub(r"\W+", "-", rule.lower())


def ids(source: str) -> list[str]:
    """What each event is for, in order: `privileged-pod-created/yes`."""
    text = INPUTS[source].read_text(encoding="utf-8")
    if source == "k8s_audit":
        return [json.loads(line)["auditID"] for line in text.splitlines()]
    return [record["eventID"] for record in json.loads(text)["Records"]]


def listed(cadge: Cadge, source: str) -> list[str]:
    run = cadge("list", "rules", "-c", "examples/falco.yaml", "--json", cwd=ROOT)
    return [row["rule"] for row in json.loads(run.stdout) if row["source"] == source]


@pytest.mark.parametrize("source", INPUTS)
def test_every_rule_has_an_event_for_it_and_one_against_it(cadge: Cadge, source: str) -> None:
    meant = {slug(rule) for rule in listed(cadge, source)}
    for answer in ("yes", "no"):
        assert {one.split("/")[0] for one in ids(source) if one.split("/")[1].startswith(answer)} == meant


@pytest.mark.parametrize("source", INPUTS)
def test_every_rule_holds_where_it_should_and_nowhere_else(cadge: Cadge, source: str) -> None:
    expected = {one for one in ids(source) if one.split("/")[1].startswith("yes")}
    found = set()
    words = ("-o", "rule_matching=all", "-o", "append_output[].extra_output=<event %evt.num>")
    run = cadge("run", f"{source}={INPUTS[source]}", "-r", f"examples/rules/{source}.yaml", "--json", *words, cwd=ROOT)
    for line in run.stdout.splitlines():
        alert = json.loads(line)
        number = int(re.findall(r"<event (\d+)>", alert["output"])[-1])
        purpose = ids(source)[number - 1]
        if purpose.split("/")[0] == slug(alert["rule"]) or purpose.split("/")[1].startswith("no"):
            found.add(f"{slug(alert['rule'])}/{purpose.split('/')[1]}")
    assert found == expected, run.stderr


def test_rules_for_the_counting_source_hold_for_some_counts_only(cadge: Cadge) -> None:
    run = cadge("run", 'dummy={"start": 1, "maxEvents": 500}', "-r", "examples/rules", "--json", cwd=ROOT)
    rules = [json.loads(line)["rule"] for line in run.stdout.splitlines()]
    assert set(rules) == set(listed(cadge, "dummy"))
    assert len(rules) < 50


def test_the_examples_have_nothing_to_be_warned_of(cadge: Cadge) -> None:
    run = cadge("check", "--strict", "examples/rules", cwd=ROOT)
    assert run.returncode == 0, run.stdout


def test_falcos_own_command_line_takes_the_example_configuration(cadge: Cadge) -> None:
    disabled = ("--disable-source", "syscall", "--disable-source", "dummy")
    run = cadge("-c", "examples/falco.yaml", *disabled, "-U", cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert "Events detected: 15\n" in run.stdout
    assert "Privileged pod created" in run.stdout
