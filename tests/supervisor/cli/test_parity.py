"""`cadge parity`: three real runs of the examples, and what is said about them."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

Cadge = Callable[..., CompletedProcess[str]]
ROOT = Path(__file__).resolve().parents[3]


def test_the_examples_are_identical_in_all_modes(cadge: Cadge) -> None:
    run = cadge("parity", "-c", "examples/falco.yaml", "--json", cwd=ROOT)
    answer = json.loads(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    assert answer["identical"] is True
    verdicts = {row["source"]: row["verdict"] for row in answer["sources"]}
    assert verdicts == {
        "syscall": "not compared", "k8s_audit": "identical", "aws_cloudtrail": "identical", "dummy": "identical",
    }  # fmt: skip
    assert all(row["alerts"][0] > 0 for row in answer["sources"] if row["verdict"] == "identical")


def test_a_report_for_people_ends_with_the_verdict(cadge: Cadge) -> None:
    run = cadge("parity", "dummy", "-r", "examples/rules", cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == "identical: together, alone, in-process"


def test_a_source_that_cannot_open_is_no_parity(cadge: Cadge) -> None:
    run = cadge("parity", "k8s_audit=nowhere.jsonl", "-r", ROOT / "examples/rules", "--format", "markdown")
    assert run.returncode == 1
    assert "First difference of `k8s_audit`: the source failed" in run.stdout
