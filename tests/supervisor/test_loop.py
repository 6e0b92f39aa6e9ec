"""Whole runs with real children: order of opening, endings, failures, signals, reloads."""

import os
import signal
import subprocess

from supervisor.lifecycle import State
from supervisor.listener import NewRules, Restart, Tell
from supervisor.policy import FALCO, OnFailure, Policy
from supervisor.wire import Internal


def test_three_sources_are_carried_at_once_and_each_gives_its_own_alerts(carry, tmp_path) -> None:
    run = carry.run(carry.dummy(300), carry.audit(tmp_path, 500), carry.trail(tmp_path, 200))
    assert run.result.ok
    assert run.result.verb_status == 0
    assert run.memory.nums("dummy") == list(range(1, 301))
    assert run.memory.nums("k8s_audit") == list(range(1, 501))
    assert run.memory.nums("aws_cloudtrail") == list(range(1, 201))
    assert len(run.output.lines) == 1000
    assert run.result.by_rule == {"Dummy any": 300, "Audit any": 500, "Trail any": 200}
    for one in run.result.sources.values():
        assert (one.state, one.outcome, one.failure) == (State.EXITED, "END", None)
        assert one.peak_rss_bytes > 5_000_000
        assert one.cpu_s > 0


def test_sources_are_opened_one_after_the_other_in_the_order_of_the_plan(carry, tmp_path) -> None:
    memory = carry.run(carry.audit(tmp_path, 3), carry.dummy(3), carry.trail(tmp_path, 3)).memory
    order = [said for said in memory.said if said[0] in ("opening", "opened", "all_opened")]
    assert order == [
        ("opening", "k8s_audit"),
        ("opened", "k8s_audit"),
        ("opening", "dummy"),
        ("opened", "dummy"),
        ("opening", "aws_cloudtrail"),
        ("opened", "aws_cloudtrail"),
        ("all_opened",),
    ]


def test_a_source_that_cannot_open_ends_the_run_and_later_ones_are_never_opened(carry, tmp_path) -> None:
    missing = carry.child("k8s_audit", "k8saudit", str(tmp_path / "none.jsonl"))
    run = carry.run(carry.ticks(), missing, carry.dummy(3))
    assert run.result.start_failed
    assert run.result.verb_status == 3
    (failure,) = run.result.failures
    assert "none.jsonl: no such file or directory" in failure
    assert run.memory.heard("forcing")
    assert not run.memory.heard("opening", "dummy")
    assert not run.memory.heard("ended", "dummy")
    assert not run.memory.heard("all_opened")
    assert run.result.sources["syscall"].state is State.STOPPED


def test_the_end_of_one_source_does_not_end_the_others(carry) -> None:
    run = carry.run(carry.dummy(3), carry.ticks(limit_s=0.25))
    assert run.result.ok
    assert run.result.sources["dummy"].outcome == "END"
    assert run.result.sources["syscall"].outcome == "LIMIT"
    assert run.memory.said.index(("ended", "dummy")) < run.memory.said.index(("ended", "syscall"))


def _bad_audit(carry, folder):
    # Falco's scanner refuses lines this long, and cadge does so where it follows Falco's limits.
    path = folder / "bad.jsonl"
    path.write_text(carry.audit_line(0) + "\n" + "x" * 70_000 + "\n", encoding="utf-8")
    return carry.child("k8s_audit", "k8saudit", str(path), strict=True)


def test_with_falco_s_policy_a_failure_while_reading_stops_the_others(carry, tmp_path) -> None:
    run = carry.run(_bad_audit(carry, tmp_path), carry.ticks(), policy=FALCO)
    assert run.result.failures == ["bufio.Scanner: token too long"]
    assert run.memory.heard("forcing")
    assert run.result.sources["syscall"].state is State.STOPPED
    assert run.result.sources["syscall"].failure is None
    assert not run.result.start_failed


def test_alone_a_failure_forces_nobody(carry, tmp_path) -> None:
    run = carry.run(_bad_audit(carry, tmp_path), policy=FALCO)
    assert run.result.failures == ["bufio.Scanner: token too long"]
    assert not run.memory.heard("forcing")


def test_with_the_verbs_policy_the_others_go_on(carry, tmp_path) -> None:
    run = carry.run(_bad_audit(carry, tmp_path), carry.ticks(limit_s=0.3))
    assert run.result.sources["k8s_audit"].state is State.FATAL
    assert run.result.sources["syscall"].outcome == "LIMIT"
    assert not run.memory.heard("forcing")
    assert run.result.verb_status == 3


def _at_first_tick(act):
    """A listener's action that happens once, when the ticking source has alerted."""
    done: list[bool] = []

    def look(memory, what, about) -> None:
        if what == "alerts" and about == ("syscall",) and not done:
            done.append(True)
            act(memory)

    return look


