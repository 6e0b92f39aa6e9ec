import json
from dataclasses import dataclass, field
from datetime import UTC, timedelta, timezone

import pytest

from engine.alert import Formatter, clock_time, internal_alert, template_writer, utc_time
from engine.errors import CadgeError
from engine.event import PLUGIN_EVENT
from engine.events.names import codes_of
from engine.fields import libs, resolve
from engine.fields.catalog import Argument, Catalog, Field, FieldClass, FieldRef, Type
from engine.lang import ast, typed
from engine.options import Options
from engine.priority import Priority
from engine.rules.model import ExtraOutput, Rule
from engine.rules.output import compile_output
from engine.span import Span
from engine.values import Candidates

TS = 1_714_557_601_000_041_000
TOY = FieldClass(
    "toy (plugin)",
    "",
    (
        Field("toy.name", Type.CHARBUF, ""),
        Field("toy.list", Type.CHARBUF, "", is_list=True),
        Field("toy.size", Type.UINT64, ""),
        Field("toy.flag", Type.BOOL, ""),
        Field("toy.bytes", Type.BYTEBUF, ""),
        Field("toy.map", Type.CHARBUF, "", argument=Argument(required=True, key=True)),
    ),
    plugin="toy",
)
CATALOG = Catalog("toy", (*libs.classes("syscall"), TOY))


@dataclass
class View:
    values: dict
    num: int = 7
    ts_ns: int = TS
    code: int = PLUGIN_EVENT
    asked: list = field(default_factory=list)

    def extract(self, ref: FieldRef):
        self.asked.append(ref.text)
        times = {"evt.time": "12:00:01.000041000", "evt.time.iso8601": "2024-05-01T10:00:01.000041000+0000"}
        return (times | {"evt.num": self.num} | self.values).get(ref.text)


def rule(output: str, *, tags=("zeta", "alpha"), extra=(), index=0) -> Rule:
    nothing = ast.Exists(ast.Field("toy.name", None, Span(0, 0)), Span(0, 0))
    ref = resolve.resolve(CATALOG, "toy.name", None)
    return Rule(
        index=index, name="Case rule", source="toy", description="", priority=Priority.WARNING, tags=tags, enabled=True,
        condition_text="", output_text=output, expanded=nothing, condition=typed.Exists(typed.Use(ref)), codes=None,
        output=compile_output(output, CATALOG), extra_fields=extra,
    )  # fmt: skip


def text(output: str, view: View | None = None, **options) -> str:
    return Formatter(Options(**options)).format(rule(output), view or View({})).decode()


def message(output: str, values: dict, **view) -> str:
    return text(output, View(values, **view)).removeprefix("12:00:01.000041000: Warning ")


def members(output: str, values: dict | None = None, *, extra=(), code=PLUGIN_EVENT, **options) -> dict:
    line = Formatter(Options(json=True, **options)).format(rule(output, extra=extra), View(values or {}, code=code))
    return json.loads(line)


def test_a_text_alert_is_time_priority_and_message():
    assert text("x %toy.name", View({"toy.name": "bob"})) == "12:00:01.000041000: Warning x bob"


def test_iso_time_stands_in_text_alerts_when_asked_for():
    assert text("x", iso_time=True) == "2024-05-01T10:00:01.000041000+0000: Warning x"


def test_a_missing_value_is_na():
    assert message("a=%toy.name b=%toupper(toy.name) c=%5toy.size|", {}) == "a=<NA> b=<NA> c=<NA> |"


def test_a_text_alert_is_escaped_as_a_json_string():
    assert message('q " b \\ n \n t \t u \x01 d \x7f é', {}) == r"q \" b \\ n \n t \t u \u0001 d " + "\x7f é"


def test_ill_formed_bytes_become_replacement_characters():
    assert message("%toy.name", {"toy.name": "a\udcff\udce4b"}) == "a\ufffd\ufffdb"


def test_values_are_shown_by_type():
    shown = message(
        "%toy.list %toy.size %toy.flag %3toy.name|",
        {"toy.list": ("a", "b"), "toy.size": 5, "toy.flag": True, "toy.name": "long"},
    )
    assert shown == "(a,b) 5 true lon|"


