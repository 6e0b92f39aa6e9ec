import json

import pytest

EVENT = {
    "eventTime": "2024-05-01T10:00:01Z",
    "eventType": "AwsApiCall",
    "eventID": "e1",
    "eventSource": "s3.amazonaws.com",
    "eventName": "PutObject",
    "awsRegion": "us-east-1",
    "sourceIPAddress": "1.2.3.4",
    "readOnly": False,
    "managementEvent": True,
    "errorCode": {"not": "a text"},
    "recipientAccountId": "222",
    "userIdentity": {"type": "IAMUser", "userName": "ann"},
    "requestParameters": {"bucketName": "b", "key": "k", "imageId": "ami-1"},
    "responseElements": None,
    "additionalEventData": {"bytesTransferredIn": 33.0, "bytesTransferredOut": 7},
    "resources": [{"ARN": "x"}, "y"],
}
ROLE = {
    "type": "AssumedRole",
    "arn": "arn:aws:sts::1:assumed-role/r/session",
    "principalId": "AROA:someone",
    "sessionContext": {"sessionIssuer": {"userName": "issuer"}},
}


@pytest.fixture
def value(run, tmp_path):
    def ask(name, **members):
        path = tmp_path / "x.json"
        path.write_text(json.dumps({"Records": [{**EVENT, **members}]}))
        return run("cloudtrail", str(path)).values(name)[0]

    return ask


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ct.id", "e1"),
        ("ct.error", ""),
        ("ct.errormessage", None),
        ("ct.shortsrc", "s3"),
        ("ct.user", "ann"),
        ("ct.user.accountid", "222"),
        ("ct.readonly", "false"),
        ("ct.managementevent", "true"),
        ("ct.sessioncredentialfromconsole", None),
        ("ct.response", "null"),
        ("ct.request.documentname", None),
        ("ct.resources", '{"ARN": "x"},"y"'.replace(": ", ":")),
        ("ct.info", "ann via 1.2.3.4 !→ PutObject Size=40 URI=s3://b/k"),
        ("evt.plugininfo", "us-east-1 ann s3 PutObject ann via 1.2.3.4 !→ PutObject Size=40 URI=s3://b/k"),
        ("s3.bytes", 40),
        ("s3.bytes.in", 33),
        ("s3.cnt.put", 1),
        ("s3.cnt.get", None),
        ("s3.cnt.other", None),
        ("ec2.imageid", "ami-1"),
        ("ec2.imageids", ("ami-1",)),
        ("ec2.imageids[1]", None),
        ("ec2.name", None),
    ],
)
def test_fields_of_an_event_are_falcos(value, name, expected):
    assert value(name) == expected


@pytest.mark.parametrize(
    ("identity", "user", "original"),
    [
        ({"type": "Root", "userName": "r"}, "r", "r"),
        ({"type": "Root"}, None, None),
        ({"type": "AWSService", "invokedBy": "s"}, "s", None),
        ({"type": "AWSAccount"}, "AWSAccount", None),
        ({"type": "Unknown", "userName": "u"}, None, "u"),
        (ROLE, "issuer", "session"),
        ({**ROLE, "arn": "short", "sessionContext": {}}, "AssumedRole", "someone"),
        (None, None, None),
    ],
)
def test_users_depend_on_the_kind_of_identity(value, identity, user, original):
    assert value("ct.user", userIdentity=identity) == user
    assert value("ct.originaluser", userIdentity=identity) == original


def test_plugin_info_shows_unknown_users_in_falcos_way(value):
    assert value("evt.plugininfo", userIdentity={"type": "?"}).startswith("us-east-1<unknown user type> s3 ")
    assert value("evt.plugininfo", userIdentity={"type": "Root"}).startswith("us-east-1<NA> s3 ")
    assert value("evt.plugininfo", awsRegion=None) == "<invalid JSON: event did not contain an awsRegion>"


def test_instances_are_looked_for_in_answers_first(value):
    answer = {"instancesSet": {"items": [{"imageId": "i1"}, {}, {"imageId": 3}]}}
    assert value("ec2.imageids", responseElements=answer) == ("i1",)
    assert value("ec2.imageids[2]", responseElements=answer) == ("",)
    assert value("ec2.imageids[1]", responseElements=answer) is None


def test_the_name_of_an_instance_is_among_its_tags(value):
    items = [
        {"resourceType": "volume", "tags": [{"key": "Name", "value": "no"}]},
        {"resourceType": "instance", "tags": [{"key": "x"}, {"key": "Name", "value": "yes"}]},
    ]
    assert value("ec2.name", requestParameters={"tagSpecificationSet": {"items": items}}) == "yes"


@pytest.mark.parametrize(
    ("number", "expected"), [(-1.0, (1 << 64) - 1), (1e300, 1 << 63), ("7", 0), (None, 0), (True, 0)]
)
def test_odd_numbers_count_as_in_falco(value, number, expected):
    assert value("s3.bytes.in", additionalEventData={"bytesTransferredIn": number}) == expected


def test_public_access_is_told_without_what_it_is(value):
    request = {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}
    shown = value("ct.info", eventName="PutBucketPublicAccessBlock", requestParameters=request)
    assert shown.endswith(
        " BlockPublicAcls=false BlockPublicPolicy=false IgnorePublicAcls=false RestrictPublicBuckets=false "
    )
