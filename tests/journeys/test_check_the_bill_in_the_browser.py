"""Someone compares costs with Anthropic's bill on the demo page, whose contract has a discount."""

import re

from playwright.async_api import Locator, Page, expect

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.simulation import DISCOUNT, Simulation
from tests.journeys.browser import IN_THE_BROWSER, answer_to, picture

pytestmark = IN_THE_BROWSER


async def read_fields(message: Locator) -> list[str]:
    """Return the figures of a comparison."""
    texts = await message.locator(".fields > *").all_inner_texts()
    return [text.split("\n")[-1] for text in texts]


async def test_a_press_compares_and_another_reads_what_no_one_has_read(page: Page, stage: Simulation) -> None:
    stage.api.bill.change(discount=DISCOUNT, booked_at="creation")  # or a batch may run across midnight just now
    stage.api.add_fault(ApiFault(path="*/results", status=404, times=9))  # 20,000 answers take long to read
    total = await answer_to(page, "/batch cost --since 1h")
    await expect(total).to_contain_text("couldn't be read just now")
    stage.api.clear_faults()

    await total.get_by_role("button", name="Compare with the bill").click()
    # A reading that takes long is shown in a line of its own, while its answer replaces the message that was pressed.
    message = page.get_by_test_id("message").filter(has_not_text="The answer will appear here").last
    await expect(message).to_contain_text(re.compile(r"No one has read the results of \d batches\."))
    await expect(message).to_contain_text(f"({DISCOUNT}% off)")
    await message.get_by_role("button", name=re.compile(r"^Read \d batches")).click()

    await expect(message).to_contain_text("Batchdesk and Anthropic agree: $")
    ours, listed, difference, billed = await read_fields(message)
    assert (ours, difference) == (listed, "none")
    assert billed.endswith(f"({DISCOUNT}% off)")
    await expect(message.get_by_role("button", name=re.compile("^Read"))).to_have_count(0)
    await expect(page.get_by_test_id("traffic-entry").filter(has_text=re.compile("analytics"))).to_have_count(2)
    await expect(page.get_by_test_id("unknown-block")).to_have_count(0)
    await picture(page, "bill-agrees")


async def test_a_typed_check_shows_a_planted_discount(page: Page, stage: Simulation) -> None:
    stage.api.bill.change(discount=30)

    message = await answer_to(page, "/batch cost --check")

    await expect(message).to_contain_text("(30% off)")
