"""The lists before the events: processes of every age, descriptors, users, interfaces; several sections; hostile lengths."""

import struct

import pytest

KINDS = dict(enumerate((0x202, 0x207, 0x209, 0x210, 0x211, 0x212, 0x213, 0x214, 0x215), 1))


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<H", len(data)) + data


def entry(version: int, *, tail: bytes = b"", longer: int = 0) -> bytes:
    """A process as a writer of that age wrote it."""
    body = struct.pack("<qqq", 7, 7, 1)
    body += struct.pack("<q", 70) if version >= 6 else b""
    body += struct.pack("<q", 71) if version >= 8 else b""
    body += text("comm") + text("exe") + (text("/exe (deleted)") if version >= 7 else b"")
    body += text(b"one\0two\0") + text("/cwd") + struct.pack("<QIII", 9, 0, 5, 6)
    body += struct.pack("<IIIQQ", 11, 12, 13, 14, 15) if version >= 2 else b""
    body += text(b"K=v\0L=w") if version >= 3 else b""
    body += struct.pack("<qq", 3, 2) + text(b"cpu=/a\0memory=/b\0") if version >= 4 else b""
    body += text("/root") if version >= 5 else b""
    body += tail
    return struct.pack("<I", len(body) + 4 + longer) + body + bytes(longer) if version >= 9 else body


@pytest.mark.parametrize("version", KINDS)
def test_a_process_list_of_every_age_is_read(version: int, capture, end) -> None:
    thread = end(capture.block(KINDS[version], entry(version)).idle(7)).find(7)
    assert (thread.comm, thread.exe, thread.args, thread.cwd) == ("comm", "exe", ["one", "two"], "/cwd/")
    assert (thread.uid, thread.gid, thread.loginuid, thread.fd_limit) == (5, 6, 0xFFFFFFFF, 9)
    assert thread.exepath == ("/exe" if version >= 7 else "")
    assert thread.vmsize_kb == (11 if version >= 2 else 0)
    assert thread.env == (["K=v", "L=w"] if version >= 3 else [])
    assert (thread.vtid, thread.vpid) == ((3, 2) if version >= 4 else (-1, -1))
    assert thread.cgroups == ([("cpu", "/a"), ("memory", "/b")] if version >= 4 else [])
    assert thread.root == ("/root" if version >= 5 else "")
    assert thread.sid == (70 if version >= 6 else -1)
    assert thread.vpgid == (71 if version >= 8 else -1)


def test_the_tail_of_an_entry_goes_as_far_as_its_length(capture, end) -> None:
    old = struct.pack("<IBQQQ", 99, 1, 1, 2, 3)
    thread = end(capture.block(0x215, entry(9, tail=old)).idle(7)).find(7)
    assert (thread.loginuid, thread.exe_writable, thread.cap_effective, thread.tty) == (99, True, 3, 0)
    new = struct.pack("<QI", 88, 34816) + old + struct.pack("<BQQQBBq", 1, 4, 5, 6, 1, 0, 77)
    thread = end(type(capture)().block(0x215, entry(9, tail=new, longer=20)).idle(7)).find(7)
    assert (thread.pidns_init_start_ts, thread.tty, thread.loginuid, thread.pgid) == (88, 34816, 99, 77)
    assert (thread.exe_upper_layer, thread.exe_ino, thread.exe_ino_mtime, thread.exe_from_memfd) == (True, 4, 6, True)


def test_descriptors_of_every_kind_are_read(capture, end) -> None:
    capture.processes().fds(
        1,
        (0, 1, text("/file")), (1, 2, text("/dir")), (2, 16, struct.pack("<I", 1) + text("/v2") + struct.pack("<I", 77)),
        (3, 3, bytes([10, 0, 0, 1, 10, 0, 0, 2]) + struct.pack("<HHB", 5, 6, 2)),
        (4, 5, bytes([0, 0, 0, 0]) + struct.pack("<HB", 80, 2)),
        (5, 4, bytes(15) + b"\1" + bytes(15) + b"\2" + struct.pack("<HHB", 7, 8, 3)),
        (6, 6, bytes(16) + struct.pack("<HB", 443, 2)),
        (7, 8, struct.pack("<QQ", 1, 2) + text("/run/s")), (8, 7, text("pipe:[1]")), (9, 15, text("")), (10, 99, b"???"),
        (11, 4, bytes(10) + b"\xff\xff\x0a\x00\x00\x01" + bytes(10) + b"\xff\xff\x0a\x00\x00\x02" + struct.pack("<HHB", 7, 8, 2)),
    ).idle()  # fmt: skip
    thread = end(capture).find(1)
    assert {fd.number: (fd.type, fd.name) for fd in thread.fds()} == {
        0: (1, "/file"), 1: (2, "/dir"), 2: (16, "/v2"), 3: (3, "10.0.0.1:5->10.0.0.2:6"), 4: (5, "0.0.0.0:80"),
        5: (4, "::1:7->::2:8"), 6: (6, ":::443"), 7: (8, "/run/s"), 8: (7, "pipe:[1]"), 9: (15, ""),
        10: (10, "unknown-type:[99]"), 11: (3, "10.0.0.1:7->10.0.0.2:8"),
    }  # fmt: skip
    assert (thread.fd(2).open_flags, thread.fd(2).dev) == (1, 77)


def test_connections_to_a_port_somebody_listens_on_are_turned_round(capture, end) -> None:
    capture.processes().fds(
        1,
        (3, 5, bytes(4) + struct.pack("<HB", 80, 2)),
        (4, 3, bytes([10, 0, 0, 1, 10, 9, 9, 9]) + struct.pack("<HHB", 80, 5555, 2)),
        (5, 3, bytes([10, 0, 0, 1, 10, 9, 9, 9]) + struct.pack("<HHB", 6666, 443, 2)),
    ).idle()
    thread = end(capture).find(1)
    assert (thread.fd(4).name, thread.fd(4).is_server) == ("10.9.9.9:5555->10.0.0.1:80", True)
    assert (thread.fd(5).name, thread.fd(5).is_client) == ("10.0.0.1:6666->10.9.9.9:443", True)


