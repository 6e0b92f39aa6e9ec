"""Fields of users and groups."""

import pytest

HEX = "0123456789abcdef" * 4


@pytest.fixture
def known(capture) -> object:
    capture.processes().idle()
    return capture.event(354, 33, 34, "www", "/var/www", "/bin/nologin", "").event(358, 34, "web", "")


def test_known_users_have_names(known, fields) -> None:
    known.event(199, 0, 33).event(201, 0, 34)
    assert fields(known, "user.uid", "user.name", "user.homedir", "user.shell", "group.gid", "group.name") == [
        33, "www", "/var/www", "/bin/nologin", 34, "web",
    ]  # fmt: skip


def test_unknown_users_are_called_so_except_root(known, fields) -> None:
    known.event(199, 0, 77).event(201, 0, 78)
    assert fields(known, "user.uid", "user.name", "user.homedir", "user.shell", "group.gid", "group.name") == [
        77, "<NA>", "<NA>", "<NA>", 78, "<NA>",
    ]  # fmt: skip
    known.event(199, 0, 0).event(201, 0, 0)
    assert fields(known, "user.name", "user.homedir", "user.shell", "group.name") == ["root", "/root", "<NA>", "root"]


def test_users_of_the_host_do_not_count_in_a_container(known, fields) -> None:
    known.execve(1, "prog", cgroups=f"cpu=/docker/{HEX}\0".encode(), uid=33)
    assert fields(known, "user.uid", "user.name", "user.loginname") == [33, "<NA>", "<NA>"]


def test_who_never_logged_in_has_no_login(known, fields) -> None:
    assert fields(known.idle(), "user.loginuid", "user.loginname") == [-1, "<NA>"]
