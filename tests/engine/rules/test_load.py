"""Rules files to rulesets: order, visibility, selection; and that nothing a user writes raises."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagnostics import Code, Report
from engine.fields import libs
from engine.fields.catalog import Catalog
from engine.options import AppendMatch, AppendOutput, ExtraField, Options, RuleSelection
from engine.rules import load
from engine.rules.model import Loaded, RulesFile
from sources import registry

CATALOGS = {"syscall": Catalog("syscall", libs.classes("syscall"))}
RULE = """- rule: {name}
  desc: d
  condition: {condition}
  output: "x %proc.name"
  priority: {priority}
"""


def rule(name: str = "r", condition: str = "evt.type = open", priority: str = "INFO", more: str = "") -> str:
    return RULE.format(name=name, condition=condition, priority=priority) + more


def loaded(*texts: str, **options: object) -> Loaded:
    files = [RulesFile(f"{index}.yaml", text) for index, text in enumerate(texts)]
    return load.load(files, CATALOGS, Options(**options))  # type: ignore[arg-type] - options by name


def only(report: Report) -> tuple[Code, str]:
    (found,) = [*report.errors, *report.warnings]
    return found.code, found.message


def pointed(text: str) -> str:
    """What the caret of the only diagnostic is under."""
    (found,) = [*loaded(text).reports[0].errors, *loaded(text).reports[0].warnings]
    assert found.caret is not None
    return text[found.caret.span.start : found.caret.span.end]


def names(found: Loaded) -> list[str]:
    return [one.name for one in found.rulesets["syscall"].rules]


def test_a_list_is_replaced_and_a_macro_expanded() -> None:
    found = loaded(
        "- list: l\n  items: [a, b c]\n- macro: m\n  condition: proc.name in (l) or fd.name = x\n"
        + rule(condition="evt.type = open and m")
    )
    assert found.ok
    assert found.rules[0].output.text == "x %proc.name"
    assert found.rules[0].condition_text == "evt.type = open and m"
    assert found.collection.compiled_lists["l"].used
    assert [one.text for one in found.rulesets["syscall"].needs] == ["evt.type", "proc.name", "fd.name"]


def test_lists_see_one_level_of_lists_defined_before() -> None:
    found = loaded("- list: a\n  items: [x]\n- list: b\n  items: [a, c]\n- list: c\n  items: [b]\n")
    compiled = found.collection.compiled_lists
    assert [compiled[name].items for name in "abc"] == [["x"], ["x", "c"], ["a", "c"]]


def test_rules_keep_the_place_of_their_first_definition() -> None:
    found = loaded(rule("a") + rule("b"), rule("c") + rule("a", priority="ERROR"))
    assert [(one.name, one.index) for one in found.rules] == [("a", 0), ("b", 1), ("c", 2)]
    assert found.rules[0].priority == 3


def test_indices_count_rules_of_sources_that_are_not_loaded() -> None:
    found = loaded(rule("a", more="  source: other\n") + rule("b"))
    assert [(one.name, one.index) for one in found.rules] == [("b", 1)]
    assert only(found.reports[0]) == (Code.LOAD_UNKNOWN_SOURCE, "Unknown source other, skipping")


def test_a_later_file_can_break_an_earlier_one_s_rules() -> None:
    found = loaded(
        "- macro: m\n  condition: fd.name = x\n" + rule(condition="evt.type=open and m"),
        "- macro: m\n  condition: no.such = x\n",
    )
    assert [report.ok for report in found.reports] == [True, False]
    error = found.reports[1].errors[0]
    assert (error.caret.file if error.caret else "") == "1.yaml"
    assert found.rulesets == {}


def test_loading_stops_at_a_failing_file_unless_every_file_is_asked_for() -> None:
    files = [RulesFile("a", "- x"), RulesFile("b", rule())]
    assert len(load.load(files, CATALOGS, Options()).reports) == 1
    assert [one.ok for one in load.load(files, CATALOGS, Options(), every_file=True).reports] == [False, True]


def test_a_missing_plugin_is_said_before_anything_else() -> None:
    text = "- required_plugin_versions:\n  - {name: p, version: 1.0.0}\n- rule\n"
    found = load.load([RulesFile("a", text)], CATALOGS, Options(), plugins={"p": "0.9.0"})
    assert found.unmet == "Plugin 'p' version '0.9.0' is not compatible with required plugin version '1.0.0'"
    assert not found.ok


def test_append_and_override_join_in_falco_s_order() -> None:
    found = loaded(
        rule(more="  tags: [a]\n")
        + "- rule: r\n  condition: and fd.name = x\n  tags: [b]\n  priority: ERROR\n"
        + "  override: {condition: append, tags: append, priority: replace}\n"
    )
    assert found.ok
    assert found.rules[0].condition_text == "evt.type = open and fd.name = x"
    assert (found.rules[0].tags, found.rules[0].priority) == (("a", "b"), 3)


def test_exceptions_become_part_of_the_condition_only() -> None:
    found = loaded(rule(more="  exceptions:\n  - {name: e, fields: [proc.name, fd.name], values: [[a, /b c]]}\n"))
    assert found.ok
    assert found.rules[0].condition_text == "evt.type = open"
    assert [one.text for one in found.rulesets["syscall"].needs] == ["evt.type", "proc.name", "fd.name"]


def test_replaced_exceptions_without_comps_are_completed_where_falco_dies() -> None:
    found = loaded(
        rule()
        + "- rule: r\n  exceptions: [{name: e, fields: [proc.name, fd.name], values: [[a, b]]}]\n"
        + "  override: {exceptions: replace}\n"
    )
    assert found.ok


def test_rules_are_selected_in_order_and_priority_has_the_last_word() -> None:
    text = rule("a one", more="  enabled: false\n") + rule("b one", priority="DEBUG") + rule("c", more="  tags: [t]\n")
    assert names(loaded(text)) == ["b one", "c"]
    select = (RuleSelection(enable=False, rule="*"), RuleSelection(enable=True, rule="*one"))
    assert names(loaded(text, selections=select)) == ["a one", "b one"]
    assert names(loaded(text, selections=(RuleSelection(enable=True, rule="*"),))) == ["b one", "c", "a one"]
    assert names(loaded(text, selections=select, priority=6)) == ["a one"]
    assert names(loaded(text, selections=(RuleSelection(enable=False, tag="t"),))) == ["b one"]


def test_append_output_applies_to_the_rules_it_names() -> None:
    entry = AppendOutput(AppendMatch(tags=("t",)), " %fd.name", (ExtraField("proc.pid"), ExtraField("k", "%evt.num!")))
    found = loaded(rule("a") + rule("b", more="  tags: [t, u]\n"), append_output=(entry,))
    assert [one.output.text for one in found.rules] == ["x %proc.name", "x %proc.name  %fd.name"]
    assert [one.key for one in found.rules[1].extra_fields] == ["proc.pid", "k"]


@pytest.mark.parametrize(
    ("text", "under", "hint"),
    [
        (rule(condition=">\n    evt.type = open and\n    proc.nmae = x"), "proc.nmae", "did you mean `proc.name`?"),
        (rule(condition='|\n    evt.type = open\n    and proc.nmae = "\u00e9"'), "proc.nmae", "did you mean `proc.name`?"),
        (rule(condition='"evt.type = open and \\"fd\\" = x"'), "\\", None),
        (rule(condition="evt.type = open and mine") + "- macro: mien\n  condition: fd.name = x\n", "mine",
         "did you mean `mien`?"),
        (rule().replace("%proc.name", "%proc.name and %fd.nmae"), "%fd.nmae", "did you mean `fd.name`?"),
        (rule().replace("%proc.name", "100% of"), "%", None),
        (rule(priority="WARNIN"), "WARNIN", "did you mean `Warning`?"),
        (rule(more="  enbled: true\n"), "enbled", "did you mean `enabled`?"),
        (rule(more="  exceptions: [{name: e, fields: [fd.nam]}]\n"), "fd.nam", None),
        ("- list: l\n  items: [a, b]\n" + rule(condition="proc.name in (l) and fd.nmae = x and evt.type = open"),
         "fd.nmae", "did you mean `fd.name`?"),
        ("- macro: m\n  condition: fd.nmae = x\n" + rule(condition="evt.type = open and m"), "fd.nmae",
         "did you mean `fd.name`?"),
    ],
)  # fmt: skip
def test_a_caret_is_under_the_word_that_is_wrong(text: str, under: str, hint: str | None) -> None:
    assert pointed(text) == under
    (found,) = [*loaded(text).reports[0].errors, *loaded(text).reports[0].warnings]
    assert found.hint == hint


GROWTH = [
    "".join(f"- list: l{i}\n  items: [l{i + 1}, l{i + 1}]\n" for i in range(60))
    + "- macro: m\n  condition: f.a in (l0)\n",
    "- macro: m0\n  condition: f.a = b\n"
    + "".join(f"- macro: m{i}\n  condition: m{i - 1} or m{i - 1}\n" for i in range(1, 60)),
    "".join(f"- macro: m{i}\n  condition: m{i + 1} or m{i + 1}\n" for i in range(40)) * 2
    + "- macro: m40\n  condition: f.a = b\n"
    + "".join(f"- macro: m{i}\n  condition: m{i + 1} or m{i + 1}\n" for i in range(40)),
]


@pytest.mark.parametrize("text", GROWTH, ids=["lists", "macros", "macros-forward"])
def test_what_would_grow_without_bounds_is_refused(text: str) -> None:
    report = loaded(text).reports[0]
    assert "without bounds" in report.errors[0].message or "Undefined macro" in report.errors[0].message


_WORDS = """rule macro list items condition output desc priority override append replace exceptions fields comps values
name enabled source tags required_engine_version required_plugin_versions version alternatives evt.type=open m l INFO
true null ~ '' "a proc.name [a,b] {a:b} () and not or ( ) 0.63.0 %proc.name % in *x &x !t | >"""
_WORD = st.sampled_from(_WORDS.split())


