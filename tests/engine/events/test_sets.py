from engine.events import names, sets
from engine.events.tables import SYSCALLS


def ids(*wanted: str) -> set[int]:
    return {SYSCALLS.index(name) for name in wanted}


def test_reading_and_writing_is_ignored_unless_it_keeps_state():
    assert sets.event_names(sets.ignored()) == {
        "pread", "preadv", "pwrite", "pwritev", "read", "readv", "recv", "send", "sendfile", "write", "writev",
    }  # fmt: skip


def test_the_state_set_holds_what_opens_closes_and_starts():
    assert ids("open", "close", "clone", "execve", "sched_process_exit") <= sets.state()
    assert not ids("read", "getppid") & sets.state()


def test_events_of_ids_and_ids_of_events_belong_together():
    assert sets.codes_of_ids(ids("open")) == names.codes_of("open")
    assert sets.codes_of_ids(ids("getppid")) == names.GENERIC
    assert ids("getppid", "readlink") <= sets.ids_of(names.GENERIC)


def test_an_id_without_event_of_its_own_has_its_own_name():
    assert sets.event_names(ids("open", "getppid")) == {"open", "getppid"}
