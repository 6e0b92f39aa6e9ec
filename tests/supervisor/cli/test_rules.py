"""`cadge rules`: the rules as they stand after everything."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

Cadge = Callable[..., CompletedProcess[str]]
ROOT = Path(__file__).resolve().parents[3]

BASE = """
- list: shells
  items: [bash, zsh]
- macro: started
  condition: evt.type = execve
- rule: Shell
  desc: A shell.
  condition: started and proc.name in (shells)
  output: Shell (name=%proc.name)
  priority: NOTICE
  tags: [b, a]
- rule: Odd name
  desc: Names that need quotes.
  condition: started and proc.name in ("(sd-pam)", "a,b", "x y")
  output: Odd
  priority: INFO
"""
OVER = """
- list: shells
  items: [fish]
  override: {items: append}
- rule: Shell
  priority: ERROR
  enabled: false
  override: {priority: replace, enabled: replace}
- rule: Mine
  desc: Another.
  condition: evt.type = open
  output: Opened
  priority: INFO
"""


def files(folder: Path) -> tuple[Path, Path]:
    (folder / "base.yaml").write_text(BASE)
    (folder / "over.yaml").write_text(OVER)
    return folder / "base.yaml", folder / "over.yaml"


def test_rules_stand_there_with_lists_and_macros_put_in(cadge: Cadge, tmp_path: Path) -> None:
    base, over = files(tmp_path)
    rows = {row["rule"]: row for row in json.loads(cadge("rules", base, over, "--json").stdout)}
    assert rows["Shell"]["condition"] == "(evt.type = execve and proc.name in (bash, zsh, fish))"
    assert rows["Shell"]["priority"] == "Error"
    assert rows["Shell"]["enabled"] is False
    assert rows["Shell"]["tags"] == ["a", "b"]


def test_what_is_printed_is_a_rules_file_that_means_the_same(cadge: Cadge, tmp_path: Path) -> None:
    base, over = files(tmp_path)
    (tmp_path / "printed.yaml").write_text(cadge("rules", base, over).stdout)
    run = cadge("rules", base, over, "--diff", "printed.yaml")
    assert (run.returncode, run.stdout.strip()) == (0, "the same rules")


def test_a_difference_names_the_rule_and_what_of_it_differs(cadge: Cadge, tmp_path: Path) -> None:
    base, over = files(tmp_path)
    run = cadge("rules", base, "--diff", base, "--diff", over)
    assert run.returncode == 1
    assert "~ rule 'Shell' (syscall): condition, priority, enabled" in run.stdout
    assert "+ and proc.name in (bash, zsh, fish))" in run.stdout
    assert "+ rule 'Mine' (syscall): added" in run.stdout
    assert "Odd name" not in run.stdout


def test_a_difference_backwards_is_a_removal(cadge: Cadge, tmp_path: Path) -> None:
    base, over = files(tmp_path)
    run = cadge("rules", base, over, "--diff", base, "--json")
    changes = {one["rule"]: one for one in json.loads(run.stdout)}
    assert changes["Mine"]["change"] == "removed"
    assert changes["Shell"]["keys"]["priority"] == {"before": "Error", "after": "Notice"}


def test_selections_of_a_configuration_count(cadge: Cadge) -> None:
    run = cadge("rules", "-c", "examples/falco.yaml", "-o", "rules[].disable.tag=aws", "--json", cwd=ROOT)
    assert {row.get("enabled", True) for row in json.loads(run.stdout) if row["source"] == "aws_cloudtrail"} == {False}


def test_an_unknown_rule_gets_a_suggestion(cadge: Cadge, tmp_path: Path) -> None:
    base, _ = files(tmp_path)
    run = cadge("rules", base, "--rule", "Shel")
    assert (run.returncode, run.stdout) == (2, "")
    assert "did you mean `Shell`?" in run.stderr


def test_without_rules_files_there_is_a_hint(cadge: Cadge) -> None:
    run = cadge("rules")
    assert run.returncode == 2
    assert "name files or folders" in run.stderr


def test_generated_code_is_printed_as_python_that_names_its_rules(cadge: Cadge) -> None:
    ran = cadge("rules", "--generated", "-c", ROOT / "examples/falco.yaml", cwd=ROOT)
    assert ran.returncode == 0, ran.stderr
    compile(ran.stdout, "printed", "exec")
    assert "ka.target.resource" in ran.stdout
    assert "# Shell opened in a pod" in ran.stdout
