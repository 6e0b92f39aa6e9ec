"""Processes are really killed, stopped and confused; what happens to them, and to the others."""

import os
import random
import signal
import sys
import textwrap

import pytest

from supervisor import launcher
from supervisor.lifecycle import State
from supervisor.outputs.fanout import Fanout
from supervisor.policy import FALCO, OnFailure, Policy


def _kill_at(source: str, count: int, number: int = signal.SIGKILL):
    """Kill a source's process once so many of its alerts have come."""
    done: list[bool] = []

    def look(memory, what, about) -> None:
        if what == "alerts" and about == (source,) and not done and len(memory.got[source]) >= count:
            done.append(True)
            os.kill(memory.pids[source][-1], number)

    return look


def test_a_killed_child_is_named_and_the_others_go_on_undisturbed(carry, tmp_path) -> None:
    memory = carry.memory(act=_kill_at("syscall", 1))
    run = carry.run(
        carry.ticks(), carry.audit(tmp_path, 400), carry.dummy(400),
        memory=memory, policy=Policy(on_failure=OnFailure.IGNORE),
    )  # fmt: skip
    (failure,) = run.result.failures
    assert failure.startswith(
        f"the process of source 'syscall' (pid {memory.pids['syscall'][0]}) was killed by SIGKILL"
    )
    assert "dmesg" in failure
    assert run.result.sources["syscall"].state is State.FATAL
    assert memory.nums("k8s_audit") == list(range(1, 401))
    assert memory.nums("dummy") == list(range(1, 401))
    assert run.result.verb_status == 3


def test_with_falco_s_policy_a_killed_child_stops_the_others(carry) -> None:
    memory = carry.memory(act=_kill_at("syscall", 2))
    run = carry.run(carry.ticks(), carry.dummy(5), carry.child("k8s_audit", "k8saudit", "file:///dev/null"),
                    memory=memory, policy=FALCO)  # fmt: skip
    assert len(run.result.failures) == 1
    assert memory.heard("forcing")


@pytest.mark.parametrize("seed", range(3))
def test_over_any_number_of_kills_a_file_gives_each_alert_once(carry, tmp_path, seed) -> None:
    # Small frames and a fixed clock: the undisturbed run is known line by line.
    limits = {"limits": carry.dummy(1).limits.__class__(batch_events=16, alerts_per_frame=4)}
    plans = carry.audit(tmp_path, 1500, **limits), carry.dummy(1500, **limits)
    undisturbed = carry.run(*plans)
    draw = random.Random(seed)
    at = {source: sorted(draw.sample(range(1, 1400), 4)) for source in ("k8s_audit", "dummy")}

    def look(memory, what, about) -> None:
        if what != "alerts":
            return
        (source,) = about
        if at[source] and len(memory.got[source]) >= at[source][0]:
            at[source].pop(0)
            os.kill(memory.pids[source][-1], signal.SIGKILL)

    run = carry.run(*plans, memory=carry.memory(act=look))
    assert run.result.ok, run.result.failures
    assert sum(one.restarts for one in run.result.sources.values()) >= 4
    for source in ("k8s_audit", "dummy"):
        assert [one.line for one in run.memory.got[source]] == [one.line for one in undisturbed.memory.got[source]]
        assert run.result.sources[source].events == 1500


def test_a_stopped_child_is_noticed_killed_and_replaced(carry) -> None:
    memory = carry.memory(act=_kill_at("dummy", 100, signal.SIGSTOP))
    limits = carry.dummy(1).limits.__class__(batch_events=16, beat_s=0.1)
    run = carry.run(carry.dummy(20_000, limits=limits), memory=memory, policy=Policy(silence_s=1.5, backoff_s=0.02))
    assert run.result.ok
    assert "gave no sign of life for 1.5 s and was killed" in memory.notes()
    assert memory.nums("dummy") == list(range(1, 20_001))


def test_when_the_parent_is_killed_no_child_survives(program, carry) -> None:
    # One that waits for its source, one that waits for a reader of its alerts.
    started = program(carry.ticks(), carry.dummy(10**9))
    pids = started.pids(2)
    assert all(carry.alive(pid) for pid in pids)
    os.kill(started.process.pid, signal.SIGKILL)
    started.process.wait()
    carry.until(lambda: not any(carry.alive(pid) for pid in pids), 3.0)


def test_a_stopped_child_dies_with_its_parent_too(program, carry) -> None:
    started = program(carry.ticks())
    (pid,) = started.pids(1)
    os.kill(pid, signal.SIGSTOP)
    os.kill(started.process.pid, signal.SIGKILL)
    started.process.wait()
    carry.until(lambda: not carry.alive(pid), 3.0)


def test_sigterm_to_the_supervisor_drains_and_says_143(program, carry) -> None:
    started = program(carry.ticks(), carry.dummy(1000))
    pids = started.pids(2)
    os.kill(started.process.pid, signal.SIGTERM)
    output, errors = started.process.communicate(timeout=20)
    assert started.process.returncode == 143
    assert "end dummy" in errors
    told = {words[1]: int(words[4]) for words in map(str.split, errors.splitlines()) if words[0] == "end"}
    assert output.count("dummy (num=") == told["dummy"]
    assert output.count("tick (num=") == told["syscall"]
    assert not any(carry.alive(pid) for pid in pids)


