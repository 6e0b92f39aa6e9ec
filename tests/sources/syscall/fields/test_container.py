"""Fields of containers and pods."""

import json

import pytest

HEX = "0123456789abcdef" * 4
SHORT = HEX[:12]
MOUNTS = [
    {"Source": "/etc", "Destination": "/mnt/etc", "Mode": "ro", "RW": False, "Propagation": "rprivate"},
    {"Source": "/var/lib", "Destination": "/data", "RW": True},
]


def told(**more: object) -> bytes:
    return json.dumps({"container": {"id": SHORT, "full_id": HEX, "type": 0, **more}}).encode() + b"\0"


@pytest.fixture
def inside(capture) -> object:
    return capture.processes().execve(1, "prog", cgroups=f"cpu=/docker/{HEX}\0".encode())


def test_the_host_is_a_container_too(capture, fields) -> None:
    capture.processes().idle()
    assert fields(capture, "container.id", "container.full_id", "container.name", "container.type", "container.image") == [
        "host", "host", "host", "host", "",
    ]  # fmt: skip
    assert fields(capture, "container.privileged", "k8s.pod.name", "k8s.pod.ip", "container.start_ts") == [
        False,
        None,
        "",
        None,
    ]


def test_of_an_unknown_container_only_the_id_is_known(inside, fields) -> None:
    assert fields(inside, "container.id", "container.name", "container.image", "k8s.ns.name", "container.mounts") == [
        SHORT, None, None, None, None,
    ]  # fmt: skip


def test_a_known_container_has_all_that_events_said(inside, fields) -> None:
    inside.event(402, 0, "container", told(
        name="web", image="r.example/web:2", imagerepo="r.example/web", imagetag="2", imageid="77", imagedigest="sha256:1",
        ip="10.0.0.9", privileged=True, host_pid=True, labels={"app": "w", "io.kubernetes.pod.name": "pod-1", "empty": ""},
    )).idle()  # fmt: skip
    assert fields(
        inside, "container.name", "container.type", "container.image", "container.image.repository", "container.image.tag",
        "container.image.id", "container.image.digest", "container.ip", "container.privileged", "container.host_pid",
        "container.host_ipc", "container.label[app]", "container.label[none]", "container.labels", "k8s.pod.name",
    ) == [
        "web", "docker", "r.example/web:2", "r.example/web", "2", "77", "sha256:1", "10.0.0.9", True, True, False, "w", None,
        "app:w, empty", "pod-1",
    ]  # fmt: skip


def test_mounts_are_found_by_number_and_by_pattern(inside, fields) -> None:
    inside.event(402, 0, "container", told(Mounts=MOUNTS)).idle()
    first, second = "/etc:/mnt/etc:ro:false:rprivate", "/var/lib:/data::true:"
    assert fields(
        inside, "container.mounts", "container.mount[0]", "container.mount[1]", "container.mount[2]", "container.mount[^/var]",
        "container.mount[/none]", "container.mount.source[/mnt]", "container.mount.dest[/etc]", "container.mount.rdwr[1]",
        "container.mount[(]",
    ) == [f"{first},{second}", first, second, None, second, None, "/etc", "/mnt/etc", "true", None]  # fmt: skip


def test_an_event_about_a_container_is_about_that_one(capture, fields) -> None:
    capture.processes().idle().event(402, 0, "container", told(name="new"), tid=-1)
    assert fields(capture, "container.id", "container.name", "proc.name") == [SHORT, "new", None]


def test_what_is_missing_in_a_container_is_asked_of_its_pod(inside, fields) -> None:
    pod = told(id="ffffffffffff", ip="10.1.1.1", cni_json="{}", pod_sandbox_labels={"tier": "db"})
    inside.event(402, 0, "container", json.dumps(
        {"container": {"id": "ffffffffffff", "ip": "10.1.1.1", "cni_json": "{}", "pod_sandbox_labels": {"tier": "db"}}}
    ).encode()).event(402, 0, "container", told(pod_sandbox_id="f" * 64)).idle()  # fmt: skip
    assert pod
    assert fields(inside, "k8s.pod.ip", "k8s.pod.cni.json", "k8s.pod.labels", "k8s.pod.label[tier]") == [
        "10.1.1.1", "{}", "tier:db", "db",
    ]  # fmt: skip
    assert fields(inside, "k8s.pod.sandbox_id", "k8s.pod.full_sandbox_id") == ["f" * 12, "f" * 64]


def test_deprecated_fields_never_have_a_value(inside, fields) -> None:
    inside.event(402, 0, "container", told(name="web")).idle()
    assert (
        fields(inside, "container.healthcheck", "k8s.rc.name", "k8s.ns.label[x]", "proc.is_container_healthcheck")
        == [None] * 4
    )
