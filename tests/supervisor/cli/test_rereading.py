"""Reading rules again: what is told of what changed, and what is refused."""

from pathlib import Path

import pytest

from supervisor.cli.prepare import Wanted, prepare
from supervisor.cli.rereading import Rereading
from supervisor.listener import NewRules, Refused

RULE = "- {{rule: {name}, desc: d, condition: {condition}, output: x, priority: INFO, source: {source}}}\n"


def rule(name: str, condition: str = "dummy.value > 0", source: str = "dummy") -> str:
    return RULE.format(name=name, condition=condition, source=source)


class Files:
    """A falco.yaml and its rules, to be changed."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "falco.yaml"
        self.rules = folder / "r.yaml"
        self.write()
        self.rules.write_text(rule("One") + rule("Two") + rule("Three", "ka.verb = get", "k8s_audit"))
        wanted = Wanted(str(self.config), ["engine.kind=nodriver"])
        self.reread = Rereading(prepare(wanted), wanted)

    def write(self, more: str = "") -> None:
        self.config.write_text(
            f"rules_files: [{self.rules}]\nload_plugins: [dummy, k8saudit]\nplugins:\n"
            "  - {name: dummy, library_path: libdummy.so}\n  - {name: k8saudit, library_path: libk8saudit.so}\n" + more
        )


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_what_changed_is_told_source_by_source(files) -> None:
    files.rules.write_text(rule("One", "dummy.value > 1") + rule("New") + rule("Three", "ka.verb = list", "k8s_audit"))
    answer = files.reread()
    assert isinstance(answer, NewRules)
    assert sorted(answer.changes) == [
        ("dummy", "3 rules changed: - 'Two', ~ 'One' (condition), + 'New'"),
        ("k8s_audit", "1 rule changed: ~ 'Three' (condition)"),
    ]


def test_the_next_time_is_compared_with_this_time(files) -> None:
    files.rules.write_text(rule("One"))
    files.reread()
    answer = files.reread()
    assert isinstance(answer, NewRules)
    assert answer.changes == (("", "the same rules as before"),)


def test_settings_that_need_a_new_start_are_named(files) -> None:
    files.write("json_output: true\noutputs_queue: {capacity: 5}\n")
    answer = files.reread()
    assert isinstance(answer, NewRules)
    assert answer.changes == (
        ("", "changed in falco.yaml, but in force only after a new start: json_output, outputs_queue.capacity"),
    )


def test_another_list_of_rules_files_is_followed(files, tmp_path) -> None:
    (tmp_path / "more.yaml").write_text(rule("More"))
    files.config.write_text(
        files.config.read_text().replace(f"[{files.rules}]", f"[{files.rules}, {tmp_path}/more.yaml]")
    )
    answer = files.reread()
    assert isinstance(answer, NewRules)
    assert [file.name for file in answer.rules] == [str(files.rules), f"{tmp_path}/more.yaml"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [(rule("One", "dummy.valu > 0"), "dummy.valu"), ("- rule: [", "r.yaml"), (rule("One", source="nothing")[:-3], "")],
)
def test_wrong_rules_are_refused_and_the_outputs_hear_of_it(files, text, reason, capsys) -> None:
    files.rules.write_text(text)
    answer = files.reread()
    assert isinstance(answer, Refused)
    assert reason in answer.reason
    assert answer.alert is not None
    assert b"Falco internal: hot restart failure: " in answer.alert.line
    assert capsys.readouterr().err


def test_a_broken_falco_yaml_is_refused(files) -> None:
    files.config.write_text("rules_files: [")
    assert isinstance(files.reread(), Refused)


def test_rules_from_standard_input_cannot_be_read_again(files) -> None:
    wanted = Wanted(str(files.config), ["engine.kind=nodriver"])
    reread = Rereading(prepare(wanted), Wanted(str(files.config), rules=["-"]))
    answer = reread()
    assert isinstance(answer, Refused)
    assert "standard input" in answer.reason


def test_what_is_watched_is_the_configuration_and_the_rules(files) -> None:
    assert list(files.reread.paths()) == [str(files.config), str(files.rules)]
