"""The transport that is built for the first request."""

import asyncio
import threading

import httpx
import pytest

from bot.api.transports import LazyTransport

URL = "http://127.0.0.1/"


class Answering(httpx.AsyncBaseTransport):
    """Answer every request; remember the thread it was built in and whether it was closed."""

    def __init__(self) -> None:
        self.thread = threading.current_thread()
        self.is_closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200)

    async def aclose(self) -> None:
        self.is_closed = True


async def test_it_is_made_once_in_a_thread_and_not_before_the_first_request() -> None:
    made: list[Answering] = []

    def make() -> Answering:
        made.append(Answering())
        return made[-1]

    async with httpx.AsyncClient(transport=LazyTransport(make)) as http:
        before = len(made)
        answers = await asyncio.gather(http.get(URL), http.get(URL), http.get(URL))

    assert (before, len(made)) == (0, 1)
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert made[0].thread is not threading.current_thread()
    assert made[0].is_closed


async def test_an_error_in_building_is_raised_for_every_request_and_closing_is_harmless() -> None:
    def make() -> Answering:
        raise FileNotFoundError("certificates")

    async with httpx.AsyncClient(transport=LazyTransport(make)) as http:
        for _ in range(2):
            with pytest.raises(FileNotFoundError):
                await http.get(URL)


async def test_a_request_canceled_while_the_transport_is_built_does_not_affect_the_next() -> None:
    begun = threading.Event()
    may_go_on = threading.Event()

    def make() -> Answering:
        begun.set()
        may_go_on.wait(5)
        return Answering()

    async with httpx.AsyncClient(transport=LazyTransport(make)) as http:
        first = asyncio.create_task(http.get(URL))
        await asyncio.to_thread(begun.wait, 5)
        first.cancel()
        may_go_on.set()
        second = await http.get(URL)

    assert second.status_code == 200
    assert first.cancelled()


async def test_an_unused_transport_is_closed_without_being_built() -> None:
    made: list[Answering] = []

    def make() -> Answering:
        made.append(Answering())
        return made[-1]

    await LazyTransport(make).aclose()

    assert made == []
