"""The demo page in a headless browser: open it, type into it, read it."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from re import Pattern

import pytest
from playwright.async_api import Browser, FilePayload, Locator, Page, async_playwright, expect

expect.set_options(timeout=60_000)  # until what should come is missed, on however slow a machine

CHROMIUM = Path(os.environ.get("BATCHDESK_TEST_CHROMIUM", "/usr/bin/chromium"))
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PICTURES = os.environ.get("BATCHDESK_TEST_PICTURES")
"""The folder for pictures of what the tests saw, if there is one."""
IN_THE_BROWSER = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),  # the browser's: it is started once
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}"),
]
"""What every module of browser tests is marked with."""


@asynccontextmanager
async def chromium_started() -> AsyncIterator[Browser]:
    """Start the browser; what is expected of its pages may take long where the machine has much else to do."""
    expect.set_options(timeout=60_000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


@asynccontextmanager
async def opened(browser: Browser, url: str) -> AsyncIterator[Page]:
    """Open the page of a simulated Slack; fails at the end if the browser complained, or dialled anybody else."""
    complaints: list[str] = []
    page = await browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(60_000)
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if url not in request.url else None)
    await page.goto(url)
    await page.wait_for_selector("body[data-ready=true]")
    yield page
    stretched = await page.evaluate("document.documentElement.scrollHeight - innerHeight")
    await page.close()
    assert complaints == []
    assert stretched == 0, "the page scrolls as a whole"


async def type_line(page: Page, line: str) -> None:
    """Type a line and send it."""
    await page.get_by_test_id("composer").fill(line)
    await page.keyboard.press("Escape")  # the list of completions
    await page.keyboard.press("Enter")


async def answer_to(page: Page, line: str) -> Locator:
    """Type a line and send it; return the newest message once there is one more.

    A line that stands for an answer that takes long does not count.
    """
    messages = page.get_by_test_id("message").filter(has_not_text="The answer will appear here")
    before = await messages.count()
    await type_line(page, line)
    await expect(messages).to_have_count(before + 1)
    return messages.last


async def download(page: Page, name: str | Pattern[str]) -> list[str]:
    """Download a file from Ada's direct messages; return its lines."""
    await page.get_by_test_id("channel-D0ADA").click()
    async with page.expect_download() as started:
        await page.get_by_role("link", name=name).first.click()
    file = Path(await (await started.value).path())
    text = await asyncio.to_thread(file.read_text, "utf-8")
    return text.removesuffix("\n").split("\n")  # nothing else ends a line: answers may hold U+2028


def jsonl_file(content: bytes) -> FilePayload:
    """Return a file to choose in the browser."""
    return {"name": "requests.jsonl", "mimeType": "application/jsonl", "buffer": content}


async def picture(page: Page, name: str) -> None:
    """Save a picture of the page if BATCHDESK_TEST_PICTURES asks for it."""
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")


def card(page: Page, batch_id: str) -> Locator:
    """Return the public card of a batch with the replies in its thread."""
    shared = page.locator('.messages > [data-testid="message"][data-ephemeral="false"]')
    return shared.filter(has=page.locator(".context", has_text=batch_id))
