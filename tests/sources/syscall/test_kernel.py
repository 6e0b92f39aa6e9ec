"""The cursor: numbers, what it stops at, and where state stands meanwhile."""

import pytest

OPENAT, CLOSE = 307, 5


def test_numbers_count_every_event_that_anybody_could_see(capture, play) -> None:
    capture.processes().idle().openat(1, 3, "/a").close(1, 3)
    assert [kernel.num for kernel in play(capture)] == [1, 2, 3]


def test_hidden_enter_events_take_a_number(capture, play) -> None:
    capture.processes().event(306, -100, "/a", 1, 0).openat(1, 3, "/a")
    assert [(kernel.num, kernel.code) for kernel in play(capture)] == [(2, OPENAT)]


def test_events_before_the_first_one_are_counted_and_not_shown(capture, play) -> None:
    capture.processes().event(402, 0, "container", b"{}").event(354, 5, 6, "u", "/", "", "").idle()
    capture.event(402, 0, "container", b"{}")
    assert [(kernel.num, kernel.code) for kernel in play(capture)] == [(3, 1), (4, 402)]


def test_events_of_another_section_go_on_with_the_numbers(capture, play) -> None:
    capture.processes().idle().idle().section().processes().idle()
    assert [kernel.num for kernel in play(capture)] == [1, 2, 3]


def test_state_only_events_change_state_and_are_not_shown(capture, play) -> None:
    capture.processes().event(OPENAT, 3, -100, "/a", 1, 0, 5, 6, state_only=True).close(1, 3)
    assert [(kernel.num, kernel.code, kernel.state.event_fd().name) for kernel in play(capture)] == [(2, CLOSE, "/a")]


def test_the_cursor_stops_only_where_it_is_wanted(capture, kernel_built) -> None:
    from sources.syscall._kernel import AT_END, Kernel

    kernel = Kernel(strict=True)
    kernel.want([CLOSE])
    kernel.feed(bytes(capture.processes().openat(1, 3, "/a").idle().close(1, 3).idle().data), True)
    assert (kernel.advance(), kernel.num, kernel.state.event_fd().name) == (CLOSE, 3, "/a")
    assert kernel.advance() == AT_END
    assert kernel.advance() == AT_END


def test_an_event_says_when_where_and_who(capture, play) -> None:
    (kernel,) = list(play(capture.processes().openat(1, 3, "/a")))
    assert (kernel.ts, kernel.tid, kernel.cpu) == (capture.ts, 1, 3)


def test_parameters_are_bytes_or_numbers(capture, play) -> None:
    for kernel in play(capture.processes().openat(1, -2, "/a")):
        assert (kernel.param(2), kernel.param_int(0, signed=True), kernel.param_int(3)) == (b"/a\0", -2, 1)
        assert (kernel.param(99), kernel.param_int(99), kernel.param_int(2)) == (
            None,
            None,
            int.from_bytes(b"/a\0", "little"),
        )


def test_what_is_fed_empty_changes_nothing(capture, kernel_built) -> None:
    from sources.syscall._kernel import NEED_DATA, Kernel

    kernel = Kernel(strict=True)
    kernel.feed(b"", False)
    assert kernel.advance() == NEED_DATA
    kernel.feed(bytes(capture.processes().idle().data), False)
    assert [kernel.advance(), kernel.advance()] == [1, NEED_DATA]


@pytest.mark.parametrize("strict", [True, False])
def test_oddities_are_counted(strict: bool, capture, kernel_built) -> None:
    from sources.syscall._kernel import Kernel

    kernel = Kernel(strict=strict)
    kernel.feed(bytes(capture.processes().idle().data), True)
    kernel.advance()
    assert set(kernel.counters.values()) == {0}


def test_events_are_counted_by_their_headers(capture, kernel_built) -> None:
    from sources.syscall._kernel import count_events

    capture.processes().idle().openat(1, 3, "/a", flags=1).event(402, 0, "container", b"{}").idle()
    data = bytes(capture.old_event(CLOSE, 0, 3).data)
    assert count_events(data) == {1: 2, OPENAT: 1, 402: 1, CLOSE: 1}
    assert count_events(data[:-1]) == {1: 2, OPENAT: 1, 402: 1}
    assert count_events(b"") == {}


def test_an_event_that_is_over_has_no_parameters(capture, kernel_built) -> None:
    from sources.syscall._kernel import NEED_DATA, CaptureError, Kernel

    kernel = Kernel()
    kernel.feed(bytes(capture.processes().openat(1, 3, "/a").data), False)
    assert (kernel.advance(), kernel.param(2)) == (OPENAT, b"/a\0")
    assert (kernel.advance(), kernel.nparams, kernel.param(2), kernel.param_int(0)) == (NEED_DATA, 0, None, None)
    kernel.feed(bytes(type(capture)().openat(1, 3, "/b").data), False)
    kernel.advance()
    kernel.feed(b"x" * 100_000, True)
    assert kernel.param(2) is None
    with pytest.raises(CaptureError, match="invalid block type"):
        kernel.advance()
    assert kernel.nparams == 0


def test_surplus_parameters_of_an_event_are_out_of_reach(capture, play) -> None:
    for kernel in play(capture.processes().raw_event(322, [b"12345678"] * 500)):
        assert kernel.nparams == 64
        assert [kernel.param(at) for at in (63, 64, 499)] == [b"12345678", None, None]
