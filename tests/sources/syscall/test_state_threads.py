"""The thread table: who is whose child, what is inherited, who is gone."""

import pytest

THREAD, VFORK, IN_PIDNS, FILES = 1 << 13, 1 << 27, 1 << 29, 1
CLONE, VFORK_X, SWITCH, PROCINFO, PRCTL, SETUID, SETSID, CAPSET, UNSHARE = 223, 227, 152, 234, 401, 199, 275, 353, 285


def test_a_child_has_what_its_parent_has(capture, end) -> None:
    capture.processes().execve(1, "systemd", env=b"HOME=/root\0").clone(1, 2, comm="child")
    child = end(capture).find(2)
    assert (child.pid, child.ptid, child.comm, child.args) == (2, 1, "child", ["-c", "true"])
    assert (child.exepath, child.env, child.cwd) == ("/usr/bin/systemd", ["HOME=/root"], "/")


def test_the_childs_own_event_says_the_same_again(capture, end) -> None:
    state = end(capture.processes().clone(1, 2).clone(2, 0, pid=2, ptid=1, comm="other"))
    assert state.find(2).comm == "sh"


def test_whoever_comes_first_makes_the_child(capture, end) -> None:
    state = end(capture.processes().clone(2, 0, pid=2, ptid=1, comm="first").clone(1, 2, comm="second"))
    assert state.find(2).comm == "first"


@pytest.mark.parametrize("flags", [VFORK, IN_PIDNS, 1 << 6, 1 << 8])
def test_some_children_are_only_made_by_themselves(flags: int, capture, end) -> None:
    assert end(capture.processes().clone(1, 2, flags)).find(2) is None


def test_a_child_in_a_pid_namespace_has_two_ids(capture, end) -> None:
    capture.processes().clone(5000, 0, IN_PIDNS, pid=5000, ptid=1, vtid=1, vpid=1)
    child = end(capture).find(5000)
    assert (child.tid, child.vtid, child.vpid, child.in_pid_namespace) == (5000, 1, 1, True)


def test_a_child_that_already_exited_is_not_made_again(capture, end) -> None:
    capture.processes().clone(2, 0, pid=2, ptid=1).exit(2).idle().clone(1, 2)
    assert end(capture).find(2) is None


def test_an_id_is_given_to_another_process_after_a_while(capture, end) -> None:
    capture.processes().clone(2, 0, pid=2, ptid=1, comm="old").clone(
        2, 0, pid=2, ptid=1, comm="new", after=3_000_000_000
    )
    assert end(capture).find(2).comm == "new"


def test_a_thread_shares_what_its_process_has(capture, end) -> None:
    capture.processes().clone(1, 2).clone(2, 3, THREAD).openat(3, 7, "/a").event(95, 0, "/tmp", tid=3)
    state = end(capture)
    thread, main = state.find(3), state.find(2)
    assert (thread.pid, thread.is_main, thread.main() == main) == (2, False, True)
    assert (main.fd(7).name, thread.fd_count, main.cwd) == ("/a", 1, "/tmp/")
    assert (main.group_size, main.group_size_without_main) == (2, 1)


def test_a_dead_main_thread_stays_until_the_last_thread_is_gone(capture, end) -> None:
    capture.processes().clone(1, 2).clone(2, 3, THREAD).exit(2).idle()
    state = end(capture)
    assert state.find(2).is_dead
    assert state.find(3).group_size == 1
    state = end(capture.exit(3).idle())
    assert (state.find(2), state.find(3)) == (None, None)


def test_exec_ends_the_other_threads(capture, end) -> None:
    capture.processes().clone(1, 2).clone(2, 3, THREAD).clone(2, 4, THREAD).execve(2, "new")
    state = end(capture)
    assert (state.find(3), state.find(4), state.find(2).comm) == (None, None, "new")
    assert state.find(2).group_size == 1


def test_exec_by_another_thread_brings_the_main_thread_back(capture, end) -> None:
    capture.processes().clone(1, 2).clone(2, 3, THREAD).exit(2).execve(2, "risen")
    main = end(capture).find(2)
    assert (main.is_dead, main.comm, main.group_size) == (False, "risen", 1)


def test_a_thread_nobody_knows_is_made_up(capture, end) -> None:
    thread = end(capture.processes().idle(99)).find(99)
    assert (thread.comm, thread.exe, thread.pid, thread.is_invalid, thread.cwd) == ("<NA>", "<NA>", -1, True, "./")


@pytest.mark.parametrize("code", [SWITCH, PROCINFO])
def test_some_events_make_up_no_thread(code: int, capture, end) -> None:
    assert end(capture.processes().idle().event(code, 1, 2, tid=99)).find(99) is None


def test_an_exit_makes_up_no_thread(capture, end) -> None:
    assert end(capture.processes().exit(99).idle()).find(99) is None


def test_exec_tells_who_a_made_up_thread_is(capture, end) -> None:
    thread = end(capture.processes().idle(99).execve(99, "known")).find(99)
    assert (thread.pid, thread.ptid, thread.vpid, thread.is_invalid) == (99, 1, 99, False)
    assert thread.parent().tid == 1


def test_an_exiting_thread_is_there_until_the_next_event(capture, play) -> None:
    capture.processes().clone(1, 2).exit(2).idle()
    seen = [kernel.state.find(2) is not None for kernel in play(capture)]
    assert seen == [True, True, False]


# ---- parents


def test_orphans_go_to_whom_the_kernel_says(capture, end) -> None:
    capture.processes().clone(1, 2).clone(2, 3).clone(1, 4).exit(2, reaper=4).idle()
    assert end(capture).find(3).ptid == 4


