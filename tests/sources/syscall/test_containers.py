"""Containers as events describe them."""

import msgspec
import pytest

from sources.syscall import containers


def test_the_oldest_containers_make_room() -> None:
    known = containers.Containers()
    for number in range(containers.MOST + 10):
        known.matched(str(number), 1)
    last = known.get(str(containers.MOST))
    assert last is not None
    assert (known.get("0"), last.id) == (None, str(containers.MOST))
    assert known.get("") is containers.HOST_CONTAINER


def test_what_is_said_last_counts() -> None:
    known = containers.Containers()
    known.added(b'{"container": {"id": "a", "name": "one", "name": "two"}}', 1)
    known.added(b'{"container": {"id": "b"}}', 2)
    found = known.get("a")
    assert found is not None
    assert found.name == "two"
    assert (known.of_event(1), known.of_event(2)) == (None, known.get("b"))


def test_a_container_that_is_gone_is_still_that_of_its_event() -> None:
    known = containers.Containers()
    known.added(b'{"container": {"id": "a", "name": "one"}}', 1)
    known.removed(b'{"container": {"id": "a", "name": "one"}}', 2)
    told = known.of_event(2)
    assert known.get("a") is None
    assert told is not None
    assert told.name == "one"


@pytest.mark.parametrize(
    "wrong", [b"", b"[]", b"{}", b'{"container": {"id": null}}', b'{"container": {"labels": [1]}}']
)
def test_wrong_descriptions_are_refused(wrong: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        containers.Containers().added(wrong, 1)


def test_nulls_stand_where_lists_could() -> None:
    known = containers.Containers()
    known.added(
        b'{"container": {"id": "a", "labels": null, "pod_sandbox_labels": null, "Mounts": null, "env": null}}', 1
    )
    found = known.get("a")
    assert found is not None
    assert (found.labels, found.mounts, found.type_name) == (None, None, "")


def test_events_of_other_plugins_say_nothing() -> None:
    known = containers.Containers()
    known.async_event(b"somebody", b'{"container": {"id": "a"}}', 1)
    assert (known.get("a"), known.of_event(1)) == (None, None)
