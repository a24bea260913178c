"""The fixtures of the journeys in the browser: one Chromium for all, a demo and a page for each."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page

from bot.playground.simulation import Simulation, run_simulation
from tests.journeys.browser import chromium_started, opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with chromium_started() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Simulation]:
    async with run_simulation() as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, stage: Simulation) -> AsyncIterator[Page]:
    """Provide the demo page, ready to use."""
    async with opened(chromium, stage.slack.url) as page:
        yield page