def test_a_json_alert_has_its_members_sorted_and_on_one_line():
    line = Formatter(Options(json=True, hostname="h")).format(rule("x %toy.name"), View({"toy.name": "é"}))
    assert line.decode() == (
        '{"hostname":"h","output":"12:00:01.000041000: Warning x é",'
        f'"output_fields":{{"evt.time":{TS},"toy.name":"é"}},"priority":"Warning","rule":"Case rule",'
        '"source":"toy","tags":["alpha","zeta"],"time":"2024-05-01T10:00:01.000041000Z"}'
    )


def test_options_choose_the_members_of_json_alerts():
    assert list(members("x", json_message_property=True)) == [
        "hostname", "message", "output", "output_fields", "priority", "rule", "source", "tags", "time",
    ]  # fmt: skip
    bare = members("x", json_output_property=False, json_output_fields_property=False, json_tags_property=False)
    assert list(bare) == ["hostname", "priority", "rule", "source", "time"]
    assert members("x %toy.name", json_message_property=True)["message"] == "x <NA>"
    assert "evt.time.iso8601" in members("x", iso_time=True)["output_fields"]


def test_a_rule_without_tags_has_an_empty_list():
    line = Formatter(Options(json=True)).format(rule("x", tags=()), View({}))
    assert json.loads(line)["tags"] == []


def test_output_fields_are_typed_and_missing_ones_null():
    values = {"toy.list": ("a",), "toy.size": 5, "toy.flag": False, "toy.map[k]": "v"}
    found = members("%toy.list %toy.size %toy.flag %toy.name %toy.map[k]", values)["output_fields"]
    assert found == {
        "evt.time": TS, "toy.flag": False, "toy.list": ["a"], "toy.map[k]": "v", "toy.name": None, "toy.size": 5,
    }  # fmt: skip
    assert list(found) == sorted(found)


def test_a_transformer_shows_in_the_text_and_its_field_in_the_members():
    found = members("%toupper(toy.name)", {"toy.name": "bob"})
    assert found["output"].endswith("BOB")
    assert found["output_fields"] == {"evt.time": TS, "toy.name": "bob"}


def test_times_are_text_in_messages_and_nanoseconds_in_members():
    found = members("%evt.time %evt.time.iso8601")
    assert found["output"].endswith("12:00:01.000041000 2024-05-01T10:00:01.000041000+0000")
    assert found["output_fields"] == {"evt.time": TS, "evt.time.iso8601": TS}


def test_padded_times_are_plain_numbers_in_members():
    found = members("%evt.reltime", {"evt.reltime": 55743})
    assert found["output"].endswith(" 000055743")
    assert found["output_fields"]["evt.reltime"] == 55743


def test_hexadecimal_fields_are_text_in_members_too():
    found = members("%fd.dev", {"fd.dev": 66309})
    assert found["output"].endswith(" 10305")
    assert found["output_fields"]["fd.dev"] == "10305"


def test_the_length_of_a_text_of_libs_is_not_shown():
    assert message("%len(proc.name) %len(toy.name)", {"proc.name": "bash", "toy.name": "bob"}) == "<NA> 3"
    assert message("%toupper(basename(proc.exepath))", {"proc.exepath": "/usr/bin/bash"}) == "BASH"


def test_a_raw_argument_is_printed_as_its_event_prints_it():
    code = max(codes_of("open"))
    values = {"evt.rawarg.mode": 0o644, "evt.rawarg.flags": 4097}
    assert message("%evt.rawarg.mode %evt.rawarg.flags", values, code=code) == "644 1001"
    assert members("%evt.rawarg.mode", values, code=code)["output_fields"]["evt.rawarg.mode"] == "644"
    assert message("%evt.rawarg.mode", {"evt.rawarg.mode": None}, code=code) == "<NA>"


def test_a_field_of_several_candidates_shows_the_one_it_has():
    assert message("%proc.aname", {"proc.aname": Candidates(("a", "b"), "a b")}) == "a b"
    assert members("%fd.ip", {"fd.ip": Candidates(("1",))})["output_fields"]["fd.ip"] is None


def test_the_delta_is_the_time_since_the_token_was_shown_last():
    writer = Formatter(Options())
    made = rule("%evt.deltatime %evt.deltatime.ns")
    lines = [writer.format(made, View({}, ts_ns=ts)).decode().split()[2:] for ts in (TS, TS + 467_226)]
    assert lines == [["0", "000000000"], ["467226", "000467226"]]
    assert members("%evt.deltatime")["output_fields"]["evt.deltatime"] == 0


