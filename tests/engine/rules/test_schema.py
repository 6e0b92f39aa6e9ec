"""What the rules schema says of a file."""

import json

from engine.rules.document import Source, parse
from engine.rules.schema import schema_text, validate


def said(text: str) -> list[str]:
    (root,) = parse(Source("r.yaml", text))
    return validate(root)


def test_a_good_file_is_just_fine() -> None:
    assert said("- list: l\n  items: [a, 1]\n- required_engine_version: 1\n") == ["ok"]


def test_every_level_of_a_problem_is_named() -> None:
    assert said("- rule: r\n  priority: warning\n") == [
        "failed for <root>[0][priority]: Failed to match against any enum values.",
        "failed for <root>[0]: Failed to validate against schema associated with property name 'priority'.",
        "failed for <root>: Failed to validate item #0 in array.",
    ]


def test_an_item_that_is_no_text_fails_every_alternative() -> None:
    assert said("- items: [[a]]\n")[:4] == [
        "failed for <root>[0][items][0]: Value type not permitted by 'type' constraint.",
        "failed for <root>[0][items][0]: Failed to validate against child schema #0.",
        "failed for <root>[0][items][0]: Value type not permitted by 'type' constraint.",
        "failed for <root>[0][items][0]: Failed to validate against child schema #1.",
    ]


def test_an_unknown_key_is_named_and_a_repeated_one_is_not() -> None:
    assert "'additionalProperties' constraints: 'colour'." in said("- rule: r\n  colour: x\n")[0]
    assert "'additionalProperties' constraints: ''." in said("- rule: r\n  rule: x\n")[0]


def test_the_schema_prints_as_json_that_knows_every_key() -> None:
    schema = json.loads(schema_text())
    assert set(schema["definitions"]["FalcoRule"]["properties"]) >= {"rule", "macro", "list", "override", "exceptions"}
