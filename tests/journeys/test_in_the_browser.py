"""The same journeys on the demo page in a real browser: what a person types, presses and sees."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from bot.playground.stage import Stage, staged

CHROMIUM = Path(os.environ.get("BATCHDESK_TEST_CHROMIUM", "/usr/bin/chromium"))
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
LATEST = "19,161 of 20,000 succeeded"

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


async def type_line(page: Page, line: str) -> Locator:
    """Type a line and send it; gives back the newest message once there is one more than before."""
    messages = page.get_by_test_id("message")
    before = await messages.count()
    await page.get_by_test_id("composer").fill(line)
    await page.keyboard.press("Escape")  # the list of completions
    await page.keyboard.press("Enter")
    await expect(messages).to_have_count(before + 1)
    return messages.last


def deletes(stage: Stage) -> list[str]:
    return [request.path for request in stage.api.requests if request.method == "DELETE"]


async def test_a_batch_is_looked_at_kept_and_then_deleted_for_good_by_one_delete(page: Page, stage: Stage) -> None:
    batch = stage.api.workspace.batches[0]
    card = await type_line(page, "/batch status last")
    await expect(card).to_contain_text(LATEST)

    question = await type_line(page, "/batch delete last")
    await expect(question).to_contain_text("What would be lost")
    await question.get_by_role("button", name="Keep").click()
    await expect(question).to_contain_text("Nothing was changed")
    assert deletes(stage) == []

    again = await type_line(page, "/batch delete last")
    await again.get_by_role("button", name="Delete for good").click()
    await expect(again).to_contain_text("gone for good")
    await expect(again).to_contain_text("Ada Berg")
    await expect(again.get_by_role("button", name="Delete for good")).to_have_count(0)
    assert deletes(stage) == [f"/v1/messages/batches/{batch.id}"]
    await expect(page.get_by_test_id("traffic-entry").filter(has_text="DELETE /v1/")).to_have_count(1)
    await expect(page.get_by_test_id("unknown-block")).to_have_count(0)


async def test_the_other_person_is_refused_and_sees_nothing_of_the_first(page: Page, stage: Stage) -> None:
    await type_line(page, "/batch status last")

    await page.get_by_test_id("person-U0BEN").click()
    await expect(page.get_by_test_id("message")).to_have_count(0)
    refused = await type_line(page, "/batch delete last")

    await expect(refused).to_contain_text("Only administrators may do this")
    await expect(refused).to_contain_text("U0BEN")
    await expect(refused).to_have_attribute("data-ephemeral", "true")
    assert deletes(stage) == []


async def test_where_the_bot_is_no_member_the_answer_is_shown_all_the_same(page: Page) -> None:
    await page.get_by_test_id("channel-C0GENERAL").click()

    card = await type_line(page, "/batch status last")

    await expect(card).to_contain_text(LATEST)


async def test_a_batch_is_deleted_by_keyboard_alone(page: Page, stage: Stage) -> None:
    await page.get_by_test_id("composer").focus()
    await page.keyboard.type("/batch delete last")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    question = page.get_by_test_id("message").last
    yes = question.get_by_role("button", name="Delete for good")
    await expect(yes).to_be_visible()

    for _ in range(60):
        if await yes.evaluate("node => node === document.activeElement"):
            break
        await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")

    await expect(question).to_contain_text("gone for good")
    assert len(deletes(stage)) == 1


async def test_the_home_tab_opens_a_batch_and_cancels_it_in_a_modal(page: Page, stage: Stage) -> None:
    await page.get_by_test_id("channel-D0ADA").click()
    await page.get_by_test_id("tab-home").click()
    home, modal = page.get_by_test_id("home"), page.get_by_test_id("modal")
    await expect(home).to_contain_text("running")

    await home.get_by_role("button", name="Open").first.click()
    await expect(modal).to_contain_text("In progress")
    await modal.get_by_role("button", name="Cancel").click()
    await expect(modal).to_contain_text("Cancel this batch?")
    await modal.get_by_role("button", name="Cancel the batch").click()

    await expect(modal).to_contain_text("Cancellation has begun")
    assert [request.path[-7:] for request in stage.api.requests if request.method == "POST"] == ["/cancel"]


async def test_why_a_batch_of_20_000_failed_and_the_failures_as_a_file(page: Page, stage: Stage) -> None:
    card = await type_line(page, "/batch results last")
    await expect(card).to_contain_text("Why requests failed")
    await expect(card).to_contain_text("prompt is too long: <n> tokens > <n> maximum")
    await expect(card).to_contain_text("Cost: $")

    await card.get_by_role("button", name="Only the failures").click()
    await expect(page.get_by_test_id("message").last).to_contain_text("839 failures")
    await page.get_by_test_id("channel-D0ADA").click()
    download = page.get_by_role("link", name="failures.jsonl").first
    async with page.expect_download() as started:
        await download.click()
    file = Path(await (await started.value).path())
    lines = (await asyncio.to_thread(file.read_text)).splitlines()

    assert len(lines) == 839
    assert all('"type":"errored"' in line for line in lines)
    assert sum(request.path.endswith("/results") for request in stage.api.requests) == 2


async def test_the_second_look_at_results_reads_nothing(page: Page, stage: Stage) -> None:
    await type_line(page, "/batch results last")

    again = await type_line(page, "/batch results last")

    await expect(again).to_contain_text("Read by")
    assert sum(request.path.endswith("/results") for request in stage.api.requests) == 1


async def test_the_cost_is_a_picture_that_can_be_turned_to_days(page: Page) -> None:
    shown = await type_line(page, "/batch cost --since 4w")

    await expect(shown.get_by_role("img", name="Spend by day")).to_be_visible()
    await expect(page.get_by_test_id("unknown-block")).to_have_count(0)
    await shown.get_by_role("button", name="By day").click()
    await expect(shown.get_by_role("button", name="By model")).to_be_visible()