def test_extra_fields_are_typed_or_formatted_and_win():
    size = resolve.resolve(CATALOG, "toy.size", None)
    extra = (
        ExtraOutput("toy.size", size),
        ExtraOutput("custom", compile_output("n=%evt.num %toy.name", CATALOG)),
        ExtraOutput("evt.time", compile_output("mine", CATALOG)),
    )
    found = members("x", {"toy.size": 5}, extra=extra)
    assert found["output_fields"] == {"custom": "n=7 <NA>", "evt.time": "mine", "toy.size": 5}
    assert found["output"].endswith("Warning x")


def test_buffers_are_dots_or_base64():
    values = {"toy.bytes": b"hi\n"}
    assert message("%toy.bytes", values) == "hi."
    assert text("%toy.bytes", View(values), base64_buffers=True).endswith(" aGkK")
    assert members("%toy.bytes", values, base64_buffers=True)["output_fields"]["toy.bytes"] == "aGkK"


def test_the_buffer_of_a_system_call_is_base64_of_base64_as_in_libs():
    values = {"evt.buffer": b"hi\n"}
    assert message("%evt.buffer", values) == "hi."
    assert text("%evt.buffer", View(values), base64_buffers=True).endswith(" YUdrSw==")
    assert members("%evt.buffer", values, base64_buffers=True)["output_fields"]["evt.buffer"] == "YUdrSw=="


def test_a_counter_counts_alerts_and_in_json_what_libs_asks_for_each():
    for json_, expected in ((False, ["1", "2"]), (True, ["2", "5"])):
        writer, one = Formatter(Options(json=json_)), rule("%util.cnt")
        lines = [writer.format(one, View({})).decode() for _ in range(2)]
        found = [str(json.loads(line)["output_fields"]["util.cnt"]) if json_ else line.split()[-1] for line in lines]
        assert found == expected


def test_each_rule_has_its_own_form():
    writer = Formatter(Options())
    assert writer.format(rule("one"), View({})).endswith(b"one")
    assert writer.format(rule("two", index=1), View({})).endswith(b"two")


def test_a_template_alone_can_be_written():
    assert template_writer(compile_output("<%toy.name>", CATALOG), Options())(View({"toy.name": "x"})) == "<x>"


def test_times_in_utc_and_in_a_zone():
    assert utc_time(0) == "1970-01-01T00:00:00.000000000Z"
    assert utc_time(TS) == "2024-05-01T10:00:01.000041000Z"
    assert clock_time(TS, UTC) == "10:00:01.000041000"
    assert clock_time(TS, timezone(timedelta(hours=2))) == "12:00:01.000041000"


def test_a_time_far_in_the_future_is_signed_in_members_only():
    ts = 11_651_379_494_838_206_464
    for given in (ts, ts - (1 << 64)):
        line = json.loads(Formatter(Options(json=True)).format(rule("x"), View({}, ts_ns=given)))
        assert line["time"] == "2339-03-21T22:18:14.838206464Z"
        assert line["output_fields"]["evt.time"] == -6795364578871345152


def internal(fields, **options) -> str:
    made = internal_alert("Falco internal: x", Priority.DEBUG, "said", fields, TS, Options(**options), UTC)
    return made.decode()


def test_an_internal_alert_has_no_tags_and_a_bare_message():
    assert internal({"b": 1, "a": "t"}, json=True, hostname="h") == (
        '{"hostname":"h","output":"said","output_fields":{"a":"t","b":1},"priority":"Debug",'
        '"rule":"Falco internal: x","source":"internal","time":"2024-05-01T10:00:01.000041000Z"}'
    )


def test_an_internal_alert_as_text_lists_its_fields():
    assert internal({"b": 1, "a": "t"}, iso_time=True) == '10:00:01.000041000: Debug said (a="t" b=1)'
    assert internal({}) == "10:00:01.000041000: Debug said ()"


def test_fields_of_internal_alerts_are_scalars():
    with pytest.raises(CadgeError, match="output fields must be key-value maps"):
        internal({"a": []})
