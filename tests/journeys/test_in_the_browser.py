"""The journeys on the demo page in a real browser: what a person types, presses and sees."""

import re

from playwright.async_api import Locator, Page, expect

from bot.playground.simulation import Simulation
from tests.journeys.browser import IN_THE_BROWSER, answer_to, download, type_line
from tests.journeys.creating import sound_file

LATEST = "19,161 of 20,000 succeeded"

pytestmark = IN_THE_BROWSER


async def drop_file(page: Page, name: str, content: bytes) -> None:
    """Drop a file on the open conversation."""
    make = """([name, content]) => {
        const dropped = new DataTransfer();
        dropped.items.add(new File([content], name));
        return dropped;
    }"""
    dropped = await page.evaluate_handle(make, [name, content.decode()])
    await page.dispatch_event("#center", "drop", {"dataTransfer": dropped})
    await expect(page.get_by_test_id("file")).to_contain_text(name)


async def use_shortcut(message: Locator) -> None:
    """Choose the app's shortcut from a message's menu."""
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await message.get_by_role("menuitem", name="Batch from this file").click()


def deletes(stage: Simulation) -> list[str]:
    return [request.path for request in stage.api.requests if request.method == "DELETE"]


async def test_a_batch_is_looked_at_kept_and_then_deleted_for_good_by_one_delete(page: Page, stage: Simulation) -> None:
    batch = stage.api.workspace.batches[0]
    card = await answer_to(page, "/batch status last")
    await expect(card).to_contain_text(LATEST)

    question = await answer_to(page, "/batch delete last")
    await expect(question).to_contain_text("Deletes 20,000 results")
    await question.get_by_role("button", name="Keep").click()
    await expect(question).to_contain_text("Nothing was changed")
    assert deletes(stage) == []

    again = await answer_to(page, "/batch delete last")
    await again.get_by_role("button", name="Delete for good").click()
    await expect(again).to_contain_text("gone for good")
    await expect(again).to_contain_text("Ada Berg")
    await expect(again.get_by_role("button", name="Delete for good")).to_have_count(0)
    assert deletes(stage) == [f"/v1/messages/batches/{batch.id}"]
    await expect(page.get_by_test_id("traffic-entry").filter(has_text="DELETE /v1/")).to_have_count(1)
    await expect(page.get_by_test_id("unknown-block")).to_have_count(0)


async def test_the_other_person_is_refused_and_sees_nothing_of_the_first(page: Page, stage: Simulation) -> None:
    await answer_to(page, "/batch status last")

    await page.get_by_test_id("person-U0BEN").click()
    await expect(page.get_by_test_id("message")).to_have_count(0)
    refused = await answer_to(page, "/batch delete last")

    await expect(refused).to_contain_text("Only administrators can do this")
    await expect(refused).to_contain_text("U0BEN")
    await expect(refused).to_have_attribute("data-ephemeral", "true")
    assert deletes(stage) == []


async def test_in_a_channel_without_the_bot_it_reads_no_file_until_it_is_invited(page: Page) -> None:
    await page.get_by_test_id("channel-C0GENERAL").click()
    card = await answer_to(page, "/batch status last")
    await expect(card).to_contain_text(LATEST)

    await drop_file(page, "requests.jsonl", sound_file(3))
    newest = page.get_by_test_id("message").last
    await use_shortcut(newest)
    await expect(newest).to_contain_text("I can't see this file")
    await type_line(page, "/invite @Batchdesk")
    await expect(page.get_by_text("is not in this channel")).to_have_count(0)
    await use_shortcut(page.get_by_test_id("message").filter(has=page.get_by_test_id("file")))

    await expect(newest).to_contain_text("Send 3 requests?")


async def test_a_batch_is_deleted_by_keyboard_alone(page: Page, stage: Simulation) -> None:
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


async def test_the_home_tab_opens_a_batch_and_cancels_it_in_a_modal(page: Page, stage: Simulation) -> None:
    await page.get_by_test_id("channel-D0ADA").click()
    await page.get_by_test_id("tab-home").click()
    home, modal = page.get_by_test_id("home"), page.get_by_test_id("modal")
    await expect(home).to_contain_text("running")

    await home.get_by_role("button", name="Open a batch…").click()
    await home.get_by_role("option", name=" · running").first.click()
    await expect(modal).to_contain_text(" · running")
    await modal.get_by_role("button", name="Cancel").click()
    await expect(modal).to_contain_text("Cancel this batch?")
    await modal.get_by_role("button", name="Cancel the batch").click()

    await expect(modal).to_contain_text("Canceling.")
    assert [request.path[-7:] for request in stage.api.requests if request.method == "POST"] == ["/cancel"]


async def test_why_a_batch_of_20_000_failed_is_read_once_and_the_failures_come_as_a_file(
    page: Page, stage: Simulation
) -> None:
    card = await answer_to(page, "/batch results last")
    await expect(card).to_contain_text("invalid_request_error")
    await expect(card).to_contain_text("prompt is too long: <n> tokens > <n> maximum")
    await expect(card).to_contain_text(re.compile(r"Cost\s*\$\d"))
    again = await answer_to(page, "/batch results last")
    await expect(again).to_contain_text("Read by")
    assert sum(request.path.endswith("/results") for request in stage.api.requests) == 1

    await card.get_by_role("button", name="Failures only").click()
    await expect(page.get_by_test_id("message").last).to_contain_text("839 failures")
    lines = await download(page, "failures.jsonl")

    assert len(lines) == 839
    assert all('"type":"errored"' in line for line in lines)
    assert sum(request.path.endswith("/results") for request in stage.api.requests) == 2


async def test_the_cost_is_a_picture_that_can_be_turned_to_days(page: Page) -> None:
    shown = await answer_to(page, "/batch cost --since 4w")

    await expect(shown.get_by_role("img", name="Spend by day")).to_be_visible()
    await expect(page.get_by_test_id("unknown-block")).to_have_count(0)
    await shown.get_by_role("button", name="By day").click()
    await expect(shown.get_by_role("button", name="By model")).to_be_visible()