IMPOSTORS = {
    "garbage": ("os.write(wire, b'\\0\\0\\0\\5hello')", "sent garbage (a child sent something that is no message"),
    "a giant frame": ("os.write(wire, b'\\x7f\\xff\\xff\\xff')", "sent garbage (a frame announces"),
    "half a frame": ("os.write(wire, b'\\0\\0\\1\\0half'); sys.exit(0)", "ended without saying that it was done"),
    "exit 0": ("sys.exit(0)", "ended without saying that it was done (exit status 0)"),
    "exit 9": ("print('no space', file=sys.stderr); sys.exit(9)", "exit status 9 after"),
    "its own signal": ("os.kill(os.getpid(), signal.SIGSEGV)", "was killed by SIGSEGV (signal 11)"),
}


@pytest.mark.parametrize("kind", IMPOSTORS)
def test_a_child_that_misbehaves_is_told_apart_and_harms_nobody(carry, tmp_path, monkeypatch, kind) -> None:
    deed, sentence = IMPOSTORS[kind]
    script = tmp_path / "impostor.py"
    script.write_text(
        textwrap.dedent("""
        import os, signal, sys
        from supervisor import build, wire
        wire_fd = int(sys.argv[2])
        os.write(wire_fd, wire.encode(wire.Ready("hash", build.identify())))
        sys.stdin.buffer.raw.read(1)
        wire = wire_fd
        """)
        + deed
        + "\nsys.stdin.buffer.read()\n",
        encoding="utf-8",
    )
    honest = launcher.command

    def command(source: str, wire_fd: int, recorder_fd: int) -> list[str]:
        if source == "k8s_audit":
            return [sys.executable, str(script), source, str(wire_fd), str(recorder_fd)]
        return honest(source, wire_fd, recorder_fd)

    monkeypatch.setattr(launcher, "command", command)
    run = carry.run(
        carry.child("k8s_audit", "k8saudit", "x"), carry.dummy(500), policy=Policy(on_failure=OnFailure.IGNORE)
    )
    (failure,) = run.result.failures
    assert sentence in failure
    assert "Traceback" not in failure
    assert run.memory.nums("dummy") == list(range(1, 501))


def test_a_child_over_its_memory_limit_is_told_apart(carry) -> None:
    limits = carry.dummy(1).limits.__class__(memory_bytes=96 << 20, batch_events=4_000_000)
    run = carry.run(carry.dummy(4_000_000, limits=limits), policy=Policy(on_failure=OnFailure.IGNORE))
    (failure,) = run.result.failures
    assert "ran into its memory limit" in failure


POISONED = """
import os, signal, sys
from sources.dummy import source
from supervisor import child
honest = source.READERS["dummy.value"]
def read(view, ref):
    if view.num == 17:
        os.kill(os.getpid(), signal.SIGSEGV)
    return honest(view, ref)
source.READERS["dummy.value"] = read
os._exit(child.main(sys.argv))
"""


def test_an_event_that_kills_its_process_is_found_and_named(carry, tmp_path, monkeypatch) -> None:
    script = tmp_path / "poisoned.py"
    script.write_text(POISONED, encoding="utf-8")
    honest = launcher.command

    def command(source: str, wire_fd: int, recorder_fd: int) -> list[str]:
        words = honest(source, wire_fd, recorder_fd)
        return [words[0], str(script), *words[words.index(source) :]] if source == "dummy" else words

    monkeypatch.setattr(launcher, "command", command)
    run = carry.run(carry.dummy(100), carry.audit(tmp_path, 100))
    (failure,) = run.result.failures
    assert "event 17 has killed it 3 times in a row: given up" in failure
    assert "SIGSEGV" in failure
    assert run.memory.nums("dummy") == list(range(1, 17))
    assert run.memory.nums("k8s_audit") == list(range(1, 101))


class _Slow:
    """An output that takes its time, and stalls in the beginning."""

    name = "slow"

    def __init__(self) -> None:
        self.lines = 0

    def write(self, lines) -> None:
        import time

        time.sleep(0.8 if not self.lines else 0.0)
        self.lines += len(lines)

    def reopen(self) -> None:
        pass

    def close(self) -> None:
        pass


def test_behind_a_slow_output_sources_wait_and_nothing_is_lost(carry) -> None:
    slow = _Slow()
    memory = carry.memory()
    outputs = Fanout([slow], log=lambda _level, text: memory.note("outputs", 3, text), timeout_s=5.0)
    run = carry.run(carry.dummy(30_000), memory=memory, outputs=outputs, policy=Policy(silence_s=1.0))
    assert run.result.ok
    assert slow.lines == 30_000
    assert run.result.queue_drops == 0


def test_with_a_capacity_the_newest_are_dropped_counted_and_told_once(carry) -> None:
    slow = _Slow()
    told: list[str] = []
    outputs = Fanout([slow], log=lambda _level, text: told.append(text), capacity=1000, timeout_s=5.0)
    run = carry.run(carry.dummy(30_000), outputs=outputs)
    assert run.result.queue_drops > 0
    assert slow.lines + run.result.queue_drops == 30_000
    assert told == ["Outputs queue out of memory. Drop event and continue on ..."]
    assert run.result.by_rule == {"Dummy any": 30_000}


def test_a_disk_that_is_full_is_logged_and_the_run_goes_on(carry) -> None:
    from supervisor.outputs.file import FileOutput

    kept = carry.kept()
    memory = carry.memory()
    outputs = Fanout([FileOutput("/dev/full"), kept], log=lambda _level, text: memory.note("outputs", 3, text))
    run = carry.run(carry.dummy(10), memory=memory, outputs=outputs)
    assert run.result.ok
    assert len(kept.lines) == 10
    assert "file: No space left on device" in memory.notes()
