from engine.event import ASYNC_EVENT, PLUGIN_EVENT
from engine.events import names


def test_there_are_454_events_and_the_two_that_plugins_use_stand_where_the_engine_says():
    assert len(names.ALL) == 454
    assert names.name_of(PLUGIN_EVENT) == "pluginevent"
    assert names.name_of(ASYNC_EVENT) == "asyncevent"


def test_events_system_calls_and_async_names_are_known_types():
    for name in ("open", "openat", "getppid", "pluginevent", "syscall", "NA", "page_fault_user", ""):
        assert names.known_event_type(name), name
    assert not names.known_event_type("nope")
    assert not names.known_event_type("container_added")
    assert names.known_event_type("container_added", {"container_added"})


def test_an_event_name_stands_for_all_its_versions():
    assert {names.name_of(code) for code in names.codes_of("execve")} == {"execve"}
    assert len(names.codes_of("execve")) > 2
    assert names.codes_of("open") == {2, 3}


def test_a_system_call_without_event_stands_for_the_generic_ones():
    assert names.codes_of("getppid") == names.GENERIC
    assert names.codes_of("") == names.GENERIC


def test_syscall_and_text_that_is_no_name_stand_for_nothing():
    assert names.codes_of("syscall") == frozenset()
    assert names.codes_of("nope") == frozenset()


def test_an_async_name_stands_for_the_async_event():
    assert names.codes_of("container_added", {"container_added"}) == {ASYNC_EVENT}


def test_names_of_codes_resolve_generic_events_to_their_system_calls():
    assert names.names_of({2, 3}) == {"open"}
    resolved = names.names_of({1, 3})
    assert {"open", "getppid", "readlink"} <= resolved
    assert "syscall" not in resolved
    assert "unknown" not in resolved


def test_an_event_tells_its_system_calls():
    assert names.syscalls_of({3}) == {"open"}
    assert names.syscalls_of(names.codes_of("page_fault")) == {"page_fault_user", "page_fault_kernel"}
    assert names.syscalls_of({PLUGIN_EVENT}) == frozenset()
