"""Descriptors: what opens, copies, inherits and closes them, and what they are called."""

import pytest

DUP, DUP2, DUP3, FCNTL, CLOSE_RANGE, PIPE2, CHDIR, FCHDIR, CHROOT = 367, 363, 365, 151, 451, 393, 95, 97, 267
DIRECTORY, CLOEXEC, CREATED, UPPER = 1 << 10, 1 << 12, 1 << 14, 1 << 15


@pytest.fixture
def started(capture) -> object:
    return capture.processes()


def test_open_gives_a_file_its_absolute_name(started, end) -> None:
    started.event(CHDIR, 0, "/srv").openat(1, 3, "a//b/../c")
    state = end(started)
    fd = state.event_fd()
    assert (fd.number, fd.type, fd.name, fd.name_raw) == (3, 16, "/srv/a/c", "a//b/../c")
    assert (fd.open_flags, fd.dev, fd.ino, state.fd_name_changed) == (1, 5, 6, True)


@pytest.mark.parametrize(
    ("dirfd", "path", "name"),
    [
        (3, "x", "/etc/x"),
        (3, "../x", "/x"),
        (3, "/x", "/x"),
        (9, "x", "<UNKNOWN>x"),
        (-100, "x", "/x"),
        (3, ".", "/etc"),
    ],
)
def test_a_path_is_relative_to_a_descriptor(dirfd: int, path: str, name: str, started, end) -> None:
    started.openat(1, 3, "/etc", flags=DIRECTORY).openat(1, 4, path, dirfd)
    assert end(started).event_fd().name == name


def test_a_path_that_is_too_long_has_another_name(started, end) -> None:
    started.openat(1, 3, "/" + "d" * 600, flags=DIRECTORY).openat(1, 4, "f" * 500, 3)
    assert end(started).event_fd().name == "/DIR_TOO_LONG/FILENAME_TOO_LONG"


def test_a_failed_open_changes_nothing(started, end) -> None:
    state = end(started.openat(1, -2, "/x"))
    assert (state.event_fd(), state.errorcode, state.find(1).fds()) == (None, 2, [])


def test_flags_say_directories_and_layers(started, end) -> None:
    state = end(started.openat(1, 3, "/d", flags=DIRECTORY | UPPER))
    assert (state.event_fd().type, state.event_fd().is_overlay_upper) == (2, True)


def test_the_enter_event_is_believed_before_the_exit(started, end) -> None:
    started.event(306, -100, "/real", 1, 0).openat(1, 3, "/tampered", flags=2 | CREATED)
    fd = end(started).event_fd()
    assert (fd.name, fd.open_flags) == ("/real", 1 | CREATED)


def test_close_takes_a_descriptor_away_only_after_its_event(started, play) -> None:
    started.openat(1, 3, "/a").close(1, 3).idle()
    seen = [(kernel.code, kernel.state.find(1).fd(3) is not None) for kernel in play(started)]
    assert seen == [(307, True), (5, True), (1, False)]


def test_a_failed_close_closes_nothing(started, end) -> None:
    assert end(started.openat(1, 3, "/a").event(5, -4, 3).idle()).find(1).fd(3) is not None


def test_copies_do_not_close_on_exec_unless_they_say_so(started, end) -> None:
    started.openat(1, 3, "/a", flags=1 | CLOEXEC)
    started.event(DUP, 4, 3).event(DUP2, 5, 3, 5).event(DUP3, 6, 3, 6, CLOEXEC)
    started.event(FCNTL, 7, 3, 1, 7).event(FCNTL, 8, 3, 26, 8)
    thread = end(started).find(1)
    assert [thread.fd(n).name for n in range(3, 9)] == ["/a"] * 6
    assert [bool(thread.fd(n).open_flags & CLOEXEC) for n in range(3, 9)] == [True, False, False, True, False, True]
    assert [fd.number for fd in end(started.execve(1, "new")).find(1).fds()] == [4, 5, 7]


def test_a_copy_does_not_count_as_renamed(started, end) -> None:
    assert end(started.openat(1, 3, "/a").event(DUP, 4, 3)).fd_name_changed is False


def test_fcntl_sets_and_clears_close_on_exec(started, end) -> None:
    started.openat(1, 3, "/a").event(FCNTL, 0, 3, 3, 1)
    assert end(started).find(1).fd(3).open_flags & CLOEXEC
    assert not end(started.event(FCNTL, 0, 3, 3, 0)).find(1).fd(3).open_flags & CLOEXEC


