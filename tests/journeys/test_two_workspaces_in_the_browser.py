"""Two workspaces of the API on the demo page: a channel is the scope, and Home switches."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.playground.simulation import DEVELOPMENT, DEVELOPMENT_CHANNEL, PRODUCTION, Simulation, run_simulation
from tests.journeys.browser import IN_THE_BROWSER, answer_to, opened, picture, type_line

pytestmark = IN_THE_BROWSER


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Simulation]:
    async with run_simulation(two_workspaces=True) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser, stage: Simulation) -> AsyncIterator[Page]:
    async with opened(chromium, stage.slack.url) as page:
        yield page


async def test_a_channel_is_the_scope_a_token_that_ended_fails_nothing_and_home_switches(
    page: Page, stage: Simulation
) -> None:
    ours, theirs = (workspace.batches[0].id for workspace in stage.api.workspaces.all)
    reference = ours[:19]
    assert theirs.startswith(reference)

    in_production = await answer_to(page, f"/batch status {reference}")
    await expect(in_production).to_contain_text("19,161 of 20,000 succeeded")
    await expect(in_production).to_contain_text(PRODUCTION)
    await page.get_by_test_id(f"channel-{DEVELOPMENT_CHANNEL}").click()
    in_development = await answer_to(page, f"/batch status {reference}")
    await expect(in_development).to_contain_text("37 of 40 succeeded")
    await expect(in_development).to_contain_text(theirs)
    await expect(in_development).to_contain_text(DEVELOPMENT)

    await page.get_by_role("button", name="Clear").click()
    await expect(await answer_to(page, f"/batch status {ours}")).to_contain_text("There is no batch")
    await expect(await answer_to(page, f"/batch delete {ours}")).to_contain_text("There is no batch")
    calls = page.get_by_test_id("traffic-entry").filter(has_text="/v1/messages/batches/")
    await expect(calls.filter(has_text=DEVELOPMENT).first).to_be_visible()
    await expect(calls.filter(has_text=PRODUCTION)).to_have_count(0)
    await picture(page, "two-workspaces")

    stage.api.advance(3_600)
    await expect(await answer_to(page, "/batch status last")).to_contain_text("37 of 40 succeeded")
    refused = page.get_by_test_id("traffic-entry").filter(has_text="401")
    await expect(refused.filter(has_text=DEVELOPMENT).first).to_be_visible()

    await page.get_by_test_id("channel-D0ADA").click()
    newest = page.get_by_test_id("message").last
    await type_line(page, "status last")
    await newest.get_by_role("button", name=DEVELOPMENT).click()
    await expect(newest).to_contain_text("37 of 40 succeeded")
    await type_line(page, f"status last --workspace {PRODUCTION}")
    await expect(newest).to_contain_text("19,161 of 20,000 succeeded")
    await page.get_by_test_id("tab-home").click()
    home = page.get_by_test_id("home")
    await expect(home).to_contain_text("37 of 40 succeeded")
    await home.get_by_role("button", name="Switch workspace").click()
    await home.get_by_role("option", name=PRODUCTION).click()
    await expect(home).to_contain_text("19,161 of 20,000 succeeded")
    await picture(page, "two-workspaces-home")

    await page.get_by_test_id(f"channel-{DEVELOPMENT_CHANNEL}").click()
    question = await answer_to(page, f"/batch delete {reference}")
    stage.api.access_tokens.end_all()
    await question.get_by_role("button", name="Delete for good").click()
    await expect(question).to_contain_text("Deleted")
    deletes = [call.path.rsplit("/", 1)[1] for call in stage.api.requests if call.method == "DELETE"]
    assert deletes == [theirs]
    assert ours in [batch.id for batch in stage.api.workspace.batches]
