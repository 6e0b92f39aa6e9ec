"""Files that change while somebody watches."""

import os
import threading

import pytest

from supervisor.watching import fingerprint, watching


class Watched:
    """Counts changes, and waits for them."""

    def __init__(self) -> None:
        self.count = 0
        self._more = threading.Condition()

    def changed(self) -> None:
        with self._more:
            self.count += 1
            self._more.notify_all()

    def after(self, count: int) -> bool:
        with self._more:
            return self._more.wait_for(lambda: self.count >= count, timeout=20)


@pytest.fixture
def rules(tmp_path):
    folder = tmp_path / "rules.d"
    folder.mkdir()
    (folder / "a.yaml").write_text("one")
    return folder


def _write(path) -> None:
    path.write_text("two, and longer")


def _replace(path) -> None:
    new = path.with_suffix(".new")
    new.write_text("one")
    new.replace(path)


def _remove(path) -> None:
    path.unlink()


@pytest.mark.parametrize("change", [_write, _replace, _remove])
def test_a_file_that_is_written_replaced_or_removed_is_noticed(rules, change) -> None:
    watched = Watched()
    with watching(lambda: [str(rules / "a.yaml")], watched.changed):
        change(rules / "a.yaml")
        assert watched.after(1)


def test_a_file_that_comes_into_a_folder_is_noticed(rules) -> None:
    watched = Watched()
    with watching(lambda: [str(rules)], watched.changed):
        (rules / "b.yaml").write_text("three")
        assert watched.after(1)


def test_a_link_that_points_elsewhere_is_a_change(rules, tmp_path) -> None:
    """How Kubernetes renews a ConfigMap: `..data` is a link to a folder, and is replaced."""
    for name in ("first", "second"):
        (rules / name).mkdir()
        (rules / name / "r.yaml").write_text(name)
    (rules / "..data").symlink_to("first")
    (tmp_path / "r.yaml").symlink_to(rules / "..data" / "r.yaml")
    watched = Watched()
    with watching(lambda: [str(tmp_path / "r.yaml")], watched.changed):
        (rules / "..new").symlink_to("second")
        (rules / "..new").rename(rules / "..data")
        assert watched.after(1)


def test_what_stays_as_it_was_is_no_change(rules) -> None:
    before = fingerprint([str(rules), "/nowhere/at/all"])
    (rules / "a.yaml").read_text()
    assert fingerprint([str(rules), "/nowhere/at/all"]) == before
    os.utime(rules / "a.yaml", ns=(1, 1))
    assert fingerprint([str(rules), "/nowhere/at/all"]) != before


def test_a_file_nobody_named_is_not_noticed(rules, tmp_path) -> None:
    watched = Watched()
    with watching(lambda: [str(rules / "a.yaml")], watched.changed):
        (rules / "other.txt").write_text("x")
        _write(rules / "a.yaml")
        assert watched.after(1)
    assert watched.count == 1


def test_where_there_is_nothing_to_watch_it_ends_at_once() -> None:
    with watching(list, lambda: None):
        pass
