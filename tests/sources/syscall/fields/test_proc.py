"""Fields of a process and its threads."""

import pytest

THREAD = 1 << 13


@pytest.fixture
def running(capture) -> object:
    return capture.processes().execve(1, "prog", args=b"-a\0b c\0\xff\0", env=b"HOME=/root\0PATH= /bin \0EMPTY=\0")


def test_names_and_arguments_are_those_of_the_thread(running, fields) -> None:
    assert fields(running, "proc.name", "proc.exe", "proc.exepath", "proc.args", "proc.args[1]", "proc.args[9]") == [
        "prog", "/bin/prog", "/usr/bin/prog", "-a b c \udcff", "b c", "",
    ]  # fmt: skip
    assert fields(running, "proc.cmdline", "proc.exeline", "proc.cmdnargs", "proc.cmdlenargs") == [
        "prog -a b c \udcff", "/bin/prog -a b c \udcff", 3, 6,
    ]  # fmt: skip


def test_a_program_without_arguments_has_a_blank_behind_its_exe(capture, fields) -> None:
    assert fields(capture.processes().execve(1, "prog"), "proc.args", "proc.cmdline", "proc.exeline") == [
        "",
        "prog",
        "/bin/prog ",
    ]


def test_the_environment_is_whole_or_by_name(running, fields) -> None:
    assert fields(running, "proc.env", "proc.env[HOME]", "proc.env[PATH]", "proc.env[EMPTY]", "proc.env[NONE]") == [
        "HOME=/root PATH= /bin  EMPTY=", "/root", "/bin", "", "",
    ]  # fmt: skip


def test_what_is_unknown_is_missing(running, fields) -> None:
    assert fields(
        running, "proc.pidns_init_start_ts", "proc.duration", "proc.pid.ts", "proc.stdin.name", "thread.cpu", "thread.cgroup.cpu"
    ) == [None] * 6  # fmt: skip


def test_ids_and_leaders_are_compared_in_their_namespaces(capture, fields) -> None:
    capture.processes().execve(1, "prog").clone(1, 2).clone(2, 3, THREAD).event(275, 2, tid=2).idle(3)
    assert fields(capture, "proc.pid", "thread.tid", "thread.vtid", "proc.vpid", "thread.ismain", "proc.is_sid_leader") == [
        2, 3, 3, 2, False, False,
    ]  # fmt: skip
    assert fields(capture.idle(2), "proc.is_sid_leader", "proc.nthreads", "proc.nchilds") == [True, 2, 1]


def test_flags_of_the_executable_are_fields(capture, fields) -> None:
    names = ("writable", "upper_layer", "from_memfd", "lower_layer")
    for bit in range(4):
        one = type(capture)().processes().execve(1, "prog", flags=1 << bit)
        assert fields(one, *(f"proc.is_exe_{name}" for name in names)) == [number == bit for number in range(4)]


def test_times_count_from_the_clone(capture, fields) -> None:
    capture.processes().clone(1, 2).clone(2, 3, pid=2).event(1, 0, 0, tid=3, after=5000)
    started = capture.ts - 5000
    assert fields(capture, "proc.pid.ts", "proc.duration", "proc.ppid.ts", "proc.ppid.duration") == [
        started, 5000, started - 1000, 6000,
    ]  # fmt: skip


def test_where_the_parents_start_is_unknown_falco_shows_how_many_descriptors_are_open(capture, fields) -> None:
    capture.processes().openat(1, 3, "/a").clone(1, 2).idle(2)
    assert fields(capture, "proc.ppid.duration") == [1]


def test_descriptors_are_counted_against_their_limit(capture, fields) -> None:
    capture.processes().clone(1, 2).openat(2, 3, "/a").openat(2, 4, "/b").event(143, 0, 8, 8, 7, tid=2).idle(2)
    assert fields(capture, "proc.fdopencount", "proc.fdlimit", "proc.fdusage") == [2, 8, 25.0]


def test_standard_streams_have_names_and_types(capture, fields) -> None:
    capture.processes().openat(1, 0, "/dev/null").event(61, 0, 1, 2, 9)
    assert fields(capture, "proc.stdin.name", "proc.stdin.type", "proc.stdout.name", "proc.stdout.type") == [
        "/dev/null", "file", "", "pipe",
    ]  # fmt: skip


def test_capabilities_have_names(capture, fields) -> None:
    capture.processes().event(353, 0, 0, 1 | 1 << 40, (1 << 41) - 1)
    inheritable, permitted, effective = fields(
        capture, "thread.cap_inheritable", "thread.cap_permitted", "thread.cap_effective"
    )
    assert (inheritable, permitted) == ("", "CAP_CHOWN CAP_CHECKPOINT_RESTORE")
    assert len(effective.split()) == 41


def test_control_groups_are_whole_or_by_subsystem(capture, fields) -> None:
    capture.processes().execve(1, "prog", cgroups=b"cpu=/a\0memory=/b\0")
    assert fields(capture, "thread.cgroups", "thread.cgroup.memory", "thread.cgroup.pids") == [
        "cpu=/a memory=/b",
        "/b",
        None,
    ]


def test_cpu_is_what_was_used_between_two_samples(capture, fields) -> None:
    capture.processes().event(234, 10, 5)
    names = ("thread.cpu", "thread.cpu.user", "thread.cpu.system")
    assert fields(capture, *names) == [0.0, 0.0, 0.0]
    assert fields(capture, *names, *names) == [0.0] * 6


def test_memory_of_a_thread_is_its_main_ones(capture, fields) -> None:
    capture.processes().clone(1, 2).clone(2, 3, THREAD).event(165, 0, 100, 50, 1, 0, 0, tid=3)
    assert fields(capture, "proc.vmsize", "proc.vmrss", "proc.vmswap", "thread.vmsize", "thread.vmrss") == [
        100,
        50,
        1,
        0,
        0,
    ]


def test_events_without_a_thread_have_no_process(capture, fields) -> None:
    capture.processes().idle().event(402, 0, "container", b"{}", tid=-1)
    assert fields(capture, "proc.name", "proc.pid", "proc.aname[1]", "user.name", "group.gid", "thread.tid") == [
        None
    ] * 5 + [-1]
