"""Asking a real run from another thread."""

from supervisor import asking
from supervisor.lifecycle import State
from supervisor.listener import NewRules, Refused, Restart, Tell
from supervisor.policy import OnFailure, Policy
from supervisor.wire import Internal


def _of(desk, source):
    return next(one for one in desk.ask(asking.Status()).overview.sources if one.source == source)


def test_the_overview_tells_of_every_source(carry) -> None:
    seen = []

    def look(desk) -> None:
        carry.until(lambda: _of(desk, "syscall").alerts and _of(desk, "dummy").state == "exited")
        seen.append(desk.ask(asking.Status()).overview)

    carry.run(carry.ticks(), carry.dummy(30), beside=carry.asked(look))
    (overview,) = seen
    ticking, dummy = overview.sources
    assert overview.ready
    assert (ticking.source, ticking.state, ticking.deaths) == ("syscall", "running", 0)
    assert ticking.pid > 0
    assert ticking.rss_bytes > 5_000_000
    assert (dummy.pid, dummy.events, dummy.alerts, dummy.rss_bytes) == (0, 30, 30, 0)


def test_a_source_is_stopped_and_started_and_the_others_do_not_notice(carry) -> None:
    def act(desk) -> None:
        before = _of(desk, "syscall")
        assert desk.ask(asking.Stop("dummy")) == asking.Answer(ok=True, text="dummy is being stopped")
        carry.until(lambda: _of(desk, "dummy").state == "stopped")
        assert desk.ask(asking.Start("dummy")).ok
        carry.until(lambda: _of(desk, "dummy").state == "running")
        after = _of(desk, "syscall")
        assert (after.pid, after.restarts) == (before.pid, 0)

    endless = carry.child("dummy", "dummy", '{"start": 0, "maxEvents": 100000000}', rules=_RARE)
    run = carry.run(carry.ticks(), endless, beside=carry.asked(act))
    assert run.result.ok
    assert run.result.sources["dummy"].restarts == 1


_RARE = "- {rule: R, desc: d, condition: evt.num = 1, output: x, priority: INFO, source: dummy}\n"


def test_a_source_that_is_restarted_has_another_process_and_misses_nothing(carry) -> None:
    def act(desk) -> None:
        pid = _of(desk, "dummy").pid
        assert desk.ask(asking.Restart("dummy")).text == "dummy is started again"
        carry.until(lambda: _of(desk, "dummy").state == "running" and _of(desk, "dummy").pid not in (0, pid))
        carry.until(lambda: _of(desk, "dummy").state == "exited")

    run = carry.run(carry.ticks(), carry.dummy(150_000), beside=carry.asked(act))
    assert run.memory.nums("dummy") == list(range(1, 150_001))
    assert run.result.sources["dummy"].restarts == 1
    assert "was asked to begin anew" in run.memory.notes()


def test_what_an_operator_started_again_is_no_failure_any_more(carry, tmp_path) -> None:
    bad = tmp_path / "audit.jsonl"
    bad.write_text(carry.audit_line(0) + "\n" + "x" * 70_000 + "\n", encoding="utf-8")
    audit = carry.child("k8s_audit", "k8saudit", str(bad), strict=True)

    def act(desk) -> None:
        carry.until(lambda: _of(desk, "k8s_audit").state == "fatal")
        bad.write_text(carry.audit_line(0) + "\n" + carry.audit_line(1) + "\n", encoding="utf-8")
        assert desk.ask(asking.Start("k8s_audit")).ok
        carry.until(lambda: _of(desk, "k8s_audit").state == "exited")

    run = carry.run(carry.ticks(), audit, policy=Policy(on_failure=OnFailure.IGNORE), beside=carry.asked(act))
    assert run.result.failures == []
    assert run.result.sources["k8s_audit"].failure is None
    assert run.memory.nums("k8s_audit") == [1, 2]


def test_orders_that_make_no_sense_are_refused_with_a_reason(carry) -> None:
    def act(desk) -> None:
        carry.until(lambda: _of(desk, "dummy").state == "exited")
        assert desk.ask(asking.Stop("dumy")).text == "there is no source 'dumy'; there are syscall, dummy"
        assert desk.ask(asking.Stop("dummy")).text == "dummy does not run: its source ended by itself"
        assert "nothing to start it for" in desk.ask(asking.Start("dummy")).text
        assert desk.ask(asking.Start("syscall")).text == "syscall runs already: ready: its source is open"
        assert not desk.ask(asking.Reload()).ok

    run = carry.run(carry.ticks(), carry.dummy(3), beside=carry.asked(act))
    assert run.result.sources["dummy"].state is State.EXITED


def test_a_reload_is_answered_once_it_is_in_force(carry) -> None:
    new = carry.rules_files("- {rule: Tock, desc: d, condition: evt.num > 0, output: tock, priority: INFO}\n")
    memory = carry.memory(answer=NewRules(new, (("syscall", "2 rules changed"),)))
    hashes = []

    def act(desk) -> None:
        hashes.append(_of(desk, "syscall").rules_hash)
        answer = desk.ask(asking.Reload())
        assert answer.ok
        assert answer.text.startswith("the new rules are in force (sha256 ")
        hashes.append(_of(desk, "syscall").rules_hash)
        carry.until(lambda: "Tock" in {alert.rule for alert in memory.got["syscall"]})

    carry.run(carry.ticks(), memory=memory, beside=carry.asked(act))
    assert hashes[0] != hashes[1]
    assert memory.heard("note", "syscall", "2 rules changed")


def test_a_reload_that_a_child_refuses_is_answered_with_its_sentence(carry) -> None:
    new = carry.rules_files("- {rule: Tock, desc: d, condition: no.such = 1, output: tock, priority: INFO}\n")

    def act(desk) -> None:
        answer = desk.ask(asking.Reload())
        assert not answer.ok
        assert "no.such" in answer.text

    carry.run(carry.ticks(), memory=carry.memory(answer=NewRules(new)), beside=carry.asked(act))


def test_a_reload_that_is_refused_at_once_may_tell_the_outputs(carry) -> None:
    answer = Refused("they are wrong", Internal("Falco internal: hot restart failure", 2, b"it failed"))

    def act(desk) -> None:
        assert desk.ask(asking.Reload()).text.endswith("the old ones stay in force: they are wrong")

    run = carry.run(carry.ticks(), memory=carry.memory(answer=answer), beside=carry.asked(act))
    assert b"it failed" in run.output.lines


def test_in_falco_s_face_a_reload_starts_all_anew_or_nothing(carry) -> None:
    tell = Tell(Internal("Falco internal: hot restart failure", 2, b"it failed"))
    memory = carry.memory(answer=tell)

    def act(desk) -> None:
        assert "the old one stays in force" in desk.ask(asking.Reload()).text
        memory.answer = Restart()
        assert desk.ask(asking.Reload()).ok

    run = carry.run(carry.ticks(), memory=memory, beside=carry.asked(act))
    assert run.result.restart
