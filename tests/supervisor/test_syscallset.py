"""Which system calls would be asked for, and the notice about those that would not."""

import msgspec

from engine.options import Options
from engine.priority import Priority
from engine.rules import load
from engine.rules.model import Rule, RulesFile
from sources import catalogs
from supervisor import syscallset
from supervisor.config import Config
from supervisor.config.model import BaseSyscalls


def rules(condition: str) -> tuple[Rule, ...]:
    text = f"- {{rule: r, desc: d, output: o, priority: INFO, condition: '{condition}'}}"
    options = Options()
    found = load.load([RulesFile("r.yaml", text)], {"syscall": catalogs.catalog("syscall", (), options)}, options)
    assert found.ok, found.reports
    return found.rulesets["syscall"].rules


def base(**settings: object) -> Config:
    return msgspec.structs.replace(Config(), base_syscalls=BaseSyscalls(**settings))  # type: ignore[arg-type]  # by name


def test_reading_and_writing_is_not_asked_for_and_the_operator_is_told() -> None:
    found = syscallset.select(rules("evt.type in (open, read, write)"), Config())
    assert "warning (unsupported-evttype): read, write\n" in found.notice
    assert found.notice.count("\n") == 2


def test_rules_about_other_system_calls_are_not_worth_a_notice() -> None:
    assert syscallset.select(rules("evt.type = open"), Config()).notice == ""
    assert syscallset.select((), Config()).notice == ""


def test_all_means_all() -> None:
    assert syscallset.select(rules("evt.type = read"), base(all=True)).notice == ""


def test_a_custom_set_replaces_the_usual_one_and_takes_out() -> None:
    found = syscallset.select(rules("evt.type in (open, connect)"), base(custom_set=("clone", "!connect", "nope")))
    told = {text.partition(":")[0]: text for _, text in found.messages}
    assert told["+(1) syscalls added (base_syscalls override)"].endswith(": clone")
    assert told["-(1) syscalls removed (base_syscalls override)"].endswith(": connect")
    assert (
        Priority.WARNING,
        "Invalid (positive) syscall names: warning (base_syscalls override): nope",
    ) in found.messages
    assert "unsupported-evttype): connect\n" in found.notice


def test_the_end_of_processes_is_always_read() -> None:
    found = syscallset.select((), base(custom_set=("open",)))
    assert found.messages[-1][1] == "(2) syscalls selected in total (final set): open, procexit"
