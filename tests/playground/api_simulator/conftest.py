"""A simulated API with a stopped clock, and a plain HTTP client that shares no code with the bot."""

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.playground.api_simulator.server import ApiSimulator

KEY = "sk-test-key"


@pytest.fixture
async def simulator() -> AsyncIterator[ApiSimulator]:
    """Provide an empty workspace with one good key, whose time stands still."""
    async with ApiSimulator(key=KEY, speed=0) as simulator:
        yield simulator


@pytest.fixture
async def api(simulator: ApiSimulator) -> AsyncIterator[httpx.AsyncClient]:
    """Provide a client with the good key and a version."""
    headers = {"x-api-key": KEY, "anthropic-version": "2023-06-01"}
    async with httpx.AsyncClient(base_url=simulator.base_url, headers=headers, timeout=10) as client:
        yield client


@pytest.fixture
async def seeded() -> AsyncIterator[httpx.AsyncClient]:
    """Provide a client of a seeded workspace that sends the newest version and a bearer key."""
    headers = {"authorization": "Bearer any", "anthropic-version": "2026-10-21"}
    async with (
        ApiSimulator(speed=0, seeded=True) as simulator,
        httpx.AsyncClient(base_url=simulator.base_url, headers=headers, timeout=10) as client,
    ):
        yield client
