"""Whatever stands in a rules file, the answer is a report: in bounded time, in bounded memory, never a traceback."""

import os
import resource
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))
import rules  # noqa: E402 - the folder is not a package, and must be found first
from mutate import inputs  # noqa: E402

MEGABYTES = int(os.environ.get("MEGABYTES", "1"))
"""How big the big ones are; `make hostile` takes ten."""
MILLION = 1_000_000 * MEGABYTES
LAUGHS = "\n".join([f"- &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" if n else "- &a0 [lol, lol]" for n in range(30)])
MERGES = "\n".join([f"- &m{n} {{{', '.join(f'k{n}_{k}: *m{n - 1}' for k in range(9))}}}" if n else "- &m0 {a: b}" for n in range(30)])  # fmt: skip
RULE = "- rule: R\n  desc: d\n  condition: {}\n  output: o\n  priority: INFO\n"
LISTS = "".join(f"- list: l{n}\n  items: [{', '.join([f'l{n - 1}'] * 10) if n else 'a'}]\n" for n in range(30))
MACROS = "".join(
    f"- macro: m{n}\n  condition: {' and '.join([f'm{n - 1}'] * 10) if n else 'evt.num > 0'}\n" for n in range(12)
)
BIG = {
    "megabytes of a condition": RULE.format("evt.num > 0" + " and evt.num > 0" * 65_000 * MEGABYTES),
    "megabytes of brackets": RULE.format("(" * MILLION),
    "megabytes of nots": RULE.format("not " * (MILLION // 4) + "evt.num > 0"),
    "megabytes of a list": RULE.format("proc.name in (" + "a, " * (MILLION // 3) + "a)"),
    "megabytes of one word": RULE.format("proc.name = " + "a" * MILLION),
    "a condition nested a hundred deep": RULE.format("(" * 100 + "evt.num > 0" + ")" * 100),
    "lists nested a hundred deep": RULE.format("evt.num > 0") + "  tags: " + "[" * 100 + "]" * 100 + "\n",
    "lists nested very deep": "- " * (MILLION // 10),
    "brackets nested very deep": "[" * (MILLION // 10),
    "mappings nested very deep": "{a: " * (MILLION // 10),
    "a billion laughs": LAUGHS,
    "a billion laughs in mappings": MERGES,
    "lists of lists of lists": LISTS + RULE.format("proc.name in (l29)"),
    "macros of macros of macros": MACROS + RULE.format("m11"),
}

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
sys.path.insert(0, {folder!r})
import rules
text = sys.stdin.read()
rules.loaded("- list: a\\n  items: []\\n")
result = rules.loaded(text)
print(*(rules.verdict(report) for report in result.reports))
"""


def test_mutated_rules_files_get_a_report() -> None:
    begin = time.monotonic()
    asked = [rules.loaded(text).reports for text in inputs(rules.texts(), 7, 1500)]
    assert {len(reports) for reports in asked} == {1}
    assert len({rules.verdict(reports[0]) for reports in asked}) >= 5
    assert time.monotonic() - begin < 60


@pytest.mark.parametrize("what", BIG)
def test_what_is_huge_or_explodes_is_answered_in_bounded_time_and_memory(what: str) -> None:
    program = textwrap.dedent(LIMITED).format(folder=str(HERE))
    ran = subprocess.run(
        [sys.executable, "-c", program], input=BIG[what], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert ran.stdout.split(), "a verdict"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 3 << 20
