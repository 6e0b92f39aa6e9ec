import json

import pytest

from engine.errors import ConfigError
from sources.initconfig import Setting, checker, schema

SETTINGS = (Setting("jitter", 10, "Jitter"), Setting("name", ""), Setting("on", default=True), Setting("aws", {}))
check = checker("dummy", SETTINGS)


def test_an_empty_text_takes_all_defaults():
    assert check("") == check("{}") == {"jitter": 10, "name": "", "on": True, "aws": {}}


def test_members_override_and_unknown_ones_are_ignored():
    assert check('{"jitter": 3, "more": [1], "aws": {"region": "x"}}')["jitter"] == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "error in plugin dummy: init config is not a valid json"),
        ("null", "error in plugin dummy init config: In <root>, Value type not permitted by 'type' constraint."),
        ("[]", "error in plugin dummy init config: In <root>, Value type not permitted by 'type' constraint."),
        (
            '{"jitter": "a"}',
            "error in plugin dummy init config: In <root>[jitter], Value type not permitted by 'type' constraint.",
        ),
        (
            '{"on": 1}',
            "error in plugin dummy init config: In <root>[on], Value type not permitted by 'type' constraint.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_libs_words(text, message):
    with pytest.raises(ConfigError) as caught:
        check(text)
    assert str(caught.value) == message


def test_a_negative_number_leaves_the_default():
    assert check('{"jitter": -1}')["jitter"] == 10


def test_the_schema_names_every_setting():
    properties = json.loads(schema(SETTINGS))["properties"]
    assert {key: one["type"] for key, one in properties.items()} == {
        "jitter": "integer", "name": "string", "on": "boolean", "aws": "object",
    }  # fmt: skip
