"""What a person reads on stderr while sources run."""

import signal
from collections.abc import Callable
from io import StringIO

from rich.console import Console

from engine.options import Options
from engine.priority import Priority
from supervisor.lifecycle import State
from supervisor.listener import NewRules
from supervisor.plan import ChildPlan
from supervisor.result import SourceResult
from supervisor.screen.loglines import Lines
from supervisor.screen.theme import STYLES


def told(*acts: Callable[[Lines], object], verbose: bool = False) -> list[str]:
    out = StringIO()
    lines = Lines(Console(file=out, theme=STYLES, width=60), ["syscall", "k8s_audit"], verbose=verbose)
    for act in acts:
        act(lines)
    return out.getvalue().splitlines()


def child(source: str) -> ChildPlan:
    return ChildPlan(source, (), "", Options())


def opened(source: str, pid: int) -> Callable[[Lines], None]:
    return lambda lines: lines.opened(child(source), pid)


def test_all_processes_are_named_in_one_line() -> None:
    assert told(opened("syscall", 41), opened("k8s_audit", 42), Lines.all_opened) == [
        "cadge     | carrying syscall (pid 41), k8s_audit (pid 42)"
    ]


def test_a_sentence_of_the_supervisor_stands_with_its_source() -> None:
    line = told(lambda lines: lines.note("syscall", Priority.ERROR, "died of signal 9"))
    assert line == ["syscall   | died of signal 9"]


def test_debug_lines_are_shown_only_when_asked() -> None:
    def debug(lines: Lines) -> None:
        lines.log("syscall", Priority.DEBUG, "details")

    assert told(debug) == []
    assert told(debug, verbose=True) == ["syscall   | details"]


def test_a_source_at_its_end_says_what_it_came_to() -> None:
    result = SourceResult("k8s_audit", State.EXITED, "END", events=1206, alerts=1)
    assert told(lambda lines: lines.ended(result)) == ["k8s_audit | read to its end: 1 206 events, 1 alert"]


def test_a_source_that_was_given_up_is_not_said_to_have_ended_well() -> None:
    assert told(lambda lines: lines.ended(SourceResult("k8s_audit", State.FATAL, failure="gone"))) == []


def test_the_first_interrupt_says_what_is_waited_for_and_the_second_what_is_killed() -> None:
    def interrupt(lines: Lines) -> None:
        lines.signalled(signal.SIGINT)

    done = SourceResult("syscall", State.EXITED, "END")
    assert told(interrupt, interrupt) == [
        "cadge     | stopping 2 sources (again to kill)",
        "cadge     | killing 2 sources",
    ]
    assert told(lambda lines: lines.ended(done), interrupt)[-1] == "cadge     | stopping 1 source (again to kill)"


def test_reopening_outputs_is_not_stopping() -> None:
    assert told(lambda lines: lines.signalled(signal.SIGUSR1)) == ["cadge     | opening the outputs again"]


def test_a_hangup_asks_for_the_rules_as_they_are_now() -> None:
    rules = NewRules(())
    lines = Lines(Console(file=StringIO(), theme=STYLES), ["syscall"], reload=lambda: rules)
    assert lines.hangup() is rules


def test_a_long_text_is_not_broken_and_escapes_are_made_visible() -> None:
    (line,) = told(lambda lines: lines.log("syscall", Priority.ERROR, "x" * 100 + "\x1b[2J"))
    assert line.endswith("x\\x1b[2J")
