"""A file of several batches on the demo page: one card that opens each part, and one press that cancels all."""

from playwright.async_api import Browser, expect

from bot.playground.simulation import run_simulation
from bot.requests.check import Limits
from tests.desk import ADA, BATCHES
from tests.journeys.browser import IN_THE_BROWSER, answer_to, opened, picture
from tests.journeys.creating import sound_file

pytestmark = IN_THE_BROWSER


async def test_a_file_of_three_batches_has_one_card_and_is_canceled_with_one_press(chromium: Browser) -> None:
    async with run_simulation(file_limits=Limits(requests=100)) as stage, opened(chromium, stage.slack.url) as page:
        file = stage.slack.share_file(ADA, BATCHES, "large.jsonl", sound_file(250)).files[0]["id"]
        question = await answer_to(page, f"/batch create {file}")
        await expect(question).to_contain_text("Batches: 3, sent one after the other")

        await question.get_by_role("button", name="Send", exact=True).click()
        shared = page.locator('.messages > [data-testid="message"][data-ephemeral="false"]')
        card = shared.filter(has_text="Part 3 of 3").last
        await expect(card).to_contain_text("large.jsonl · 250 requests · running")
        await picture(page, "large-file-1-card")
        await card.get_by_role("button", name="Open a part…").click()
        await page.get_by_role("option", name="Part 2 of 3").click()
        await expect(page.get_by_test_id("message").last).to_contain_text("large.jsonl · part 2 of 3")
        await card.get_by_role("button", name="Cancel").click()
        await page.get_by_role("button", name="Cancel all 3 parts").click()

        await expect(card).to_contain_text("large.jsonl · 250 requests · canceling")
        await expect(card).to_contain_text("Part 1 of 3 · 100 requests · canceling")
        await picture(page, "large-file-2-canceled")
        assert [batch.find_status(stage.api.now) for batch in stage.api.workspace.batches[:3]] == ["canceling"] * 3
