"""Tables pick rules soundly, the same ones every time, and do not grow with what events say."""

import os
import subprocess
import sys
from pathlib import Path

from engine.evaluate.codegen_nodes import Graph, Node
from engine.evaluate.dispatch import LONGEST_LEARNED, MOST_LEARNED, Combined, Learned, learned, tables
from engine.fields.catalog import Catalog, Field, FieldClass, Type
from engine.lang import check, parser

ROOT = Path(__file__).resolve().parents[3]
CATALOG = Catalog("toy", (FieldClass("my", "", tuple(Field(f"my.{name}", Type.CHARBUF, "") for name in "abc")),))


def graph(*texts: str) -> tuple[Graph, list[Node]]:
    made = Graph()
    return made, [made.add(check.check(parser.parse(text), CATALOG)) for text in texts]


def usable(_ref: object) -> bool:
    return True


def names(mask: int, count: int) -> list[int]:
    return [at for at in range(count) if mask >> at & 1]


def test_a_value_leaves_the_rules_that_can_hold_for_it() -> None:
    made, rules = graph(
        "my.a = x", "my.a in (x, y)", "not my.a = x", "my.a = x or my.b = q", "my.a != x and my.b = q", "my.a exists"
    )
    (table, *_) = tables(made, rules, usable)
    assert table.ref.text == "my.a"
    assert names(table.by_value["x"], 6) == [0, 1, 3, 5]
    assert names(table.by_value["y"], 6) == [1, 2, 3, 4, 5]
    assert names(table.other, 6) == [2, 3, 4, 5]
    assert names(table.missing, 6) == [2, 3]


def test_a_rule_that_compares_in_part_is_learned_value_by_value() -> None:
    made, rules = graph(
        *(f"my.a = x{at} and my.b exists" for at in range(4)),
        "not my.b startswith sys",
        "my.b contains e and my.b != e",
    )
    (one,) = learned(made, rules, usable, tables(made, rules, usable))
    assert one.ref.text == "my.b"
    assert names(one.learn("system"), 6) == [0, 1, 2, 3, 5]
    assert names(one.learn("root"), 6) == [0, 1, 2, 3, 4]
    assert names(one.learn("e"), 6) == [0, 1, 2, 3, 4]
    assert names(one.known[None], 6) == [4]


def test_what_is_learned_is_bounded_in_number_and_length() -> None:
    made, rules = graph("not my.b startswith sys", "my.b = sysx", "my.b = x")
    ref = rules[1].leaf.left.ref
    one = Learned(made, rules, ref)
    for at in range(2 * MOST_LEARNED):
        assert names(one.learn(f"user{at}"), 3) in ([0], [0, 1])
    one.known.clear()
    assert names(one.learn("s" * (LONGEST_LEARNED + 1)), 3) == [0]
    assert one.known == {}


def test_combinations_are_bounded_and_right_beyond_the_bound() -> None:
    made, rules = graph("my.a = x and my.b = y", "my.a = x", "my.b = y", "my.a = z and my.b = y")
    parts = tables(made, rules, usable)
    both = Combined(parts, 0b1111)
    order = [table.ref.text for table in parts]
    for at in range(MOST_LEARNED + 10):
        both.learn((f"v{at}", "w"))
    values = {"my.a": "x", "my.b": "y"}
    assert names(both.learn(tuple(values[name] for name in order)), 4) == [0, 1, 2]
    assert len(both.known) == MOST_LEARNED


def test_generated_code_does_not_depend_on_the_hash_seed() -> None:
    code = "import sys; from supervisor.cli import main; sys.argv = sys.argv[1:]; main()"
    words = ["cadge", "rules", "--generated", "-c", "examples/falco.yaml"]
    first, second = (
        subprocess.run(
            [sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "77")
    )  # fmt: skip
    assert first == second
    assert "def ask(" in first
