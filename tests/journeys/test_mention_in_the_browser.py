"""Mentions, threads, direct messages and the global shortcut on the demo page."""

from playwright.async_api import Page, expect

from bot.playground.simulation import Simulation
from tests.journeys.browser import IN_THE_BROWSER, type_line

pytestmark = IN_THE_BROWSER


async def test_a_mention_in_a_thread_is_answered_there_and_words_alone_in_direct_messages(
    page: Page, stage: Simulation
) -> None:
    messages = page.get_by_test_id("message")
    await page.get_by_test_id("composer").fill("is the nightly one done, @bat")
    await page.keyboard.press("Escape")
    await page.get_by_test_id("composer").fill("is the nightly one done?")
    await page.keyboard.press("Enter")
    await messages.last.hover()
    await messages.last.get_by_role("button", name="Reply in thread").click()

    await type_line(page, "/batch status last")
    await expect(page.get_by_test_id("composer-error")).to_contain_text("not supported in threads")
    await type_line(page, "@Batchdesk status last")
    await expect(page.locator(".replies")).to_contain_text("19,161 of 20,000 succeeded")
    await page.get_by_test_id("channel-D0ADA").click()
    await type_line(page, "list running")
    await expect(messages.last).to_contain_text("Running batches")
    await page.get_by_test_id("shortcuts").click()
    await page.get_by_role("menuitem", name="Create a batch").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Requests from")
    await page.keyboard.press("Escape")
    await page.get_by_test_id("channel-C0GENERAL").click()
    await type_line(page, "@Batchdesk status last")
    await expect(messages.last).to_contain_text("isn't in this channel")


async def test_dates_follow_the_simulated_clock_and_a_read_only_tab_has_no_composer(
    page: Page, stage: Simulation
) -> None:
    await page.get_by_test_id("pass-86400").click()
    await type_line(page, "/batch status last")
    await expect(page.get_by_test_id("message").last).to_contain_text("Yesterday at")
    await expect(page.locator(".day").last).to_have_text("Today")

    stage.slack.set_events(frozenset({"app_home_opened"}), takes_messages=False)
    await page.reload()
    await page.get_by_test_id("channel-D0ADA").click()

    await expect(page.get_by_test_id("composer-closed")).to_be_visible()
    await expect(page.get_by_test_id("composer")).to_be_hidden()
