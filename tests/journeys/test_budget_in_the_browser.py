"""A monthly budget on the demo page: shown, near its end, and used up."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.playground.simulation import Simulation, run_simulation
from tests.journeys.browser import IN_THE_BROWSER, opened, picture
from tests.journeys.creating import make_jsonl, make_request
from tests.journeys.test_create_in_the_browser import creates, share

pytestmark = IN_THE_BROWSER

EIGHTY_CENTS = make_jsonl(make_request(f"r-{n}", max_tokens=64_000) for n in range(5))
"""Five answers of up to 16 cents."""


@pytest_asyncio.fixture(loop_scope="session")
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Simulation]:
    """Provide a demo whose budget is what a test asks for beyond what the month has cost."""
    async with run_simulation(limits={"monthly_budget": request.param}) as simulation:
        yield simulation


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, stage: Simulation) -> AsyncIterator[Page]:
    """Provide the page of that demo."""
    async with opened(chromium, stage.slack.url) as page:
        yield page


@pytest.mark.parametrize(
    ("stage", "words", "button"),
    [
        (Decimal(100), "of $100 with this file", "Send"),
        (Decimal(1), "With this file, up to 80% of the monthly budget is used.", "Send"),
        (Decimal("0.8"), "exceed the monthly budget of $0.80. Someone else must approve.", "Ask for approval"),
    ],
    ids=["shown", "near", "used"],
    indirect=["stage"],
)
async def test_a_budget_is_seen_before_a_file_is_sent(page: Page, stage: Simulation, words: str, button: str) -> None:
    message = await share(page, EIGHTY_CENTS)
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Batch from this file").click()

    question = page.get_by_test_id("message").last

    await expect(question).to_contain_text("Budget this month:")
    await expect(question).to_contain_text(words)
    await expect(question.get_by_role("button", name=button, exact=True)).to_be_visible()
    await picture(page, f"budget-{button.split()[0].lower()}")
    assert creates(stage) == []
