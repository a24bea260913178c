"""A simulator that stops leaves no connection open, also one that was accepted at that moment."""

import asyncio
import socket
from urllib.parse import urlsplit

import pytest

from bot.playground.api_simulator.server import ApiSimulator
from bot.playground.slack_simulator.server import SlackSimulator


@pytest.mark.parametrize("turns", range(8))
@pytest.mark.parametrize("simulator", ["api", "slack"])
async def test_a_connection_that_comes_while_a_simulator_stops_is_closed(simulator: str, turns: int) -> None:
    if simulator == "api":
        api = ApiSimulator(speed=0)
        await api.start()
        url, stop = api.base_url, api.stop
    else:
        slack = SlackSimulator()
        await slack.start()
        url, stop = slack.url, slack.stop
    with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=60) as connection:
        for _ in range(turns):
            await asyncio.sleep(0)

        await stop()

        assert await asyncio.to_thread(_read_to_the_end, connection)


def _read_to_the_end(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True
