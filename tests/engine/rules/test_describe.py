import json

import pytest

from engine.fields import libs
from engine.fields.catalog import Catalog, Field, FieldClass, Type
from engine.options import AppendOutput, ExtraField, Options
from engine.rules import describe
from engine.rules.load import load
from engine.rules.model import Loaded, RulesFile

TOY = FieldClass("toy (plugin)", "", (Field("toy.name", Type.CHARBUF, ""),), plugin="toy")
EXTRA = FieldClass("extra (plugin)", "", (Field("extra.name", Type.CHARBUF, ""),), plugin="extra")
CATALOGS = {
    "syscall": Catalog("syscall", (*libs.classes("syscall"), EXTRA), ("docked",)),
    "toy": Catalog("toy", (*libs.classes("toy"), TOY, EXTRA)),
}
PLUGINS = (
    describe.Plugin("toy", source="toy", fields=frozenset({"toy.name"}), extract_sources=("toy",)),
    describe.Plugin("extra", fields=frozenset({"extra.name"})),
    describe.Plugin("harbour", async_names=frozenset({"docked"}), async_sources=("syscall",)),
)
RULES = """
- required_engine_version: 0.31.0
- required_plugin_versions:
  - name: toy
    version: 0.1.0
    alternatives: [{name: other, version: 1.0.0}]
- list: inner
  items: [a, b]
- list: outer
  items: [inner, c]
- macro: reading
  condition: evt.type in (open, openat)
- macro: ours
  condition: reading and proc.name in (outer)
- rule: Read
  desc: some file is read
  condition: ours and fd.name contains oneof (x, y) and not toupper(proc.pname) = X
  output: "%proc.name %toupper(fd.name)"
  priority: warning
  tags: [t2, t1]
  exceptions:
  - {name: e1, fields: [proc.name, fd.name], comps: [=, startswith], values: [[v, w]]}
  - {name: e2, fields: proc.pid}
- rule: Toy
  desc: a toy
  source: toy
  condition: toy.name = x
  output: "%extra.name"
  priority: info
- rule: Docked
  desc: a ship came in
  condition: evt.type = docked
  output: x
  priority: info
"""


def loaded(text: str = RULES, options: Options | None = None) -> Loaded:
    made = load([RulesFile("rules.yaml", text)], CATALOGS, options or Options())
    assert made.ok, [error for report in made.reports for error in report.errors]
    return made


def described(text: str = RULES, options: Options | None = None) -> dict:
    return json.loads(describe.as_json(describe.describe(loaded(text, options), PLUGINS)))


def rule(name: str) -> dict:
    return next(one for one in described()["rules"] if one["info"]["name"] == name)


def test_what_the_files_require_comes_first():
    found = described()
    assert found["required_engine_version"] == "0.31.0"
    assert found["required_plugin_versions"] == [
        {"name": "toy", "version": "0.1.0", "alternatives": [{"name": "other", "version": "1.0.0"}]}
    ]
    assert list(found) == ["lists", "macros", "required_engine_version", "required_plugin_versions", "rules"]


def test_a_rule_is_told_as_written():
    assert rule("Read")["info"] == {
        "name": "Read",
        "condition": "ours and fd.name contains oneof (x, y) and not toupper(proc.pname) = X",
        "priority": "Warning",
        "output": "%proc.name %toupper(fd.name)",
        "description": "some file is read",
        "enabled": True,
        "source": "syscall",
        "capture": False,
        "capture_duration": 0,
        "tags": ["t1", "t2"],
    }


def test_a_rules_details_are_those_of_the_compiled_condition_and_output():
    details = rule("Read")["details"]
    assert details["macros"] == ["ours"]
    assert details["lists"] == []
    assert set(details["condition_operators"]) == {"in", "contains oneof", "=", "startswith"}
    assert set(details["condition_fields"]) == {"evt.type", "proc.name", "fd.name", "proc.pname"}
    assert details["output_fields"] == ["proc.name", "fd.name", "toupper(fd.name)"]
    assert details["output_compiled"] == "%proc.name %toupper(fd.name)"
    assert details["condition_compiled"].startswith("(((evt.type in (open, openat) and proc.name in (a, b, c)) and ")
    assert set(details["events"]) == {"asyncevent", "open", "openat"}
    assert details["plugins"] == []


def test_exceptions_give_names_operators_and_the_fields_of_those_with_values():
    details = rule("Read")["details"]
    assert details["exception_names"] == ["e1", "e2"]
    assert details["exception_operators"] == ["=", "in", "startswith"]
    assert details["exception_fields"] == ["fd.name", "proc.name"]


def test_plugins_are_those_of_the_source_of_fields_and_of_async_events():
    assert rule("Toy")["details"]["plugins"] == ["extra", "toy"]
    assert rule("Toy")["details"]["events"] == ["asyncevent", "pluginevent"]
    assert rule("Docked")["details"]["plugins"] == ["harbour"]


def test_macros_and_lists_say_whether_they_are_used_and_of_what_they_are_made():
    found = described()
    macros = {one["info"]["name"]: one["details"] for one in found["macros"]}
    assert macros["ours"]["macros"] == ["reading"]
    assert macros["ours"]["lists"] == ["outer"]
    assert macros["reading"]["used"]
    assert set(macros["reading"]["events"]) == {"asyncevent", "open", "openat"}
    outer = found["lists"][1]
    assert outer["info"] == {"name": "outer", "items": ["c"]}
    assert outer["details"]["lists"] == ["inner"]
    assert outer["details"]["items_compiled"] == ["a", "b", "c"]


def test_extra_fields_are_output_fields_too():
    extra = AppendOutput(extra_fields=(ExtraField("evt.num"), ExtraField("k", "n=%evt.num")))
    details = described(options=Options(append_output=(extra,)))["rules"][0]["details"]
    assert set(details["output_fields"]) >= {"%evt.num", "n=%evt.num"}
    assert details["extra_output_formatted_fields"] == {"k": "n=%evt.num"}
    assert "extra_output_formatted_fields" not in rule("Read")["details"]


def test_one_rule_can_be_asked_for():
    found = describe.describe_rule("Toy", loaded(), PLUGINS)
    assert list(found) == ["rules"]
    assert found["rules"][0]["info"]["name"] == "Toy"
    with pytest.raises(describe.DescribeError, match='Rule "Nope" is not loaded'):
        describe.describe_rule("Nope", loaded(), PLUGINS)


SIMPLE = '- {{rule: r, desc: d, condition: "{}", output: x, priority: info}}\n'


def test_a_condition_can_be_too_deep_to_be_described():
    deep = SIMPLE.format("(" * 90 + "evt.num = 1" + ")" * 90)
    with pytest.raises(describe.DescribeError, match="exceeded max depth limit of 100"):
        described(deep)


def test_a_condition_without_a_field_cannot_be_described():
    with pytest.raises(describe.DescribeError, match="can't find field info in binary check expression"):
        described(SIMPLE.format("toupper('a') = A and evt.type = open"))


def test_the_json_is_one_line_and_well_formed_text():
    text = describe.as_json({"b": "caf\udce9", "a": [1]})
    assert text == '{"a":[1],"b":"caf\ufffd"}\n'


def test_the_table_wraps_descriptions():
    long = "- {rule: Long, desc: " + "word " * 20 + ", condition: evt.num = 1, output: x, priority: info}\n"
    assert describe.table(loaded(long).rules) == (
        "Rule                                               Description\n"
        "----                                               -----------\n"
        "Long                                               " + "word " * 11 + "\n" + " " * 51 + "word " * 9 + "\n\n"
    )
