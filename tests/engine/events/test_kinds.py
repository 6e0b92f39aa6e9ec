from engine.events.kinds import SUBJECT, Category, EventFlag, SyscallFlag


def test_the_subject_of_a_category_is_told_apart_from_its_origin():
    assert Category(514) & SUBJECT == Category.FILE
    assert Category(514) & ~SUBJECT == Category.SYSCALL
    assert Category.IO_WRITE & SUBJECT == Category.IO_WRITE


def test_flags_are_single_bits():
    for kind in (EventFlag, SyscallFlag):
        assert all(one.value & (one.value - 1) == 0 for one in kind)
