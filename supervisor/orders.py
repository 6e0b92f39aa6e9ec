"""The child's control thread: orders from stdin, beats up the wire."""

import os
import select
import threading
import time

from engine.detector import Detector
from engine.errors import CadgeError, WireError
from sources.base import Mark, Resume
from sources.drive import Halt, Swap
from supervisor import clock, death, equip, wire
from supervisor.plan import ChildPlan
from supervisor.pump import Pump, Uplink, Watched

_READ = 1 << 16


class Control:
    """Reads orders from `fd`; shares with the pump's thread only what `Pump` and `Watched` offer."""

    def __init__(self, fd: int, uplink: Uplink) -> None:
        self._fd = fd
        self._uplink = uplink
        self._frames = wire.Frames()
        self._plan: ChildPlan | None = None
        self._planned = threading.Event()
        self._turn = threading.Event()
        self._halted = False
        self._pump: Pump | None = None
        self._source: Watched | None = None
        self._prepared: tuple[str, Detector] | None = None

    # ------------------------------------------------------------------------------------- for the pump's thread

    def plan(self) -> ChildPlan:
        """Wait for the plan."""
        self._planned.wait()
        assert self._plan is not None
        return self._plan

    def attach(self, pump: Pump, source: Watched) -> None:
        """From now on there is something to tell in beats."""
        self._pump, self._source = pump, source
        if self._halted:
            pump.orders.append(Halt())

    def wait_for_turn(self) -> bool:
        """Wait until the source may be opened; False if the run is to stop before that."""
        self._turn.wait()
        return not self._halted

    def beat(self) -> None:
        """A sign of life, now."""
        pump, source, plan = self._pump, self._source, self._plan
        if pump is None or source is None or plan is None:
            self._uplink.send(wire.Beat(plan.epoch if plan else 0, 0, 0, {}, (0, 0), 0, None, idle=True))
            return
        progress = pump.progress
        self._uplink.send(
            wire.Beat(
                epoch=plan.epoch,
                events=progress.events,
                alerts=pump.alerts,
                counters=source.counts,
                mark=(progress.num, 0),
                lag_ns=self._lag_ns(pump, source),
                position=source.place,
                idle=source.idle,
            )
        )

    def _lag_ns(self, pump: Pump, source: Watched) -> int:
        """How far a live source is behind the clock; meaningless for input that was recorded."""
        last = pump.progress.last_ts_ns
        return 0 if source.resume is Resume.REWIND or not last else max(0, clock.now_ns() - last)

    # ---------------------------------------------------------------------------------------------- the own thread

    def run(self) -> None:
        """Until the supervisor is gone, which ends the process."""
        try:
            self._run()
        except OSError:
            os._exit(death.EXIT_ORPHAN)
        except WireError as error:
            os.write(2, f"{error}\n".encode())
            os._exit(death.EXIT_BUG)

    def _run(self) -> None:
        due = time.monotonic()
        while True:
            now = time.monotonic()
            if now >= due:
                due = now + (self._plan.limits.beat_s if self._plan else 1.0)
                self.beat()
            readable, _, _ = select.select([self._fd], [], [], max(0.0, due - now))
            if not readable:
                continue
            data = os.read(self._fd, _READ)
            if not data:
                os._exit(death.EXIT_ORPHAN)
            for body in self._frames.feed(data):
                self._obey(wire.decode_down(body))

    def _obey(self, message: wire.Down) -> None:
        match message:
            case ChildPlan():
                self._plan = message
                self._planned.set()
            case wire.Open():
                self._turn.set()
            case wire.Stop():
                self._halted = True
                if self._pump is not None:
                    self._pump.orders.append(Halt())
                self._turn.set()
            case wire.Ack(mark=mark):
                if self._pump is not None:
                    self._pump.acked = Mark(*mark)
                if self._source is not None:
                    self._source.nudge()
            case wire.Tick():
                self.beat()
            case wire.Prepare():
                self._prepare(message)
            case wire.Commit(rules_hash=rules_hash):
                self._commit(rules_hash)
            case wire.Abort():
                self._prepared = None
            case wire.Subscribe() | wire.Profile():
                pass

    def _prepare(self, message: wire.Prepare) -> None:
        assert self._plan is not None
        try:
            detector = equip.detector(self._plan, message.rules)
        except CadgeError as error:
            self._prepared = None
            self._uplink.send(wire.Refused(message.rules_hash, str(error)))
            return
        self._prepared = (message.rules_hash, detector)
        self._uplink.send(wire.Prepared(message.rules_hash))

    def _commit(self, rules_hash: str) -> None:
        if self._prepared is None or self._prepared[0] != rules_hash or self._pump is None:
            return
        self._pump.swapping = rules_hash
        self._pump.orders.append(Swap(self._prepared[1]))
        self._prepared = None
