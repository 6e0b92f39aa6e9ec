"""One mode of a parity run, as a process: `python -m supervisor.rehearsal`, request on stdin, answer on stdout."""

import sys

import msgspec

from supervisor import inprocess, loop, wire
from supervisor.listener import Deaf
from supervisor.outputs.fanout import Fanout
from supervisor.parity import Answer, Line, Mode, Recording, Request
from supervisor.plan import RunPlan
from supervisor.policy import FALCO
from supervisor.result import RunResult, SourceResult


class Recorder(Deaf):
    """Keeps what is handed to the outputs."""

    def __init__(self, plan: RunPlan) -> None:
        self.recordings = {child.source: Recording(child.source, []) for child in plan.children}

    def alerts(self, source: str, alerts: list[wire.Alert]) -> None:
        """Keep them in order of arrival."""
        self.recordings[source].lines += [Line(one.num, one.k, one.rule, one.line) for one in alerts]

    def ended(self, result: SourceResult) -> None:
        """Keep the counts."""
        recording = self.recordings[result.source]
        recording.events = result.events
        recording.failure = result.failure


def rehearse(request: Request) -> Answer:
    """Run the plan in this mode."""
    recorder = Recorder(request.plan)
    for plan in _runs(request):
        result = _run(request.mode, plan, recorder)
        for failed in result.sources.values():
            recorder.ended(failed)
    return Answer(list(recorder.recordings.values()))


def _runs(request: Request) -> list[RunPlan]:
    """All children in one run, or each in a run of its own."""
    if request.mode is not Mode.ALONE:
        return [request.plan]
    return [
        msgspec.structs.replace(request.plan, children=(child,), enabled_sources=(child.source,))
        for child in request.plan.children
    ]


def _run(mode: Mode, plan: RunPlan, recorder: Recorder) -> RunResult:
    outputs = Fanout([], log=_silent)
    try:
        go = inprocess.run if mode is Mode.IN_PROCESS else loop.run
        return go(plan, outputs, FALCO, recorder)
    finally:
        outputs.close()


def _silent(_level: int, _text: str) -> None:
    """There is no output that could complain."""


if __name__ == "__main__":
    question = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Request)
    sys.stdout.buffer.write(msgspec.msgpack.encode(rehearse(question)))
