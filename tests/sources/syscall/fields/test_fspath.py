"""The paths of calls that work on files by name."""

import pytest


def events() -> dict[str, int]:
    from engine.events.tables import EVENTS

    return {event[0]: code for code, event in enumerate(EVENTS) if code & 1 and not event[2] & (1 << 9)}


CODES = events()


def test_one_path_is_made_absolute(capture, fields) -> None:
    capture.processes().event(95, 0, "/srv").event(CODES["mkdir"], 0, "new/dir", 0)
    assert fields(capture, "fs.path.name", "fs.path.nameraw", "fs.path.source") == ["/srv/new/dir", "new/dir", None]


def test_a_failed_call_has_no_path(capture, fields) -> None:
    capture.processes().event(CODES["mkdir"], -17, "/a", 0)
    assert fields(capture, "fs.path.name", "fs.path.nameraw") == [None, None]


def test_a_rename_has_a_source_and_a_target(capture, fields) -> None:
    capture.processes().event(95, 0, "/srv").event(CODES["rename"], 0, "old", "/new")
    assert fields(capture, "fs.path.source", "fs.path.target", "fs.path.sourceraw", "fs.path.targetraw", "fs.path.name") == [
        "/srv/old", "/new", "old", "/new", None,
    ]  # fmt: skip


@pytest.mark.parametrize(("path", "made"), [("file", "/etc/file"), ("/abs", "/abs"), ("../up", "/up")])
def test_an_opened_file_has_the_descriptors_name(path: str, made: str, capture, fields) -> None:
    capture.processes().openat(1, 3, "/etc", flags=1 << 10).openat(1, 4, path, 3)
    assert fields(capture, "fs.path.name", "fs.path.nameraw") == [made, path]


def test_other_events_have_no_path(capture, fields) -> None:
    assert fields(capture.processes().idle(), "fs.path.name", "fs.path.source", "fs.path.target") == [None] * 3
