"""`cadge replay`: captures through the rules, or their events printed."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

pytest.importorskip("sources.syscall._kernel", reason="the kernel that reads captures is not built")

Cadge = Callable[..., CompletedProcess[str]]
ROOT = Path(__file__).resolve().parents[3]
SHELLS = ROOT / "examples/events/shells.scap"
RULES = ROOT / "examples/rules/syscall.yaml"


def test_a_capture_goes_through_the_rules(cadge: Cadge) -> None:
    run = cadge("replay", SHELLS, "-r", RULES, "--json")
    assert run.returncode == 0, run.stderr
    alerts = [json.loads(line) for line in run.stdout.splitlines()]
    assert {one["rule"] for one in alerts} == {"Shell with a terminal"}
    assert len(alerts) >= 3


def test_two_captures_give_what_each_gives_alone(cadge: Cadge) -> None:
    once = cadge("replay", SHELLS, "-r", RULES).stdout
    assert cadge("replay", SHELLS, SHELLS, "-r", RULES).stdout == once * 2


def test_events_are_printed_in_a_format_where_a_condition_holds(cadge: Cadge) -> None:
    run = cadge("replay", SHELLS, "--filter", "evt.type = execve", "-p", "%evt.num %proc.name", "-n", 3)
    lines = [line.split() for line in run.stdout.splitlines()]
    assert len(lines) == 3
    assert lines[0][1] == "bash"
    assert [int(line[0]) for line in lines] == sorted(int(line[0]) for line in lines)


def test_events_are_printed_as_json(cadge: Cadge) -> None:
    run = cadge("replay", SHELLS, "--filter", "evt.type = execve", "-p", "%evt.num %proc.args", "-n", 1, "--json")
    assert json.loads(run.stdout).keys() == {"evt.num", "proc.args"}


def test_a_misspelt_field_gets_a_suggestion(cadge: Cadge) -> None:
    run = cadge("replay", SHELLS, "-p", "%proc.nam")
    assert (run.returncode, run.stdout) == (2, "")
    assert "did you mean `proc.name`?" in run.stderr
    wrong = cadge("replay", SHELLS, "--filter", "proc.nam = x")
    assert "^^^^^^^^ did you mean `proc.name`?" in wrong.stderr


def test_a_file_that_is_no_capture_is_told_in_a_sentence(cadge: Cadge, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("this is no capture")
    run = cadge("replay", "text", "-r", RULES)
    assert run.returncode == 3
    assert "invalid block type" in run.stderr
    assert "Traceback" not in run.stderr


def test_without_rules_there_is_a_hint(cadge: Cadge) -> None:
    run = cadge("replay", SHELLS)
    assert run.returncode == 2
    assert "--print '*' prints the events" in " ".join(run.stderr.split())


def test_falcos_command_line_replays_too(cadge: Cadge) -> None:
    words = ("-o", "engine.kind=replay", "-o", f"engine.replay.capture_file={SHELLS}")
    run = cadge("-c", "examples/falco.yaml", *words, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert f"Replaying events from the capture file: {SHELLS}" in run.stderr
    assert "Shell with a terminal" in run.stdout


def test_a_capture_runs_beside_other_sources(cadge: Cadge) -> None:
    audit = ROOT / "examples/events/k8s_audit.jsonl"
    run = cadge("run", f"syscall={SHELLS}", f"k8s_audit={audit}", "-r", ROOT / "examples/rules", "--json")
    assert run.returncode == 0, run.stderr
    assert {json.loads(line)["source"] for line in run.stdout.splitlines()} == {"syscall", "k8s_audit"}
