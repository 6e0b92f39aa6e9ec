"""The harness that proves parity can tell a difference: every way in which a stream of alerts can go wrong is caught."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from engine.errors import ConfigError
from engine.options import Options
from supervisor import parity
from supervisor.parity import Answer, Line, Mode, Recording, Request
from supervisor.plan import ChildPlan, PluginChoice, RunPlan, Stepped


def child(source: str = "dummy", open_params: str = "") -> ChildPlan:
    plugin = None if source == "syscall" else PluginChoice(source, open_params=open_params)
    return ChildPlan(source, (), "", Options(), plugin)


def plan(*children: ChildPlan) -> RunPlan:
    names = tuple(one.source for one in children)
    return RunPlan(children, names, names)


def lines() -> list[Line]:
    return [Line(n, 1, "odd" if n % 2 else "even", f"alert {n}".encode()) for n in range(1, 9)]


def asking(mutate: Callable[[Recording], None] | None = None, mode: Mode = Mode.TOGETHER) -> parity.Ask:
    """Every mode answers the same, except the one that is told to go wrong."""

    def ask(request: Request, _folder: str) -> Answer:
        recordings = [Recording(one.source, lines(), 20) for one in request.plan.children]
        if mutate and request.mode is mode:
            mutate(recordings[0])
        return Answer(recordings)

    return ask


def reorder(recording: Recording) -> None:
    recording.lines[2], recording.lines[3] = recording.lines[3], recording.lines[2]


def drop(recording: Recording) -> None:
    del recording.lines[4]


def drop_last(recording: Recording) -> None:
    del recording.lines[-1]


def duplicate(recording: Recording) -> None:
    recording.lines.insert(5, recording.lines[5])


def one_byte(recording: Recording) -> None:
    recording.lines[6] = msgspec.structs.replace(recording.lines[6], text=b"alert 8")


def one_event_more(recording: Recording) -> None:
    recording.events += 1


def other_rule(recording: Recording) -> None:
    recording.lines[1] = msgspec.structs.replace(recording.lines[1], rule="odd")


def failed(recording: Recording) -> None:
    recording.failure = "it could not go on"


MUTANTS = [reorder, drop, drop_last, duplicate, one_byte, one_event_more, other_rule, failed]


def test_equal_recordings_are_identical() -> None:
    verdict = parity.prove(plan(child()), asking())
    assert verdict.ok
    assert list(verdict.runs) == list(Mode)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
@pytest.mark.parametrize("mode", Mode)
def test_a_mutant_is_caught_in_every_mode(mutant: Callable[[Recording], None], mode: Mode) -> None:
    verdict = parity.prove(plan(child()), asking(mutant, mode))
    assert not verdict.ok
    assert verdict.differences[0].source == "dummy"


def test_the_first_difference_shows_both_sides() -> None:
    (found,) = parity.prove(plan(child()), asking(one_byte, Mode.ALONE)).differences
    assert found.what == "alert 7"
    assert found.modes == (Mode.TOGETHER, Mode.ALONE)
    assert found.sides == ("[event 7, alert 1] alert 7", "[event 7, alert 1] alert 8")


def test_the_same_disorder_in_all_modes_is_caught_too() -> None:
    def ask(request: Request, folder: str) -> Answer:
        answer = asking()(request, folder)
        reorder(answer.recordings[0])
        return answer

    (found,) = parity.prove(plan(child()), ask).differences
    assert found.what == "alert 4 does not come after alert 3"


def test_a_source_that_only_ticks_is_run_but_not_compared() -> None:
    verdict = parity.prove(plan(child("syscall"), child()), asking(drop))
    assert verdict.ok
    assert verdict.uncompared == ("syscall",)


def test_each_mode_cuts_the_input_differently_and_runs_in_another_folder() -> None:
    seen: list[tuple[int, str]] = []

    def ask(request: Request, folder: str) -> Answer:
        seen.append((request.plan.children[0].limits.batch_events, folder))
        assert Path(folder).is_dir()
        return asking()(request, folder)

    parity.prove(plan(child()), ask)
    assert len(set(seen)) == len({size for size, _ in seen}) == len({folder for _, folder in seen}) == len(Mode)


def test_a_plan_is_made_repeatable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "events.jsonl").write_text("")
    monkeypatch.chdir(tmp_path)
    steady = parity.repeatable(plan(child("k8s_audit", "events.jsonl"), child("syscall"))).children
    assert steady[0].plugin is not None
    assert steady[0].plugin.open_params == str(tmp_path / "events.jsonl")
    assert all(isinstance(one.clock, Stepped) for one in steady)
    assert [one.limit_s for one in steady] == [0.0, parity.TICK_LIMIT_S]


def test_standard_input_cannot_be_read_three_times() -> None:
    with pytest.raises(ConfigError, match="k8s_audit reads standard input"):
        parity.prove(plan(child("k8s_audit", "-")), asking())