def test_orphans_go_to_the_nearest_ancestor_that_reaps(capture, end) -> None:
    capture.processes().clone(1, 2).event(PRCTL, 0, 36, None, 1, tid=2).clone(2, 3).clone(3, 4).exit(3).idle()
    assert end(capture).find(4).ptid == 2


def test_orphans_go_to_init_at_last(capture, end) -> None:
    assert end(capture.processes().clone(1, 2).clone(2, 3).exit(2).idle()).find(3).ptid == 1


def test_orphans_of_a_thread_go_to_another_one_of_its_process(capture, end) -> None:
    capture.processes().clone(1, 2).clone(2, 3, THREAD).clone(2, 5).exit(2).idle()
    assert end(capture).find(5).ptid == 3


def test_a_loop_of_parents_is_cut(capture, end, process) -> None:
    capture.processes(process(1, ptid=0), process(2, ptid=3), process(3, ptid=2)).idle(2)
    thread = end(capture).find(2)
    assert len(thread.lineage()) <= 3
    assert thread.ancestor(4) is not None


def test_ancestors_are_counted_by_process(capture, end) -> None:
    capture.processes().clone(1, 2, comm="a").clone(2, 3, THREAD).clone(3, 4, comm="b", pid=2)
    thread = end(capture).find(4)
    assert [thread.ancestor(n).comm for n in range(3)] == ["b", "a", "init"]
    assert thread.ancestor(3) is None


# ---- limits


def test_a_full_table_takes_nobody_in(capture, end) -> None:
    capture.processes()
    for child in range(2, 30):
        capture.clone(1, child)
    state = end(capture, max_threads=10)
    assert (state.counters["threads"], state.counters["dropped_threads"]) == (10, 19)


def test_churn_leaves_nothing_behind(capture, end) -> None:
    capture.processes()
    for round_ in range(300):
        tid = 100 + round_
        capture.clone(1, tid).clone(tid, 0, pid=tid).openat(tid, 3, f"/file{round_}").execve(tid, "short").exit(tid)
    state = end(capture.idle())
    assert state.counters["threads"] == state.counters["groups"] == 1
    assert state.counters["bytes"] < 10_000


def test_memory_is_given_back_to_the_last_byte_but_a_name(capture, end) -> None:
    before = end(type(capture)().processes().idle().section().idle()).counters["bytes"]
    capture.processes()
    for tid in range(2, 60):
        capture.clone(1, tid).execve(tid, "prog", cgroups=b"cpu=/lxc/x\0").openat(tid, 3, "/a").clone(
            tid, tid + 100, pid=tid
        )
        capture.event(95, 0, "/tmp", tid=tid + 100).event(19, 4, 2, 1, 0, 0, tid=tid).event(
            306, -100, "/b", 1, 0, tid=tid
        )
    capture.section().idle()
    assert 0 <= end(capture).counters["bytes"] - before < 100


def test_what_a_capture_may_take_is_bounded(capture, end) -> None:
    capture.processes()
    for tid in range(2, 200):
        capture.clone(1, tid).openat(tid, 3, "/" + "x" * 900).execve(tid, "prog", env=b"A=" + b"y" * 3000)
    state = end(capture, max_bytes=100_000)
    assert 50_000 < state.counters["bytes"] < 150_000
    assert state.counters["dropped_threads"] > 0


def test_forgotten_threads_are_purged_where_time_goes_on(capture, end) -> None:
    capture.processes().clone(1, 2).idle(99).idle(2).event(1, 0, 0, tid=1, after=2000 * 10**9).idle()
    assert sorted(thread.tid for thread in end(capture).threads()) == [1, 2, 99]
    assert [thread.tid for thread in end(capture, purging=True).threads()] == [1]
    assert sorted(thread.tid for thread in end(capture, purging=True, thread_timeout_s=9000).threads()) == [1, 2]


# ---- what else changes a process


def test_credentials_follow_the_calls_that_set_them(capture, end) -> None:
    capture.processes().event(SETUID, 0, 33).event(201, 0, 34).event(193, 0, 1, 35, 2).event(SETSID, 44)
    capture.event(CAPSET, 0, 1, 2, 3).event(SETUID, -1, 77)
    thread = end(capture).find(1)
    assert (thread.uid, thread.gid, thread.sid) == (35, 34, 44)
    assert (thread.cap_inheritable, thread.cap_permitted, thread.cap_effective) == (1, 2, 3)


def test_a_new_user_namespace_gives_all_capabilities(capture, end) -> None:
    assert end(capture.processes().event(UNSHARE, 0, 1 << 20)).find(1).cap_effective == (1 << 41) - 1


def test_exec_says_all_about_a_program(capture, end) -> None:
    thread = end(capture.processes().execve(1, "prog", args=b"a\0b c\0", flags=1 | 2 | 4 | 8, uid=5)).find(1)
    assert (thread.comm, thread.exe, thread.exepath, thread.args) == (
        "prog",
        "/bin/prog",
        "/usr/bin/prog",
        ["a", "b c"],
    )
    assert (thread.exe_writable, thread.exe_upper_layer, thread.exe_from_memfd, thread.exe_lower_layer) == (True,) * 4
    assert (thread.exe_ino, thread.exe_ino_ctime, thread.exe_ino_mtime, thread.uid) == (11, 12, 13, 5)


def test_limits_count_for_the_process(capture, end) -> None:
    capture.processes().clone(1, 2).clone(2, 3, THREAD).event(143, 0, 77, 99, 7, tid=3)
    assert end(capture).find(2).fd_limit == 77
    assert end(capture.event(145, 0, 55, 60, 77, 99, 2, 7, tid=1)).find(2).fd_limit == 55
