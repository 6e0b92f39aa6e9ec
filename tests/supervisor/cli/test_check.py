"""`cadge check`: what a rule author sees."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Cadge = Callable[..., CompletedProcess[str]]

GOOD = """\
- rule: Counted
  desc: x
  condition: dummy.value > 3
  output: counted %dummy.value
  priority: NOTICE
  source: dummy
"""
TYPO = GOOD.replace("dummy.value > 3", "dummy.value > 3 and dummy.vlue < 9")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "typo.yaml").write_text(TYPO)
    (tmp_path / "good.yaml").write_text(GOOD)
    return tmp_path


def test_good_rules_are_one_line_and_exit_status_zero(cadge: Cadge, rules: Path) -> None:
    run = cadge("check", "good.yaml")
    assert (run.returncode, run.stdout, run.stderr) == (0, "good.yaml: 0 errors, 0 warnings\n", "")


def test_a_typo_in_a_condition_has_its_place_a_caret_and_a_suggestion(cadge: Cadge, rules: Path) -> None:
    run = cadge("check", "typo.yaml")
    lines = run.stdout.splitlines()
    assert run.returncode == 1
    assert lines[0].startswith("error[LOAD_ERR_COMPILE_CONDITION]: ")
    assert "dummy.vlue" in lines[0]
    assert lines[1].strip() == "--> typo.yaml:3:34"
    caret = lines[4].index("^")
    assert lines[3][caret : caret + len("dummy.vlue")] == "dummy.vlue"
    assert "^^^^^^^^^^ did you mean `dummy.value`?" in lines[4]
    assert "in rule 'Counted'" in run.stdout
    assert lines[-1] == "typo.yaml: 1 error, 0 warnings"


def test_the_same_answer_as_data(cadge: Cadge, rules: Path) -> None:
    run = cadge("check", "typo.yaml", "--json")
    answer = json.loads(run.stdout)
    assert run.returncode == 1
    assert answer["ok"] is False
    (error,) = answer["files"][0]["errors"]
    assert (error["file"], error["line"], error["column"], error["length"]) == ("typo.yaml", 3, 34, 10)


def test_one_line_for_each_problem_when_asked(cadge: Cadge, rules: Path) -> None:
    run = cadge("check", "typo.yaml", "--format", "concise")
    assert run.stdout.splitlines()[0].startswith("typo.yaml:3:34: LOAD_ERR_COMPILE_CONDITION ")


def test_falcos_own_words_when_asked(cadge: Cadge, rules: Path) -> None:
    run = cadge("check", "typo.yaml", "--format", "falco")
    assert run.stdout.startswith("typo.yaml: Invalid\n1 Errors:\nIn rules content: (typo.yaml:0:0)\n")


def test_every_file_is_checked_although_the_first_is_wrong(cadge: Cadge, rules: Path) -> None:
    run = cadge("check", "typo.yaml", "good.yaml")
    assert run.returncode == 1
    assert run.stdout.splitlines()[-1] == "good.yaml: 0 errors, 0 warnings"


def test_rules_may_come_from_standard_input(cadge: Cadge) -> None:
    assert cadge("check", "-", stdin=GOOD).stdout == "<stdin>: 0 errors, 0 warnings\n"


def test_a_warning_fails_only_when_asked(cadge: Cadge, rules: Path) -> None:
    (rules / "unused.yaml").write_text(GOOD + "- list: nobody\n  items: [a]\n")
    assert cadge("check", "unused.yaml").returncode == 0
    strict = cadge("check", "unused.yaml", "--strict")
    assert strict.returncode == 1
    assert "warning[LOAD_UNUSED_LIST]" in strict.stdout


def test_a_file_that_is_not_there_is_misuse(cadge: Cadge) -> None:
    run = cadge("check", "none.yaml")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "error: Could not open file none.yaml for reading\n"
