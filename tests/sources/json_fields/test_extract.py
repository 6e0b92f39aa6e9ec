import pytest

from sources.json_fields.extract import pointer


@pytest.fixture
def ask(run, tmp_path):
    def go(payload, *names):
        path = tmp_path / "x.jsonl"
        path.write_text(payload + "\n")
        ran = run("github", str(path), strict=True)
        return [ran.values(name)[0] for name in names]

    return go


def test_pointers_reach_into_objects_and_arrays(ask):
    payload = '{"a":{"b/c":[1,{"d~":"x"}]},"n":1.50}'
    names = ["json.value[/a/b~1c/1/d~0]", "json.value[a/b~1c]", "json.value[/n]", "json.value[/no]", "jevt.value[/n]"]
    assert ask(payload, *names) == ["x", '[1,{"d~":"x"}]', "1.50", None, "1.50"]


def test_the_whole_payload_is_indented(ask):
    assert ask('{"a": [1,{}]}', "json.obj") == ['{\n  "a": [\n    1,\n    {}\n  ]\n}']


def test_what_go_calls_invalid_has_values_but_no_whole(ask):
    assert ask('{"a":01}', "json.value[/a]", "json.obj", "json.rawtime") == ["01", None, "1700000000000000000"]


@pytest.mark.parametrize("payload", ["1", '"x"', "null", "nope", ' {"a":1}', '{"a":1'])
def test_other_payloads_have_no_values(ask, payload):
    assert ask(payload, "json.value[/a]", "json.obj", "json.rawtime") == [None, None, None]


def test_a_source_without_json_has_no_values(run):
    ran = run("dummy", '{"maxEvents": 1}')
    assert ran.values("json.value[/a]") == [None]


def test_escapes_of_pointers_are_undone_in_order():
    assert pointer("/a~01") == ["a~1"]
    assert pointer("/") == [""]
