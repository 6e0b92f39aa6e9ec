"""The reader of captures: blocks, both layouts of events, old events in today's form, and files that lie or end early."""

import struct

import pytest

OPENAT, CLOSE, READ_X = 307, 5, 7


def rest(capture) -> bytes:
    return bytes(capture.data)


@pytest.fixture
def read(kernel_built: None) -> object:
    """Codes of the events of some bytes, fed in pieces; the error's text comes last if there was one."""
    from sources.syscall._kernel import AT_END, CaptureError, Kernel

    def codes(data: bytes, *, piece: int = 1 << 20, strict: bool = True) -> list[object]:
        kernel = Kernel(strict=strict)
        found: list[object] = []
        try:
            for start in range(0, len(data), piece):
                kernel.feed(data[start : start + piece], start + piece >= len(data))
                while (code := kernel.advance()) >= 0:
                    found.append(code)
            assert code == AT_END
        except CaptureError as error:
            found.append(str(error))
        return found

    return codes


@pytest.mark.parametrize("piece", [1, 7, 64, 1000, 1 << 20])
def test_pieces_of_any_size_give_the_same_events(piece: int, capture, read) -> None:
    capture.processes().openat(1, 3, "/a").close(1, 3).event(402, 0, "container", b"x" * 70000).idle()
    assert read(rest(capture), piece=piece) == [OPENAT, CLOSE, 402, 1]


def test_a_block_that_nobody_knows_is_skipped(capture, read) -> None:
    assert read(rest(capture.block(0xABCDEF, bytes(100)).idle())) == [1]


def test_an_event_of_a_type_that_nobody_knows_is_skipped(capture, read) -> None:
    capture.idle()
    capture.block(0x216, struct.pack("<HQqIHI", 0, 1, 1, 26, 4000, 0)).idle()
    assert read(rest(capture)) == [1, 1]


@pytest.mark.parametrize("magic", [b"", b"\x0a\x0d\x0d", b"nonsense" * 10, bytes(100)])
def test_what_is_no_capture_is_refused(magic: bytes, read) -> None:
    (fault,) = read(magic or b"\0")
    assert fault in ("error reading from file (1)", "invalid block type")


def test_a_capture_without_events_is_refused(capture, read) -> None:
    assert read(rest(capture.processes())) == ["no events in file"]


def test_every_event_before_the_end_of_a_cut_file_is_read(capture, read) -> None:
    whole = rest(capture.processes().idle().idle().openat(1, 3, "/a"))
    found = read(whole[:-10])
    assert found[:2] == [1, 1]
    assert "Is the file truncated?" in str(found[2])


def test_cutting_anywhere_never_invents_an_event(capture, read) -> None:
    whole = rest(capture.processes().openat(1, 3, "/a").close(1, 3).idle())
    for end in range(1, len(whole)):
        found = read(whole[:end])
        codes = [one for one in found if isinstance(one, int)]
        assert codes == [OPENAT, CLOSE, 1][: len(codes)]


def test_a_wrong_trailing_length_ends_the_lists(capture, read) -> None:
    data = bytearray(rest(capture.processes()))
    data[-4] ^= 1
    assert str(read(bytes(data) + rest(type(capture)().idle()))[0]).startswith("wrong block total length")


@pytest.mark.parametrize(
    ("length", "nparams", "sizes", "fault"),
    [
        (25, 0, b"", "smaller than the event header size"),
        (4000, 0, b"", "larger than the"),
        (26, 2, b"\1\0\1\0", "does not fit in event len"),
        (26, 0xFFFFFFFF, b"", "does not fit in event len"),
        (30, 2, b"\xff\xff\1\0", "exceeds event len"),
    ],
)
def test_an_event_that_lies_about_its_lengths_ends_the_reading(length, nparams, sizes, fault, capture, read) -> None:
    capture.idle().block(0x216, struct.pack("<HQqIHI", 0, 1, 1, length, CLOSE, nparams) + sizes)
    found = read(rest(capture))
    assert found[0] == 1
    assert fault in str(found[1])


def test_a_block_that_claims_gigabytes_is_not_believed(capture, read) -> None:
    capture.idle().data += struct.pack("<II", 0x221, 0xFFFFFFF0)
    assert "greater than" in str(read(rest(capture))[1])


def test_an_event_with_more_parameters_than_there_can_be_is_refused(capture, read) -> None:
    found = read(rest(capture.idle().raw_event(CLOSE, [b""] * 5)))
    assert "more parameters (5) than expected (2)" in str(found[1])


# ---- old captures


def test_the_first_layout_is_read_too(capture, play) -> None:
    capture.processes().old_event(CLOSE, 0, 3)
    (seen,) = [(kernel.code, kernel.param_int(0), kernel.param_int(1)) for kernel in play(capture)]
    assert seen == (CLOSE, 0, 3)


def test_enter_events_are_merged_into_their_exits(capture, play) -> None:
    capture.processes().raw_event(6, capture.values(6, (3, 100))).raw_event(
        READ_X, capture.values(READ_X, (4, b"data"))
    )
    seen = [(k.num, k.code, k.param_int(0), k.param(1), k.param_int(2), k.param_int(3)) for k in play(capture)]
    assert seen == [(1, READ_X, 4, b"data", 3, 100)]


def test_an_exit_without_its_enter_event_keeps_defaults(capture, play) -> None:
    capture.processes().raw_event(READ_X, capture.values(READ_X, (4, b"data")))
    (kernel,) = list(play(capture))
    assert kernel.num == 1


def test_an_enter_event_of_another_call_ends_a_strict_reading(capture, read) -> None:
    capture.processes().raw_event(8, capture.values(8, (3, 100))).raw_event(
        READ_X, capture.values(READ_X, (4, b"data"))
    )
    capture.idle()
    assert isinstance(read(rest(capture))[-1], str)
    assert read(rest(capture), strict=False) == [READ_X, 1]


def test_old_numbers_of_events_become_todays(capture, play) -> None:
    capture.processes().raw_event(13, capture.values(13, (0, "/bin/x", b"a\0", 1, 1, 0, "/", 9)))
    (seen,) = [(kernel.code, kernel.nparams, kernel.state.thread().comm) for kernel in play(capture)]
    assert seen == (293, 31, "/bin/x")


def test_an_old_call_of_bpf_becomes_todays_with_the_command_of_its_enter_event(capture, play) -> None:
    capture.processes().raw_event(296, capture.values(296, (5,))).raw_event(297, [b"\xff" * 8])
    seen = [(k.code, k.nparams, k.param_int(0, signed=True), k.param_int(1)) for k in play(capture)]
    assert seen == [(369, 2, -1, 5)]


@pytest.mark.parametrize(("code", "today", "count"), [(11, 159, 5), (91, 171, 4)])
def test_what_the_first_brk_and_ioctl_do_not_say_is_empty(code: int, today: int, count: int, capture, play) -> None:
    capture.processes().raw_event(code, [bytes(8)])
    seen = [(k.code, k.nparams, k.param(count - 1)) for k in play(capture)]
    assert seen == [(today, count, None)]
