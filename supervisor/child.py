"""What runs inside a child: `python -P -E -m supervisor.child SOURCE WIRE RECORDER PARENT`.

Two threads. The main one is the pump: it builds, opens, reads, detects and sends. The control thread reads orders
from stdin and sends beats, so that a child whose source blocks is not silent. End of stdin means that the supervisor
is gone, and so is this process then. Never imports typer or rich.
"""

import ctypes
import faulthandler
import gc
import os
import resource
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

from engine.errors import CadgeError, SourceError
from sources import drive
from sources.base import Mark
from supervisor import build, death, equip, wire
from supervisor.orders import Control
from supervisor.plan import ChildPlan
from supervisor.pump import Pump, Uplink, Watched
from supervisor.recorder import Pen

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def main(argv: list[str]) -> int:
    """Live one life. The answer is an exit status; 0 only after Done."""
    wire_fd, recorder_fd, parent = (int(word) for word in argv[2:5])
    os.set_inheritable(wire_fd, False)
    os.set_inheritable(recorder_fd, False)
    die_with(parent)
    faulthandler.enable()
    uplink = Uplink(wire_fd)
    control = Control(sys.stdin.fileno(), uplink)
    threading.Thread(target=control.run, name="control", daemon=True).start()
    plan = control.plan()
    try:
        return _live(plan, uplink, control, Pen(recorder_fd))
    except BrokenPipeError:
        return death.EXIT_ORPHAN
    except MemoryError:
        os.write(2, b"memory limit reached\n")
        return death.EXIT_MEMORY
    except Exception:  # noqa: BLE001 - whatever it is, its traceback belongs to the sentence about this death
        traceback.print_exc()
        return death.EXIT_BUG


def die_with(parent: int) -> None:
    """Be killed when the supervisor dies, also while stopped; leave at once if that has happened already."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # Nothing a source starts may gain what this process has not.
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(death.EXIT_ORPHAN)


def _live(plan: ChildPlan, uplink: Uplink, control: Control, pen: Pen) -> int:
    """Build, open, pump, tell the end."""
    try:
        gear = equip.equip(plan, lambda level, text: uplink.send(wire.Log(level, text)))
    except CadgeError as error:
        return _failed(uplink, wire.Failed(str(error)))
    source = Watched(gear.source, gear.progress, pen, careful=plan.careful, uplink=uplink)
    # After a death every alert leaves at once: those before an event that kills must not die with it again.
    pump = Pump(uplink, gear.progress, pen, 1 if plan.careful else plan.limits.alerts_per_frame)
    control.attach(pump, source)
    if plan.limits.memory_bytes:
        resource.setrlimit(resource.RLIMIT_DATA, (plan.limits.memory_bytes, plan.limits.memory_bytes))
    began = time.monotonic()
    if control.wait_for_turn():
        try:
            equip.allow(plan)
            source.open(drive.needs_of(gear.detector), Mark(*plan.mark))
        except SourceError as error:
            source.close()
            return _failed(uplink, wire.Failed(str(error), error.retry))
        uplink.send(wire.Ready(plan.rules_hash, build.identify(), source.resume.name))
        gc.freeze()
        began = time.monotonic()
        skip = equip.suppressed(plan, source)
        ended = drive.drive(source, gear.detector, pump, pump, gear.progress, skip)
    else:
        ended = drive.Ended(drive.Outcome.HALTED)
    source.copy()
    source.close()
    control.beat()
    if ended.fault is not None:
        return _failed(uplink, wire.Failed(ended.fault.sentence, ended.fault.retry, opened=True))
    elapsed = time.monotonic() - began
    events = gear.progress.events
    uplink.send(wire.Done(ended.outcome.name, events, elapsed, source.counts, pump.alerts, peak_rss_bytes()))
    return 0


def _failed(uplink: Uplink, message: wire.Failed) -> int:
    uplink.send(message)
    return 1


def peak_rss_bytes() -> int:
    """The most memory this process ever used; getrusage would count what the supervisor had when it forked."""
    for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    status = main(sys.argv)
    sys.stderr.flush()
    # No finalisers: the control thread may sit in a read, and everything is sent.
    os._exit(status)
