"""Fields of a process's ancestors and leaders."""

import pytest

from engine.values import Candidates

THREAD, IN_PIDNS = 1 << 13, 1 << 29


@pytest.fixture
def family(capture) -> object:
    """init, a shell, a program that started a thread, and its child."""
    capture.processes().clone(1, 2).execve(2, "bash", env=b"A=shell\0").clone(2, 3, pid=2)
    capture.execve(3, "prog", ptid=2, args=b"x\0", env=b"B=prog\0").clone(3, 4, THREAD, pid=3, ptid=2)
    return capture.clone(4, 5, pid=3, ptid=2).execve(5, "child", ptid=4, env=b"C=child\0")


def test_the_parent_is_a_process_not_a_thread(family, fields) -> None:
    assert fields(family, "proc.pname", "proc.pexe", "proc.pexepath", "proc.pcmdline", "proc.ppid", "proc.pvpid") == [
        "prog", "/bin/prog", "/usr/bin/prog", "prog x", 3, 3,
    ]  # fmt: skip


def test_ancestors_are_numbered_from_the_process_up(family, fields) -> None:
    assert fields(family, *(f"proc.aname[{n}]" for n in range(5))) == ["child", "prog", "bash", "init", None]
    assert fields(family, *(f"proc.apid[{n}]" for n in range(5))) == [5, 3, 2, 1, None]
    assert fields(family, "proc.aexe[2]", "proc.aexepath[1]", "proc.acmdline[1]", "proc.aargs[1]") == [
        "/bin/bash", "/usr/bin/prog", "prog x", "x",
    ]  # fmt: skip


def test_without_a_number_any_ancestor_will_do(family, fields) -> None:
    # Here it is the thread that made the child, by its own name, and not its process.
    assert fields(family, "proc.aname", "proc.apid", "proc.aargs") == [
        Candidates(("sh", "bash", "init"), "sh bash init"), Candidates((3, 2, 1), 5), "-c true  ",
    ]  # fmt: skip


def test_who_has_no_ancestors_has_no_such_field(capture, fields) -> None:
    assert fields(capture.processes().idle(), "proc.aname", "proc.aexe", "proc.aargs", "proc.pname") == [None] * 4


def test_variables_are_looked_for_among_the_ancestors(family, fields) -> None:
    assert fields(family, "proc.aenv[A]", "proc.aenv[B]", "proc.aenv[C]", "proc.aenv[NONE]") == [
        "shell",
        "prog",
        "",
        "",
    ]
    (found, second) = fields(family, "proc.aenv", "proc.aenv[2]")
    assert (found.values, found.shown, second.shown) == (("B=prog", "A=shell", ""), "C=child", "A=shell")


def test_the_login_shell_is_the_oldest_one(family, fields) -> None:
    assert fields(family.clone(5, 6, pid=5).execve(6, "zsh", ptid=5), "proc.loginshellid") == [2]


def test_leaders_of_sessions_and_groups_have_names(family, fields) -> None:
    family.event(275, 2, tid=2).clone(2, 7, pid=2).idle(7)
    assert fields(family, "proc.sid", "proc.sname", "proc.sid.exe", "proc.sid.exepath") == [
        2, "bash", "/bin/bash", "/usr/bin/bash",
    ]  # fmt: skip


def test_in_a_pid_namespace_the_leader_is_looked_for_among_the_ancestors(capture, fields) -> None:
    capture.processes().clone(10, 0, IN_PIDNS, pid=10, ptid=1, vtid=1, vpid=1, comm="leader").event(275, 1, tid=10)
    capture.clone(11, 0, IN_PIDNS, pid=11, ptid=10, vtid=2, vpid=2, comm="member").idle(11)
    assert fields(capture, "proc.sid", "proc.sname") == [1, "init"]


def test_a_leader_that_is_gone_has_an_empty_name(capture, process, fields) -> None:
    assert fields(capture.processes(process(7, ptid=0, sid=99)).idle(7), "proc.sname", "proc.sid.exe") == ["", ""]
