"""The demo page in a headless browser: opened, typed into, looked at."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright

CHROMIUM = Path(os.environ.get("BATCHDESK_TEST_CHROMIUM", "/usr/bin/chromium"))
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run")
PICTURES = os.environ.get("BATCHDESK_TEST_PICTURES")
"""A folder for what was seen, for whoever wants to look."""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Page]:
    """Open the page of a simulated Slack."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = await browser.new_page(viewport={"width": 1400, "height": 1100})
        page.set_default_timeout(15_000)
        await page.goto(url)
        await page.wait_for_selector("body[data-ready=true]")
        yield page
        await browser.close()


async def type_line(page: Page, line: str) -> None:
    """Type a line and send it."""
    await page.get_by_test_id("composer").fill(line)
    await page.keyboard.press("Escape")  # the list of completions
    await page.keyboard.press("Enter")


async def picture(page: Page, name: str) -> None:
    """Keep what the page shows, where somebody asked for pictures."""
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")


def card(page: Page, batch_id: str) -> Locator:
    """Return the card of a batch, which everybody sees, with what is answered to it."""
    shared = page.locator('.messages > [data-testid="message"][data-ephemeral="false"]')
    return shared.filter(has_text=batch_id)
