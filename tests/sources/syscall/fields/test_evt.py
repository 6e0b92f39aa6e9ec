"""The fields of events that only system calls have."""

import pytest

OPENAT, READ_X, WRITE_X, SOCKET, CLOSE, GENERIC, EXECVE, MMAP = 307, 7, 9, 19, 5, 1, 293, 161


def test_an_event_has_a_type_a_category_and_a_result(capture, fields) -> None:
    capture.processes().openat(1, 3, "/a")
    assert fields(capture, "evt.type", "syscall.type", "evt.category", "evt.res", "evt.rawres", "evt.failed", "evt.cpu") == [
        "openat", "openat", "file", "SUCCESS", 3, False, 3,
    ]  # fmt: skip
    capture.openat(1, -13, "/b")
    assert fields(capture, "evt.res", "evt.rawres", "evt.failed", "evt.count.error", "evt.count.error.file") == [
        "EACCES", -13, True, 1, 1,
    ]  # fmt: skip


def test_calls_without_an_event_of_their_own_go_by_their_names(capture, fields) -> None:
    capture.processes().event(GENERIC, 9, 0)
    named, call = fields(capture, "evt.type", "syscall.type")
    assert named == call
    assert fields(capture, "evt.res", "evt.rawres", "evt.failed", "evt.args", "evt.is_async") == [
        None,
        None,
        None,
        "",
        False,
    ]


def test_reads_and_writes_are_about_what_is_behind_the_descriptor(capture, fields) -> None:
    capture.processes().openat(1, 3, "/a").event(READ_X, 4, b"data", 3, 100)
    assert fields(capture, "evt.category", "evt.is_io", "evt.is_io_read", "evt.io_dir", "evt.buflen", "evt.buffer") == [
        "file", True, True, "read", 4, b"data",
    ]  # fmt: skip
    capture.event(SOCKET, 4, 2, 1, 0, 0).event(WRITE_X, 2, b"hi", 4, 2)
    assert fields(capture, "evt.category", "evt.is_io_write", "evt.io_dir", "evt.buflen") == ["net", True, "write", 2]


def test_buffers_are_base64_where_they_are_part_of_a_text_if_that_is_asked_for(capture, fields) -> None:
    capture.processes().openat(1, 3, "/a").event(WRITE_X, 4, b"a\0b\n", 3, 4)
    assert fields(capture, "evt.arg[1]", "evt.buffer") == ["a.b.", b"a\0b\n"]
    assert fields(capture, "evt.arg[1]", "evt.buffer", base64=True) == ["YQBiCg==", b"a\0b\n"]


@pytest.mark.parametrize(
    ("flags", "mode", "answers"),
    [
        (1, 0, [True, False, False, False]), (2, 0, [False, True, False, False]), (3, 0, [True, True, False, False]),
        (2 | 4, 0o755, [False, True, True, False]), (2 | 4 | 1 << 14, 0o644, [False, True, False, True]),
        (2 | 1 << 13, 0o600, [False, True, False, True]),
    ],
)  # fmt: skip
def test_flags_of_an_open_are_fields(flags: int, mode: int, answers: list[bool], capture, fields) -> None:
    capture.processes().event(OPENAT, 3, -100, "/a", flags, mode, 0, 0)
    assert fields(capture, "evt.is_open_read", "evt.is_open_write", "evt.is_open_exec", "evt.is_open_create") == answers


def test_paths_of_at_calls_are_absolute(capture, fields) -> None:
    capture.processes().event(95, 0, "/srv").openat(1, 3, "a/../b")
    assert fields(capture, "evt.abspath", "evt.abspath.src") == ["/srv/b", "/srv/b"]
    capture.openat(1, 4, "x", 77)
    assert fields(capture, "evt.abspath") == ["<UNKNOWN>/x"]


def test_writing_to_dev_log_is_logging(capture, fields) -> None:
    capture.processes().openat(1, 3, "/dev/log").event(WRITE_X, 2, b"hi", 3, 2)
    assert fields(capture, "evt.is_syslog") == [True]
