"""Parameters of events as text and as values."""

import struct

import pytest

OPENAT, SENDTO, POLL_X = 307, 31, 81


def test_parameters_have_names_and_numbers(capture, fields) -> None:
    capture.processes().openat(1, 3, "a/b", flags=1 | 4096)
    assert fields(capture, "evt.arg.name", "evt.arg[2]", "evt.rawarg.fd", "evt.arg.flags") == [
        "/a/b", "/a/b", 3, "O_RDONLY|O_CLOEXEC",
    ]  # fmt: skip


def test_all_parameters_are_written_with_what_they_mean(capture, fields) -> None:
    capture.processes().openat(1, 3, "/a")
    assert fields(capture, "evt.args", "evt.info") == [
        "fd=3(<f>/a) dirfd=-100(AT_FDCWD) name=/a flags=1(O_RDONLY) mode=0 dev=5 ino=6"
    ] * 2  # fmt: skip


def test_what_is_empty_says_so(capture, fields) -> None:
    capture.processes().event(SENDTO, 4, None, 3, 4, None)
    assert fields(capture, "evt.arg.data", "evt.rawarg.data", "evt.arg.tuple", "evt.rawarg.tuple") == [
        "NULL",
        None,
        "NULL",
        None,
    ]


@pytest.mark.parametrize(("result", "text"), [(0, "0"), (-2, "ENOENT"), (-9999, "-9999")])
def test_errors_have_names(result: int, text: str, capture, fields) -> None:
    assert fields(capture.processes().event(95, result, "/x"), "evt.arg.res", "evt.rawarg.res") == [text, result]


@pytest.mark.parametrize("wrong", [b"\2", b"\2" + bytes(3), b"\x0a" * 20, b"\1abc", b"\xff\xff", b"\x1e"])
def test_an_address_that_is_none_is_written_as_such(wrong: bytes, capture, fields) -> None:
    capture.processes().event(SENDTO, 4, b"x", 3, 4, wrong)
    assert fields(capture, "evt.arg.tuple")[0] in (
        "INVALID IPv4",
        "INVALID IPv6",
        "INVALID PATH",
        "family 255",
        "family 30",
    )


def test_what_poll_waits_for_is_a_list(capture, fields) -> None:
    waits = struct.pack("<HqhqH", 2, 3, 1, 9, 0x44)
    capture.processes().openat(1, 3, "/a").event(POLL_X, 1, waits)
    assert fields(capture, "evt.arg.fds", "fdlist.nums", "fdlist.names") == ["3:f1 9:?44", "3,9", "/a,<NA>"]
    capture.event(POLL_X, 1, waits[:9])
    assert fields(capture, "evt.arg.fds", "fdlist.nums") == ["", None]


def test_a_number_behind_the_last_parameter_has_no_value(capture, fields) -> None:
    capture.processes().raw_event(351, [struct.pack("<q", 0)] * 9)
    assert fields(capture, "evt.arg[0]", "evt.arg[8]", "evt.arg[99]") == ["0", None, None]


def test_a_descriptor_of_an_unknown_protocol_is_shown(capture, fields) -> None:
    capture.processes().fds(1, (3, 3, bytes(12) + b"\xf4")).event(7, 1, b"x", 3, 1)
    assert fields(capture, "evt.arg.fd", "fd.l4proto", "fd.type") == ["<4>0.0.0.0:0->0.0.0.0:0", "<NA>", "ipv4"]