def users(*entries: tuple[int, int, str, str, str]) -> bytes:
    bodies = (
        b"\0" + struct.pack("<II", uid, gid) + text(name) + text(home) + text(shell)
        for uid, gid, name, home, shell in entries
    )
    return b"".join(struct.pack("<I", len(body) + 4) + body for body in bodies)


def test_users_and_groups_have_names(capture, end) -> None:
    group = b"\1" + struct.pack("<I", 7) + text("wheel")
    capture.processes().block(
        0x220, users((5, 6, "five", "/home/5", "/bin/sh")) + struct.pack("<I", len(group) + 4) + group
    )
    state = end(capture.idle())
    assert (state.user(5), state.group(7)) == (("five", "/home/5", "/bin/sh", 6), "wheel")
    assert (state.user(6), state.group(8), state.user(0)[0]) == (None, None, "root")


def test_events_add_and_remove_users(capture, end) -> None:
    capture.processes().idle().event(354, 8, 9, "eight", "/home/8", "/bin/sh", "").event(358, 10, "ten", "")
    state = end(capture)
    assert (state.user(8), state.group(10)) == (("eight", "/home/8", "/bin/sh", 9), "ten")
    state = end(capture.event(356, 8, 9, "", "", "", "").event(360, 10, "", ""))
    assert (state.user(8), state.group(10)) == (None, None)


def test_users_of_a_container_stay_unknown(capture, end) -> None:
    assert end(capture.processes().idle().event(354, 8, 9, "eight", "/", "", "0123456789ab")).user(8) is None


def test_the_list_counts_after_the_events_before_the_first_one(capture, end) -> None:
    capture.processes().block(0x220, users((5, 6, "list", "/", "")))
    assert end(capture.event(354, 5, 6, "event", "/", "", "").idle()).user(5)[0] == "list"


def test_another_section_begins_with_nobody(capture, end, process) -> None:
    capture.processes().clone(1, 2).idle(3).section().processes(process(1, ptid=0, comm="other")).idle()
    state = end(capture)
    assert [thread.comm for thread in state.threads()] == ["other"]


def machine(name: bytes, boot: int) -> bytes:
    return struct.pack("<IQQ128sQQQQ", 2, 1 << 30, 99, name, boot, 0, 0, 0)


def test_the_machine_is_known_in_later_sections_only(capture, end) -> None:
    capture.block(0x201, machine(b"first", 77)).processes().clone(1, 2).idle()
    state = end(capture)
    assert (state.machine, state.find(2).pidns_init_start_ts) == (None, 0)
    capture.section().block(0x201, machine(b"second", 88)).processes().clone(1, 2)
    capture.event(152, 2).event(152, 1, tid=2, after=500)
    state = end(capture)
    assert (state.machine, state.find(2).pidns_init_start_ts) == (("second", 2, 1 << 30, 88), 88)
    assert (state.exectime, state.find(2).exectime) == (0, 0), "the CPU of these events is none of the two"


# ---- hostile


def test_two_captures_know_nothing_of_each_other(play, capture, process) -> None:
    one = play(type(capture)().processes(process(1, ptid=0, comm="one")).idle())
    two = play(type(capture)().processes(process(1, ptid=0, comm="two")).idle())
    assert [next(one).state.thread().comm, next(two).state.thread().comm] == ["one", "two"]


@pytest.mark.parametrize(
    ("kind", "body", "fault"),
    [
        (0x215, entry(9)[:40], "error reading from file (1)"),
        (0x215, struct.pack("<I", 20) + entry(9)[4:], "corrupted input file. Had read"),
        (0x202, struct.pack("<qqq", 7, 7, 1) + struct.pack("<H", 1025) + bytes(2000), "invalid commlen 1025"),
        (0x202, struct.pack("<qqq", 7, 7, 1) + struct.pack("<H", 5) + b"abc", "error reading from file (1)"),
        (0x218, struct.pack("<q", 1) + struct.pack("<IqQB", 4, 3, 0, 1) + text("/x"), "corrupted input file. Had read"),
        (0x203, struct.pack("<q", 1) + struct.pack("<qQB", 3, 0, 1) + struct.pack("<H", 1024) + bytes(1024), "invalid filename"),
        (0x219, struct.pack("<IHHI", 8, 9, 0, 0), "unknown interface type 9"),
        (0x205, struct.pack("<HH", 1, 2000) + bytes(30), "trace file has corrupted interface list(0)"),
        (0x220, struct.pack("<IBIIH", 20, 0, 1, 1, 300) + bytes(300), "invalid user name len 300"),
    ],
)  # fmt: skip
def test_a_list_that_lies_about_its_lengths_ends_the_capture(kind: int, body: bytes, fault: str, capture, play) -> None:
    from sources.syscall._kernel import CaptureError

    with pytest.raises(CaptureError, match=fault.replace("(", r"\(").replace(")", r"\)")):
        list(play(capture.processes().block(kind, body).idle()))


def test_threads_can_be_looked_at_when_they_are_gone(capture, play) -> None:
    kept = [(kernel.state.thread(), kernel.state.event_fd()) for kernel in play(
        capture.processes().clone(1, 2).openat(2, 3, "/kept").exit(2).idle().idle()
    )]  # fmt: skip
    thread, fd = kept[1]
    assert (thread.comm, fd.name, thread.fd(3).name, thread.parent().tid) == ("sh", "/kept", "/kept", 1)
