"""Lives as histories: what happens to a child, and what must be ordered. The clock is a number; nothing waits."""

import signal

import pytest

from supervisor import lifecycle, wire
from supervisor.life import Life
from supervisor.lifecycle import Deliver, Kill, Note, Over, Send, Start, State
from supervisor.policy import OnFailure, Policy
from supervisor.recorder import NOWHERE, Place

READY = wire.Ready("hash", "build", "REWIND")
LIVE = wire.Ready("hash", "build", "PRESENT")


class History:
    """A life and its clock."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.life = Life("k8s_audit", policy or Policy(), "build")
        self.now = 0.0
        self.orders: list[lifecycle.Order] = []

    def happens(self, stimulus: lifecycle.Stimulus, after: float = 0.0) -> list[lifecycle.Order]:
        self.now += after
        orders = self.life.handle(stimulus, self.now)
        self.orders += orders
        return orders

    def hears(self, message: wire.Up, after: float = 0.0) -> list[lifecycle.Order]:
        return self.happens(lifecycle.Heard(message), after)

    def runs(self, ready: wire.Ready = READY) -> "History":
        """Through its start, to RUNNING."""
        if not self.life.epoch:
            self.happens(lifecycle.Begin())
        self.happens(lifecycle.Spawned(100 + self.life.epoch))
        if self.life.epoch == 1:
            self.happens(lifecycle.Turn())
        self.hears(ready)
        return self

    def dies(
        self, status: int = -9, after: float = 0.0, place: Place = NOWHERE, tail: str = ""
    ) -> list[lifecycle.Order]:
        return self.happens(lifecycle.Exited(status, tail, place), after)

    def waits(self) -> list[lifecycle.Order]:
        """Until the life wants to be asked again."""
        due = self.life.deadline()
        assert due is not None
        return self.happens(lifecycle.Passed(), max(0.0, due - self.now))


def alerts(seq: int, *marks: tuple[int, int]) -> wire.Alerts:
    return wire.Alerts(seq, marks[-1], [wire.Alert(num, k, 0, "rule", 4, b"line") for num, k in marks])


def beat(num: int, *, idle: bool = False, position: tuple[int, int] | None = None) -> wire.Beat:
    return wire.Beat(1, num, 0, {}, (num, 0), 0, position, idle)


def notes(orders: list[lifecycle.Order]) -> str:
    return " | ".join(order.text for order in orders if isinstance(order, Note))


def test_a_good_life_starts_opens_delivers_and_ends() -> None:
    history = History()
    assert history.happens(lifecycle.Begin()) == [Start(1, (0, 0))]
    assert history.happens(lifecycle.Spawned(7)) == []
    assert history.happens(lifecycle.Turn()) == [Send(wire.Open())]
    assert history.life.state is State.STARTING
    assert history.hears(READY) == []
    assert history.life.state is State.RUNNING
    message = alerts(1, (1, 1), (2, 1))
    assert history.hears(message) == [Deliver(message)]
    history.hears(wire.Done("END", 2, 0.1, {}))
    assert history.dies(0) == [Over(State.EXITED)]
    assert history.life.over


def test_a_life_told_to_stop_is_stopped_when_it_says_so() -> None:
    history = History().runs()
    assert history.happens(lifecycle.StopAsked()) == [Send(wire.Stop(5.0))]
    assert history.life.state is State.STOPPING
    history.hears(wire.Done("HALTED", 2, 0.1, {}))
    assert history.dies(0) == [Over(State.STOPPED)]


def test_asked_twice_to_stop_it_is_killed() -> None:
    history = History().runs()
    history.happens(lifecycle.StopAsked())
    assert history.happens(lifecycle.StopAsked()) == [Kill(signal.SIGKILL)]
    assert history.dies()[-1] == Over(State.STOPPED)


def test_one_that_does_not_stop_in_time_is_killed_and_that_is_said() -> None:
    history = History().runs()
    history.happens(lifecycle.StopAsked())
    assert history.waits() == [Kill(signal.SIGKILL)]
    assert history.now == 5.0
    orders = history.dies()
    assert "did not end within 5 s and was killed" in notes(orders)
    assert orders[-1] == Over(State.STOPPED)


def test_a_source_that_cannot_open_at_start_is_given_up_whatever_the_policy() -> None:
    for policy in OnFailure:
        history = History(Policy(on_failure=policy))
        history.happens(lifecycle.Begin())
        history.happens(lifecycle.Spawned(7))
        history.happens(lifecycle.Turn())
        history.hears(wire.Failed("stat none.jsonl: no such file or directory", retry=True))
        assert history.dies(1) == [Over(State.FATAL, "stat none.jsonl: no such file or directory")]
        assert history.life.start_failed


def test_a_death_before_the_source_was_ever_open_is_a_failed_start() -> None:
    history = History()
    history.happens(lifecycle.Begin())
    history.happens(lifecycle.Spawned(7))
    (over,) = history.dies(-11, 0.2)
    assert isinstance(over, Over)
    assert over.state is State.FATAL
    assert "SIGSEGV" in (over.failure or "")
    assert "before its source was open" in (over.failure or "")
    assert history.life.start_failed


def test_a_killed_child_is_named_with_signal_and_advice_and_started_again_behind_its_last_alert() -> None:
    history = History().runs()
    history.hears(alerts(1, (3, 1), (4, 1)))
    orders = history.dies(-9, 3.2, Place(5))
    assert history.life.state is State.BACKOFF
    text = notes(orders)
    assert "the process of source 'k8s_audit' (pid 101) was killed by SIGKILL (signal 9) after 3.2 s" in text
    assert "behind event 5" in text
    assert "dmesg" in text
    assert "starting again in 1 s" in text
    assert history.waits() == [Start(2, (4, 1))]
    assert history.life.restarts == 1
    assert history.happens(lifecycle.Spawned(102)) == [Send(wire.Open())]


def test_exit_status_zero_without_done_is_a_crash() -> None:
    history = History().runs()
    orders = history.dies(0, 1.0)
    assert history.life.state is State.BACKOFF
    assert "ended without saying that it was done" in notes(orders)


def test_the_last_words_on_stderr_are_part_of_the_sentence() -> None:
    history = History().runs()
    orders = history.dies(70, 1.0, tail="Traceback (most recent call last):\n  ...\nKeyError: 'verb'\n")
    assert "it last said: KeyError: 'verb'" in notes(orders)
    assert "Traceback" not in notes(orders)


@pytest.mark.parametrize("policy", [OnFailure.STOP, OnFailure.IGNORE])
def test_without_restarting_a_death_is_the_end(policy: OnFailure) -> None:
    history = History(Policy(on_failure=policy)).runs()
    (over,) = history.dies(-9, 1.0)
    assert isinstance(over, Over)
    assert over.state is State.FATAL
    assert not history.life.start_failed


def test_a_failure_that_no_retry_can_help_is_final_and_others_are_retried() -> None:
    history = History().runs()
    history.hears(wire.Failed("bufio.Scanner: token too long", opened=True))
    assert history.dies(1) == [Over(State.FATAL, "bufio.Scanner: token too long")]
    history = History().runs()
    history.hears(wire.Failed("connection reset", retry=True, opened=True))
    assert "connection reset; starting again in 1 s" in notes(history.dies(1))


def test_backoff_doubles_up_to_its_limit() -> None:
    history = History(Policy(budget_deaths=100)).runs()
    pauses = []
    for _ in range(7):
        history.dies(-9, 1.0)
        begun = history.now
        history.waits()
        pauses.append(history.now - begun)
        history.runs()
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_five_deaths_in_sixty_seconds_of_life_are_too_many() -> None:
    history = History().runs()
    for _ in range(4):
        history.dies(-9, 10.0)
        history.waits()
        history.runs()
    (over,) = history.dies(-9, 10.0)
    assert isinstance(over, Over)
    assert over.state is State.FATAL
    assert "it died 5 times within 60 s of life: given up" in (over.failure or "")
    assert len(history.life.deaths) == 5


def test_five_deaths_over_a_long_life_are_not() -> None:
    history = History().runs()
    for _ in range(20):
        for _ in range(5):
            history.hears(beat(0, idle=True), 5.0)
        history.dies(-9)
        history.waits()
        history.runs()
    assert history.life.state is State.RUNNING


def test_the_budget_is_reset_only_past_the_furthest_death() -> None:
    history = History().runs()
    for _ in range(4):
        history.dies(-9, 1.0, Place(50))
        history.waits()
        history.runs()
        history.hears(beat(50))
    history.hears(beat(51))
    orders = history.dies(-9, 1.0, Place(60))
    assert "starting again in 1 s" in notes(orders)


def test_an_event_that_kills_every_time_is_named() -> None:
    history = History(Policy(budget_deaths=100, budget_life_s=0.0)).runs()
    history.dies(-11, 100.0, Place(17, inside=True))
    for _ in range(2):
        history.waits()
        history.runs()
        orders = history.dies(-11, 100.0, Place(17, inside=True))
    over = orders[-1]
    assert isinstance(over, Over)
    assert "event 17 has killed it 3 times in a row: given up" in (over.failure or "")
    assert "at event 17" in (over.failure or "")


def test_dying_between_events_is_no_event_s_fault() -> None:
    history = History(Policy(budget_deaths=100)).runs()
    for _ in range(10):
        history.dies(-9, 1.0, Place(17))
        history.waits()
        history.runs()
    assert history.life.state is State.RUNNING


def test_silence_is_answered_with_a_kill_and_called_by_its_name() -> None:
    history = History().runs()
    history.hears(beat(1), 4.0)
    assert history.happens(lifecycle.Passed(), 9.0) == []
    assert history.waits() == [Kill(signal.SIGKILL)]
    assert history.happens(lifecycle.Passed(), 1.0) == []
    orders = history.dies(-9, 0.1)
    assert "gave no sign of life for 10 s and was killed" in notes(orders)
    assert "dmesg" not in notes(orders)


def test_nobody_is_silent_whom_nobody_listens_to() -> None:
    history = History().runs()
    history.happens(lifecycle.Paused(on=True))
    assert history.happens(lifecycle.Passed(), 1000.0) == []
    history.happens(lifecycle.Paused(on=False))
    assert history.happens(lifecycle.Passed(), 9.0) == []
    assert history.waits() == [Kill(signal.SIGKILL)]


def test_a_child_that_beats_but_does_not_move_is_told_once() -> None:
    history = History().runs()
    told = [notes(history.hears(beat(7, position=(10, 100)), 1.0)) for _ in range(70)]
    assert [text for text in told if text] == ["source 'k8s_audit' has input but made no progress for 30 s"]
    assert not any(notes(history.hears(beat(7, idle=True), 1.0)) for _ in range(70))


def test_alerts_that_a_rewound_life_gives_again_are_dropped() -> None:
    history = History().runs()
    history.hears(alerts(1, (1, 1), (2, 1), (2, 2)))
    history.dies(-9, 1.0)
    history.waits()
    history.runs()
    (order,) = history.hears(alerts(1, (2, 1), (2, 2), (2, 3), (3, 1)))
    assert isinstance(order, Deliver)
    assert [(alert.num, alert.k) for alert in order.alerts.alerts] == [(2, 3), (3, 1)]
    assert history.hears(alerts(2, (3, 1))) == []


def test_a_live_source_numbers_afresh_and_says_what_it_may_have_missed() -> None:
    history = History().runs(LIVE)
    history.hears(alerts(1, (900, 1)))
    history.dies(-9, 1.0)
    history.waits()
    orders = history.happens(lifecycle.Spawned(102), 0.5) + history.hears(LIVE, 0.25)
    assert "events of about 1.8 s may be missing" in notes(orders)
    (order,) = history.hears(alerts(1, (1, 1)))
    assert isinstance(order, Deliver)


def test_a_gap_in_the_sequence_is_reported() -> None:
    history = History().runs()
    history.hears(alerts(1, (1, 1)))
    orders = history.hears(alerts(4, (5, 1)))
    assert "messages 2 to 3 with alerts are missing" in notes(orders)
    assert any(isinstance(order, Deliver) for order in orders)


def test_garbage_on_the_wire_kills_and_is_named_once() -> None:
    history = History().runs()
    assert history.happens(lifecycle.Garbled("no message")) == [Kill(signal.SIGKILL)]
    assert history.happens(lifecycle.Garbled("no message")) == []
    assert "sent garbage (no message) and was killed" in notes(history.dies(-9, 0.1))


def test_a_child_of_another_build_is_not_spoken_with() -> None:
    history = History()
    history.happens(lifecycle.Begin())
    history.happens(lifecycle.Spawned(7))
    history.happens(lifecycle.Turn())
    assert history.hears(wire.Ready("hash", "other", "REWIND")) == [Kill(signal.SIGKILL)]
    (over,) = history.dies(-9, 0.1)
    assert isinstance(over, Over)
    assert "is of another build" in (over.failure or "")


def test_one_that_says_done_and_stays_is_helped_out() -> None:
    history = History().runs()
    history.hears(wire.Done("END", 2, 0.1, {}))
    assert history.waits() == [Kill(signal.SIGKILL)]
    assert history.dies(-9) == [Over(State.EXITED)]


def test_a_restart_that_was_asked_for_costs_nothing() -> None:
    history = History(Policy(on_failure=OnFailure.STOP)).runs()
    history.hears(alerts(1, (3, 1)))
    for life in range(2, 12):
        assert history.happens(lifecycle.RestartAsked("did not answer a reload")) == [Kill(signal.SIGKILL)]
        orders = history.dies(-9, 0.1)
        assert orders[-1] == Start(life, (3, 1))
        history.runs()


def test_stopping_while_it_waits_to_be_started_again_ends_it_at_once() -> None:
    history = History().runs()
    history.dies(-9, 1.0)
    assert history.happens(lifecycle.StopAsked()) == [Over(State.STOPPED)]
    assert history.life.deadline() is None


def test_the_story_can_be_told_and_played_again() -> None:
    history = History().runs()
    history.hears(alerts(1, (3, 1)), 0.5)
    history.dies(-9, 1.0)
    history.waits()
    replayed = Life("k8s_audit", Policy(), "build")
    orders: list[lifecycle.Order] = []
    for now, stimulus in history.life.story:
        orders += replayed.handle(stimulus, now)
    replayed_start = replayed.handle(lifecycle.Passed(), history.now)
    assert orders + replayed_start == history.orders
    assert replayed.state is history.life.state


def test_what_was_given_up_lives_again_when_it_is_asked_to() -> None:
    history = History(Policy(on_failure=OnFailure.IGNORE)).runs()
    history.hears(alerts(1, (5, 1)))
    history.dies()
    assert history.life.state is State.FATAL
    assert history.happens(lifecycle.StartAsked()) == [Start(2, (5, 1))]
    history.runs()
    assert history.life.state is State.RUNNING


def test_a_life_that_waits_for_its_next_one_need_not_wait_when_it_is_asked_to() -> None:
    history = History().runs()
    history.dies()
    assert history.life.state is State.BACKOFF
    assert history.happens(lifecycle.StartAsked()) == [Start(2, (0, 0))]


@pytest.mark.parametrize("ended", [False, True])
def test_what_runs_or_has_ended_by_itself_is_not_started(ended: bool) -> None:
    history = History().runs()
    if ended:
        history.hears(wire.Done("END", 2, 0.1, {}))
        history.dies(0)
    assert history.happens(lifecycle.StartAsked()) == []


def test_a_process_has_an_age_while_it_lives() -> None:
    history = History().runs()
    assert history.life.age_s(history.now + 3) == 3
    history.dies()
    assert history.life.age_s(history.now + 3) == 0
