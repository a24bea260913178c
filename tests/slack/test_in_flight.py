"""Started work is kept until it ends, and shutdown can wait for it."""

import asyncio

from bot.slack.in_flight import InFlight


async def test_draining_waits_for_work_that_starts_more_work() -> None:
    in_flight, done = InFlight(), list[str]()

    async def second() -> None:
        await asyncio.sleep(0)
        done.append("second")

    async def first() -> None:
        await asyncio.sleep(0)
        in_flight.start(second())
        done.append("first")

    in_flight.start(first())

    assert await in_flight.drain()
    assert done == ["first", "second"]
    assert in_flight.count == 0


async def test_draining_gives_up_after_its_time() -> None:
    in_flight, released = InFlight(), asyncio.Event()

    async def stuck() -> None:
        await released.wait()

    in_flight.start(stuck())

    assert not await in_flight.drain(0.01)
    assert in_flight.count == 1
    released.set()
    assert await in_flight.drain(1.0)


async def test_without_work_there_is_nothing_to_wait_for() -> None:
    assert await InFlight().drain(0)
