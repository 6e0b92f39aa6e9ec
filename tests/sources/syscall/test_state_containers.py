"""Which container a process is in, by its cgroups; and what events say about containers."""

import json

import pytest

HEX = "0123456789abcdef" * 4
SHORT = HEX[:12]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/", ""), ("/user.slice/user-1000.slice/session-2.scope", ""), ("/system.slice/ssh.service", ""),
        (f"/docker/{HEX}", SHORT), (f"/system.slice/docker-{HEX}.scope", SHORT),
        (f"/kubepods/besteffort/pod1234-5678/{HEX}", SHORT),
        (f"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/cri-containerd-{HEX}.scope", SHORT),
        (f"/kubepods.slice/kubepods-pod1.slice/crio-{HEX}.scope", SHORT), (f"/kubepods/pod1/crio-{HEX}", SHORT),
        (f"/kubepods.slice/kubepods-pod1.slice:cri-containerd:{HEX}", SHORT),
        (f"/system.slice/nerdctl-{HEX}.scope", SHORT),
        (f"/machine.slice/libpod-{HEX}.scope", SHORT), (f"/machine.slice/libpod-{HEX}.scope/container", SHORT),
        (f"/libpod_parent/libpod-{HEX}", SHORT), (f"/machine.slice/libpod-payload-{HEX}", SHORT),
        (f"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{HEX}.scope", SHORT),
        ("/default/mycontainer", "mycontainer"), ("/ns.with-dots_and/averylongcontainername", "averylongcon"),
        ("/lxc/web01", "web01"), ("/lxc.payload/web01/init.scope", "web01"), ("/lxc.payload.web02/init.scope", "web02"),
        (r"/machine.slice/machine-lxc\x2d2293\x2dname.scope", r"2293\x2dname"), ("/x.libvirt-lxc", "x"),
        ("/libvirt/lxc/old", "lxc/old"), ("/system.slice/bpm-job_1.scope", "job_1"),
        (f"/docker/{HEX[:-1]}", f"{SHORT}"), (f"/docker/{HEX}0", ""), (f"/docker/{HEX[:-1]}g.slice", ""),
    ],
)  # fmt: skip
def test_a_cgroup_path_names_a_container(path: str, found: str, capture, end) -> None:
    # The matchers' order is the plugin's: /libvirt/lxc/old is an lxc/old in containerd's namespace libvirt.
    capture.processes().execve(1, "prog", cgroups=f"cpuset=/\0memory={path}\0".encode())
    assert end(capture).find(1).container_id == found


def test_the_first_cgroup_with_a_container_decides(capture, end) -> None:
    cgroups = f"cpu=/\0memory=/docker/{HEX}\0pids=/lxc/web\0".encode()
    assert end(capture.processes().execve(1, "prog", cgroups=cgroups)).find(1).container_id == SHORT


def test_processes_of_the_list_have_containers_too(capture, end, process) -> None:
    capture.processes(process(1, ptid=0, cgroups=f"cpu=/docker/{HEX}\0".encode())).idle()
    assert end(capture).find(1).container_id == SHORT


def test_without_the_plugin_nobody_has_a_container(capture, end, process) -> None:
    capture.processes(process(1, ptid=0, cgroups=f"cpu=/docker/{HEX}\0".encode())).idle()
    assert end(capture, container_plugin=False).find(1).container_id == ""


def test_a_child_is_in_a_container_once_its_own_event_says_so(capture, end) -> None:
    cgroups = f"cpu=/docker/{HEX}\0".encode()
    capture.processes().clone(1, 2, cgroups=cgroups)
    assert end(capture).find(2).container_id == ""
    assert end(capture.clone(2, 0, pid=2, cgroups=cgroups)).find(2).container_id == SHORT


def test_subsystems_go_by_their_common_names(capture, end) -> None:
    cgroups = b"cpuset_cgroup=/a\0mem_cgroup=/b\0perf=/c\0io=/d\0pids=/e=f\0"
    assert end(capture.processes().execve(1, "prog", cgroups=cgroups)).find(1).cgroups == [
        ("cpuset", "/a"), ("memory", "/b"), ("perf_event", "/c"), ("blkio", "/d"), ("pids", "/e=f"),
    ]  # fmt: skip


def test_cgroups_that_cannot_be_read_leave_those_before(capture, end) -> None:
    capture.processes().execve(1, "a", cgroups=b"cpu=/x\0").execve(1, "b", cgroups=b"cpu=/y\0wrong\0")
    assert end(capture).find(1).cgroups == [("cpu", "/x")]


# ---- what events say


def told(**fields: object) -> bytes:
    return json.dumps({"container": {"id": SHORT, "type": 0, **fields}}).encode() + b"\0"


def test_events_tell_about_containers(capture, end) -> None:
    capture.processes().idle().event(402, 0, "container", told(name="web", image="nginx:1", labels={"app": "w"}))
    state = end(capture)
    container = state.containers.get(SHORT)
    assert (container.name, container.image, container.type_name, container.labels) == (
        "web",
        "nginx:1",
        "docker",
        {"app": "w"},
    )
    state = end(capture.event(402, 0, "container_removed", told(name="web")))
    assert state.containers.get(SHORT) is None
    assert state.containers.of_event(5) is None
    assert state.containers.of_event(3).name == "web"


def test_old_events_tell_too(capture, end) -> None:
    assert end(capture.processes().idle().event(324, told(name="old", type=6))).containers.get(SHORT).type_name == "cri"


@pytest.mark.parametrize(
    "wrong", [b"", b"{", b"[]", b"{}", b'{"container": 1}', b'{"container": {"id": 5}}', b"\xff\xfe"]
)
def test_what_is_no_container_is_ignored(wrong: bytes, capture, end) -> None:
    capture.processes().idle().event(402, 0, "container", wrong).event(324, wrong).event(402, 0, "other", told())
    assert end(capture.idle()).containers.get(SHORT) is None


def test_a_container_known_by_its_path_alone_has_a_type(capture, end) -> None:
    state = end(capture.processes().execve(1, "prog", cgroups=b"cpu=/lxc.payload/web01/init.scope\0"))
    assert (state.containers.get("web01").type_name, state.containers.get("").type_name) == ("lxc", "host")
