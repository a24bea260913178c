"""Take the pictures of the README from the demo, in headless Chromium: `make pictures`."""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from bot.playground.simulation import run_simulation
from tests.journeys.browser import CHROMIUM, answer_to, chromium_started
from tests.journeys.creating import sound_file

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
WIDTH = 1010
"""CSS pixels of the page: a message is about as wide as in Slack."""
SHARPNESS = 1.5
"""Pixels to a CSS pixel."""
LARGE_FILE = 1_200
"""Requests: above the demo's limit, so another operator has to approve."""

SAVED = ("status.png", "results.png", "approve.png", "delete.png")


async def take_pictures(folder: Path) -> None:
    """Write each picture into `folder`."""
    async with chromium_started() as chromium, run_simulation() as stage:
        page = await _open(chromium, stage.slack.url)
        for line in ("/batch label last nightly-eval", "/batch own last"):
            await answer_to(page, line)
        await _save(await answer_to(page, "/batch status last"), folder / "status.png")
        await _save(await answer_to(page, "/batch results last"), folder / "results.png")
        await _save(await _ask_to_approve(page), folder / "approve.png")
        await _save(await answer_to(page, "/batch delete last"), folder / "delete.png")


async def _open(chromium: Browser, url: str) -> Page:
    page = await chromium.new_page(
        viewport={"width": WIDTH, "height": 2000}, device_scale_factor=SHARPNESS, color_scheme="light"
    )
    await page.goto(url)
    await page.wait_for_selector("body[data-ready=true]")
    if await page.locator("body").get_attribute("data-traffic") == "open":
        await page.get_by_test_id("toggle-traffic").click()
    return page


async def _ask_to_approve(page: Page) -> Locator:
    """Share a large file, ask for a batch of it, and return the question."""
    make = """([name, content]) => {
        const dropped = new DataTransfer();
        dropped.items.add(new File([content], name));
        return dropped;
    }"""
    dropped = await page.evaluate_handle(make, ["rerun.jsonl", sound_file(LARGE_FILE).decode()])
    await page.dispatch_event("#center", "drop", {"dataTransfer": dropped})
    file = page.get_by_test_id("message").filter(has=page.get_by_test_id("file"))
    await file.hover()
    await file.get_by_role("button", name="More actions").click()
    await file.get_by_role("menuitem", name="Batch from this file").click()
    question = page.get_by_test_id("message").last
    await expect(question).to_contain_text("1,200 requests")
    return question


async def _save(message: Locator, path: Path) -> None:
    await expect(message.get_by_role("button").first).to_be_visible()
    await message.page.mouse.move(0, 0)  # a message under the pointer shows its menu
    await message.scroll_into_view_if_needed()
    await message.screenshot(path=path, animations="disabled", caret="hide")


if __name__ == "__main__":
    if not CHROMIUM.exists():
        sys.exit(f"There is no Chromium at {CHROMIUM}. Install it, or set BATCHDESK_TEST_CHROMIUM.")
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(take_pictures(FOLDER))
    for name in SAVED:
        sys.stdout.write(f"{name}: {(FOLDER / name).stat().st_size // 1000} kB\n")
