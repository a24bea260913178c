"""From a file with faults to the retry of what failed, on the demo page in a real browser."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, async_playwright, expect

from bot.playground.stage import Stage, staged
from tests.journeys.creating import jsonl, request, sound

CHROMIUM = Path(os.environ.get("BATCHDESK_TEST_CHROMIUM", "/usr/bin/chromium"))
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}"),
]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


@pytest.fixture
async def page(stage: Stage) -> AsyncIterator[Page]:
    """The demo page, ready; fails afterwards if the browser complained of anything or dialled anybody else."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = await browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(10_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request", lambda request: complaints.append(request.url) if stage.slack.url not in request.url else None
        )
        await page.goto(stage.slack.url)
        await page.wait_for_selector("body[data-ready=true]")
        yield page
        await browser.close()
    ours = stage.slack.url.removeprefix("http://")
    assert [each for each in complaints if ours not in each] == []


FAULTY = jsonl([request("a"), request("a"), request("b", max_tokens=0), request("c", stream=True)])


async def type_line(page: Page, line: str) -> None:
    await page.get_by_test_id("composer").fill(line)
    await page.keyboard.press("Escape")  # the list of completions
    await page.keyboard.press("Enter")


async def check_file(page: Page, content: bytes) -> None:
    """Open the form, choose a file, and have it checked."""
    await type_line(page, "/batch create")
    file: FilePayload = {"name": "requests.jsonl", "mimeType": "application/jsonl", "buffer": content}
    await page.locator("input[type=file]").set_input_files([file])
    await expect(page.get_by_text("requests.jsonl ·")).to_be_visible()
    await page.get_by_role("button", name="Check").click()


async def test_from_a_faulty_file_to_the_retry_of_exactly_what_failed(page: Page, stage: Stage) -> None:
    newest = page.get_by_test_id("message").last
    await check_file(page, FAULTY)
    await expect(newest).to_contain_text("Not sent: 3 problems")
    await expect(newest).to_contain_text("line 4: params.stream is not allowed in a batch")

    await check_file(page, sound(40))
    await expect(newest).to_contain_text("Send 40 requests as a new batch?")
    await newest.get_by_role("button", name="Send", exact=True).click()
    await expect(newest).to_contain_text("40 requests; the API reports outcomes")
    await newest.get_by_role("button", name="Cancel").click()
    await page.get_by_test_id("message").last.get_by_role("button", name="Cancel the batch").click()
    await expect(page.get_by_test_id("message").last).to_contain_text("Cancellation has begun")
    stage.api.advance(2_000)
    parent = stage.api.workspace.batches[0]
    await type_line(page, f"/batch status {parent.id}")
    await page.get_by_test_id("message").last.get_by_role("button", name="Retry").click()
    await expect(page.get_by_test_id("message").last).to_contain_text(f"Retries what failed in {parent.id}")
    await page.get_by_test_id("message").last.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_test_id("message").last).to_contain_text("retries the failures of")

    creates = [one for one in stage.api.requests if (one.method, one.path) == ("POST", "/v1/messages/batches")]
    assert len(creates) == 2
