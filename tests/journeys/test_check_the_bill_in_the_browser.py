"""Someone compares costs with Anthropic's bill on the demo page, whose contract has a discount."""

import re

from playwright.async_api import Locator, Page, expect

from bot.playground.simulation import DISCOUNT, Simulation
from tests.journeys.browser import IN_THE_BROWSER, answer_to, picture

pytestmark = IN_THE_BROWSER


async def read_fields(message: Locator) -> list[str]:
    """Return the figures of a comparison."""
    texts = await message.locator(".fields > *").all_inner_texts()
    return [text.split("\n")[-1] for text in texts]


async def test_both_agree_and_the_discount_is_shown(page: Page, stage: Simulation) -> None:
    stage.api.bill.change(booked_at="creation")  # or a batch may run across midnight just now
    total = await answer_to(page, "/batch cost")
    await total.get_by_role("button", name="Compare with the bill").click()
    message = page.get_by_test_id("message").last
    await expect(message).to_contain_text("Batchdesk and Anthropic agree: $")
    ours, listed, difference, billed = await read_fields(message)
    assert (ours, difference) == (listed, "none")
    assert billed.endswith(f"({DISCOUNT}% off)")
    await expect(page.get_by_test_id("traffic-entry").filter(has_text=re.compile("analytics"))).to_have_count(1)
    await expect(page.get_by_test_id("unknown-block")).to_have_count(0)
    await picture(page, "bill-agrees")


async def test_what_no_one_has_read_is_read_by_a_press(page: Page, stage: Simulation) -> None:
    stage.api.bill.change(discount=30, booked_at="creation")
    message = await answer_to(page, "/batch cost --check")
    await expect(message).to_contain_text(re.compile(r"No one has read the results of \d batches\."))
    await expect(message).to_contain_text("(30% off)")

    await message.get_by_role("button", name=re.compile(r"^Read \d batches")).click()

    await expect(message).to_contain_text("Batchdesk and Anthropic agree: $")
    await expect(message.get_by_role("button", name=re.compile("^Read"))).to_have_count(0)
