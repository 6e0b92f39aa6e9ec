import json

import pytest

EVENT = {
    "published": "2024-05-01T10:00:00Z",
    "eventType": "user.session.start",
    "actor": {"id": "00u1", "type": "User", "displayName": "Ann"},
    "client": {"geographicalContext": {"geolocation": {"lat": 37.7, "lon": -122.4}}},
    "debugContext": {"debugData": {"requestUri": "/app/salesforce/x"}},
    "authenticationContext": {"authenticationStep": 2},
    "securityContext": {"asNumber": 64500},
    "target": [
        {"id": "1", "type": "User", "displayName": "One"},
        {"id": "2", "type": "User", "displayName": "Two"},
        {"id": "3", "type": "UserGroup", "alternateId": "g"},
    ],
}


@pytest.fixture
def ask(run, tmp_path):
    def go(*events, live=()):
        path = tmp_path / "x.jsonl"
        path.write_text("".join(json.dumps(event) + "\n" for event in events))
        return run("okta", str(path), init='{"organization": "acme"}', live=live)

    return go


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("okta.org", "acme"),
        ("okta.evt.type", "user.session.start"),
        ("okta.actor.name", "Ann"),
        ("okta.actor.alternateid", ""),
        ("okta.app", "salesforce"),
        ("okta.client.geo.lat", "37.7"),
        ("okta.client.geo.lon", "0"),
        ("okta.authentication.step", "2"),
        ("okta.security.asnumber", 64500),
        ("okta.target.user.id", "2"),
        ("okta.target.group.alternateid", "g"),
        ("okta.target.app.alternateid", None),
        ("okta.targets.displayName", "(One,Two,)"),
        ("okta.targets.displayName[1]", "Two"),
        ("okta.targets.displayName[9]", None),
        ("okta.mfa.failure.countlast[300]", None),
    ],
)
def test_fields_of_an_event_are_falcos(ask, name, expected):
    assert ask(EVENT).values(name) == [expected]


def test_every_event_stands_alone(ask):
    assert ask(EVENT, {}).values("okta.actor.name") == ["Ann", ""]
    assert ask(EVENT, {}).values("okta.target.user.id") == ["2", None]


def failure(second, actor="a"):
    return {
        "published": f"2024-05-01T10:00:{second:02d}Z",
        "eventType": "user.authentication.auth_via_mfa",
        "outcome": {"result": "FAILURE"},
        "actor": {"id": actor},
    }


def test_failures_of_one_actor_are_counted_over_the_last_seconds(ask):
    events = [failure(0), failure(5), failure(6, "b"), failure(9), failure(9), failure(30)]
    ran = ask(*events, live=["okta.mfa.failure.countlast[10]", "okta.mfa.deny.countlast[300]"])
    assert ran.seen == [[1, 1], [2, 2], [1, 1], [3, 3], [3, 3], [1, 4]]


def test_remembered_failures_are_bounded(run, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(failure(second)) + "\n" for second in range(10)))
    ran = run("okta", str(path), init='{"cache_usermaxsize": 3}', live=["okta.mfa.failure.countlast[300]"])
    assert [counts for (counts,) in ran.seen] == [1, 2, 3, 3, 3, 3, 3, 3, 3, 3]
