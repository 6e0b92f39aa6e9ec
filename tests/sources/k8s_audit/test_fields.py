import json
from pathlib import Path

import pytest

POD = {
    "kind": "Event",
    "auditID": "a-1",
    "stage": "ResponseComplete",
    "stageTimestamp": "2024-05-01T10:00:01Z",
    "verb": "create",
    "requestURI": "/api/v1/pods?command=sh&command=ls&x=%41",
    "user": {"username": "ann", "groups": ["g1", 2, None]},
    "sourceIPs": ["10.0.0.1"],
    "objectRef": {"resource": "pods", "name": "web", "namespace": "ns"},
    "annotations": {"authorization.k8s.io/decision": "allow"},
    "responseStatus": {"code": 201},
    "responseObject": {"metadata": {"name": "web-1"}},
    "requestObject": {
        "spec": {
            "hostNetwork": True,
            "runAsUser": 7,
            "securityContext": {"runAsUser": 1000, "supplementalGroups": [1, 2]},
            "containers": [
                {
                    "name": "a",
                    "image": "reg:5000/team/a:1",
                    "command": ["sh", "-c"],
                    "args": [],
                    "ports": [{"containerPort": 80}, {"hostPort": 8080, "containerPort": 1}, {}],
                    "securityContext": {"privileged": False, "capabilities": {"add": ["NET_ADMIN"]}},
                },
                {"name": "b", "image": "b@sha256:1", "runAsUser": 3, "securityContext": {"privileged": True}},
            ],
            "initContainers": [{"image": "c"}],
            "volumes": [
                {"name": "v1", "hostPath": {"path": "/proc"}},
                {"name": "v2", "emptyDir": {}},
            ],
        },
    },
}
ROLE = {
    "kind": "Event",
    "auditID": "a-2",
    "stageTimestamp": "2024-05-01T10:00:01Z",
    "objectRef": {"resource": "roles"},
    "requestObject": {
        "roleRef": {"name": "admin"},
        "subjects": [
            {"kind": "User", "name": "u"},
            {"kind": "ServiceAccount", "name": "s", "namespace": "n"},
            {"kind": "ServiceAccount", "name": "t"},
            {"kind": "Group"},
        ],
        "rules": [{"verbs": ["get", "*"], "resources": ["pods"]}, {"verbs": "no list"}, {"verbs": [1]}],
    },
}


@pytest.fixture
def value(run, tmp_path):
    def ask(event, name):
        path = tmp_path / "x.jsonl"
        path.write_text(json.dumps(event) + "\n")
        return run("k8saudit", str(path)).values(name)[0]

    return ask


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ka.auditid", "a-1"),
        ("ka.response.code", "201"),
        ("ka.user.groups", ("g1", "2", "null")),
        ("ka.auth.decision", "allow"),
        ("ka.auth.reason", None),
        ("ka.uri.param[command]", "sh"),
        ("ka.uri.param[x]", "A"),
        ("ka.uri.param[y]", None),
        ("ka.target.pod.name", "web-1"),
        ("ka.sourceips", None),
        ("ka.req.pod.host_network", "true"),
        ("ka.req.pod.run_as_user", "1000"),
        ("ka.req.pod.supplemental_groups", ("1", "2")),
        ("ka.req.pod.containers.name", ("a", "b")),
        ("ka.req.pod.containers.name[1]", ("b",)),
        ("ka.req.pod.containers.name[2]", None),
        ("ka.req.pod.containers.image.repository", ("reg", "b")),
        ("ka.req.container.image", "reg:5000/team/a:1"),
        ("ka.req.container.image.repository", "reg"),
        ("ka.req.pod.containers.command", ("sh -c",)),
        ("ka.req.pod.containers.args", ("",)),
        ("ka.req.pod.containers.host_port", ("80", "8080")),
        ("ka.req.pod.containers.privileged", ("false", "true")),
        ("ka.req.pod.containers.add_capabilities", ('["NET_ADMIN"]',)),
        ("ka.req.pod.containers.eff_run_as_user", ("7", "3")),
        ("ka.req.pod.containers.run_as_user", None),
        ("ka.req.container.privileged", "true"),
        ("ka.req.pod.initContainers.name", None),
        ("ka.req.pod.initContainers.image", ("c",)),
        ("ka.req.pod.ephemeralContainers.image", None),
        ("ka.req.pod.volumes.hostpath", ("/proc",)),
        ("ka.req.pod.volumes.volume_type[1]", ("emptyDir",)),
        ("ka.req.volume.hostpath[/proc]", "true"),
        ("ka.req.volume.hostpath[/pr*]", "true"),
        ("ka.req.volume.hostpath[/etc]", "false"),
        ("ka.req.binding.subject.has_name[x]", "true"),
        ("ka.req.binding.subjects", None),
    ],
)
def test_fields_of_a_pod_are_falcos(value, name, expected):
    assert value(POD, name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ka.req.binding.role", "admin"),
        ("ka.req.binding.subjects.user_names", ("u",)),
        ("ka.req.binding.subjects.serviceaccount_names", ("s", "t")),
        ("ka.req.binding.subjects.serviceaccount_ns_names", ("n:s",)),
        ("ka.req.binding.subjects.group_names", None),
        ("ka.req.role.rules.verbs", ("get", "*", "1")),
        ("ka.req.role.rules.verbs[0]", ("get", "*")),
        ("ka.req.role.rules.verbs[1]", None),
        ("ka.req.role.rules.resources", ("pods",)),
        ("ka.target.pod.name", None),
    ],
)
def test_fields_of_a_role_are_falcos(value, name, expected):
    assert value(ROLE, name) == expected


def test_one_container_without_an_image_takes_the_field_away(value):
    event = json.loads(json.dumps(POD))
    del event["requestObject"]["spec"]["containers"][1]["image"]
    assert value(event, "ka.req.pod.containers.image") is None
    assert value(event, "ka.req.pod.containers.image[0]") == ("reg:5000/team/a:1",)


def test_json_null_is_a_value_and_absence_is_none(value):
    assert value({**POD, "verb": None}, "ka.verb") == "null"
    assert value({key: one for key, one in POD.items() if key != "verb"}, "ka.verb") is None


def test_an_event_without_an_audit_id_has_no_fields(value):
    event = {key: one for key, one in POD.items() if key != "auditID"}
    assert value(event, "ka.verb") is None
    assert value(event, "evt.num") == 1


@pytest.mark.parametrize("odd", [None, 3, "x", [], {}, [[]], [None], {"spec": []}, {"rules": {"verbs": {}}}])
def test_an_odd_request_never_raises(run, tmp_path, odd):
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({**POD, "requestObject": odd, "objectRef": odd, "user": odd}) + "\n")
    ran = run("k8saudit", str(path))
    for group in ran.catalog.classes:
        for one in group.fields:
            argument = "[0]" if one.argument.index else "[x]" if one.argument.key else ""
            ran.values(one.name + argument)


CRASHES = Path(__file__).resolve().parents[3] / "../shared/corpus/k8s_audit/edge-values/crashes.jsonl"


@pytest.mark.corpus
@pytest.mark.skipif(not CRASHES.exists(), reason="needs the recorded corpus beside the repository")
def test_events_on_which_falco_dies_have_values_or_none(run, tmp_path):
    cases = [json.loads(line) for line in CRASHES.read_text().splitlines()]
    path = tmp_path / "x.jsonl"
    path.write_text("".join(case["event"] + "\n" for case in cases))
    ran = run("k8saudit", str(path))
    assert len(ran.events) == len(cases)
    for case in cases:
        for name in case["fields"]:
            ran.values(name)
