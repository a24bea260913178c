"""What a lead and an operator see of money on the demo page: the cost around a delete, and a model that retires."""

import re
from datetime import timedelta

from playwright.async_api import Locator, Page, expect

from bot.playground.simulation import Simulation
from tests.journeys.browser import IN_THE_BROWSER, answer_to, picture, type_line
from tests.journeys.creating import sound_file
from tests.journeys.test_in_the_browser import drop_file, use_shortcut

pytestmark = IN_THE_BROWSER

HEIGHTS = "nodes => nodes.map(node => node.getBoundingClientRect().height).filter(height => height > 0)"
"""The heights in pixels of what is drawn."""


async def ask_cost(page: Page, already: int = 0) -> Locator:
    """Ask for the cost, which may read 30,000 results first; return the answer after so many earlier ones."""
    await type_line(page, "/batch cost")
    answers = page.get_by_test_id("message").filter(has_text=re.compile(r"Cost of the last 7 days: \$\d"))
    await expect(answers).to_have_count(already + 1, timeout=120_000)
    return answers.last


async def test_the_cost_is_the_same_before_and_after_a_delete(page: Page) -> None:
    before = await ask_cost(page)
    found = re.search(r"Cost of the last 7 days: \$[\d.]+", await before.inner_text())
    assert found is not None
    await picture(page, "cost-before-delete")

    wide = page.viewport_size
    assert wide is not None
    await page.set_viewport_size({"width": 390, "height": 844})
    words = await before.locator(".chart-text:not(:empty)").evaluate_all(HEIGHTS)
    await page.set_viewport_size(wide)
    assert min(words) > 9, "the words of a chart are too small to read on a phone"

    question = await answer_to(page, "/batch delete last")
    await question.get_by_role("button", name="Delete for good").click()
    await expect(question).to_contain_text("gone for good")
    after = await ask_cost(page, already=1)
    await picture(page, "cost-after-delete")

    await expect(after).to_contain_text(found.group())
    await expect(after).to_contain_text(re.compile(r"includes \$[\d.]+ in 1 deleted batch"))
    await picture(page, "cost-after-delete")


async def test_a_file_for_a_model_about_to_retire_is_sent_only_by_a_yes_that_says_so(
    page: Page, stage: Simulation
) -> None:
    stage.api.workspace.models.retire("claude-haiku-4-5", stage.api.now + timedelta(hours=5))
    await drop_file(page, "nightly.jsonl", sound_file(30))
    newest = page.get_by_test_id("message").last
    await use_shortcut(newest)

    question = page.get_by_test_id("message").last
    await expect(question).to_contain_text("Send 30 requests to a model about to retire?")
    await expect(question).to_contain_text(re.compile(r"claude-haiku-4-5 retires .+\. Those of its 30 requests"))
    await picture(page, "retirement-question")
    await question.get_by_role("button", name="Send anyway", exact=True).click()

    await expect(page.get_by_test_id("message").filter(has_text="Sent 30 requests")).to_have_count(1)
    assert len(stage.api.workspace.batches[0].requests) == 30
