import json

import pytest

MESSAGE = {
    "timestamp": "2024-05-01T10:00:00Z",
    "resource": {"type": "gcs_bucket", "labels": {"zone": "us-central1-a", "bucket_name": "b", "name": "sink"}},
    "protoPayload": {
        "authenticationInfo": {"principalEmail": "a@x.io"},
        "methodName": "storage.setIamPermissions",
        "request": {"a": 1},
        "serviceData": {"policyDelta": {"bindingDeltas": "x"}},
    },
}


@pytest.fixture
def value(run, tmp_path):
    def ask(message, name):
        path = tmp_path / "x.jsonl"
        path.write_text(json.dumps(message) + "\n")
        return run("gcpaudit", str(path)).values(name)[0]

    return ask


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gcp.user", "a@x.io"),
        ("gcp.methodName", "storage.setIamPermissions"),
        ("gcp.request", ""),
        ("gcp.authorizationInfo", None),
        ("gcp.policyDelta", "x"),
        ("gcp.location", "us-central1"),
        ("gcp.logging.sink", None),
        ("gcp.resourceLabels", '{"zone":"us-central1-a","bucket_name":"b","name":"sink"}'),
        ("gcp.storage.bucket", "b"),
        ("gcp.time", "2024-05-01T10:00:00Z"),
    ],
)
def test_fields_of_a_message_are_falcos(value, name, expected):
    assert value(MESSAGE, name) == expected


@pytest.mark.parametrize(
    ("labels", "location"),
    [
        ({"location": "l", "region": "r", "zone": "z"}, "l"),
        ({"region": "r", "zone": "z"}, "r"),
        ({"zone": "ab"}, "ab"),
        ({"zone": ""}, None),
        ({"location": 3}, ""),
        ({}, None),
    ],
)
def test_the_location_is_looked_for_in_three_places(value, labels, location):
    assert value({"resource": {"labels": labels}}, "gcp.location") == location


def test_a_sink_is_one_only_on_its_own_resource(value):
    message = {"resource": {"type": "logging_sink", "labels": {"name": "sink"}}}
    assert value(message, "gcp.logging.sink") == "sink"
    assert value(message, "gcp.policyDelta") is None
