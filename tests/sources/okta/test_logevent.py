import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.okta import logevent


def again(text):
    return logevent.encode(logevent.decode(logevent.parse(text.encode()))).decode()


EMPTY = again("{}")


def test_an_empty_event_has_every_part_but_no_optional_one():
    assert json.loads(EMPTY) == {
        "uuid": "", "published": "", "eventType": "", "version": "", "severity": "", "displayMessage": "",
        "actor": {"id": "", "type": ""},
        "client": {"userAgent": {}, "geographicalContext": {"geolocation": {}}},
        "outcome": {"result": ""}, "transaction": {},
        "debugContext": {"debugData": {"requestUri": "", "originalPrincipal": {}}},
        "authenticationContext": {}, "securityContext": {},
    }  # fmt: skip


@pytest.mark.parametrize("text", ["null", '{"unknown":{"a":1}}', '{"actor":null,"severity":null,"target":null}'])
def test_what_is_unknown_or_null_changes_nothing(text):
    assert again(text) == EMPTY


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ('{"EVENTTYPE":"t"}', '"eventType":"t"'),
        ('{"severity":"a","Severity":"b"}', '"severity":"b"'),
        (
            '{"displayMessage":"<a>&\\u2028\\u0001\\ud83d"}',
            '"displayMessage":"\\u003ca\\u003e\\u0026\\u2028\\u0001\ufffd"',
        ),
        ('{"client":{"geographicalContext":{"geolocation":{"lat":1e2,"lonDe":-0.5}}}}', '"lat":100,"lonDe":-0.5'),
        ('{"securityContext":{"asNumber":-1}}', '"asNumber":-1'),
        ('{"target":[null,{"id":"x"}]}', '"target":[{"id":"","type":""},{"id":"x","type":""}]'),
        ('{"actor":{"id":"a"},"actor":{"type":"t"}}', '"actor":{"id":"a","type":"t"}'),
    ],
)
def test_events_are_written_as_the_plugin_writes_them(text, piece):
    assert piece in again(text)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "3", '{"severity":1}', '{"actor":[]}', '{"target":{}}', '{"securityContext":{"asNumber":1.0}}',
     '{"securityContext":{"asNumber":99999999999999999999}}', '{"severity":NaN}',
     '{"client":{"geographicalContext":{"geolocation":{"lat":"1"}}}}'],
)  # fmt: skip
def test_a_wrong_type_is_an_error(text):
    with pytest.raises(logevent.ShapeError):
        again(text)


@given(st.dictionaries(st.sampled_from(["uuid", "severity", "displayMessage"]), st.text()))
def test_writing_what_was_written_changes_nothing(members):
    text = again(json.dumps(members))
    assert again(text) == text


def test_bytes_that_are_not_utf8_become_replacements():
    event = logevent.decode(logevent.parse(b'{"severity":"\xff\xfe"}'))
    assert event["severity"] == "\ufffd\ufffd"