def test_sigterm_stops_every_source_and_nothing_that_was_read_is_lost(carry) -> None:
    memory = carry.memory(act=_at_first_tick(lambda _: os.kill(os.getpid(), signal.SIGTERM)))
    run = carry.run(carry.ticks(), carry.dummy(100), memory=memory)
    assert run.result.signal == signal.SIGTERM
    assert run.result.verb_status == 143
    assert memory.heard("signalled", signal.SIGTERM)
    one = run.result.sources["syscall"]
    assert (one.state, one.outcome) == (State.STOPPED, "HALTED")
    assert one.alerts == one.events == len(memory.nums("syscall"))
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_second_signal_kills_a_child_that_does_not_listen(carry) -> None:
    def freeze(memory) -> None:
        os.kill(memory.pids["syscall"][0], signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGINT)

    def again(memory, what, about) -> None:
        _at(memory, what, about)
        if what == "signalled" and [said for said in memory.said if said[0] == "signalled"] == [(what, *about)]:
            os.kill(os.getpid(), signal.SIGINT)

    _at = _at_first_tick(freeze)
    memory = carry.memory(act=again)
    run = carry.run(carry.ticks(), memory=memory, policy=Policy(stop_s=60))
    assert run.result.signal == signal.SIGINT
    assert run.result.sources["syscall"].state is State.STOPPED
    assert "SIGKILL" in memory.notes()


def test_sigusr1_reopens_the_outputs(carry) -> None:
    memory = carry.memory(act=_at_first_tick(lambda _: os.kill(os.getpid(), signal.SIGUSR1)))
    run = carry.run(carry.ticks(limit_s=0.5), memory=memory)
    assert run.output.reopened == 1
    assert run.result.signal is None


def test_sighup_answered_with_restart_ends_the_run_for_one(carry) -> None:
    memory = carry.memory(act=_at_first_tick(lambda _: os.kill(os.getpid(), signal.SIGHUP)), answer=Restart())
    run = carry.run(carry.ticks(), memory=memory)
    assert run.result.restart
    assert run.result.ok


def test_sighup_answered_with_an_internal_alert_sends_it_and_goes_on(carry) -> None:
    answer = Tell(Internal("Falco internal: hot restart failure", 2, b"it failed"))
    memory = carry.memory(act=_at_first_tick(lambda _: os.kill(os.getpid(), signal.SIGHUP)), answer=answer)
    run = carry.run(carry.ticks(limit_s=0.4), memory=memory)
    assert b"it failed" in run.output.lines
    assert run.result.by_rule.keys() == {"Tick"}


def test_new_rules_are_in_force_between_two_events_and_no_event_is_missed(carry) -> None:
    new = carry.rules_files("- {rule: Tock, desc: d, condition: evt.num > 0, output: tock, priority: INFO}\n")
    memory = carry.memory(act=_at_first_tick(lambda _: os.kill(os.getpid(), signal.SIGHUP)), answer=NewRules(new))
    run = carry.run(carry.ticks(limit_s=1.5), memory=memory)
    rules = [alert.rule for alert in memory.got["syscall"]]
    first = rules.index("Tock")
    assert rules == ["Tick"] * first + ["Tock"] * (len(rules) - first)
    assert memory.nums("syscall") == list(range(1, len(rules) + 1))
    assert "the new rules are in force" in memory.notes()
    assert run.result.sources["syscall"].restarts == 0


def test_rules_that_one_child_refuses_are_in_force_nowhere(carry) -> None:
    new = carry.rules_files("- {rule: Tock, desc: d, condition: no.such = 1, output: tock, priority: INFO}\n")
    memory = carry.memory(act=_at_first_tick(lambda _: os.kill(os.getpid(), signal.SIGHUP)), answer=NewRules(new))
    run = carry.run(carry.ticks(limit_s=1.0), memory=memory)
    assert run.result.by_rule.keys() == {"Tick"}
    assert "the old ones stay in force" in memory.notes()


def test_without_readers_left_the_run_ends(program, carry) -> None:
    started = program(carry.ticks(), stdout=subprocess.PIPE)
    started.pids(1)
    started.process.stdout.close()
    started.process.stdout = None
    _, errors = started.process.communicate(timeout=20)
    assert "whoever read standard output has left" in errors
    assert "end syscall STOPPED" in errors


def test_a_machine_that_cannot_start_a_process_is_no_mystery(carry, monkeypatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    run = carry.run(carry.dummy(3), policy=Policy(on_failure=OnFailure.RESTART))
    (failure,) = run.result.failures
    assert failure == "no process for source 'dummy': No such file or directory"