def test_standard_streams_from_a_pipe_mark_the_process(started, end) -> None:
    started.event(PIPE2, 0, 3, 4, 99, CLOEXEC).event(DUP2, 0, 3, 0).event(DUP2, 1, 4, 1)
    thread = end(started).find(1)
    assert (thread.fd(0).type, thread.fd(0).ino) == (7, 99)
    assert thread.flags & (1 << 22)
    assert thread.flags & (1 << 21)


def test_close_range_closes_or_marks(started, end) -> None:
    for number in range(3, 8):
        started.openat(1, number, f"/{number}")
    started.event(CLOSE_RANGE, 0, 4, 5, 0).event(CLOSE_RANGE, 0, 6, 0xFFFFFFFF, 4)
    assert [(fd.number, bool(fd.open_flags & CLOEXEC)) for fd in end(started).find(1).fds()] == [
        (3, False), (6, True), (7, True),
    ]  # fmt: skip


def test_after_a_fork_each_side_changes_its_own(started, end) -> None:
    started.openat(1, 3, "/both").openat(1, 4, "/closed").clone(1, 2)
    started.close(2, 4).openat(2, 5, "/child").openat(1, 6, "/parent").event(FCNTL, 0, 3, 3, 1, tid=2).idle()
    state = end(started)
    assert [fd.name for fd in state.find(1).fds()] == ["/both", "/closed", "/parent"]
    assert [fd.name for fd in state.find(2).fds()] == ["/both", "/child"]
    assert not state.find(1).fd(3).open_flags & CLOEXEC
    assert state.find(2).fd(3).open_flags & CLOEXEC


@pytest.mark.parametrize(
    ("code", "params", "kind", "flags"),
    [
        (63, (3,), 9, 0), (397, (3, 64), 9, 64), (127, (3,), 11, 0), (399, (3, 64), 11, 64), (137, (3, 0, 7), 14, 7),
        (139, (3,), 13, 0), (395, (3, 64), 13, 64), (369, (3,), 17, 0), (321, (3,), 18, 0), (339, (3,), 19, 0),
        (375, (3,), 12, 0), (377, (3, 1), 12, CLOEXEC), (405, (3, "name", 1), 20, 1), (409, (3, 77, 0), 21, 0),
    ],
)  # fmt: skip
def test_other_calls_make_other_descriptors(code: int, params, kind: int, flags: int, started, end) -> None:
    fd = end(started.event(code, *params)).event_fd()
    assert (fd.number, fd.type, fd.open_flags) == (3, kind, flags)


def test_a_descriptor_is_taken_out_of_another_process(started, end) -> None:
    started.clone(1, 2).openat(2, 8, "/secret").event(409, 3, 2, 0).event(407, 4, 3, 8, 0)
    fd = end(started).event_fd()
    assert (fd.number, fd.name, bool(fd.open_flags & CLOEXEC)) == (4, "/secret", True)
    assert end(started).find(1).fd(3).name == "/proc/2"


def test_a_full_table_of_descriptors_takes_no_more(started, end) -> None:
    for number in range(10):
        started.openat(1, number, f"/{number}")
    state = end(started, max_fds=4)
    assert (state.find(1).fd_count, state.counters["dropped_fds"]) == (4, 6)


# ---- directories


def test_directories_change_by_path_and_by_descriptor(started, end) -> None:
    started.event(CHDIR, 0, "a").event(CHDIR, 0, "b").event(CHDIR, -2, "/no")
    assert end(started).find(1).cwd == "/a/b/"
    started.openat(1, 3, "/etc/x", flags=DIRECTORY).event(FCHDIR, 0, 3)
    assert end(started).find(1).cwd == "/etc/x/"
    assert end(started.event(CHDIR, 0, "..")).find(1).cwd == "/etc/"


def test_a_child_starts_where_its_parent_was(started, end) -> None:
    started.event(CHDIR, 0, "/a").clone(1, 2).event(CHDIR, 0, "/b")
    state = end(started)
    assert (state.find(1).cwd, state.find(2).cwd) == ("/b/", "/a/")


def test_chroot_is_relative_to_the_working_directory(started, end) -> None:
    assert end(started.event(CHDIR, 0, "/a").event(CHROOT, 0, "jail")).find(1).root == "/a/jail"
    assert end(started.event(CHROOT, 0, "/other/")).find(1).root == "/other/"


def test_fields_can_ask_for_another_descriptor(started, end) -> None:
    state = end(started.openat(1, 3, "/a").openat(1, 4, "/b"))
    state.set_event_fd(3)
    assert state.event_fd().name == "/a"
