from engine.events import tables
from engine.events.kinds import SUBJECT, Category, EventFlag, SyscallFlag
from engine.events.names import codes_of


def test_every_event_has_parameters_of_known_types_and_tables_that_exist():
    for name, _, _, raw in tables.EVENTS:
        assert len(raw) <= 32, name
        for _, type_, form, info in raw:
            assert form in {"NA", "DEC", "HEX", "OCT"}
            known = info in tables.FLAGS or info in tables.DYNAMIC or info.startswith("dirfd:") or not info
            assert known, (name, info)
            assert (type_ == "DYNAMIC") == (info in tables.DYNAMIC)


def test_owners_and_numbers_point_at_system_calls_that_have_names():
    assert len(tables.OWNERS) == len(tables.EVENTS)
    assert all(tables.SYSCALLS[id_] for owners in tables.OWNERS for id_ in owners)
    assert tables.SYSCALLS[tables.NUMBERS[59][0]] == "execve"
    assert SyscallFlag(tables.NUMBERS[59][1]) == SyscallFlag.USED | SyscallFlag.NEVER_DROP
    assert tables.NUMBERS[59][2:] == (max(codes_of("execve")) - 1, max(codes_of("execve")))


def test_categories_and_flags_read_as_bits():
    _, category, flags, _ = tables.EVENTS[3]
    assert Category(category) == Category.FILE | Category.SYSCALL
    assert Category(category) & SUBJECT == Category.FILE
    assert EventFlag.CREATES_FD in EventFlag(flags)
    assert EventFlag.OLD_VERSION in EventFlag(tables.EVENTS[4][2])
    assert EventFlag.LARGE_PAYLOAD in EventFlag(tables.EVENTS[322][2])
