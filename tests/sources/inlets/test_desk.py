import asyncio

import pytest

from sources.base import WHOLE, Mark
from sources.inlets.desk import ACCEPTED, GONE, BusyError, Desk


def asked(act):
    """Run a coroutine of its own, as HTTP's thread does."""

    async def main():
        return await asyncio.wait_for(act(), 20)

    return asyncio.run(main())


def test_a_request_is_answered_once_its_last_event_is_accepted():
    async def act():
        desk = Desk()
        answers = [desk.put(b"one"), desk.put(b"two"), desk.put(b"three")]
        for request, last in zip(desk.take(0), (2, 2, 5), strict=True):
            desk.given(request, last)
        desk.settle(Mark(2, 1))
        await asyncio.sleep(0)
        early = [answer.done() for answer in answers]
        desk.settle(Mark(2, WHOLE))
        assert await answers[0] == await answers[1] == ACCEPTED
        late = answers[2].done()
        desk.settle(Mark(6, 1))
        return early, late, await answers[2]

    assert asked(act) == ([False] * 3, False, ACCEPTED)


def test_too_many_requests_are_refused_until_some_are_answered():
    async def act():
        desk = Desk(most_waiting=1)
        answer = desk.put(b"")
        with pytest.raises(BusyError):
            desk.put(b"")
        desk.given(desk.take(0)[0], 0)
        desk.settle(Mark(0, WHOLE))
        await answer
        desk.put(b"")

    asked(act)


def test_bodies_have_a_bound_together():
    desk = Desk(most_bytes=10)
    desk.reserve(8)
    with pytest.raises(BusyError):
        desk.reserve(3)
    desk.free(8)
    desk.reserve(10)


def test_a_nudge_brings_the_pump_back_at_once():
    desk = Desk()
    desk.nudge()
    assert desk.take(60) == []


def test_whoever_waits_when_it_closes_is_told_to_come_again():
    async def act():
        desk = Desk()
        waiting, taken = desk.put(b""), None
        desk.given(desk.take(0)[0], 3)
        taken = desk.put(b"")
        desk.close()
        with pytest.raises(BusyError):
            desk.put(b"")
        return await waiting, await taken

    assert asked(act) == (GONE, GONE)