def _node(inner: Callable[[], st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    flow = st.lists(inner(), max_size=3).map(lambda items: "[" + ", ".join(items) + "]")
    pairs = st.lists(st.tuples(_WORD, inner()), max_size=5)
    return st.one_of(_WORD, flow, pairs.map(lambda found: "{" + ", ".join(f"{k}: {v}" for k, v in found) + "}"))


_NODES = st.recursive(_WORD, lambda inner: _node(lambda: inner), max_leaves=12)
_ITEMS = st.lists(st.lists(st.tuples(_WORD, _NODES), max_size=8), max_size=6)


@settings(max_examples=150, deadline=None)
@given(_ITEMS)
def test_random_items_give_a_report_and_never_an_exception(items: list[list[tuple[str, str]]]) -> None:
    text = "".join(
        "".join(f"{'  ' if i else '- '}{key}: {value}\n" for i, (key, value) in enumerate(item)) for item in items
    )
    found = loaded(rule() + text, text)
    assert found.reports
    assert all(one.context.snippet for report in found.reports for one in [*report.errors, *report.warnings])


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_random_text_gives_a_report_and_never_an_exception(text: str) -> None:
    assert loaded(text).reports[0].name == "0.yaml"


def every_error(text: str) -> list[str]:
    """What the carets are under when all errors are looked for."""
    (report,) = load.load([RulesFile("0.yaml", text)], CATALOGS, Options(), every_error=True).reports
    carets = [one.caret for one in report.errors if one.caret is not None]
    assert len(carets) == len(report.errors)
    return [text[caret.span.start : caret.span.end] for caret in carets]


def test_every_error_of_a_file_can_be_told() -> None:
    text = (
        rule("a", "evt.type = open and proc.nam = x and fd.nme = y").replace("%proc.name", "%proc.mame")
        + rule("b", "evt.type = open and (")
        + rule("c", priority="HIGH")
        + rule("d", "evt.type = open")
    )
    assert every_error(text) == ["HIGH", "%proc.mame", "proc.nam", "fd.nme", "\n"]
    assert loaded(text).reports[0].errors[0].message == "Invalid priority"
    assert len(loaded(text).reports[0].errors) == 1


def test_a_wrong_macro_is_one_error_however_many_rules_use_it() -> None:
    text = (
        "- macro: m\n  condition: proc.nam = x\n" + rule("a", "evt.type = open and m") + rule("b", "m and evt.num > 1")
    )
    assert every_error(text) == ["proc.nam"]


def test_nothing_is_called_unused_because_its_user_is_wrong() -> None:
    text = "- macro: m\n  condition: proc.name = x\n" + rule("a", "m and").replace("INFO", "HIGH")
    (report,) = load.load([RulesFile("0.yaml", text)], CATALOGS, Options(), every_error=True).reports
    assert [one.code for one in report.warnings] == []


def test_a_field_of_another_source_is_told_with_that_source() -> None:
    catalogs = {**CATALOGS, "k8s_audit": Catalog("k8s_audit", registry.load("k8saudit").fields)}
    files = [RulesFile("0.yaml", rule(condition="ka.verb = get"))]
    (report,) = load.load(files, catalogs, Options()).reports
    assert report.errors[0].hint == "a field of `source: k8s_audit`"
