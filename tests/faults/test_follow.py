"""A followed file is written and rotated while its child is killed: no line is lost and none comes twice.

`make follow` does it with 50 kills; here there are a few.
"""

import contextlib
import os
import random
import signal
import threading
import time

RULE = """
- rule: every
  desc: every event
  condition: evt.num > 0
  output: id=%ka.auditid=
  priority: INFO
  source: k8s_audit
"""
KILLS = int(os.environ.get("KILLS", "4"))
EVALUATOR = os.environ.get("EVALUATOR", "generated")
LINES = 150 * KILLS


class Writer:
    """Appends numbered lines, some in two parts, and renames the file now and then."""

    def __init__(self, path, draw) -> None:
        self.path = path
        self.draw = draw
        self.written = 0
        self.rotations = 0

    def work(self) -> None:
        file = self.path.open("ab", buffering=0)
        for number in range(LINES):
            line = b'{"kind":"Event","auditID":"%d","stageTimestamp":"2024-05-01T10:00:00Z"}\n' % number
            cut = self.draw.randrange(len(line)) if self.draw.random() < 0.2 else 0
            if cut:
                file.write(line[:cut])
                time.sleep(0.002)
            file.write(line[cut:])
            self.written += 1
            if self.draw.random() < 0.02:
                file.close()
                time.sleep(0.01)
                self.rotations += 1
                self.path.rename(self.path.with_name(f"audit.log.{self.rotations}"))
                file = self.path.open("ab", buffering=0)
            time.sleep(0.002)
        file.close()


def test_no_line_is_lost_or_doubled_over_kills_while_a_writer_appends_and_rotates(carry, tmp_path) -> None:
    draw = random.Random(7)
    path = tmp_path / "audit.log"
    path.write_bytes(b"what was there before\n")
    writer = Writer(path, draw)
    at = sorted(draw.sample(range(10, LINES - 20), KILLS))
    threads = []

    def finish(memory) -> None:
        """Stop the run once everything has come, or nothing comes any more."""
        until = time.monotonic() + 60 + KILLS
        threads[0].join()
        while len(memory.got.get("k8s_audit", [])) < LINES and time.monotonic() < until:
            time.sleep(0.05)
        # A moment for what should not come.
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    def look(memory, what, about) -> None:
        if what == "opened" and not threads:
            threads.append(threading.Thread(target=writer.work))
            threads.append(threading.Thread(target=finish, args=(memory,)))
            for thread in threads:
                thread.start()
        if what == "alerts" and at and len(memory.got["k8s_audit"]) >= at[0]:
            at.pop(0)
            with contextlib.suppress(ProcessLookupError):
                os.kill(memory.pids["k8s_audit"][-1], signal.SIGKILL)

    child = carry.child("k8s_audit", "k8saudit", f"file://{path}", rules=RULE, evaluator=EVALUATOR)
    run = carry.run(child, memory=carry.memory(act=look))
    for thread in threads:
        thread.join()
    result = run.result.sources["k8s_audit"]
    assert not run.result.failures
    found = [int(alert.line.split(b"=")[1]) for alert in run.memory.got["k8s_audit"]]
    assert found == list(range(LINES)), (sorted(set(range(LINES)) - set(found)), len(found) - len(set(found)))
    assert result.restarts >= KILLS // 2
    assert writer.rotations
    assert result.events == LINES
    assert "may be missing" not in run.memory.notes()
