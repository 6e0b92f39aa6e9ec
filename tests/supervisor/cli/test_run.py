"""`cadge run`: as a person would start it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

Cadge = Callable[..., CompletedProcess[str]]
ROOT = Path(__file__).resolve().parents[3]
COMMAND = Path(sys.executable).with_name("cadge")
EVENTS = "k8s_audit=examples/events/k8s_audit.jsonl"


def test_alerts_go_to_stdout_and_everything_else_to_stderr(cadge: Cadge) -> None:
    run = cadge("run", EVENTS, "-r", "examples/rules", "-v", cwd=ROOT)
    alerts = run.stdout.splitlines()
    assert run.returncode == 0
    assert len(alerts) == 8
    assert alerts[0].startswith("09:00:07.733103000: Warning Privileged pod created (user=eve@example.com ")
    assert "carrying k8s_audit (pid " in run.stderr
    assert re.search(r"^k8s_audit +exited +19 ", run.stderr, re.MULTILINE)


def test_alerts_as_json_are_one_object_a_line(cadge: Cadge) -> None:
    run = cadge("run", EVENTS, "-r", "examples/rules", "--json", cwd=ROOT)
    alerts = [json.loads(line) for line in run.stdout.splitlines()]
    assert [alert["hostname"] for alert in alerts] == ["test-host"] * 8
    assert alerts[0]["rule"] == "Privileged pod created"


def test_in_one_process_the_alerts_are_the_same(cadge: Cadge) -> None:
    words = ("run", EVENTS, "-r", "examples/rules")
    assert cadge(*words, "--in-process", cwd=ROOT).stdout == cadge(*words, cwd=ROOT).stdout


def test_the_reference_evaluator_gives_the_same_alerts(cadge: Cadge) -> None:
    words = ("run", EVENTS, "-r", "examples/rules", "--json")
    assert cadge(*words, "--evaluator", "reference", cwd=ROOT).stdout == cadge(*words, cwd=ROOT).stdout


def test_an_unknown_source_is_misuse_and_gets_a_suggestion(cadge: Cadge) -> None:
    run = cadge("run", "k8s_saudit=x")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "error: unknown event source k8s_saudit\nhelp: did you mean `k8s_audit`?\n"


def test_a_source_disabled_by_a_wrong_name_gets_a_suggestion(cadge: Cadge) -> None:
    run = cadge("run", "-c", "examples/falco.yaml", "--disable-source", "dumy", cwd=ROOT)
    assert run.returncode == 2
    assert "Attempted disabling an unknown event source: dumy\nhelp: did you mean `dummy`?" in run.stderr


def test_wrong_rules_stop_the_start_with_their_place(cadge: Cadge, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(
        "- rule: R\n  desc: x\n  condition: ka.vrb = get\n  output: x\n  priority: INFO\n  source: k8s_audit\n"
    )
    run = cadge("run", "k8s_audit=x", "-r", "r.yaml")
    assert (run.returncode, run.stdout) == (2, "")
    assert " --> r.yaml:3:14" in run.stderr
    assert "did you mean `ka.verb`?" in run.stderr


def test_a_source_that_cannot_open_is_told_in_a_sentence(cadge: Cadge) -> None:
    run = cadge("run", "k8s_audit=nowhere.jsonl", "-r", ROOT / "examples/rules", "-v")
    assert (run.returncode, run.stdout) == (3, "")
    assert "nowhere.jsonl" in run.stderr
    assert "Traceback" not in run.stderr


def test_system_calls_without_a_driver_are_refused_with_a_way_out(cadge: Cadge) -> None:
    run = cadge("run", "syscall")
    assert run.returncode == 3
    assert "--disable-source=syscall" in run.stderr
    assert "-o engine.kind=nodriver" in run.stderr


def test_a_dry_run_shows_the_plan_and_runs_nothing(cadge: Cadge) -> None:
    run = cadge("run", "-c", "examples/falco.yaml", "--dry-run", "--json", cwd=ROOT)
    plan = json.loads(run.stdout)
    assert [child["source"] for child in plan["children"]] == ["syscall", "k8s_audit", "aws_cloudtrail", "dummy"]
    assert plan["children"][1]["plugin"] == "k8saudit"
    assert "examples/rules/k8s_audit.yaml" in plan["rules"]


def start(*words: str) -> subprocess.Popen[str]:
    """A run that does not end by itself: system calls without a driver tick for ever."""
    return subprocess.Popen(
        [COMMAND, "run", "-o", "engine.kind=nodriver", *words],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip


def pids(process: subprocess.Popen[str]) -> dict[str, int]:
    """Wait for the line that names the children."""
    assert process.stderr is not None
    for line in process.stderr:
        if "carrying" in line:
            return {name: int(pid) for name, pid in re.findall(r"(\w+) \(pid (\d+)\)", line)}
    raise AssertionError("it never said what it carries")


def test_an_interrupt_stops_every_source_and_says_so() -> None:
    process = start("syscall", "-v")
    (child,) = pids(process).values()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "stopping 1 source (again to kill)" in err
    assert not Path(f"/proc/{child}").exists()


def test_a_killed_child_is_named_and_given_up_when_told_to_ignore_it() -> None:
    process = start("syscall", "--on-source-failure", "ignore", "-v")
    os.kill(pids(process)["syscall"], signal.SIGKILL)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 3
    assert "SIGKILL" in err
    assert re.search(r"^syscall +fatal ", err, re.MULTILINE)


def test_no_child_survives_when_the_supervisor_is_killed() -> None:
    process = start("syscall", "-v")
    (child,) = pids(process).values()
    process.kill()
    process.communicate(timeout=20)
    for _ in range(100):
        if not Path(f"/proc/{child}").exists():
            return
        time.sleep(0.05)
    raise AssertionError("the child lives on")


def test_a_hangup_puts_new_rules_into_force(tmp_path: Path) -> None:
    rules = tmp_path / "r.yaml"
    rules.write_text("- rule: Old\n  desc: x\n  condition: evt.num = 0\n  output: old\n  priority: INFO\n")
    process = start("syscall", "-r", str(rules), "-v")
    pids(process)
    rules.write_text(rules.read_text().replace("evt.num = 0", "evt.num > 0").replace("old", "new"))
    process.send_signal(signal.SIGHUP)
    assert process.stdout is not None
    assert "new" in process.stdout.readline()
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 143
